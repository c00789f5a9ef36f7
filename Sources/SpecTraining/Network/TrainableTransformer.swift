import SpecKernels
import SpecModel

/// A Llama-family model whose gradients can be computed. In a frozen one the layers share one set of activations.
final class TrainableTransformer {
  let configuration: ModelConfiguration
  let context: ComputeContext
  let rows: Int
  let embedding: Parameter
  let layers: [Layer]
  let norm: Parameter
  /// The embedding itself where the model ties them.
  let head: Parameter
  let isTrained: Bool
  private let residuals: [FloatMatrix]
  private let normalized: FloatMatrix
  private let inverseScale: FloatMatrix
  private let gradients: Gradients?

  struct Layer {
    let attention: TrainableAttention
    let feedForward: TrainableFeedForward
    let kept: Kept

    var parameters: [Parameter] { attention.parameters + feedForward.parameters }
  }

  /// What the backward pass needs of a layer's forward pass; `middle` is the residual stream between its blocks.
  struct Kept {
    let middle: FloatMatrix
    let attention: TrainableAttention.Activations
    let feedForward: TrainableFeedForward.Activations

    init(rows: Int, configuration: ModelConfiguration) throws(KernelError) {
      middle = try FloatMatrix(rows: rows, columns: configuration.hiddenSize)
      attention = try .init(rows: rows, shape: configuration.attention)
      feedForward = try .init(rows: rows, configuration: configuration)
    }
  }

  /// Memory of the backward pass.
  private struct Gradients {
    let residual, normalized: FloatMatrix
    let attention: TrainableAttention.Workspace
    let feedForward: TrainableFeedForward.Workspace

    init(rows: Int, configuration: ModelConfiguration) throws(KernelError) {
      residual = try FloatMatrix(rows: rows, columns: configuration.hiddenSize)
      normalized = try FloatMatrix(rows: rows, columns: configuration.hiddenSize)
      attention = try .init(rows: rows, shape: configuration.attention)
      feedForward = try .init(rows: rows, configuration: configuration)
    }
  }

  /// Whether the training kernels compute all that a model consists of: a plain Llama, whatever its rotary embedding.
  static func canCompute(_ configuration: ModelConfiguration) -> Bool {
    configuration.parts == ModelParts() && configuration.window == nil && configuration.windowRotary == nil
      && configuration.rotary.share == 1
  }

  /// A model of zeros; fill it with ``load(_:)`` or ``initialize(seed:)``.
  ///
  /// - Parameters:
  ///   - configuration: its shape.
  ///   - rows: tokens of a batch.
  ///   - isTrained: whether its parameters change.
  ///   - context: the kernels and threads to compute on.
  /// - Throws: ``SpecKernels/KernelError`` if there is not enough memory.
  init(_ configuration: ModelConfiguration, rows: Int, isTrained: Bool, context: ComputeContext) throws(KernelError) {
    precondition(Self.canCompute(configuration), "a model of another family than Llama")
    self.configuration = configuration
    self.context = context
    self.rows = rows
    self.isTrained = isTrained
    let width = configuration.hiddenSize
    embedding = try .matrix(
      "model.embed_tokens.weight",
      configuration.vocabularySize,
      width,
      isTrained: isTrained
    )
    layers = try Self.makeLayers(configuration, rows: rows, isTrained: isTrained)
    norm = try .vector("model.norm.weight", width, isTrained: isTrained)
    head =
      configuration.tiesEmbeddings
      ? embedding : try .matrix("lm_head.weight", configuration.vocabularySize, width, isTrained: isTrained)
    var residuals: [FloatMatrix] = []
    for _ in 0..<(isTrained ? layers.count + 1 : 1) { residuals.append(try FloatMatrix(rows: rows, columns: width)) }
    self.residuals = residuals
    normalized = try FloatMatrix(rows: rows, columns: width)
    inverseScale = try FloatMatrix(rows: rows, columns: 1)
    gradients = isTrained ? try Gradients(rows: rows, configuration: configuration) : nil
  }

  private static func makeLayers(
    _ configuration: ModelConfiguration,
    rows: Int,
    isTrained: Bool
  ) throws(KernelError) -> [Layer] {
    let table = try configuration.rotary.table(
      headDimension: configuration.headDimension,
      positions: configuration.contextLength
    )
    var layers: [Layer] = []
    for index in 0..<configuration.layers {
      let prefix = "model.layers.\(index)."
      let shared = isTrained ? nil : layers.first?.kept
      let kept = if let shared { shared } else { try Kept(rows: rows, configuration: configuration) }
      let attention = try TrainableAttention(
        prefix: prefix,
        shape: configuration.attention,
        epsilon: configuration.normEpsilon,
        table: table,
        isTrained: isTrained
      )
      layers.append(
        Layer(
          attention: attention,
          feedForward: try TrainableFeedForward(prefix: prefix, configuration: configuration, isTrained: isTrained),
          kept: kept
        )
      )
    }
    return layers
  }

  /// All parameters, in the order of a forward pass; tied ones once.
  var parameters: [Parameter] {
    [embedding] + layers.flatMap(\.parameters) + [norm] + (configuration.tiesEmbeddings ? [] : [head])
  }

  /// Takes a checkpoint's numbers.
  func load(_ source: some TensorSource) throws {
    for parameter in parameters { try parameter.load(source) }
  }

  /// Takes the layers of a shallower model as its first ones. Those above them begin as blocks that add nothing, random
  /// projections in front of zeros, so that the whole computes what the shallower model does.
  ///
  /// Of the added layers some may rehearse the shallower model's last one, below it: with its attention at less than
  /// half its strength and a feed-forward that adds nothing. What the last layer would look up is then there in part,
  /// for it to look up by; so chains of look-ups can be learned. Copies above it would not do: what it looks up with is
  /// gone after it.
  ///
  /// - Parameters:
  ///   - checkpoint: the shallower model; has at least one layer.
  ///   - seed: what the new weights follow from.
  ///   - rehearsals: how many layers rehearse; no more than are added.
  /// - Throws: ``ModelError`` if the checkpoint does not fit.
  func grow(from checkpoint: Checkpoint, seed: UInt64, rehearsals: Int = 0) throws {
    initialize(seed: seed)
    let known = checkpoint.configuration.layers
    precondition(known > 0 && known + rehearsals <= layers.count, "no room for the rehearsals")
    let added = layers.dropFirst(known)
    for layer in added {
      layer.attention.output.fill(0)
      layer.feedForward.down.fill(0)
    }
    let isAdded = Set(added.flatMap(\.parameters).map(ObjectIdentifier.init))
    for parameter in parameters where !isAdded.contains(ObjectIdentifier(parameter)) { try parameter.load(checkpoint) }
    let last = layers[known - 1]
    for layer in layers[known..<known + rehearsals] {
      for (parameter, source) in zip(layer.parameters, last.parameters) { parameter.value.copy(from: source.value) }
    }
    for layer in layers[known - 1..<known - 1 + rehearsals] {
      context.scale(layer.attention.output.value, by: Self.rehearsalStrength)
      layer.feedForward.down.fill(0)
    }
  }

  /// How strong the attention of a rehearsal is. At 1 the next layer finds nothing left to look up with; at 0.15 chains
  /// are learned more slowly.
  private static let rehearsalStrength: Float = 0.3

  /// Random matrices of deviation 0.02, those that end a block smaller by √(2 · layers) (GPT-2; Radford et al. 2019,
  /// §2.3), and normalizations of one.
  func initialize(seed: UInt64) {
    let deviation: Float = 0.02
    let ending = deviation / Float(2 * layers.count).squareRoot()
    for parameter in parameters where parameter.decays { parameter.fillNormal(deviation: deviation, seed: seed) }
    for layer in layers {
      layer.attention.output.fillNormal(deviation: ending, seed: seed)
      layer.feedForward.down.fillNormal(deviation: ending, seed: seed)
      layer.attention.norm.fill(1)
      layer.feedForward.norm.fill(1)
    }
    norm.fill(1)
  }

  /// The residual stream in front of a layer; in a frozen model there is only the one that is being computed.
  private func residual(_ layer: Int) -> FloatMatrix { residuals[isTrained ? layer : 0] }

  /// Runs a batch through layers.
  ///
  /// - Parameters:
  ///   - batch: as many rows as the model was made for.
  ///   - exits: each takes the residual stream after its layer.
  func forward(_ batch: TrainingBatch, exits: [(layer: Int, states: FloatMatrix)] = []) {
    precondition(batch.tokens.count == rows, "a batch of another size")
    context.gather(embedding.value, tokens: batch.tokens, into: residual(0))
    for (index, layer) in layers.enumerated() {
      layer.attention.forward(
        residual(index),
        batch: batch,
        into: layer.kept.middle,
        keeping: layer.kept.attention,
        context: context
      )
      layer.feedForward.forward(
        layer.kept.middle,
        into: residual(index + 1),
        keeping: layer.kept.feedForward,
        context: context
      )
      for exit in exits where exit.layer == index + 1 { exit.states.copy(from: residual(index + 1)) }
    }
    context.normalizeForTraining(
      residual(layers.count),
      weight: norm.value,
      epsilon: configuration.normEpsilon,
      into: normalized,
      inverseScale: inverseScale
    )
  }

  /// The normalized states of the last forward pass.
  var finalStates: FloatMatrix { normalized }

  /// The head's logits of the last forward pass.
  ///
  /// - Parameter logits: rows × vocabulary.
  func logits(into logits: FloatMatrix) { context.forward(normalized, through: head, into: logits) }

  /// Adds to the gradients of all parameters.
  ///
  /// - Parameters:
  ///   - batch: the batch of the last forward pass.
  ///   - logitsGradient: rows × vocabulary.
  ///   - finalGradient: another gradient of the final states; nil for none.
  ///   - exit: another gradient of the residual stream after its layer; nil for none.
  func backward(
    _ batch: TrainingBatch,
    logitsGradient: FloatMatrix,
    finalGradient: FloatMatrix? = nil,
    exit: (layer: Int, gradient: FloatMatrix)? = nil
  ) {
    guard let gradients else { preconditionFailure("a frozen model has no gradients") }
    context.backward(logitsGradient, x: normalized, through: head, into: gradients.normalized)
    if let finalGradient { context.add(finalGradient, to: gradients.normalized) }
    gradients.residual.clear()
    context.normalizeBackward(
      gradients.normalized,
      x: residual(layers.count),
      weight: norm.value,
      inverseScale: inverseScale,
      addingTo: gradients.residual,
      weightGradient: norm.gradient
    )
    for (index, layer) in layers.enumerated().reversed() {
      if let exit, exit.layer == index + 1 { context.add(exit.gradient, to: gradients.residual) }
      layer.feedForward.backward(
        gradients.residual,
        x: layer.kept.middle,
        kept: layer.kept.feedForward,
        workspace: gradients.feedForward,
        context: context
      )
      layer.attention.backward(
        gradients.residual,
        x: residual(index),
        batch: batch,
        kept: layer.kept.attention,
        workspace: gradients.attention,
        context: context
      )
    }
    if let gradient = embedding.gradient {
      context.scatterAdd(gradients.residual, tokens: batch.tokens, into: gradient)
    }
  }
}

extension ComputeContext {
  /// y = x · wᵀ, or y += …
  func forward(_ x: FloatMatrix, through weight: Parameter, into y: FloatMatrix, adding: Bool = false) {
    product(x, weight.value, transposingB: true, into: y, adding: adding)
  }

  /// The backward pass of y = x · wᵀ: adds dyᵀ · x to the weight's gradient, if it is trained, and writes dx = dy · w.
  func backward(_ dy: FloatMatrix, x: FloatMatrix, through weight: Parameter, into dx: FloatMatrix?) {
    if let gradient = weight.gradient { product(dy, transposingA: true, x, into: gradient, adding: true) }
    if let dx { product(dy, weight.value, into: dx) }
  }
}
