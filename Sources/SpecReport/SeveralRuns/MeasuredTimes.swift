import SpecCore
import SpecMetrics
import SpecStatistics
import SpecStore

/// A decoder's times beside vanilla's, over all prompts of a run or those of a category.
struct MeasuredTimes {
  let pairs: [GenerationPair]
  let estimate: SpeedEstimate
  /// How far the repeats of the run's decoders differ.
  private let effect: RepeatEffect?

  init(_ times: RunTimes, _ decoder: Int64, in category: Category) {
    pairs = times.pairs(of: decoder, in: category)
    estimate = times.estimate(of: decoder, in: category) ?? SpeedEstimate(pairs, nil)
    effect = times.effects[category]
  }

  /// How much faster a decoder is than another one.
  struct Ratio: Sendable {
    /// Whether the ratios are speedups, or compare times per token since outputs need not be equal.
    let basis: SpeedBasis
    /// Vanilla's time over the decoder's.
    let ownSpeedup: Double
    /// Vanilla's time over the other's.
    let otherSpeedup: Double
    /// Above 1 the decoder is faster than the other.
    let ratio: Double
    /// The 95 % interval of that ratio: of this suite, or else over questions; nil where there is neither.
    let interval: ConfidenceInterval?
  }

  /// How much faster the decoder is than another one: two of one run are compared directly, prompt by prompt and repeat by
  /// repeat; two of different runs by a ratio of speedups, each formed inside its run.
  ///
  /// - Parameters:
  ///   - other: the other decoder.
  ///   - isSameRun: whether both were measured in the same run.
  /// - Returns: nil where one of them has no time, or they have no prompt in common.
  func over(_ other: MeasuredTimes, isSameRun: Bool) -> Ratio? {
    // Times alone are compared only where both sides' outputs are vanilla's.
    let areEqual = estimate.basis == .speedup && other.estimate.basis == .speedup
    let basis = areEqual ? SpeedBasis.speedup : .timePerToken
    let (own, others) = (estimate(as: basis), other.estimate(as: basis))
    guard let ownSpeedup = own.ratio, let otherSpeedup = others.ratio else { return nil }
    var ratio = ownSpeedup / otherSpeedup
    var interval = isSameRun ? nil : Self.interval(of: ownSpeedup, own, over: otherSpeedup, others)
    if isSameRun {
      let times = directTimes(over: other, basis)
      guard let direct = times.ratioOfSums else { return nil }
      (ratio, interval) = (direct, times.intervalOfThisSuite(effect) ?? times.intervalOverQuestions())
    }
    return Ratio(
      basis: basis,
      ownSpeedup: ownSpeedup,
      otherSpeedup: otherSpeedup,
      ratio: ratio,
      interval: interval
    )
  }

  /// The overall estimate by what both sides of a comparison allow.
  private func estimate(as basis: SpeedBasis) -> SpeedEstimate {
    basis == estimate.basis ? estimate : SpeedEstimate(pairs, as: basis, effect)
  }

  private func directTimes(over other: MeasuredTimes, _ basis: SpeedBasis) -> PairedTimes {
    let own = Dictionary(pairs.map { (PairKey($0), $0) }, uniquingKeysWith: { first, _ in first })
    return PairedTimes(
      other.pairs.compactMap { pair in
        own[PairKey(pair)].map { mine in
          let times = TimePair(
            question: pair.questionID,
            repeatIndex: pair.repeatIndex,
            baseline: Double(pair.decodeNanoseconds),
            method: Double(mine.decodeNanoseconds)
          )
          return basis == .speedup
            ? times : times.perToken(baselineTokens: pair.decodeTokens, methodTokens: mine.decodeTokens)
        }
      }
    )
  }

  private static func interval(
    of speedup: Double,
    _ estimate: SpeedEstimate,
    over otherSpeedup: Double,
    _ other: SpeedEstimate
  ) -> ConfidenceInterval? {
    if let mine = estimate.ofThisSuite, let others = other.ofThisSuite {
      return mine.divided(ratio: speedup, by: otherSpeedup, others)
    }
    guard let mine = estimate.overQuestions, let others = other.overQuestions else { return nil }
    return mine.divided(ratio: speedup, by: otherSpeedup, others)
  }

  /// Decode time per token after the prefill's.
  var millisecondsPerToken: Double {
    let tokens = pairs.reduce(0) { $0 + $1.decodeTokens }
    return Double(pairs.reduce(0) { $0 + $1.decodeNanoseconds }) / Double(max(tokens, 1)) / 1e6
  }
}

/// What makes a pair of times unique inside a decoder.
private struct PairKey: Hashable {
  let question, turn, repeatIndex: Int

  init(_ pair: GenerationPair) { (question, turn, repeatIndex) = (pair.questionID, pair.turn, pair.repeatIndex) }
}
