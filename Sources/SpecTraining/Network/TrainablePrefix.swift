import SpecKernels
import SpecModel

/// The layer that the target's states go through before Hydra++'s heads read them, with its gradients (Ankner et al. 2024,
/// arXiv 2402.05109, §4): norm(layer(states)).
final class TrainablePrefix {
  /// The layer's outputs of the last forward pass.
  let output: FloatMatrix
  /// The gradient of the outputs: cleared by a forward pass, and added to by what reads them.
  let gradient: FloatMatrix
  private let attention: TrainableAttention
  private let feedForward: TrainableFeedForward
  private let norm: Parameter
  private let layer: ModelConfiguration
  private let states, middle, last, inverseScale, residualGradient: FloatMatrix
  private let attentionKept: TrainableAttention.Activations
  private let attentionWorkspace: TrainableAttention.Workspace
  private let feedForwardKept: TrainableFeedForward.Activations
  private let feedForwardWorkspace: TrainableFeedForward.Workspace
  private let context: ComputeContext

  /// A layer of zeros.
  ///
  /// - Parameters:
  ///   - layer: a plain Llama's layer.
  ///   - rows: tokens of a batch.
  ///   - context: the kernels and threads to compute on.
  /// - Throws: ``SpecKernels/KernelError`` if there is not enough memory.
  init(_ layer: ModelConfiguration, rows: Int, context: ComputeContext) throws(KernelError) {
    let (shape, width) = (layer.attention, layer.hiddenSize)
    (self.layer, self.context) = (layer, context)
    attention = try TrainableAttention(
      prefix: HydraShape.layerName,
      shape: shape,
      epsilon: layer.normEpsilon,
      table: try layer.rotary.table(headDimension: layer.headDimension, positions: layer.contextLength),
      isTrained: true
    )
    feedForward = try TrainableFeedForward(prefix: HydraShape.layerName, configuration: layer, isTrained: true)
    norm = try .vector(HydraShape.prefixName + "norm.weight", width, isTrained: true)
    output = try FloatMatrix(rows: rows, columns: width)
    gradient = try FloatMatrix(rows: rows, columns: width)
    states = try FloatMatrix(rows: rows, columns: width)
    middle = try FloatMatrix(rows: rows, columns: width)
    last = try FloatMatrix(rows: rows, columns: width)
    inverseScale = try FloatMatrix(rows: rows, columns: 1)
    residualGradient = try FloatMatrix(rows: rows, columns: width)
    attentionKept = try .init(rows: rows, shape: shape)
    attentionWorkspace = try .init(rows: rows, shape: shape)
    feedForwardKept = try .init(rows: rows, configuration: layer)
    feedForwardWorkspace = try .init(rows: rows, configuration: layer)
  }

  /// All parameters, in the order of a forward pass.
  var parameters: [Parameter] { attention.parameters + feedForward.parameters + [norm] }

  /// First weights: random matrices of deviation 0.02, and a last normalization that leaves a state about as it was.
  func initialize(finalNorm: Parameter, seed: UInt64) {
    for parameter in parameters {
      if parameter.decays { parameter.fillNormal(deviation: 0.02, seed: seed) } else { parameter.fill(1) }
    }
    let squares = finalNorm.value.withNumbers { $0.reduce(0) { $0 + Double($1) * Double($1) } }
    norm.fill(Float((squares / Double(layer.hiddenSize)).squareRoot()))
  }

  /// Computes `output` from the target's states.
  func forward(_ states: FloatMatrix, batch: TrainingBatch) {
    self.states.copy(from: states)
    attention.forward(states, batch: batch, into: middle, keeping: attentionKept, context: context)
    feedForward.forward(middle, into: last, keeping: feedForwardKept, context: context)
    context.normalizeForTraining(
      last,
      weight: norm.value,
      epsilon: layer.normEpsilon,
      into: output,
      inverseScale: inverseScale
    )
    gradient.clear()
  }

  /// Adds to the gradients of all parameters, given that of the outputs.
  func backward(batch: TrainingBatch) {
    residualGradient.clear()
    context.normalizeBackward(
      gradient,
      x: last,
      weight: norm.value,
      inverseScale: inverseScale,
      addingTo: residualGradient,
      weightGradient: norm.gradient
    )
    feedForward.backward(
      residualGradient,
      x: middle,
      kept: feedForwardKept,
      workspace: feedForwardWorkspace,
      context: context
    )
    attention.backward(
      residualGradient,
      x: states,
      batch: batch,
      kept: attentionKept,
      workspace: attentionWorkspace,
      context: context
    )
  }
}
