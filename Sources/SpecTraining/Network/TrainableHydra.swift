import SpecKernels
import SpecModel

/// Hydra heads of one residual block each, with their gradients (Ankner et al. 2024, arXiv 2402.05109, §3). Head i reads the
/// target's state at position t, or what the prefix layer makes of it, and the embeddings of the tokens at t + 1 to t + 1 + i;
/// it predicts the token at t + 2 + i.
final class TrainableHydra {
  /// A head: silu(linear(x) + bias) + residual(x) + residualBias, and a layer to the vocabulary.
  private struct Head {
    let linear, bias, residual, residualBias, vocabulary, vocabularyBias: Parameter
    /// State and embeddings side by side, and their gradient where a prefix layer learns from it.
    let inputs: FloatMatrix
    let inputsGradient: FloatMatrix?

    /// The parameters before the layer to the vocabulary.
    var block: [Parameter] { [linear, bias, residual, residualBias] }
    var parameters: [Parameter] { block + [vocabulary, vocabularyBias] }

    init(_ shape: HydraShape, _ index: Int, entries: Int, rows: Int) throws(KernelError) {
      let (block, output) = (shape.name(ofBlock: 0, head: index), shape.outputName(ofHead: index))
      let (width, columns) = (shape.width, shape.inputs(ofBlock: 0, head: index))
      linear = try .matrix(block + "linear.weight", width, columns, isTrained: true)
      bias = try .vector(block + "linear.bias", width, isTrained: true)
      residual = try .matrix(block + "res_connection.weight", width, columns, isTrained: true)
      residualBias = try .vector(block + "res_connection.bias", width, isTrained: true)
      vocabulary = try .matrix(output + "weight", entries, width, isTrained: true)
      vocabularyBias = try .vector(output + "bias", entries, isTrained: true)
      inputs = try FloatMatrix(rows: rows, columns: columns)
      inputsGradient = try shape.prefix == nil ? nil : FloatMatrix(rows: rows, columns: columns)
    }
  }

  /// What the heads consist of.
  let shape: HydraShape
  /// The draft vocabulary, whose tokens alone the layers to the vocabulary have; nil for all.
  private let tokens: DraftTokens?
  private let prefix: TrainablePrefix?
  private let heads: [Head]
  private let context: ComputeContext
  private let projected, added, hidden, gradient, embeddings: FloatMatrix

  /// Heads of zeros.
  ///
  /// - Parameters:
  ///   - shape: what they consist of: one block each.
  ///   - tokens: the draft vocabulary; nil for the target's.
  ///   - rows: tokens of a batch.
  ///   - context: the kernels and threads to compute on.
  /// - Throws: ``SpecKernels/KernelError`` if there is not enough memory.
  init(_ shape: HydraShape, tokens: DraftTokens? = nil, rows: Int, context: ComputeContext) throws(KernelError) {
    precondition(shape.blocks == 1, "heads of one block")
    (self.shape, self.tokens, self.context) = (shape, tokens, context)
    prefix =
      if let layer = shape.prefix { try TrainablePrefix(layer, rows: rows, context: context) } else { nil }
    var heads: [Head] = []
    let entries = tokens?.count ?? shape.vocabulary
    for index in 0..<shape.count { heads.append(try Head(shape, index, entries: entries, rows: rows)) }
    self.heads = heads
    projected = try FloatMatrix(rows: rows, columns: shape.width)
    added = try FloatMatrix(rows: rows, columns: shape.width)
    hidden = try FloatMatrix(rows: rows, columns: shape.width)
    gradient = try FloatMatrix(rows: rows, columns: shape.width)
    embeddings = try FloatMatrix(rows: rows, columns: shape.width)
  }

  /// All parameters, in the order of a forward pass.
  var parameters: [Parameter] { (prefix?.parameters ?? []) + heads.flatMap(\.parameters) }

  /// First weights: a residual block that lets the state through, with small random numbers for the tokens, and the target's
  /// own head, so that every head starts as the target's.
  func initialize(finalNorm: Parameter, head: Parameter, seed: UInt64) {
    prefix?.initialize(finalNorm: finalNorm, seed: seed)
    for own in heads {
      own.residual.fillNormal(deviation: 0.02, seed: seed)
      for row in 0..<shape.width { own.residual.value[row, row] += 1 }
      let rows = own.vocabulary.value
      if let tokens { tokens.takeRows(of: head.value, into: rows) } else { rows.copy(from: head.value) }
    }
  }

  /// Takes the numbers of a checkpoint.
  ///
  /// - Parameter source: where the tensors are, over the target's vocabulary.
  /// - Throws: as ``Parameter/load(_:)``.
  func load(_ source: some TensorSource) throws {
    guard let tokens else { return try parameters.forEach { try $0.load(source) } }
    try prefix?.parameters.forEach { try $0.load(source) }
    for head in heads {
      try head.block.forEach { try $0.load(source) }
      for output in [head.vocabulary, head.vocabularyBias] {
        try tokens.load(output, from: source, size: shape.vocabulary)
      }
    }
  }

  /// The tensors of a checkpoint, over the target's vocabulary.
  ///
  /// - Parameter others: the rows of the tokens outside a draft vocabulary, whose biases are 0.
  /// - Returns: a tensor for each name of the shape.
  func tensors(others: FloatMatrix) -> [NamedTensor] {
    guard let tokens else { return parameters.flatMap(\.tensors) }
    let outputs = heads.flatMap { head in
      head.block.flatMap(\.tensors)
        + [
          tokens.tensor(head.vocabulary, others: others), tokens.tensor(head.vocabularyBias, size: shape.vocabulary),
        ]
    }
    return (prefix?.parameters ?? []).flatMap(\.tensors) + outputs
  }

  /// Takes what all heads read.
  ///
  /// - Parameters:
  ///   - finalStates: the target's normalized states.
  ///   - batch: what they were computed from.
  ///   - embed: writes the embeddings of tokens.
  func read(_ finalStates: FloatMatrix, batch: TrainingBatch, embed: ([Token], FloatMatrix) -> Void) {
    prefix?.forward(finalStates, batch: batch)
    let (state, width) = (prefix?.output ?? finalStates, shape.width)
    for own in heads { own.inputs.copyColumns(0..<width, of: state) }
    for place in 1...shape.count {
      embed(batch.targets(ahead: place).map { max(0, $0) }, embeddings)
      for own in heads[(place - 1)...] {
        own.inputs.copyColumns(place * width..<(place + 1) * width, of: embeddings, from: 0)
      }
    }
  }

  /// The logits of one head.
  func forward(_ index: Int, into logits: FloatMatrix) {
    let head = heads[index]
    context.forward(head.inputs, through: head.linear, into: projected)
    context.forward(head.inputs, through: head.residual, into: added)
    added.addToRows(head.residualBias.value)
    context.addSilu(projected, bias: head.bias.value, residual: added, into: hidden)
    context.forward(hidden, through: head.vocabulary, into: logits)
    logits.addToRows(head.vocabularyBias.value)
  }

  /// Adds to the gradients of the head whose forward pass was last.
  func backward(_ index: Int, logitsGradient: FloatMatrix) {
    let head = heads[index]
    guard let biasGradient = head.bias.gradient, let residualSums = head.residualBias.gradient,
      let vocabularySums = head.vocabularyBias.gradient
    else { preconditionFailure("frozen heads have no gradients") }
    logitsGradient.addRows(to: vocabularySums)
    context.backward(logitsGradient, x: hidden, through: head.vocabulary, into: gradient)
    gradient.addRows(to: residualSums)
    context.addSiluBackward(
      gradient,
      z: projected,
      bias: head.bias.value,
      into: projected,
      addingTo: nil,
      biasGradient: biasGradient
    )
    context.backward(projected, x: head.inputs, through: head.linear, into: head.inputsGradient)
    context.backward(gradient, x: head.inputs, through: head.residual, into: nil)
    guard let prefix, let inputsGradient = head.inputsGradient else { return }
    context.product(gradient, head.residual.value, into: inputsGradient, adding: true)
    prefix.gradient.addColumns(0..<shape.width, of: inputsGradient)
  }

  /// Adds to the gradients of the prefix layer, after those of all heads.
  func finishBackward(_ batch: TrainingBatch) { prefix?.backward(batch: batch) }
}
