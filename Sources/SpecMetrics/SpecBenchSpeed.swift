import SpecStore

/// What Spec-Bench's `speed.py` computes: means over questions of tokens per second, prefill included.
package struct SpecBenchSpeed: Encodable, Sendable {
  /// The decoder's tokens per second.
  package let tokensPerSecond: Double
  /// Vanilla's, by its exact tokens.
  package let baseline: Double
  /// Vanilla's as `speed.py` counts: its text made into tokens again, less one for each turn; nil where not known.
  package let retokenizedBaseline: Double?

  /// The ratio of the means by exact tokens.
  package let speedup: Double
  /// The ratio as `speed.py` prints it.
  package let retokenizedSpeedup: Double?

  enum CodingKeys: String, CodingKey {
    case tokensPerSecond = "tokens_per_second"
    case baseline = "baseline_tokens_per_second"
    case speedup
    case retokenizedBaseline = "baseline_tokens_per_second_retokenized"
    case retokenizedSpeedup = "speedup_retokenized"
  }

  /// - Parameters:
  ///   - pairs: the decoder's generations beside vanilla's; the first repeat of each question counts, as its first choice
  ///     does for `speed.py`, of those that have all turns, as an export does.
  ///   - turns: how many turns each question has.
  package init?(_ pairs: [GenerationPair], turns: [Int: Int]) {
    let pairs = Dictionary(grouping: pairs) { [$0.questionID, $0.repeatIndex] }.values
      .filter { $0.count == turns[$0[0].questionID] }.flatMap(\.self)
    let questions = Dictionary(grouping: pairs, by: \.questionID).sorted { $0.key < $1.key }.map { _, repeats in
      let first = repeats.map(\.repeatIndex).min()
      return repeats.filter { $0.repeatIndex == first }
    }
    func mean(_ tokens: (GenerationPair) -> Int, over time: (GenerationPair) -> Int) -> Double? {
      let rates = questions.map { turns in
        Double(turns.reduce(0) { $0 + tokens($1) }) / (Double(turns.reduce(0) { $0 + time($1) }) / 1e9)
      }
      let mean = rates.reduce(0, +) / Double(rates.count)
      return mean.isFinite && mean > 0 ? mean : nil
    }
    guard let own = mean(\.outputTokens, over: \.nanoseconds),
      let exact = mean(\.vanillaOutputTokens, over: \.vanillaNanoseconds)
    else { return nil }
    let isKnown = pairs.allSatisfy { $0.vanillaRetokenizedTokens != nil }
    let retokenized = isKnown ? mean({ $0.vanillaRetokenizedTokens ?? 0 }, over: \.vanillaNanoseconds) : nil
    (tokensPerSecond, baseline, retokenizedBaseline) = (own, exact, retokenized)
    speedup = own / exact
    retokenizedSpeedup = retokenized.map { own / $0 }
  }
}
