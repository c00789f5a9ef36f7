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
