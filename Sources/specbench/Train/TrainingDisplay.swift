import Foundation
import SpecKernels
import SpecTraining

/// Shows how a training goes: loss, speed and the time left.
final class TrainingDisplay: TrainingObserver {
  private let start = MonotonicClock.now
  private var lastShown: UInt64 = 0
  private var lastStep = 0

  var wantsToStop: Bool {
    guard Interruption.isRequested else { return false }
    Interruption.takesTime("Saving the training: a second Ctrl-C ends it at once, with what was saved before.")
    return true
  }

  func note(_ text: String) {
    Activity.noteOutput()
    if Screen.drawsProgress { Screen.clear() }
    tell(text)
  }

  func working(on activity: String?) {
    if Screen.drawsProgress { Screen.clear() }
    Activity.set(activity)
  }

  func advanced(_ progress: Trainer.Progress) {
    if let point = progress.lastPoint, point.step == progress.step, point.step != lastStep {
      lastStep = point.step
      note(Self.line(point, of: progress.steps))
    }
    let now = MonotonicClock.now
    // Elsewhere than on a terminal, steps that take long are told of between the measurements.
    let place = "step \(progress.step) of \(progress.steps), loss \(decimals(progress.loss, 3))"
    Activity.set(Screen.drawsProgress ? nil : place)
    guard Screen.drawsProgress, now - lastShown > 200_000_000 else { return }
    lastShown = now
    let seconds = Double(now - start) / 1e9
    let left = seconds / Double(progress.stepsHere) * Double(progress.steps - progress.step)
    Screen.draw("\(place), \(ProgressDisplay.duration(left)) left")
  }

  func finished(_ learned: HeldOutMetrics) {
    note("The same on as many documents that it learned from: \(Self.text(learned)).")
  }

  private static func line(_ point: Trainer.Point, of steps: Int) -> String {
    "step \(point.step) of \(steps): training loss \(decimals(point.trainingLoss, 4)), held-out \(text(point.heldOut))"
  }

  private static func text(_ metrics: HeldOutMetrics) -> String {
    let loss = "\(decimals(metrics.meanLoss, 4)) nats/token"
    guard metrics.compared > 0 else { return loss }
    return "\(loss), agreement with the target \(decimals(100 * metrics.agreement, 1)) %, expected acceptance "
      + "\(decimals(100 * metrics.meanAcceptance, 1)) %"
  }
}

/// A number with a fixed count of decimals.
func decimals(_ number: Double, _ count: Int) -> String { String(format: "%.\(count)f", number) }
