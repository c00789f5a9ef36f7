import SpecKernels
import SpecModel

/// Trains a model from scratch on the next token of its documents.
package final class NextTokenObjective: TrainingObjective {
  let model: TrainableTransformer
  private let logits: FloatMatrix

  /// A model with random weights.
  ///
  /// - Parameters:
  ///   - configuration: its shape.
  ///   - rows: tokens of a batch.
  ///   - seed: what the weights follow from.
  ///   - beginsLookingUp: whether the first two layers begin with an induction circuit.
  ///   - context: the kernels and threads to compute on.
  /// - Throws: ``SpecKernels/KernelError`` if there is not enough memory.
  package init(
    _ configuration: ModelConfiguration,
    rows: Int,
    seed: UInt64,
    beginsLookingUp: Bool = false,
    context: ComputeContext
  ) throws(KernelError) {
    model = try TrainableTransformer(configuration, rows: rows, isTrained: true, context: context)
    model.initialize(seed: seed)
    if beginsLookingUp { InductionStart(model, seed: seed).apply() }
    logits = try FloatMatrix(rows: rows, columns: configuration.vocabularySize)
  }

  /// Takes a model's weights, to go on from them. Layers that it does not have add nothing at first.
  ///
  /// - Parameters:
  ///   - checkpoint: a model of the same shape with as many layers or fewer.
  ///   - seed: what the other layers' weights follow from.
  ///   - rehearsals: how many of them begin as weaker copies of the model's last attention, below it.
  /// - Throws: ``SpecModel/ModelError`` if it does not fit.
  package func load(_ checkpoint: Checkpoint, seed: UInt64 = 1, rehearsals: Int = 0) throws {
    try model.grow(from: checkpoint, seed: seed, rehearsals: rehearsals)
  }

  /// What training changes.
  package var parameters: [Parameter] { model.parameters }
  /// Rows of a batch.
  package var rows: Int { model.rows }
  /// The model's configuration.
  package var identity: [String: String] {
    ["the objective": "a model", "the configuration": model.configuration.identity]
  }

  /// The loss of the next tokens, with its gradients.
  package func step(_ batch: TrainingBatch) -> Double {
    let targets = batch.targets(ahead: 1)
    let count = targets.count { $0 >= 0 }
    let losses = losses(batch, targets, gradientScale: 1 / Float(max(1, count)))
    model.backward(batch, logitsGradient: logits)
    return mean(losses, over: count)
  }

  /// Metrics without gradients.
  package func evaluate(_ batch: TrainingBatch) -> HeldOutMetrics {
    let targets = batch.targets(ahead: 1)
    var metrics = HeldOutMetrics()
    metrics.add(losses: losses(batch, targets, gradientScale: nil), targets: targets)
    return metrics
  }

  private func losses(_ batch: TrainingBatch, _ targets: [Int32], gradientScale: Float?) -> [Float] {
    model.forward(batch)
    model.logits(into: logits)
    return model.context.crossEntropy(logits, targets: targets, gradientScale: gradientScale)
  }
}
