import SpecStatistics
import SpecStore

/// What a ratio of vanilla's times to a decoder's compares.
package enum SpeedBasis: String, Encodable, Sendable {
  /// Times of equal outputs: their ratio is a speedup.
  case speedup
  /// Times per token, since outputs need not be equal: the ratio says nothing of how long an answer takes.
  case timePerToken = "time_per_token"

  /// What a single ratio is called in a sentence.
  package var noun: String { self == .speedup ? "speedup" : "ratio of times per token" }
}

/// How much faster a decoder is than the run's vanilla decoder, over pairs of the same prompt and repeat.
package struct SpeedMetrics: Equatable, Sendable {
  /// Number of different prompts in the pairs.
  package let prompts: Int
  /// Number of pairs.
  package let pairs: Int
  /// Tokens that the decoder generated in the pairs.
  package let tokens: Int
  /// Vanilla's decode time in nanoseconds, summed over the pairs.
  package let vanillaDecodeNanoseconds: Int
  /// The decoder's decode time in nanoseconds, summed over the pairs.
  package let decodeNanoseconds: Int
  /// Whether the ratio is a speedup.
  package let basis: SpeedBasis
  /// Vanilla's decode time over the decoder's; nil without decode time, or where outputs need not be equal.
  package let speedup: Double?
  /// The same with prefill.
  package let endToEndSpeedup: Double?
  /// Vanilla's decode time per token over the decoder's, whatever the outputs; nil without decode time.
  package let timePerTokenRatio: Double?
  /// The same with prefill.
  package let endToEndTimePerTokenRatio: Double?
  /// Spec-Bench's definition: the ratio of mean tokens per second over questions, prefill included. Each repeat of a
  /// question, with all its turns, counts as one of them.
  package let specBenchSpeedup: Double?
  /// The decoder's tokens after the prefill's per second of decode time; nil without decode time.
  package let tokensPerSecond: Double?

  /// The ratio that ``basis`` names; nil without decode time.
  package var ratio: Double? { basis == .speedup ? speedup : timePerTokenRatio }
  /// The same with prefill.
  package var endToEndRatio: Double? { basis == .speedup ? endToEndSpeedup : endToEndTimePerTokenRatio }

  /// Adds up pairs.
  ///
  /// - Parameter pairs: a decoder's generations beside vanilla's; nil without any.
  package init?(_ pairs: [GenerationPair]) {
    guard !pairs.isEmpty else { return nil }
    func sum(_ number: (GenerationPair) -> Int) -> Int { pairs.reduce(0) { $0 + number($1) } }
    prompts = Set(pairs.map { PromptPlace(question: $0.questionID, turn: $0.turn) }).count
    self.pairs = pairs.count
    tokens = sum(\.outputTokens)
    (vanillaDecodeNanoseconds, decodeNanoseconds) = (sum(\.vanillaDecodeNanoseconds), sum(\.decodeNanoseconds))
    basis = pairs.basis
    let isSpeedup = basis == .speedup
    speedup = isSpeedup ? quotient(vanillaDecodeNanoseconds, decodeNanoseconds) : nil
    endToEndSpeedup = isSpeedup ? quotient(sum(\.vanillaNanoseconds), sum(\.nanoseconds)) : nil
    timePerTokenRatio = Self.ratio(pairs) { pair in
      (pair.vanillaDecodeNanoseconds, pair.vanillaDecodeTokens, pair.decodeNanoseconds, pair.decodeTokens)
    }
    endToEndTimePerTokenRatio = Self.ratio(pairs) { pair in
      (pair.vanillaNanoseconds, pair.vanillaOutputTokens, pair.nanoseconds, pair.outputTokens)
    }
    specBenchSpeedup = Self.specBench(pairs)
    tokensPerSecond =
      decodeNanoseconds == 0 ? nil : 1e9 * Double(sum(\.decodeTokens)) / Double(decodeNanoseconds)
  }

  /// The ratio of times per token: both times of each pair are scaled to the harmonic mean of both counts of tokens.
  private static func ratio(
    _ pairs: [GenerationPair],
    _ values: (GenerationPair) -> (vanillaTime: Int, vanillaTokens: Int, time: Int, tokens: Int)
  ) -> Double? {
    var (vanilla, method) = (0.0, 0.0)
    for value in pairs.map(values) where value.tokens + value.vanillaTokens > 0 {
      let scale = 1 / Double(value.tokens + value.vanillaTokens)
      vanilla += scale * Double(value.vanillaTime) * Double(value.tokens)
      method += scale * Double(value.time) * Double(value.vanillaTokens)
    }
    return method == 0 ? nil : vanilla / method
  }

  private static func specBench(_ pairs: [GenerationPair]) -> Double? {
    struct Place: Hashable { let question, repeatIndex: Int }
    let questions = Dictionary(grouping: pairs) { Place(question: $0.questionID, repeatIndex: $0.repeatIndex) }
      // A dictionary's own order differs from one process to the next, and sums of fractions with it.
      .sorted { ($0.key.question, $0.key.repeatIndex) < ($1.key.question, $1.key.repeatIndex) }.map(\.value)
    func rates(_ tokens: (GenerationPair) -> Int, _ time: (GenerationPair) -> Int) -> [Double] {
      questions.compactMap { turns in
        quotient(turns.reduce(0) { $0 + tokens($1) }, turns.reduce(0) { $0 + time($1) })
      }
    }
    let (own, others) = (rates(\.outputTokens, \.nanoseconds), rates(\.vanillaOutputTokens, \.vanillaNanoseconds))
    guard !own.isEmpty, !others.isEmpty else { return nil }
    let other = others.reduce(0, +) / Double(others.count)
    return other == 0 ? nil : own.reduce(0, +) / Double(own.count) / other
  }
}

/// A turn of a question.
package struct PromptPlace: Hashable, Sendable {
  /// The question's id.
  package let question: Int
  /// The turn, from 0.
  package let turn: Int

  /// Makes a place.
  package init(question: Int, turn: Int) { (self.question, self.turn) = (question, turn) }
}

extension GenerationPair {
  /// The decoder's time with prefill, in nanoseconds.
  package var nanoseconds: Int { prefillNanoseconds + decodeNanoseconds }
  /// Vanilla's time with prefill, in nanoseconds.
  package var vanillaNanoseconds: Int { vanillaPrefillNanoseconds + vanillaDecodeNanoseconds }

  /// The decode times beside each other.
  ///
  /// - Parameter basis: whether the times are those of equal outputs or are to be compared per token.
  /// - Returns: the times, scaled to the same number of tokens where they are to be compared per token.
  package func decodeTimes(as basis: SpeedBasis) -> TimePair {
    let pair = TimePair(
      question: questionID,
      repeatIndex: repeatIndex,
      baseline: Double(vanillaDecodeNanoseconds),
      method: Double(decodeNanoseconds)
    )
    return basis == .speedup ? pair : pair.perToken(baselineTokens: vanillaDecodeTokens, methodTokens: decodeTokens)
  }
}

extension Sequence<GenerationPair> {
  /// What the ratio of the summed times compares: total times only where all outputs are equal.
  package var basis: SpeedBasis { allSatisfy(\.outputsAreEqual) ? .speedup : .timePerToken }
}

extension PairedTimes {
  /// The decode times of generations beside vanilla's.
  ///
  /// - Parameters:
  ///   - pairs: the generations of one decoder.
  ///   - basis: what to compare; nil takes what the outputs allow.
  package init(decodeTimesOf pairs: some Collection<GenerationPair>, as basis: SpeedBasis? = nil) {
    let basis = basis ?? pairs.basis
    self.init(pairs.lazy.map { $0.decodeTimes(as: basis) })
  }

  /// The decode times as they are, for a `RepeatEffect`: that takes every decoder relative to its own mean, and the same
  /// times of vanilla beside all of them.
  ///
  /// - Parameter pairs: the generations of one decoder.
  package init(repeatTimesOf pairs: some Collection<GenerationPair>) { self.init(decodeTimesOf: pairs, as: .speedup) }
}
