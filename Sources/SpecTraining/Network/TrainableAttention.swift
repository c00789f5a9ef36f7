import SpecKernels
import SpecModel

/// Self-attention with its input normalization, x + attention(norm(x)), and its gradients.
final class TrainableAttention {
  let shape: AttentionShape
  let epsilon: Float
  let norm: Parameter
  let queryKeyValue: Parameter
  let output: Parameter
  private let table: RotaryTable

  var parameters: [Parameter] { [norm, queryKeyValue, output] }

  /// - Parameters:
  ///   - prefix: what its tensors' names begin with (`model.layers.0.`).
  ///   - shape: its sizes.
  ///   - epsilon: of the normalization.
  ///   - table: cosines and sines.
  ///   - isTrained: whether its parameters change.
  /// - Throws: ``SpecKernels/KernelError`` if there is not enough memory.
  init(
    prefix: String,
    shape: AttentionShape,
    epsilon: Float,
    table: RotaryTable,
    isTrained: Bool
  ) throws(KernelError) {
    self.shape = shape
    self.epsilon = epsilon
    self.table = table
    norm = try .vector(prefix + "input_layernorm.weight", shape.hiddenSize, isTrained: isTrained)
    let projection = prefix + "self_attn."
    queryKeyValue = try Parameter(
      [
        .init(name: projection + "q_proj.weight", rows: shape.queryWidth, isVector: false),
        .init(name: projection + "k_proj.weight", rows: shape.keyValueWidth, isVector: false),
        .init(name: projection + "v_proj.weight", rows: shape.keyValueWidth, isVector: false),
      ],
      columns: shape.hiddenSize,
      isTrained: isTrained
    )
    output = try .matrix(projection + "o_proj.weight", shape.hiddenSize, shape.queryWidth, isTrained: isTrained)
  }

  /// What the backward pass needs of the forward pass.
  final class Activations {
    let normalized, inverseScale, queryKeyValue, attended, logSums: FloatMatrix

    init(rows: Int, shape: AttentionShape) throws(KernelError) {
      normalized = try FloatMatrix(rows: rows, columns: shape.hiddenSize)
      inverseScale = try FloatMatrix(rows: rows, columns: 1)
      queryKeyValue = try FloatMatrix(rows: rows, columns: shape.queryWidth + 2 * shape.keyValueWidth)
      attended = try FloatMatrix(rows: rows, columns: shape.queryWidth)
      logSums = try FloatMatrix(rows: rows, columns: shape.queryHeads)
    }
  }

  /// Memory of the backward pass alone; layers of one shape share it.
  final class Workspace {
    let normalized, queryKeyValue, attended: FloatMatrix

    init(rows: Int, shape: AttentionShape) throws(KernelError) {
      normalized = try FloatMatrix(rows: rows, columns: shape.hiddenSize)
      queryKeyValue = try FloatMatrix(rows: rows, columns: shape.queryWidth + 2 * shape.keyValueWidth)
      attended = try FloatMatrix(rows: rows, columns: shape.queryWidth)
    }
  }

  /// y = x + attention(norm(x))
  func forward(
    _ x: FloatMatrix,
    batch: TrainingBatch,
    into y: FloatMatrix,
    keeping kept: Activations,
    context: ComputeContext
  ) {
    context.normalizeForTraining(
      x,
      weight: norm.value,
      epsilon: epsilon,
      into: kept.normalized,
      inverseScale: kept.inverseScale
    )
    context.forward(kept.normalized, through: queryKeyValue, into: kept.queryKeyValue)
    rotate(kept.queryKeyValue, batch: batch, inverse: false, context: context)
    context.causalAttention(
      kept.queryKeyValue,
      queryHeads: shape.queryHeads,
      keyValueHeads: shape.keyValueHeads,
      headDimension: shape.headDimension,
      sequences: batch.sequences,
      into: kept.attended,
      logSums: kept.logSums
    )
    y.copy(from: x)
    context.forward(kept.attended, through: output, into: y, adding: true)
  }

  /// Adds to the parameters' gradients and turns the gradient of y into that of x, in place.
  func backward(
    _ gradient: FloatMatrix,
    x: FloatMatrix,
    batch: TrainingBatch,
    kept: Activations,
    workspace: Workspace,
    context: ComputeContext
  ) {
    context.backward(gradient, x: kept.attended, through: output, into: workspace.attended)
    context.causalAttentionBackward(
      workspace.attended,
      qkv: kept.queryKeyValue,
      out: kept.attended,
      logSums: kept.logSums,
      queryHeads: shape.queryHeads,
      keyValueHeads: shape.keyValueHeads,
      headDimension: shape.headDimension,
      sequences: batch.sequences,
      into: workspace.queryKeyValue
    )
    rotate(workspace.queryKeyValue, batch: batch, inverse: true, context: context)
    context.backward(workspace.queryKeyValue, x: kept.normalized, through: queryKeyValue, into: workspace.normalized)
    context.normalizeBackward(
      workspace.normalized,
      x: x,
      weight: norm.value,
      inverseScale: kept.inverseScale,
      addingTo: gradient,
      weightGradient: norm.gradient
    )
  }

  private func rotate(_ rows: FloatMatrix, batch: TrainingBatch, inverse: Bool, context: ComputeContext) {
    context.rotate(
      rows,
      heads: shape.queryHeads + shape.keyValueHeads,
      headDimension: shape.headDimension,
      positions: batch.positions,
      table: table,
      inverse: inverse
    )
  }
}
