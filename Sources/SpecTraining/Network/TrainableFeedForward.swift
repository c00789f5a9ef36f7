import SpecKernels
import SpecModel

/// The gated feed-forward block with its input normalization, x + down(silu(gate(norm(x))) · up(norm(x))), and its
/// gradients.
final class TrainableFeedForward {
  let epsilon: Float
  let norm: Parameter
  let gateAndUp: Parameter
  let down: Parameter

  var parameters: [Parameter] { [norm, gateAndUp, down] }

  /// - Parameters:
  ///   - prefix: what its tensors' names begin with (`model.layers.0.`).
  ///   - configuration: the model's sizes.
  ///   - isTrained: whether its parameters change.
  /// - Throws: ``SpecKernels/KernelError`` if there is not enough memory.
  init(prefix: String, configuration: ModelConfiguration, isTrained: Bool) throws(KernelError) {
    let (width, inner) = (configuration.hiddenSize, configuration.intermediateSize)
    epsilon = configuration.normEpsilon
    norm = try .vector(prefix + "post_attention_layernorm.weight", width, isTrained: isTrained)
    gateAndUp = try Parameter(
      [
        .init(name: prefix + "mlp.gate_proj.weight", rows: inner, isVector: false),
        .init(name: prefix + "mlp.up_proj.weight", rows: inner, isVector: false),
      ],
      columns: width,
      isTrained: isTrained
    )
    down = try .matrix(prefix + "mlp.down_proj.weight", width, inner, isTrained: isTrained)
  }

  /// What the backward pass needs of the forward pass; it overwrites `gateAndUp`.
  final class Activations {
    let normalized, inverseScale, gateAndUp, activated: FloatMatrix

    init(rows: Int, configuration: ModelConfiguration) throws(KernelError) {
      normalized = try FloatMatrix(rows: rows, columns: configuration.hiddenSize)
      inverseScale = try FloatMatrix(rows: rows, columns: 1)
      gateAndUp = try FloatMatrix(rows: rows, columns: 2 * configuration.intermediateSize)
      activated = try FloatMatrix(rows: rows, columns: configuration.intermediateSize)
    }
  }

  /// Memory of the backward pass alone; layers share it.
  final class Workspace {
    let normalized, activated: FloatMatrix

    init(rows: Int, configuration: ModelConfiguration) throws(KernelError) {
      normalized = try FloatMatrix(rows: rows, columns: configuration.hiddenSize)
      activated = try FloatMatrix(rows: rows, columns: configuration.intermediateSize)
    }
  }

  /// y = x + feedForward(norm(x))
  func forward(_ x: FloatMatrix, into y: FloatMatrix, keeping kept: Activations, context: ComputeContext) {
    context.normalizeForTraining(
      x,
      weight: norm.value,
      epsilon: epsilon,
      into: kept.normalized,
      inverseScale: kept.inverseScale
    )
    context.forward(kept.normalized, through: gateAndUp, into: kept.gateAndUp)
    context.swiglu(kept.gateAndUp, into: kept.activated)
    y.copy(from: x)
    context.forward(kept.activated, through: down, into: y, adding: true)
  }

  /// Adds to the parameters' gradients and turns the gradient of y into that of x, in place.
  func backward(
    _ gradient: FloatMatrix,
    x: FloatMatrix,
    kept: Activations,
    workspace: Workspace,
    context: ComputeContext
  ) {
    context.backward(gradient, x: kept.activated, through: down, into: workspace.activated)
    context.swigluBackward(workspace.activated, gateAndUp: kept.gateAndUp, into: kept.gateAndUp)
    context.backward(kept.gateAndUp, x: kept.normalized, through: gateAndUp, into: workspace.normalized)
    context.normalizeBackward(
      workspace.normalized,
      x: x,
      weight: norm.value,
      inverseScale: kept.inverseScale,
      addingTo: gradient,
      weightGradient: norm.gradient
    )
  }
}
