import Foundation
import SpecFiles
import SpecTraining

/// Writes a line to standard error for each thing that happens: what is being made, and each measurement of a training.
final class LineObserver: TrainingObserver {
  /// Nothing asks it to stop: what is saved on the way is enough to go on.
  var wantsToStop: Bool { false }

  func note(_ text: String) { FileHandle.standardError.write(Data((TerminalText.line(text) + "\n").utf8)) }

  func working(on activity: String?) { if let activity { note(activity) } }

  func advanced(_ progress: Trainer.Progress) {
    guard let point = progress.lastPoint, point.step == progress.step else { return }
    let losses = [point.trainingLoss, point.heldOut.meanLoss].map { String(format: "%.4f", $0) }
    note("step \(point.step) of \(progress.steps): training loss \(losses[0]), held-out \(losses[1]) nats/token")
  }

  func finished(_ learned: HeldOutMetrics) {
    note("documents learned from: \(String(format: "%.4f", learned.meanLoss)) nats/token")
  }
}
