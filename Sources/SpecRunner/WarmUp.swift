import SpecDecoding
import SpecModel

/// Decodes until times settle, so that no measured generation pays for cold caches, page faults or a sleeping clock.
struct WarmUp {
  /// At least this many generations of vanilla.
  static let fewest = 3
  /// And at most this many, on a machine that does not settle.
  static let most = 12
  /// Settled: a generation's time is within this share of the fastest before it.
  static let tolerance = 0.05

  let model: LoadedModel
  let rules: StopRules

  /// Vanilla until it settles, then every other decoder once.
  ///
  /// - Returns: how many generations of vanilla it took, and whether they settled.
  func run(_ prompt: [Token], decoders: [RunDecoder]) -> (generations: Int, settled: Bool) {
    var short = rules
    short.maximumNewTokens = min(rules.maximumNewTokens, 32)
    var outcome = (generations: 0, settled: false)
    for decoder in decoders where decoder.isBaseline {
      var fastest = Double.infinity
      while outcome.generations < Self.most, !outcome.settled {
        let generation = generate(prompt, with: decoder.decoder, rules: short)
        let time = Double(generation.prefillTime + generation.decodeTime)
        outcome.generations += 1
        outcome.settled = outcome.generations >= Self.fewest && time < fastest * (1 + Self.tolerance)
        fastest = min(fastest, time)
      }
    }
    for decoder in decoders where !decoder.isBaseline {
      _ = generate(prompt, with: decoder.decoder, rules: short)
    }
    return outcome
  }
}
