import SpecKernels
import SpecModel

/// Chooses tokens: the largest logit, or a draw whose noise follows from seed, prompt, position and token alone.
///
/// Whoever drafts for a position draws with the same noise as the target, so that a good drafter's draw is the target's.
public final class Sampler {
  /// What a draw is for: each has noise of its own.
  typealias Purpose = PromptNoise.Purpose

  /// How tokens are chosen.
  public internal(set) var sampling: Sampling
  let context: ComputeContext
  private let targetVocabulary: Int
  private let clock: PhaseClock
  private var noise = PromptNoise(of: [])
  /// Copies of logits that a token is drawn from, by their width: a drafter's vocabulary may be smaller than the target's.
  private var copies: [Int: Activations]

  /// - Parameters:
  ///   - sampling: how tokens are chosen.
  ///   - target: the model whose tokens are chosen.
  ///   - clock: takes the time of a drafter's choices.
  /// - Throws: `KernelError` if there is not enough memory.
  init(_ sampling: Sampling, target: Transformer, clock: PhaseClock = PhaseClock()) throws(KernelError) {
    self.sampling = sampling
    self.clock = clock
    context = target.context
    let width = target.configuration.vocabularySize
    targetVocabulary = width
    copies = [width: try Activations(capacity: 1, width: width)]
  }

  /// Takes the prompt's token ids into the noise.
  func begin(_ prompt: [Token]) { noise = PromptNoise(of: prompt) }

  /// The key of all noise for a position.
  func key(_ position: Int, _ purpose: Purpose = .coupled) -> UInt64 {
    noise.key(position, purpose, seed: sampling.seed)
  }

  /// The target's tokens.
  ///
  /// - Parameters:
  ///   - logits: rows of the target's logits; they are changed.
  ///   - positions: for each row the position of the token that follows it.
  /// - Returns: one token for each row.
  /// - Throws: ``NotFiniteLogits`` for the target's first row that is not finite.
  func tokens(_ logits: ActivationRows, at positions: [Int]) throws(NotFiniteLogits) -> [Token] {
    if !sampling.isGreedy {
      try perturb(logits, noise: positions.map { key($0) }, of: .target, at: positions)
      return context.choose(logits, withProbability: false).map { Token($0.index) }
    }
    let choices = context.choose(logits, withProbability: false)
    try require(choices, of: .target, at: positions)
    return choices.map { Token($0.index) }
  }

  /// The target's likeliest tokens, without noise or limits.
  ///
  /// - Parameters:
  ///   - count: how many.
  ///   - logits: rows of the target's logits.
  ///   - withProbabilities: whether their probabilities are wanted.
  /// - Returns: for each row its tokens, best first.
  func likeliest(_ count: Int, of logits: ActivationRows, withProbabilities: Bool) -> [[RankedToken]] {
    let first = withProbabilities ? context.choose(logits, withProbability: true) : []
    return logits.range.map { row in
      context.top(count, of: logits.owner[rows: row..<row + 1]).map { token in
        guard withProbabilities else { return RankedToken(Token(token)) }
        let likeliest = first[row - logits.range.lowerBound]
        let distance = logits.owner[row, token] - likeliest.value
        return RankedToken(Token(token), probability: likeliest.probability * canonicalExponential(distance))
      }
    }
  }

  /// Makes a row of the target's logits ready for comparing tokens: what is larger is what is rather chosen.
  ///
  /// - Parameters:
  ///   - logits: one row of the target's logits; it is changed where tokens are drawn.
  ///   - position: the position of the token that follows it.
  /// - Throws: ``NotFiniteLogits``.
  func prepare(_ logits: ActivationRows, at position: Int) throws(NotFiniteLogits) {
    if sampling.isGreedy {
      try require(context.choose(logits, withProbability: false), of: .target, at: [position])
    } else {
      try perturb(logits, noise: [key(position)], of: .target, at: [position])
    }
  }

  /// Refuses choices from rows that are not finite.
  private func require(
    _ choices: [Choice],
    of source: NotFiniteLogits.Source,
    at positions: [Int]
  ) throws(NotFiniteLogits) {
    for (choice, position) in zip(choices, positions) where !choice.isFinite {
      throw NotFiniteLogits(source, at: position)
    }
  }

  /// Limits rows of logits, and adds noise unless there is none to add.
  private func perturb(
    _ logits: ActivationRows,
    noise: [UInt64]?,
    of source: NotFiniteLogits.Source,
    at positions: [Int],
    tokens: [Token]? = nil
  ) throws(NotFiniteLogits) {
    if let row = context.perturb(logits, sampling.limits, noise: noise, tokens: tokens) {
      throw NotFiniteLogits(source, at: positions[row])
    }
  }

  /// A drafter's token.
  ///
  /// - Parameters:
  ///   - logits: one row of the drafter's logits.
  ///   - position: the position of the token that follows it.
  ///   - vocabulary: the token that each number of the row stands for, where it is not its place.
  /// - Returns: the token, with the probability that the drafter gives it.
  /// - Throws: ``NotFiniteLogits`` for the drafter's.
  public func draft(
    _ logits: ActivationRows,
    at position: Int,
    vocabulary: [Token]? = nil
  ) throws(NotFiniteLogits) -> DraftToken {
    try clock.time(.draft) { () throws(NotFiniteLogits) in
      var drafted = try choose(logits, at: position, vocabulary)
      guard let vocabulary else { return drafted }
      drafted.token = vocabulary[Int(drafted.token)]
      drafted.distribution = drafted.distribution.map { own in
        var whole = [Float](repeating: 0, count: targetVocabulary)
        for (token, probability) in zip(vocabulary, own) { whole[Int(token)] = probability }
        return whole
      }
      return drafted
    }
  }

  /// The number in a row of logits that is drafted, in the place of its token.
  private func choose(
    _ logits: ActivationRows,
    at position: Int,
    _ vocabulary: [Token]?
  ) throws(NotFiniteLogits) -> DraftToken {
    let likeliest = context.choose(logits, withProbability: true)[0]
    try require([likeliest], of: .drafter, at: [position])
    if sampling.isGreedy { return DraftToken(Token(likeliest.index), confidence: likeliest.probability) }
    let copy = copy(of: logits)
    let rejects = sampling.verification == .rejection
    let noise = key(position, rejects ? .draft : .coupled)
    context.perturb(copy, sampling.limits, noise: [noise], tokens: vocabulary)
    let token = context.choose(copy, withProbability: false)[0].index
    let distance = logits.owner[logits.range.lowerBound, token] - likeliest.value
    var drafted = DraftToken(Token(token), confidence: likeliest.probability * canonicalExponential(distance))
    if rejects { drafted.distribution = try distribution(logits, of: .drafter, at: position) }
    return drafted
  }

  /// A copy of one row of logits, valid until the next call for a row as wide.
  private func copy(of logits: ActivationRows) -> ActivationRows {
    if copies[logits.width] == nil {
      takingMemory { () throws(KernelError) in
        copies[logits.width] = try Activations(capacity: 1, width: logits.width)
      }
    }
    guard let row = copies[logits.width] else { preconditionFailure("a buffer that was just made") }
    row.copy(logits, to: 0)
    return row[rows: 0..<1]
  }

  /// A drafter's best tokens at a position.
  ///
  /// - Parameters:
  ///   - count: how many.
  ///   - logits: one row of the drafter's logits; it is changed.
  ///   - position: the position of the token that follows it.
  ///   - least: what is not worth looking for beside the likeliest token: others with a smaller probability.
  ///   - vocabulary: the token that each number of the row stands for, where it is not its place.
  /// - Returns: tokens, best first, each with the softmax probability of its logit, noise included.
  /// - Throws: ``NotFiniteLogits`` for the drafter's.
  public func best(
    _ count: Int,
    of logits: ActivationRows,
    at position: Int,
    others least: Float = 0,
    vocabulary: [Token]? = nil
  ) throws(NotFiniteLogits) -> [DraftToken] {
    try clock.time(.draft) { () throws(NotFiniteLogits) in
      var tokens = try chooseBest(count, of: logits, at: position, others: least, vocabulary)
      if let vocabulary {
        for index in tokens.indices { tokens[index].token = vocabulary[Int(tokens[index].token)] }
      }
      return tokens
    }
  }

  private func chooseBest(
    _ count: Int,
    of logits: ActivationRows,
    at position: Int,
    others least: Float,
    _ vocabulary: [Token]?
  ) throws(NotFiniteLogits) -> [DraftToken] {
    if !sampling.isGreedy {
      try perturb(logits, noise: [key(position)], of: .drafter, at: [position], tokens: vocabulary)
    }
    let first = context.choose(logits, withProbability: true)[0]
    if sampling.isGreedy { try require([first], of: .drafter, at: [position]) }
    // The others share what the likeliest one leaves over, but for rounding.
    if count == 1 || 1 - first.probability + 1e-5 < least {
      return [DraftToken(Token(first.index), confidence: first.probability)]
    }
    return context.top(count, of: logits).map { token in
      let distance = logits.owner[logits.range.lowerBound, token] - first.value
      return DraftToken(Token(token), confidence: first.probability * canonicalExponential(distance))
    }
  }

  /// The probabilities that a row's token is drawn with.
  func distribution(
    _ logits: ActivationRows,
    of source: NotFiniteLogits.Source,
    at position: Int
  ) throws(NotFiniteLogits) -> [Float] {
    let row = copy(of: logits)
    try perturb(row, noise: nil, of: source, at: [position])
    let largest = context.choose(row, withProbability: false)[0].value
    let weights = row.owner[0].map { canonicalExponential(($0 - largest) / sampling.limits.temperature) }
    let sum = weights.reduce(0, +)
    return weights.map { $0 / sum }
  }

  /// A number from 0 up to, not including, 1.
  func uniform(_ position: Int, _ purpose: Purpose) -> Float { Float(key(position, purpose) >> 40) * 0x1p-24 }
}
