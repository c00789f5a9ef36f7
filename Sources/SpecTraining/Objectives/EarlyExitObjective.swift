import SpecKernels
import SpecModel

/// Goes on training a model so that it can also be left early, as LayerSkip does (Elhoushi et al. 2024, §4.1): beside
/// the next token, the states after an exit layer learn, through an adapter and the model's own head, the distribution
/// that all layers give. That distribution is what the exit learns from, never what is changed for it.
public final class EarlyExitObjective: TrainingObjective {
  let model: TrainableTransformer
  let adapter: TrainableAdapter
  /// How many of the model's first layers lead to the exit.
  public let exitLayer: Int
  /// The exit's part of the loss; the next token's is 1.
  public let exitWeight: Float
  private let exits: FloatMatrix
  private let exitLogits: FloatMatrix
  private let logits: FloatMatrix
  private var context: ComputeContext { model.context }

  /// A model that has learned something, with an untrained adapter.
  ///
  /// - Parameters:
  ///   - checkpoint: the model.
  ///   - exitLayer: how many of its first layers lead to the exit.
  ///   - exitWeight: the exit's part of the loss; the next token's is 1.
  ///   - rows: tokens of a batch.
  ///   - seed: what the adapter's first weights follow from.
  ///   - context: the kernels and threads to compute on.
  /// - Throws: ``SpecModel/ModelError`` or ``SpecKernels/KernelError``.
  public init(
    _ checkpoint: Checkpoint,
    exitLayer: Int,
    exitWeight: Float,
    rows: Int,
    seed: UInt64,
    context: ComputeContext
  ) throws {
    let configuration = checkpoint.configuration
    self.exitLayer = exitLayer
    self.exitWeight = exitWeight
    model = try TrainableTransformer(configuration, rows: rows, isTrained: true, context: context)
    try model.load(checkpoint)
    adapter = try TrainableAdapter(for: configuration, rows: rows, context: context)
    adapter.initialize(finalNorm: model.norm, seed: seed)
    exits = try FloatMatrix(rows: rows, columns: configuration.hiddenSize)
    exitLogits = try FloatMatrix(rows: rows, columns: configuration.vocabularySize)
    logits = try FloatMatrix(rows: rows, columns: configuration.vocabularySize)
  }

  /// What training changes: the model and the adapter.
  public var parameters: [Parameter] { model.parameters + adapter.parameters }
  /// Rows of a batch.
  public var rows: Int { model.rows }

  /// Both losses together, with their gradients.
  public func step(_ batch: TrainingBatch) -> Double {
    step(batch, imitating: logits)
  }

  /// The same with given logits for the exit to learn from.
  package func step(_ batch: TrainingBatch, imitating teacher: FloatMatrix) -> Double {
    forward(batch)
    return backward(batch, imitating: teacher)
  }

  /// Next-token figures of the whole model; the comparisons are those of the exit with it.
  public func evaluate(_ batch: TrainingBatch) -> HeldOutFigures {
    forward(batch)
    var figures = HeldOutFigures()
    figures.add(context.compare(exitLogits, teacher: logits), included: FrozenTarget.included(batch))
    let targets = batch.targets(ahead: 1)
    figures.add(losses: context.crossEntropy(logits, targets: targets, gradientScale: nil), targets: targets)
    return figures
  }

  /// Computes the logits of the whole model and of the exit.
  package func forward(_ batch: TrainingBatch) {
    model.forward(batch, exit: (exitLayer, exits))
    model.logits(into: logits)
    adapter.forward(exits, batch: batch)
    context.forward(adapter.states, through: model.head, into: exitLogits)
  }

  /// A copy of the logits of the last forward pass.
  package func copyOfLogits() throws(KernelError) -> FloatMatrix {
    let copy = try FloatMatrix(rows: logits.rows, columns: logits.columns)
    copy.copy(from: logits)
    return copy
  }

  private func backward(_ batch: TrainingBatch, imitating teacher: FloatMatrix) -> Double {
    let exitLosses = context.crossEntropy(
      exitLogits,
      teacher: teacher,
      included: FrozenTarget.included(batch),
      gradientScale: exitWeight / Float(max(1, batch.used))
    )
    adapter.backward(exitLogits, exits: exits, batch: batch, head: model.head)
    let targets = batch.targets(ahead: 1)
    let count = targets.count { $0 >= 0 }
    let losses = context.crossEntropy(logits, targets: targets, gradientScale: 1 / Float(max(1, count)))
    model.backward(batch, logitsGradient: logits, exit: (exitLayer, adapter.exitsGradient))
    return mean(losses, over: count) + Double(exitWeight) * mean(exitLosses, over: batch.used)
  }
}
