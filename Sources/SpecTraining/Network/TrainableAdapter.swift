import SpecKernels
import SpecModel

/// Kangaroo's adapter (Liu et al. 2024, §3.1) and its gradients: one attention block and a normalization between the
/// target's exit layer and the target's own frozen head.
final class TrainableAdapter {
  let block: TrainableAttention
  let norm: Parameter
  private let context: ComputeContext
  private let kept: TrainableAttention.Activations
  private let workspace: TrainableAttention.Workspace
  private let output: FloatMatrix
  private let inverseScale: FloatMatrix
  private let normalizedGradient: FloatMatrix
  /// The normalized outputs of the last forward pass.
  let states: FloatMatrix
  /// The exit-layer states' gradient of the last backward pass.
  let exitsGradient: FloatMatrix

  /// The official adapter is multi-head and rotates with the base 10000.
  ///
  /// - Parameters:
  ///   - target: the model that it is for.
  ///   - rows: tokens of a batch.
  ///   - context: the kernels and threads to compute on.
  /// - Throws: ``SpecKernels/KernelError`` if there is not enough memory.
  init(for target: ModelConfiguration, rows: Int, context: ComputeContext) throws(KernelError) {
    let shape = Self.shape(for: target)
    self.context = context
    let table = try RotaryTable(
      theta: 10000,
      headDimension: shape.headDimension,
      positions: target.contextLength
    )
    block = try TrainableAttention(
      prefix: "layers.0.",
      shape: shape,
      epsilon: target.normEpsilon,
      table: table,
      isTrained: true
    )
    norm = try .vector("norm.weight", shape.hiddenSize, isTrained: true)
    kept = try .init(rows: rows, shape: shape)
    workspace = try .init(rows: rows, shape: shape)
    output = try FloatMatrix(rows: rows, columns: shape.hiddenSize)
    inverseScale = try FloatMatrix(rows: rows, columns: 1)
    exitsGradient = try FloatMatrix(rows: rows, columns: shape.hiddenSize)
    normalizedGradient = try FloatMatrix(rows: rows, columns: shape.hiddenSize)
    states = try FloatMatrix(rows: rows, columns: shape.hiddenSize)
  }

  /// The adapter's attention for a target: as many heads, each with keys and values of its own.
  static func shape(for target: ModelConfiguration) -> AttentionShape {
    AttentionShape(
      hiddenSize: target.hiddenSize,
      queryHeads: target.attentionHeads,
      keyValueHeads: target.attentionHeads,
      headDimension: target.headDimension
    )
  }

  var parameters: [Parameter] { block.parameters + [norm] }

  /// Random projections; the normalization after them starts as the target's own, whose head reads what it writes.
  func initialize(finalNorm: Parameter, seed: UInt64) {
    block.norm.fill(1)
    block.queryKeyValue.fillNormal(deviation: 0.02, seed: seed)
    block.output.fillNormal(deviation: 0.02, seed: seed)
    norm.value.copy(from: finalNorm.value)
  }

  /// Computes `states` from exit-layer states.
  func forward(_ exits: FloatMatrix, batch: TrainingBatch) {
    block.forward(exits, batch: batch, into: output, keeping: kept, context: context)
    context.normalizeForTraining(
      output,
      weight: norm.value,
      epsilon: block.epsilon,
      into: states,
      inverseScale: inverseScale
    )
  }

  /// Adds to the gradients, given that of the logits that the head made of `states`: also to the head's, if it is
  /// trained, and `exitsGradient` becomes that of the exit-layer states.
  func backward(_ logitsGradient: FloatMatrix, exits: FloatMatrix, batch: TrainingBatch, head: Parameter) {
    context.backward(logitsGradient, x: states, through: head, into: normalizedGradient)
    exitsGradient.clear()
    context.normalizeBackward(
      normalizedGradient,
      x: output,
      weight: norm.value,
      inverseScale: inverseScale,
      addingTo: exitsGradient,
      weightGradient: norm.gradient
    )
    block.backward(exitsGradient, x: exits, batch: batch, kept: kept, workspace: workspace, context: context)
  }
}
