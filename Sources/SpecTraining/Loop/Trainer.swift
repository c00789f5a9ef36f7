import SpecKernels

/// Runs an objective's steps: AdamW with clipping and a schedule, evaluation, checkpoints.
///
/// A training that is stopped at any moment goes on from its last checkpoint with the same bits, on any number of
/// threads.
package final class Trainer {
  /// One measurement of a training's course.
  package struct Point: Sendable, Equatable, Codable {
    /// Steps done.
    package let step: Int
    /// Mean loss of the training batches since the point before, nats per token.
    package let trainingLoss: Double
    /// Metrics on the held-out documents.
    package let heldOut: HeldOutMetrics
  }

  /// How far a training is.
  package struct Progress: Sendable {
    /// Steps done.
    package let step: Int
    /// Steps in all.
    package let steps: Int
    /// The last step's loss.
    package let loss: Double
    /// Steps done since this process began.
    package let stepsHere: Int
    /// The last evaluation.
    package let lastPoint: Point?
  }

  /// How a training ended.
  package enum Outcome: Sendable { case finished, interrupted }

  private let objective: any TrainingObjective
  private let settings: TrainingSettings
  private let heldOut: [TrainingBatch]
  /// As many of the documents to learn from as are held out, evenly spread.
  private let learned: [TrainingBatch]
  private let checkpoint: TrainingCheckpoint
  private let context: ComputeContext
  private var plan: BatchPlan
  private var step = 0
  private var lossSum = 0.0
  private var lossCount = 0
  /// When the state was saved last, and how long that took.
  private var saved = (time: ContinuousClock.now, duration: Duration.zero)
  /// The course so far.
  package private(set) var points: [Point] = []

  /// - Parameters:
  ///   - objective: what to train.
  ///   - training: the documents to learn from.
  ///   - heldOut: documents to evaluate on; at least one.
  ///   - settings: how to train.
  ///   - directory: where checkpoints go.
  ///   - context: the kernels and threads to compute on.
  /// - Throws: ``TrainingError`` if the folder holds a checkpoint of another training.
  package init(
    _ objective: any TrainingObjective,
    training: TokenizedDocuments,
    heldOut: TokenizedDocuments,
    settings: TrainingSettings,
    directory: String,
    context: ComputeContext
  ) throws {
    self.objective = objective
    self.settings = settings
    self.context = context
    plan = BatchPlan(training, rows: settings.batchTokens, seed: settings.seed)
    self.heldOut = BatchPlan(heldOut, rows: settings.batchTokens, seed: 0).inOrder
    learned = BatchPlan(training.spread(heldOut.count), rows: settings.batchTokens, seed: 0).inOrder
    checkpoint = TrainingCheckpoint(
      directory: directory,
      identity: TrainingIdentity(settings: settings, objective: objective, training: training, heldOut: heldOut)
    )
    if let state = try checkpoint.restore(objective.parameters) {
      (step, points, lossSum, lossCount) = (state.step, state.points, state.lossSum, state.lossCount)
    }
  }

  /// Trains to the end, or until told to stop.
  ///
  /// - Parameters:
  ///   - progress: called after each step.
  ///   - shouldStop: asked after each step, where on true the state is saved, and between evaluations.
  /// - Returns: whether all steps are done.
  /// - Throws: ``TrainingError`` if a loss, a gradient or a weight is not finite, before anything of that step is saved, or
  ///   if a checkpoint cannot be written, and what `progress` throws.
  package func run(progress: (Progress) throws -> Void, shouldStop: () -> Bool) throws -> Outcome {
    let first = step
    while step < settings.steps {
      let loss = objective.step(plan.batch(at: step))
      guard loss.isFinite else { throw TrainingError.diverged(step: step + 1, what: "the loss") }
      try update()
      step += 1
      lossSum += loss
      lossCount += 1
      let isLast = step == settings.steps
      if isLast || step.isMultiple(of: settings.evaluationInterval) {
        // Half an evaluation is none: the training goes on from the state that was saved before.
        guard try evaluate(unless: shouldStop) else { return .interrupted }
      }
      try progress(
        Progress(step: step, steps: settings.steps, loss: loss, stepsHere: step - first, lastPoint: points.last)
      )
      let stops = !isLast && shouldStop()
      if isLast || stops || step.isMultiple(of: settings.checkpointInterval) || isSavingDue { try save() }
      if stops { return .interrupted }
    }
    return .finished
  }

  /// The metrics on all held-out documents.
  ///
  /// - Returns: their sums.
  package func evaluateHeldOut() -> HeldOutMetrics {
    metrics(on: heldOut, unless: { false }) ?? HeldOutMetrics()
  }

  /// The metrics on as many documents that were learned from as there are held-out ones: how much better they are says how
  /// much was learned by heart.
  ///
  /// - Parameter shouldStop: asked before each batch.
  /// - Returns: their sums; nil if it was stopped.
  package func evaluateLearned(unless shouldStop: () -> Bool) -> HeldOutMetrics? {
    metrics(on: learned, unless: shouldStop)
  }

  private func metrics(on batches: [TrainingBatch], unless shouldStop: () -> Bool) -> HeldOutMetrics? {
    var metrics = HeldOutMetrics()
    for batch in batches {
      if shouldStop() { return nil }
      metrics = metrics + objective.evaluate(batch)
    }
    return metrics
  }

  /// Measures the course.
  ///
  /// - Returns: false if it was stopped.
  /// - Throws: ``TrainingError`` if the loss is not finite.
  private func evaluate(unless shouldStop: () -> Bool) throws(TrainingError) -> Bool {
    guard let metrics = metrics(on: heldOut, unless: shouldStop) else { return false }
    guard metrics.loss.isFinite, metrics.acceptance.isFinite, metrics.entropy.isFinite else {
      throw .diverged(step: step, what: "the loss on the held-out documents")
    }
    points.append(Point(step: step, trainingLoss: lossSum / Double(max(1, lossCount)), heldOut: metrics))
    (lossSum, lossCount) = (0, 0)
    return true
  }

  /// Whether so much time has passed that a process which is ended now would lose more than it takes to save; saving may
  /// take a twentieth of the time.
  private var isSavingDue: Bool {
    ContinuousClock.now - saved.time > max(.seconds(30), saved.duration * 20)
  }

  private func save() throws {
    for (parameter, optimization) in trained {
      guard context.isFinite(optimization.firstMoment), context.isFinite(optimization.secondMoment) else {
        throw TrainingError.diverged(step: step, what: "a moment of the tensor '\(parameter.name)'")
      }
    }
    let start = ContinuousClock.now
    defer { saved = (ContinuousClock.now, ContinuousClock.now - start) }
    try checkpoint.save(
      .init(step: step, points: points, lossSum: lossSum, lossCount: lossCount),
      parameters: objective.parameters
    )
  }

  /// The parameters that are trained.
  private var trained: [(Parameter, Parameter.Optimization)] {
    objective.parameters.compactMap { parameter in parameter.optimization.map { (parameter, $0) } }
  }

  /// One step of AdamW on gradients clipped to the norm, which are cleared for the next.
  private func update() throws(TrainingError) {
    let trained = trained
    var squares = 0.0
    for (parameter, optimization) in trained {
      let sum = context.squaredSum(optimization.gradient)
      guard sum.isFinite else {
        throw .diverged(step: step + 1, what: "the gradient of the tensor '\(parameter.name)'")
      }
      squares += sum
    }
    let norm = squares.squareRoot()
    let clip = norm > Double(settings.clipNorm) ? settings.clipNorm / Float(norm) : 1
    for (parameter, optimization) in trained {
      context.adamW(
        parameter.value,
        gradient: optimization.gradient,
        firstMoment: optimization.firstMoment,
        secondMoment: optimization.secondMoment,
        settings: AdamWStep(
          rate: settings.rate(at: step),
          beta1: settings.beta1,
          beta2: settings.beta2,
          epsilon: 1e-8,
          weightDecay: parameter.decays ? settings.weightDecay : 0,
          step: step + 1,
          gradientScale: clip
        )
      )
      optimization.gradient.clear()
      // A result is written in bf16, which ends a little below float32.
      guard context.isFinite(parameter.value, writtenAs: .bfloat16) else {
        throw .diverged(step: step + 1, what: "the tensor '\(parameter.name)'")
      }
    }
  }
}
