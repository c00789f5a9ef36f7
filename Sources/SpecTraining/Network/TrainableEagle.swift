import SpecKernels
import SpecModel

/// An EAGLE head and its gradients, unrolled over its own outputs as it drafts (training-time test; Li et al. 2025, arXiv
/// 2503.01840, §3.2; for EAGLE-1's heads as Zhang et al. 2024, arXiv 2408.15766).
///
/// In step j row t reads the token at t + 1 + j of its document, and the target's states at t where j is 0, else its own
/// output of step j − 1. Its output stands for the target's state at t + 1 + j.
final class TrainableEagle {
  let shape: EagleShape
  let fusion: Parameter
  let fusionBias: Parameter?
  let attention: UnrolledAttention
  let feedForward: TrainableFeedForward
  /// EAGLE-3's normalizations of embedding and state, and its own head with the normalization before it.
  let own: (embeddingNorm: Parameter, stateNorm: Parameter, norm: Parameter, head: Parameter)?
  /// How often it is unrolled.
  var stepCount: Int { steps.count }
  /// What the target gives: for EAGLE-1 its last normalized states, else states of several layers side by side.
  let features: FloatMatrix
  private let steps: [Step]
  private let context: ComputeContext
  private let feedForwardWorkspace: TrainableFeedForward.Workspace
  private let inputsGradient: FloatMatrix
  private let normalized: FloatMatrix
  private let normalizedScale: FloatMatrix
  private let scratch: FloatMatrix
  private let half: FloatMatrix

  /// What the backward pass needs of a step.
  private struct Step {
    /// The residual stream before, between and behind the blocks.
    let state, middle, output: FloatMatrix
    /// The gradient of the output; the residual stream's in a backward pass.
    let gradient: FloatMatrix
    /// Embedding and state side by side: what EAGLE-1 fuses, and what EAGLE-3 attends with.
    let joined: FloatMatrix
    let embedding, embeddingScale, stateScale: FloatMatrix
    let feedForward: TrainableFeedForward.Activations

    init(_ shape: EagleShape, rows: Int) throws(KernelError) {
      let width = shape.width
      state = try FloatMatrix(rows: rows, columns: width)
      middle = try FloatMatrix(rows: rows, columns: width)
      output = try FloatMatrix(rows: rows, columns: width)
      gradient = try FloatMatrix(rows: rows, columns: width)
      joined = try FloatMatrix(rows: rows, columns: 2 * width)
      embedding = try FloatMatrix(rows: rows, columns: width)
      embeddingScale = try FloatMatrix(rows: rows, columns: 1)
      stateScale = try FloatMatrix(rows: rows, columns: 1)
      feedForward = try .init(rows: rows, configuration: shape.layer)
    }
  }

  /// A head of zeros.
  ///
  /// - Parameters:
  ///   - shape: what it consists of: no more than the published heads do, and as wide as its target.
  ///   - steps: how often it is unrolled.
  ///   - rows: tokens of a batch.
  ///   - context: the kernels and threads to compute on.
  /// - Throws: ``SpecKernels/KernelError`` if there is not enough memory.
  init(_ shape: EagleShape, steps: Int, rows: Int, context: ComputeContext) throws(KernelError) {
    precondition(shape.width == shape.targetWidth && shape.layer.parts == ModelParts(), "another head than published")
    let (width, names) = (shape.width, shape.names)
    (self.shape, self.context) = (shape, context)
    fusion = try .matrix(names.fusion + ".weight", width, shape.fusionWidth, isTrained: true)
    fusionBias = shape.hasFusionBias ? try .vector(names.fusion + ".bias", width, isTrained: true) : nil
    attention = try UnrolledAttention(prefix: names.layer, shape: shape, steps: steps, rows: rows, context: context)
    feedForward = try TrainableFeedForward(prefix: names.layer, configuration: shape.layer, isTrained: true)
    if let entries = shape.draftVocabulary {
      own = (
        try .vector(names.layer + LayerNames().attentionNorm + ".weight", width, isTrained: true),
        try .vector(names.layer + EagleNames.hiddenNorm + ".weight", width, isTrained: true),
        try .vector(EagleNames.norm + ".weight", width, isTrained: true),
        try .matrix(EagleNames.head, entries, width, isTrained: true)
      )
    } else {
      own = nil
    }
    var kept: [Step] = []
    for _ in 0..<steps { kept.append(try Step(shape, rows: rows)) }
    self.steps = kept
    features = try FloatMatrix(rows: rows, columns: shape.fusedLayers.count * shape.targetWidth)
    feedForwardWorkspace = try .init(rows: rows, configuration: shape.layer)
    inputsGradient = try FloatMatrix(rows: rows, columns: shape.attentionInputs)
    normalized = try FloatMatrix(rows: rows, columns: width)
    normalizedScale = try FloatMatrix(rows: rows, columns: 1)
    scratch = try FloatMatrix(rows: rows, columns: 2 * width)
    half = try FloatMatrix(rows: rows, columns: width)
  }

  /// All parameters, in the order of a forward pass.
  var parameters: [Parameter] {
    let norms = own.map { [$0.embeddingNorm, $0.stateNorm] } ?? []
    let head = own.map { [$0.norm, $0.head] } ?? []
    return [fusion] + [fusionBias].compactMap(\.self) + norms + attention.parameters + feedForward.parameters + head
  }

  /// First weights: random matrices of deviation 0.02, and a fusion that lets the target's last state through. EAGLE-3's
  /// normalization and head begin as the target's.
  func initialize(finalNorm: Parameter, head: Parameter, tokens: DraftTokens?, seed: UInt64) {
    for parameter in parameters where parameter.decays { parameter.fillNormal(deviation: 0.02, seed: seed) }
    let last = shape.fusionWidth - shape.width
    for row in 0..<shape.width { fusion.value[row, last + row] += 1 }
    feedForward.norm.fill(1)
    guard let own else { return }
    own.embeddingNorm.fill(1)
    own.stateNorm.fill(1)
    own.norm.value.copy(from: finalNorm.value)
    let rows = own.head.value
    if let tokens { tokens.takeRows(of: head.value, into: rows) } else { rows.copy(from: head.value) }
  }

  /// The outputs of a step.
  func output(of step: Int) -> FloatMatrix { steps[step].output }

  /// The gradient of a step's outputs, to be filled before ``backward(_:)``.
  func outputGradient(of step: Int) -> FloatMatrix { steps[step].gradient }

  /// Computes a step from `features` or from the step before it.
  ///
  /// - Parameters:
  ///   - step: which, after those before it.
  ///   - batch: documents.
  ///   - embed: writes the embeddings of tokens.
  func forward(_ step: Int, batch: TrainingBatch, embed: ([Token], FloatMatrix) -> Void) {
    let own = steps[step]
    embed(batch.targets(ahead: step + 1).map { max(0, $0) }, own.embedding)
    let inputs = prepare(step)
    own.middle.copy(from: own.state)
    attention.forward(inputs, step: step, batch: batch, addingTo: own.middle)
    feedForward.forward(own.middle, into: own.output, keeping: own.feedForward, context: context)
  }

  /// Leaves the residual stream in the step's `state`, and gives what it attends with.
  private func prepare(_ step: Int) -> FloatMatrix {
    let (kept, width) = (steps[step], shape.width)
    let given = step == 0 ? features : steps[step - 1].output
    guard let own else {
      kept.joined.copyColumns(0..<width, of: kept.embedding)
      kept.joined.copyColumns(width..<2 * width, of: given, from: 0)
      context.forward(kept.joined, through: fusion, into: kept.state)
      if let fusionBias { kept.state.addToRows(fusionBias.value) }
      return kept.state
    }
    if step == 0 { context.forward(given, through: fusion, into: kept.state) } else { kept.state.copy(from: given) }
    normalize(kept.embedding, own.embeddingNorm, into: half, scale: kept.embeddingScale)
    kept.joined.copyColumns(0..<width, of: half)
    normalize(kept.state, own.stateNorm, into: half, scale: kept.stateScale)
    kept.joined.copyColumns(width..<2 * width, of: half, from: 0)
    return kept.joined
  }

  private func normalize(_ x: FloatMatrix, _ norm: Parameter, into y: FloatMatrix, scale: FloatMatrix) {
    context.normalizeForTraining(
      x,
      weight: norm.value,
      epsilon: shape.layer.normEpsilon,
      into: y,
      inverseScale: scale
    )
  }

  /// The logits of a step's outputs.
  ///
  /// - Parameters:
  ///   - step: a step that was computed.
  ///   - head: the target's head or some rows of it, which EAGLE-1 uses.
  ///   - logits: rows × entries of the head.
  func logits(of step: Int, head: Parameter, into logits: FloatMatrix) {
    guard let own else { return context.forward(steps[step].output, through: head, into: logits) }
    normalize(steps[step].output, own.norm, into: normalized, scale: normalizedScale)
    context.forward(normalized, through: own.head, into: logits)
  }

  /// Turns the gradient of the logits that were computed last into that of the step's outputs.
  func logitsBackward(_ logitsGradient: FloatMatrix, of step: Int, head: Parameter) {
    let kept = steps[step]
    guard let own else { return context.backward(logitsGradient, x: kept.output, through: head, into: kept.gradient) }
    context.backward(logitsGradient, x: normalized, through: own.head, into: half)
    kept.gradient.clear()
    normalizeBackward(half, kept.output, own.norm, normalizedScale, addingTo: kept.gradient)
  }

  private func normalizeBackward(
    _ dy: FloatMatrix,
    _ x: FloatMatrix,
    _ norm: Parameter,
    _ scale: FloatMatrix,
    addingTo dx: FloatMatrix
  ) {
    context.normalizeBackward(
      dy,
      x: x,
      weight: norm.value,
      inverseScale: scale,
      addingTo: dx,
      weightGradient: norm.gradient
    )
  }

  /// Adds to the gradients of all parameters, given those of the outputs of all steps.
  func backward(_ batch: TrainingBatch) {
    attention.clearGradients()
    for step in steps.indices.reversed() {
      let kept = steps[step]
      feedForward.backward(
        kept.gradient,
        x: kept.middle,
        kept: kept.feedForward,
        workspace: feedForwardWorkspace,
        context: context
      )
      attention.backward(
        kept.gradient,
        inputs: own == nil ? kept.state : kept.joined,
        step: step,
        batch: batch,
        into: inputsGradient
      )
      if own == nil { fuseBackward(step) } else { normalizeInputsBackward(step) }
    }
  }

  /// EAGLE-1: state = fusion(embedding ‖ what was given).
  private func fuseBackward(_ step: Int) {
    let (kept, width) = (steps[step], shape.width)
    context.add(inputsGradient, to: kept.gradient)
    if let sums = fusionBias?.gradient { kept.gradient.addRows(to: sums) }
    context.backward(kept.gradient, x: kept.joined, through: fusion, into: step > 0 ? scratch : nil)
    if step > 0 { steps[step - 1].gradient.addColumns(0..<width, of: scratch, from: width) }
  }

  /// EAGLE-3: inputs = norm(embedding) ‖ norm(state), and the state is a fusion in the first step alone.
  private func normalizeInputsBackward(_ step: Int) {
    guard let own else { return }
    let (kept, width) = (steps[step], shape.width)
    half.copyColumns(0..<width, of: inputsGradient, from: 0)
    // The embedding itself is the target's.
    normalized.clear()
    normalizeBackward(half, kept.embedding, own.embeddingNorm, kept.embeddingScale, addingTo: normalized)
    half.copyColumns(0..<width, of: inputsGradient, from: width)
    normalizeBackward(half, kept.state, own.stateNorm, kept.stateScale, addingTo: kept.gradient)
    guard step > 0 else { return context.backward(kept.gradient, x: features, through: fusion, into: nil) }
    context.add(kept.gradient, to: steps[step - 1].gradient)
  }
}
