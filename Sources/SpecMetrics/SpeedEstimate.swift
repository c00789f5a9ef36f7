import Foundation
import SpecStatistics
import SpecStore

/// How much faster a decoder is than vanilla in one category or overall, and how well that is known.
package struct SpeedEstimate: Sendable {
  /// Whether the ratio is a speedup.
  package let basis: SpeedBasis
  /// The sum of vanilla's decode times over the sum of the decoder's, scaled to the same number of tokens in each pair
  /// where outputs need not be equal; nil without time.
  package let ratio: Double?
  /// The 95 % interval with the questions fixed and the repeats as the sample; nil with one repeat.
  package let ofThisSuite: ConfidenceInterval?
  /// The 95 % interval with the questions as the sample; nil with fewer than eight.
  package let overQuestions: ConfidenceInterval?
  /// Pairs whose times lie far from the others.
  package let outliers: Int

  /// - Parameters:
  ///   - pairs: the decoder's generations beside vanilla's.
  ///   - basis: what to compare; nil takes what the outputs allow.
  ///   - effect: how far whole repeats differ; nil takes these pairs alone to tell.
  package init(_ pairs: [GenerationPair], as basis: SpeedBasis? = nil, _ effect: RepeatEffect?) {
    let basis = basis ?? pairs.basis
    let times = PairedTimes(decodeTimesOf: pairs, as: basis)
    self.basis = basis
    ratio = times.ratioOfSums
    ofThisSuite = times.intervalOfThisSuite(effect)
    overQuestions = times.intervalOverQuestions()
    outliers = Self.outliers(pairs, basis)
  }

  /// The interval that a verdict rests on: the measurement's own, or else that over questions.
  package var interval: ConfidenceInterval? { ofThisSuite ?? overQuestions }

  /// What may be said.
  package var verdict: Verdict { Verdict(interval) }

  /// What may be said, in words that name what is compared.
  package var verdictText: String { verdict.text(basis) }

  /// Number of pairs whose ratio is far from what the same prompt showed in other repeats; with a single repeat, from what
  /// other prompts showed.
  private static func outliers(_ pairs: [GenerationPair], _ basis: SpeedBasis) -> Int {
    let timed = pairs.map { (pair: $0, times: $0.decodeTimes(as: basis)) }
      .filter { $0.times.baseline > 0 && $0.times.method > 0 }
    let byPrompt = Dictionary(grouping: timed) { PromptPlace(question: $0.pair.questionID, turn: $0.pair.turn) }
      .mapValues { pairs in pairs.map { log($0.times.baseline / $0.times.method) } }
    let hasRepeats = byPrompt.values.contains { $0.count > 1 }
    let deviations = byPrompt.values.flatMap { ratios in
      let middle = hasRepeats ? Quantiles(ratios).median ?? 0 : 0
      return ratios.map { $0 - middle }
    }
    return Outliers.indices(deviations).count
  }
}

extension Verdict {
  /// What may be said, and of what.
  package func text(_ basis: SpeedBasis) -> String {
    switch self {
    case .faster, .slower: basis == .speedup ? rawValue : "\(rawValue) per token"
    case .noDifferenceShown, .notKnown: rawValue
    }
  }
}
