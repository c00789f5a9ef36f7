import SpecStore

/// What Spec-Bench's `speed.py` computes: means over questions of tokens per second, prefill included.
struct SpecBenchFigures: Sendable {
  /// The decoder's tokens per second.
  let tokensPerSecond: Double
  /// Vanilla's, by its exact tokens.
  let baseline: Double
  /// Vanilla's as `speed.py` counts: its text made into tokens again, less one for each turn; nil where not known.
  let retokenizedBaseline: Double?

  /// The ratio of the means by exact tokens.
  var speedup: Double { tokensPerSecond / baseline }
  /// The ratio as `speed.py` prints it.
  var retokenizedSpeedup: Double? { retokenizedBaseline.map { tokensPerSecond / $0 } }

  /// - Parameters:
  ///   - pairs: the decoder's generations beside vanilla's; the first pass of each question counts, as its first choice
  ///     does for `speed.py`, of those that have all turns, as an export does.
  ///   - turns: how many turns each question has, as ``WholeConversations`` counts them.
  init?(_ pairs: [GenerationPair], turns: [Int: Int]) {
    let pairs = Dictionary(grouping: pairs) { [$0.questionID, $0.pass] }.values
      .filter { $0.count == turns[$0[0].questionID] }.flatMap(\.self)
    let questions = Dictionary(grouping: pairs, by: \.questionID).sorted { $0.key < $1.key }.map { _, passes in
      let first = passes.map(\.pass).min()
      return passes.filter { $0.pass == first }
    }
    func mean(_ tokens: (GenerationPair) -> Int, over time: (GenerationPair) -> Int) -> Double? {
      let rates = questions.map { turns in
        Double(turns.reduce(0) { $0 + tokens($1) }) / (Double(turns.reduce(0) { $0 + time($1) }) / 1e9)
      }
      let mean = rates.reduce(0, +) / Double(rates.count)
      return mean.isFinite && mean > 0 ? mean : nil
    }
    let vanillaTime = { (pair: GenerationPair) in pair.vanillaPrefillNanoseconds + pair.vanillaDecodeNanoseconds }
    guard let own = mean(\.outputTokens, over: { $0.prefillNanoseconds + $0.decodeNanoseconds }),
      let exact = mean(\.vanillaOutputTokens, over: vanillaTime)
    else { return nil }
    (tokensPerSecond, baseline) = (own, exact)
    let isKnown = pairs.allSatisfy { $0.vanillaRetokenizedTokens != nil }
    retokenizedBaseline = isKnown ? mean({ $0.vanillaRetokenizedTokens ?? 0 }, over: vanillaTime) : nil
  }
}

extension SpecBenchFigures {
  /// The figures of a run's decoder; nil where it has no whole conversation.
  init?(_ summary: RunSummary, _ decoder: Int64) {
    self.init(summary.estimates.pairs[decoder] ?? [], turns: summary.outline.turns)
  }
}
