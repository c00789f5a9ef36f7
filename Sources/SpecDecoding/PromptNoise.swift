import SpecCore
import SpecModel

/// What the noise of all draws after a prompt follows from, beside the seed: the prompt's token ids. The same position gets the
/// same noise whoever draws, and however many texts are drawn at once.
struct PromptNoise {
  /// What a draw is for: each has noise of its own.
  enum Purpose: UInt64 {
    case coupled, draft, acceptance, residual
  }

  private let prompt: UInt64

  init(of prompt: [Token]) {
    self.prompt = prompt.reduce(UInt64(prompt.count)) { SplitMix64.mixed($0 ^ UInt64(UInt32(bitPattern: $1))) }
  }

  /// The key of all noise for a position.
  func key(_ position: Int, _ purpose: Purpose = .coupled, seed: UInt64) -> UInt64 {
    let place = SplitMix64.mixed(SplitMix64.mixed(seed ^ prompt) ^ UInt64(position))
    return SplitMix64.mixed(place ^ purpose.rawValue)
  }
}
