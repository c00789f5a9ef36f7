import SpecKernels
import SpecModel

/// Grows a shallow model to a deep one that can be drafted for. Three losses train it together:
///
/// - the next token, through all layers;
/// - what an adapter and the model's own head predict of that distribution from the states after an exit layer, as
///   LayerSkip does (Elhoushi et al. 2024, §4.1). The distribution is what the exit learns from, never what is changed
///   for it;
/// - the tokens after the next one, through Medusa heads on the last states (Medusa-2; Cai et al. 2024, §2.2.2), the
///   heads' losses weighted by 0.8 to the power of i + 1. Predicting further ahead also makes small models learn sooner
///   to look things up (Gloeckle et al. 2024, §4.1).
package final class DraftableTargetObjective: TrainingObjective {
  let model: TrainableTransformer
  let adapter: TrainableAdapter
  let heads: TrainableHeads
  let shape: Shape
  private let exits: FloatMatrix
  private let exitLogits: FloatMatrix
  private let headLogits: FloatMatrix
  private let finalGradient: FloatMatrix
  private let logits: FloatMatrix
  private var context: ComputeContext { model.context }

  /// What the model gets, and what the losses weigh.
  package struct Shape: Sendable, Equatable {
    /// How many layers the model has in the end; at least those of the shallow one.
    package var layers: Int
    /// How many of the first layers lead to the exit.
    package var exitLayer: Int
    /// The exit's part of the loss; the next token's is 1.
    package var exitWeight: Float
    /// How many Medusa heads.
    package var heads: Int
    /// The heads' part of the loss, before each one's own power of 0.8.
    package var headWeight: Float

    /// A shape; the properties say what each value means.
    package init(layers: Int, exitLayer: Int, exitWeight: Float, heads: Int, headWeight: Float) {
      self.layers = layers
      self.exitLayer = exitLayer
      self.exitWeight = exitWeight
      self.heads = heads
      self.headWeight = headWeight
    }
  }

  /// A model that has learned something, with layers on top that add nothing yet and drafters that know nothing yet.
  ///
  /// - Parameters:
  ///   - checkpoint: the shallow model.
  ///   - shape: what it grows to.
  ///   - rows: tokens of a batch.
  ///   - seed: what the new weights follow from.
  ///   - context: the kernels and threads to compute on.
  /// - Throws: ``SpecModel/ModelError`` or ``SpecKernels/KernelError``.
  package init(_ checkpoint: Checkpoint, shape: Shape, rows: Int, seed: UInt64, context: ComputeContext) throws {
    var configuration = checkpoint.configuration
    configuration.layers = shape.layers
    self.shape = shape
    model = try TrainableTransformer(configuration, rows: rows, isTrained: true, context: context)
    try model.grow(from: checkpoint, seed: seed)
    adapter = try TrainableAdapter(for: configuration, rows: rows, context: context)
    adapter.initialize(finalNorm: model.norm, seed: seed)
    heads = try TrainableHeads(for: configuration, count: shape.heads, rows: rows, context: context)
    heads.initialize(head: model.head)
    exits = try FloatMatrix(rows: rows, columns: configuration.hiddenSize)
    finalGradient = try FloatMatrix(rows: rows, columns: configuration.hiddenSize)
    exitLogits = try FloatMatrix(rows: rows, columns: configuration.vocabularySize)
    headLogits = try FloatMatrix(rows: rows, columns: configuration.vocabularySize)
    logits = try FloatMatrix(rows: rows, columns: configuration.vocabularySize)
  }

  /// What training changes: the model, the adapter and the heads.
  package var parameters: [Parameter] { model.parameters + adapter.parameters + heads.parameters }
  /// Rows of a batch.
  package var rows: Int { model.rows }
  /// The model's configuration, what it gets, and what the losses weigh.
  package var identity: [String: String] {
    [
      "the objective": "a draftable target", "the configuration": model.configuration.identity, "the shape": "\(shape)",
    ]
  }

  /// All losses together, with their gradients.
  package func step(_ batch: TrainingBatch) -> Double {
    step(batch, imitating: logits)
  }

  /// The same with given logits for the exit to learn from.
  package func step(_ batch: TrainingBatch, imitating teacher: FloatMatrix) -> Double {
    forward(batch)
    return backward(batch, imitating: teacher)
  }

  /// Next-token metrics of the whole model; the comparisons are those of the exit with it.
  package func evaluate(_ batch: TrainingBatch) -> HeldOutMetrics {
    forward(batch)
    var metrics = HeldOutMetrics()
    metrics.add(context.compare(exitLogits, teacher: logits), included: FrozenTarget.included(batch))
    let targets = batch.targets(ahead: 1)
    metrics.add(losses: context.crossEntropy(logits, targets: targets, gradientScale: nil), targets: targets)
    return metrics
  }

  /// Computes the logits of the whole model and of the exit.
  package func forward(_ batch: TrainingBatch) {
    model.forward(batch, exits: [(shape.exitLayer, exits)])
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
      gradientScale: shape.exitWeight / Float(max(1, batch.used))
    )
    adapter.backward(exitLogits, exits: exits, batch: batch, head: model.head)
    finalGradient.clear()
    let headLoss = heads.step(
      batch,
      finalStates: model.finalStates,
      logits: headLogits,
      weight: shape.headWeight,
      addingTo: finalGradient
    )
    let targets = batch.targets(ahead: 1)
    let count = targets.count { $0 >= 0 }
    let losses = context.crossEntropy(logits, targets: targets, gradientScale: 1 / Float(max(1, count)))
    model.backward(
      batch,
      logitsGradient: logits,
      finalGradient: finalGradient,
      exit: (shape.exitLayer, adapter.exitsGradient)
    )
    return mean(losses, over: count) + Double(shape.exitWeight) * mean(exitLosses, over: batch.used) + headLoss
  }
}
