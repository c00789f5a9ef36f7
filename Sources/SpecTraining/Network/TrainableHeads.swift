import SpecKernels
import SpecModel

/// Medusa-1 heads (Cai et al. 2024, §2.1.1) and their gradients. Head i reads the target's last normalized state at
/// position t and predicts the token at t + 2 + i.
final class TrainableHeads {
  /// A residual block and a layer to the vocabulary.
  struct Head {
    let linear, bias, vocabulary: Parameter
  }

  let heads: [Head]
  /// The draft vocabulary, whose tokens alone the layers to the vocabulary have; nil for all.
  let tokens: DraftTokens?
  private let context: ComputeContext
  private let projected: FloatMatrix
  private let states: FloatMatrix
  private let gradient: FloatMatrix

  /// - Parameters:
  ///   - target: the model that they are for.
  ///   - count: how many heads.
  ///   - tokens: the draft vocabulary; nil for the target's.
  ///   - rows: tokens of a batch.
  ///   - context: the kernels and threads to compute on.
  /// - Throws: ``SpecKernels/KernelError`` if there is not enough memory.
  init(
    for target: ModelConfiguration,
    count: Int,
    tokens: DraftTokens? = nil,
    rows: Int,
    context: ComputeContext
  ) throws(KernelError) {
    let (width, entries) = (target.hiddenSize, tokens?.count ?? target.vocabularySize)
    (self.tokens, self.context) = (tokens, context)
    var heads: [Head] = []
    for index in 0..<count {
      heads.append(
        Head(
          linear: try .matrix("\(index).0.linear.weight", width, width, isTrained: true),
          bias: try .vector("\(index).0.linear.bias", width, isTrained: true),
          vocabulary: try .matrix("\(index).1.weight", entries, width, isTrained: true)
        )
      )
    }
    self.heads = heads
    projected = try FloatMatrix(rows: rows, columns: width)
    states = try FloatMatrix(rows: rows, columns: width)
    gradient = try FloatMatrix(rows: rows, columns: width)
  }

  var parameters: [Parameter] { heads.flatMap { [$0.linear, $0.bias, $0.vocabulary] } }

  /// As published: residual blocks of zeros and the target's own head, so that every head starts as the target's.
  func initialize(head: Parameter) {
    for own in heads {
      let rows = own.vocabulary.value
      if let tokens { tokens.takeRows(of: head.value, into: rows) } else { rows.copy(from: head.value) }
    }
  }

  /// The logits of one head.
  func forward(_ index: Int, finalStates: FloatMatrix, into logits: FloatMatrix) {
    let head = heads[index]
    context.forward(finalStates, through: head.linear, into: projected)
    context.addSilu(projected, bias: head.bias.value, residual: finalStates, into: states)
    context.forward(states, through: head.vocabulary, into: logits)
  }

  /// The heads' losses on the tokens after the next one, those of the draft vocabulary, each weighted by 0.8 to the power of i + 1 as published (Cai et
  /// al. 2024, §2.2.1), with their gradients.
  ///
  /// - Parameters:
  ///   - batch: what the states were computed from.
  ///   - finalStates: the target's.
  ///   - logits: memory, rows × vocabulary.
  ///   - weight: of all heads together.
  ///   - finalGradient: takes the gradient of the target's states in addition; nil for a frozen target.
  /// - Returns: the weighted losses together.
  func step(
    _ batch: TrainingBatch,
    finalStates: FloatMatrix,
    logits: FloatMatrix,
    weight: Float,
    addingTo finalGradient: FloatMatrix?
  ) -> Double {
    var (loss, weight) = (0.0, weight)
    for index in heads.indices {
      weight *= Self.decay
      var targets = batch.targets(ahead: index + 2)
      if let tokens { targets = targets.map(tokens.column) }
      let count = targets.count { $0 >= 0 }
      forward(index, finalStates: finalStates, into: logits)
      let losses = context.crossEntropy(logits, targets: targets, gradientScale: weight / Float(max(1, count)))
      backward(index, finalStates: finalStates, logitsGradient: logits, addingTo: finalGradient)
      loss += Double(weight) * mean(losses, over: count)
    }
    return loss
  }

  private static let decay: Float = 0.8

  /// Adds to the gradients of the head whose forward pass was last, and to that of the states that it read.
  private func backward(
    _ index: Int,
    finalStates: FloatMatrix,
    logitsGradient: FloatMatrix,
    addingTo finalGradient: FloatMatrix?
  ) {
    let head = heads[index]
    guard let biasGradient = head.bias.gradient else { preconditionFailure("frozen heads have no gradients") }
    context.backward(logitsGradient, x: states, through: head.vocabulary, into: gradient)
    context.addSiluBackward(
      gradient,
      z: projected,
      bias: head.bias.value,
      into: projected,
      addingTo: finalGradient,
      biasGradient: biasGradient
    )
    context.backward(projected, x: finalStates, through: head.linear, into: nil)
    if let finalGradient { context.product(projected, head.linear.value, into: finalGradient, adding: true) }
  }
}
