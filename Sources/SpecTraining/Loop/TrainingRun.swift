import Foundation
import SpecDecoding
import SpecFiles
import SpecKernels

/// Told how a training goes on.
package protocol TrainingObserver: AnyObject {
  /// A sentence for the user.
  func note(_ text: String)
  /// Called after each step.
  func advanced(_ progress: Trainer.Progress)
  /// Called after the last step.
  ///
  /// - Parameter learned: the metrics on some documents that were learned from.
  func finished(_ learned: HeldOutMetrics)
  /// What is done while nothing advances, in a few words; nil when that is over.
  func working(on activity: String?)
  /// Whether to save and stop.
  var wantsToStop: Bool { get }
}

/// One training from its data to the files of its result: what every `train` command does.
package struct TrainingRun {
  /// A folder for the result.
  package let output: String
  /// What the charts are called.
  package let title: String
  /// How to train.
  package let settings: TrainingSettings
  /// What to learn from.
  package let data: TrainingData
  /// How much of what a drafter's target says is kept for later epochs.
  package let cache: TargetCacheSettings
  /// The kernels and threads to compute on.
  package let context: ComputeContext

  /// - Parameters:
  ///   - output: a folder for the result; made if it is not there.
  ///   - title: what the charts are called.
  ///   - settings: how to train.
  ///   - data: what to learn from.
  ///   - cache: how much of what a drafter's target says is kept for later epochs; nothing, unless told.
  ///   - context: the kernels and threads to compute on.
  package init(
    output: String,
    title: String,
    settings: TrainingSettings,
    data: TrainingData,
    cache: TargetCacheSettings = TargetCacheSettings(bytes: 0, likeliest: nil),
    context: ComputeContext
  ) {
    self.output = output
    self.title = title
    self.settings = settings
    self.data = data
    self.cache = cache
    self.context = context
  }

  /// The folder beside a result in which a training keeps what it needs to go on.
  ///
  /// - Parameter output: the folder of the result.
  /// - Returns: the folder.
  package static func checkpoints(in output: String) -> String { output + "/checkpoint" }

  /// Trains to the end or until the observer stops it, going on from a checkpoint that is there. No other process may write
  /// to the folder meanwhile.
  ///
  /// - Parameters:
  ///   - objective: what to train, with its first weights.
  ///   - observer: told how it goes.
  ///   - write: writes the result into a folder.
  /// - Returns: whether the training is done.
  /// - Throws: ``TrainingError``, or what `write` throws.
  package func callAsFunction(
    _ objective: any TrainingObjective,
    observer: any TrainingObserver,
    write: (String) throws -> Void
  ) throws -> Trainer.Outcome {
    let checkpoints = Self.checkpoints(in: output)
    for folder in [output, checkpoints] { OutputFile.removeLeftovers(in: folder) }
    return try OutputFile.withFolder(checkpoints) {
      try train(objective, observer: observer, checkpoints: checkpoints, write: write)
    }
  }

  private func train(
    _ objective: any TrainingObjective,
    observer: any TrainingObserver,
    checkpoints: String,
    write: (String) throws -> Void
  ) throws -> Trainer.Outcome {
    let cached = try keepTarget(of: objective, checkpoints, observer)
    let trainer = try Trainer(
      objective,
      training: data.training,
      heldOut: data.heldOut,
      settings: settings,
      directory: checkpoints,
      context: context
    )
    try cached?.open(in: checkpoints, note: observer.note)
    let outcome = try trainer.run(progress: observer.advanced, shouldStop: { observer.wantsToStop })
    if outcome == .interrupted { return outcome }
    defer { observer.working(on: nil) }
    observer.working(on: "Measuring what was learned")
    guard let learned = trainer.evaluateLearned(unless: { observer.wantsToStop }) else { return .interrupted }
    observer.finished(learned)
    observer.working(on: "Writing the result")
    try write(output)
    try plot(trainer.points)
    let record = TrainingRecord(
      settings: settings,
      documents: data.training.fingerprint,
      parameters: objective.parameters.filter { $0.gradient != nil }.reduce(0) { $0 + $1.count },
      points: trainer.points,
      learned: learned
    )
    try record.write(to: output)
    // The result is whole: what would only have served to go on is several times as large.
    try FileManager.default.removeItem(atPath: checkpoints)
    return outcome
  }

  /// Lets what the target of a drafter says be kept, as far as the settings allow, and tells what that takes.
  ///
  /// - Returns: what is kept, whose file is still to be opened; nil for nothing.
  private func keepTarget(
    of objective: any TrainingObjective,
    _ folder: String,
    _ observer: any TrainingObserver
  ) throws(KernelError) -> CachedTarget? {
    guard cache.bytes > 0, let drafter = objective as? any DrafterObjective else { return nil }
    let cached = try drafter.imitation.keep(data, cache)
    let size = MemoryNeed.text(cached.fileBytes)
    guard cached.fileBytes <= cache.bytes else {
      observer.note(
        "What the target says about the data would take \(size) on the disk, more than --cache "
          + "\(MemoryNeed.text(cache.bytes)): it is computed for every step."
      )
      return nil
    }
    observer.note(
      "What the target says about the data is kept for later epochs: it takes up to \(size) on the disk, in \(folder), and "
        + "\(MemoryNeed.text(cached.memoryBytes)) of memory."
    )
    return cached
  }

  private func plot(_ points: [Trainer.Point]) throws(UnwritableFile) {
    let tokens = { (point: Trainer.Point) in point.step * settings.batchTokens }
    let svg = LossCurvePlot.svg(
      title: title,
      series: [
        LossSeries(
          name: "training batches",
          kind: .batches,
          points: points.map { LossPoint(tokens: tokens($0), loss: $0.trainingLoss) }
        ),
        LossSeries(
          name: "held-out documents",
          kind: .heldOut,
          points: points.map { LossPoint(tokens: tokens($0), loss: $0.heldOut.meanLoss) }
        ),
      ]
    )
    try OutputFile.write(svg, to: output + "/loss.svg")
  }
}
