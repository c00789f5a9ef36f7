import Foundation
import SpecCore
import SpecStatistics
import Testing

/// Whatever values come in, what comes out is a number, or nothing.
@Suite struct ExtremeValueTests {
  private static let times: [Double] = [
    0, 1, 1, 1, 2, 3, .leastNonzeroMagnitude, 1e-308, 1e-200, 1e-160, 1e154, 1e200, 1e300, .greatestFiniteMagnitude,
  ]
  private static let notTimes: [Double] = [.infinity, -.infinity, .nan, -1, -1e300]

  /// Some questions in some repeats, with times from a list.
  private static func pairs(
    _ questions: Int,
    _ repeats: Int,
    _ generator: inout SplitMix64,
    _ values: [Double]
  ) -> [TimePair] {
    // Few different values in one run, so that equal ones and gaps between sizes come often.
    let few = (0..<1 + Int.random(in: 0..<4, using: &generator)).compactMap { _ in
      values.randomElement(using: &generator)
    }
    func value() -> Double { few.randomElement(using: &generator) ?? 1 }
    return (0..<questions * repeats).map {
      TimePair(question: $0 / repeats, repeatIndex: $0 % repeats, baseline: value(), method: value())
    }.filter { _ in Int.random(in: 0..<12, using: &generator) > 0 }
  }

  private static func expectRatio(_ interval: ConfidenceInterval?, _ what: @autoclosure () -> String) {
    guard let interval else { return }
    #expect(interval.lower > 0 && interval.lower <= interval.upper && interval.upper.isFinite, "\(what())")
    #expect(interval.precision >= 0, "\(what())")
  }

  @Test(arguments: [0, 1, 2, 3, 8, 9], [1, 2, 3])
  func ratiosAndIntervals(questions: Int, repeats: Int) throws {
    var generator = SplitMix64(seed: UInt64(questions * 10 + repeats))
    for trial in 0..<120 {
      let values = trial % 4 == 0 ? Self.times + Self.notTimes : Self.times
      let decoders = (0..<2).map { _ in PairedTimes(Self.pairs(questions, repeats, &generator, values)) }
      let effect = RepeatEffect(decoders)
      for times in decoders {
        let ratio = times.ratioOfSums
        #expect(ratio.map { $0 > 0 && $0.isFinite } ?? true)
        let suite = times.intervalOfThisSuite(trial % 2 == 0 ? effect : nil)
        let over = times.intervalOverQuestions(resamples: 50)
        Self.expectRatio(suite, "of this suite \(times)")
        Self.expectRatio(over, "over questions \(times)")
        if let ratio, let suite, let over {
          Self.expectRatio(suite.divided(ratio: ratio, by: ratio, over), "divided \(suite) \(over)")
          Self.expectRatio(suite.divided(ratio: ratio, by: 1e-300, over), "divided \(suite) \(over)")
        }
      }
    }
  }

  /// What is not a time makes the ratio unknown, not another number.
  @Test(arguments: notTimes)
  func whatIsNoTime(value: Double) {
    let good = TimePair(question: 1, repeatIndex: 0, baseline: 4, method: 2)
    for pair in [
      TimePair(question: 2, repeatIndex: 0, baseline: value, method: 1),
      TimePair(question: 2, repeatIndex: 0, baseline: 1, method: value),
      TimePair(question: 2, repeatIndex: 0, baseline: value, method: value),
    ] {
      let times = PairedTimes([good, pair])
      #expect(times.ratioOfSums == nil && times.intervalOfThisSuite() == nil && times.intervalOverQuestions() == nil)
    }
  }

  /// The unit of time changes no interval, however small or large it makes the numbers.
  @Test(arguments: [0x1p-900, 0x1p-600, 0x1p600, 0x1p900])
  func anyUnitOfTime(unit: Double) throws {
    var generator = SplitMix64(seed: 5)
    let pairs = (0..<40).map {
      TimePair(
        question: $0 / 2,
        repeatIndex: $0 % 2,
        baseline: .random(in: 1..<2, using: &generator),
        method: .random(in: 0.5..<1.5, using: &generator)
      )
    }
    let scaled = pairs.map {
      TimePair(
        question: $0.question,
        repeatIndex: $0.repeatIndex,
        baseline: $0.baseline * unit,
        method: $0.method * unit
      )
    }
    let (times, others) = (PairedTimes(pairs), PairedTimes(scaled))
    #expect(times.ratioOfSums == others.ratioOfSums)
    #expect(times.intervalOfThisSuite() == others.intervalOfThisSuite())
    let interval = try #require(times.intervalOverQuestions())
    let other = try #require(others.intervalOverQuestions())
    #expect(abs(interval.lower - other.lower) < 1e-12 && abs(interval.upper - other.upper) < 1e-12)
  }

  @Test func quantilesOfAnything() {
    var generator = SplitMix64(seed: 7)
    let values = Self.times + Self.notTimes + [-.greatestFiniteMagnitude]
    for count in 0..<7 {
      for _ in 0..<60 {
        let sample = (0..<count).map { _ in values.randomElement(using: &generator) ?? 0 }
        let quantiles = Quantiles(sample)
        var last = -Double.infinity
        for probability in [-1, 0, 0.1, 0.25, 0.5, 0.75, 0.9, 1, 2] where !quantiles.sorted.isEmpty {
          let quantile = quantiles.quantile(probability) ?? .nan
          #expect(quantile >= last, "\(sample) \(probability)")
          last = quantile
        }
        #expect(quantiles.quantile(.nan) == nil)
        #expect(quantiles.medianAbsoluteDeviation.map { $0 >= 0 } ?? true)
        #expect(!Outliers.scores(sample).contains { $0.isNaN }, "\(sample)")
        #expect(Outliers.scores(sample).count == count)
      }
    }
    #expect(Quantiles([1, .infinity]).quantile(0) == 1)
    #expect(Quantiles([-.greatestFiniteMagnitude, .greatestFiniteMagnitude]).median == 0)
  }

  /// A value that is not finite hides no outlier and makes none of the others.
  @Test func outliersBesideWhatIsNotFinite() {
    let sample = [2.1, 2.6, 2.4, 2.5, 2.3, 2.1, 2.3, 2.6, 8.2, 8.3]
    #expect(Outliers.indices(sample + [.infinity, .nan]) == [8, 9, 10])
    #expect(Outliers.indices(sample.map { $0 * 0x1p1019 }) == [8, 9])
  }

  @Test(arguments: [1e9, 1e16, 1e300, .infinity])
  func manyDegreesOfFreedomAreTheNormalDistribution(degrees: Double) {
    let quantile = Distributions.studentQuantile(0.975, degreesOfFreedom: degrees)
    #expect(abs(quantile - 1.959963985) < 1e-6)
  }

  @Test func countsOfAnySize() {
    let pair = TimePair(question: 1, repeatIndex: 0, baseline: 1, method: 1).perToken(
      baselineTokens: .max,
      methodTokens: .max
    )
    #expect(pair.baseline == 1 && pair.method == 1)
  }
}
