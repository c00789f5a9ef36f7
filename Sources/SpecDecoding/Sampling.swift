import SpecKernels
import SpecModel

/// How tokens are chosen from the target's logits, and how drafts are verified; the same for all decoders of a run.
public struct Sampling: Sendable, Equatable {
  /// How drafted tokens are judged at a temperature above 0.
  public enum Verification: String, Sendable, CaseIterable {
    /// Target and drafter draw with the same noise, and a draft is accepted if it is the target's own draw
    /// (drafter-invariant coupling, Daliri, Musco and Suresh 2024): outputs are vanilla's to the bit.
    case coupled
    /// A draft is accepted with probability min(1, p/q) (Leviathan et al. 2023, Chen et al. 2023): outputs have the
    /// target's distribution, but are other draws from it than vanilla's.
    case rejection
  }

  /// Temperature and which tokens may be drawn.
  public var limits: SamplingLimits
  /// What all draws follow from.
  public var seed: UInt64
  /// How drafted tokens are judged.
  public var verification: Verification

  /// - Parameters:
  ///   - temperature: 0 takes the likeliest token.
  ///   - topK: 0 for all tokens.
  ///   - topP: 1 for all tokens.
  ///   - seed: what all draws follow from.
  ///   - verification: how drafted tokens are judged.
  public init(
    temperature: Float,
    topK: Int = 0,
    topP: Float = 1,
    seed: UInt64 = 1,
    verification: Verification = .coupled
  ) {
    limits = SamplingLimits(temperature: temperature, topK: topK, topP: topP)
    self.seed = seed
    self.verification = verification
  }

  /// The likeliest token, always.
  public static let greedy = Sampling(temperature: 0)

  /// Whether nothing is left to chance.
  public var isGreedy: Bool { limits.temperature == 0 }

  /// Whether outputs must be vanilla's token for token.
  public var isLossless: Bool { isGreedy || verification == .coupled }
}

/// Chooses tokens: the largest logit, or a draw whose noise follows from seed, prompt, position and token alone.
///
/// Whoever drafts for a position draws with the same noise as the target, so that a good drafter's draw is the target's.
final class TokenChooser {
  /// What a draw is for: each has noise of its own.
  enum Purpose: UInt64 {
    case coupled, draft, acceptance, residual
  }

  let sampling: Sampling
  let context: ComputeContext
  private var prompt: UInt64 = 0
  /// A copy of the logits that a drafter's token is drawn from.
  private let row: Activations

  /// - Parameters:
  ///   - sampling: how tokens are chosen.
  ///   - target: the model whose tokens are chosen.
  /// - Throws: `KernelError` if there is not enough memory.
  init(_ sampling: Sampling, target: Transformer) throws(KernelError) {
    self.sampling = sampling
    context = target.context
    row = try Activations(capacity: 1, width: target.configuration.vocabularySize)
  }

  /// Takes the prompt's token ids into the noise.
  func begin(_ prompt: [Token]) {
    self.prompt = prompt.reduce(UInt64(prompt.count)) { mixed($0 ^ UInt64(UInt32(bitPattern: $1))) }
  }

  /// The key of all noise for a position.
  func key(_ position: Int, _ purpose: Purpose = .coupled) -> UInt64 {
    mixed(mixed(mixed(sampling.seed ^ prompt) ^ UInt64(position)) ^ purpose.rawValue)
  }

  /// The target's tokens.
  ///
  /// - Parameters:
  ///   - logits: rows of the target's logits; they are changed.
  ///   - positions: for each row the position of the token that follows it.
  /// - Returns: one token for each row.
  func tokens(_ logits: ActivationRows, at positions: [Int]) -> [Token] {
    if !sampling.isGreedy { context.perturb(logits, sampling.limits, noise: positions.map { key($0) }) }
    return context.choose(logits, withProbability: false).map { Token($0.index) }
  }

  /// A drafter's token.
  ///
  /// - Parameters:
  ///   - logits: one row of the drafter's logits.
  ///   - position: the position of the token that follows it.
  /// - Returns: the token, with the probability that the drafter gives it.
  func draft(_ logits: ActivationRows, at position: Int) -> DraftedToken {
    let likeliest = context.choose(logits, withProbability: true)[0]
    if sampling.isGreedy { return DraftedToken(token: Token(likeliest.index), confidence: likeliest.probability) }
    let copy = row[rows: 0..<1]
    row.copy(logits, to: 0)
    let rejects = sampling.verification == .rejection
    context.perturb(copy, sampling.limits, noise: [key(position, rejects ? .draft : .coupled)])
    let token = context.choose(copy, withProbability: false)[0].index
    let distance = logits.owner[logits.range.lowerBound, token] - likeliest.value
    return DraftedToken(
      token: Token(token),
      confidence: likeliest.probability * canonicalExponential(distance),
      distribution: rejects ? distribution(logits) : nil
    )
  }

  /// A drafter's best tokens at a position.
  ///
  /// - Parameters:
  ///   - count: how many.
  ///   - logits: one row of the drafter's logits; it is changed.
  ///   - position: the position of the token that follows it.
  ///   - least: what is not worth looking for beside the likeliest token: others with a smaller probability.
  /// - Returns: tokens, best first, each with the softmax probability of its logit, noise included.
  func best(
    _ count: Int,
    of logits: ActivationRows,
    at position: Int,
    others least: Float = 0
  ) -> [DraftedToken] {
    if !sampling.isGreedy { context.perturb(logits, sampling.limits, noise: [key(position)]) }
    let first = context.choose(logits, withProbability: true)[0]
    // The others share what the likeliest one leaves over, but for rounding.
    if count == 1 || 1 - first.probability + 1e-5 < least {
      return [DraftedToken(token: Token(first.index), confidence: first.probability)]
    }
    return context.top(count, of: logits).map { token in
      let distance = logits.owner[logits.range.lowerBound, token] - first.value
      return DraftedToken(token: Token(token), confidence: first.probability * canonicalExponential(distance))
    }
  }

  /// The probabilities that a row's token is drawn with.
  func distribution(_ logits: ActivationRows) -> [Float] {
    row.copy(logits, to: 0)
    context.perturb(row[rows: 0..<1], sampling.limits, noise: nil)
    let largest = context.choose(row[rows: 0..<1], withProbability: false)[0].value
    let weights = row[0].map { canonicalExponential(($0 - largest) / sampling.limits.temperature) }
    let sum = weights.reduce(0, +)
    return weights.map { $0 / sum }
  }

  /// A number from 0 up to, not including, 1.
  func uniform(_ position: Int, _ purpose: Purpose) -> Float { Float(key(position, purpose) >> 40) * 0x1p-24 }
}

/// One step of splitmix64: 64 bits that look random and follow from the value.
func mixed(_ value: UInt64) -> UInt64 {
  var z = value &+ 0x9e37_79b9_7f4a_7c15
  z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
  z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
  return z ^ (z >> 31)
}

/// A token that a drafter proposes.
struct DraftedToken {
  var token: Token
  /// The probability that the drafter gives it; nil where it gives none.
  var confidence: Float?
  /// The distribution that it was drawn from, kept for rejection verification; nil means that it was certain.
  var distribution: [Float]?
}

extension [DraftedToken] {
  /// Whether the drafter gives the last token at least this probability, as it must for another to be drafted; true of
  /// no tokens.
  func isSure(_ threshold: Float) -> Bool { last?.confidence.map { $0 >= threshold } ?? true }
}
