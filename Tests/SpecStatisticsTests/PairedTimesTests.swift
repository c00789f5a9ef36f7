import Foundation
import SpecStatistics
import Testing

@Suite struct PairedTimesTests {
  /// Two questions in two repeats, by hand: V = 24, M = 10.
  static let pairs = [
    TimePair(question: 1, repeatIndex: 0, baseline: 4, method: 2),
    TimePair(question: 1, repeatIndex: 1, baseline: 6, method: 2),
    TimePair(question: 2, repeatIndex: 0, baseline: 8, method: 3),
    TimePair(question: 2, repeatIndex: 1, baseline: 6, method: 3),
  ]

  @Test func ratioIsOfSums() {
    #expect(PairedTimes(Self.pairs).ratioOfSums == 2.4)
    #expect(PairedTimes(Self.pairs).questionCount == 2 && PairedTimes(Self.pairs).repeatCount == 2)
    #expect(PairedTimes([]).ratioOfSums == nil)
    #expect(PairedTimes([TimePair(question: 1, repeatIndex: 0, baseline: 0, method: 1)]).ratioOfSums == nil)
  }

  /// v/24 − m/10 differs by 2/24 between the repeats of either question, so s² = 2 (1/24)² in each and the variance is
  /// 2 · 2 · 2 (1/24)² = 8/576, with one degree of freedom from each question. Whole repeats do not differ.
  @Test func intervalOfThisSuiteByHand() throws {
    let interval = try #require(PairedTimes(Self.pairs).intervalOfThisSuite())
    let reach = 4.30265272975 * (8.0 / 576).squareRoot()
    #expect(abs(interval.lower - 2.4 * exp(-reach)) < 1e-8)
    #expect(abs(interval.upper - 2.4 * exp(reach)) < 1e-8)
    #expect(abs(interval.precision - (exp(reach) - 1)) < 1e-8)
  }

  /// Two questions, four repeats; the method's time is 1 in each. The baseline takes 2 % more and less in turn, in both
  /// questions alike: relative to their means, the two rows of the table of decoders by repeats are ±0.02 and 0.
  @Test func passEffectByHand() throws {
    let pairs = (0..<8).map { index in
      let shift = index / 2 % 2 == 0 ? 0.02 : -0.02
      return TimePair(question: index % 2, repeatIndex: index / 2, baseline: 2 + 2 * shift, method: 1)
    }
    let times = PairedTimes(pairs)
    // Interactions are ±0.01, eight of them, with three degrees of freedom: var(log ratio) = 2/4 · 8 · 0.01² / 3, which is
    // the variance of the mean of four differences of ±0.02. What the two decoders show of chance is the average of both.
    let effect = try #require(RepeatEffect([times]))
    let interval = try #require(times.intervalOfThisSuite(effect))
    #expect(interval == times.intervalOfThisSuite())
    let reach = 3.18244630528 * (0.02 * 0.02 / 3).squareRoot()
    #expect(abs(log(interval.upper / 2) - reach) < 1e-9 && abs(log(2 / interval.lower) - reach) < 1e-9)
  }

  /// Two repeats of one decoder have one degree of freedom, three repeats have two.
  @Test func passEffectWantsTwoDegrees() {
    #expect(RepeatEffect([PairedTimes(Self.pairs)]) == nil)
    #expect(RepeatEffect([]) == nil)
    #expect(RepeatEffect(Array(repeating: PairedTimes(Self.pairs), count: 3)) != nil)
    #expect(!RepeatEffect.canTell(decoders: 1, repeats: 2) && RepeatEffect.canTell(decoders: 1, repeats: 3))
    // A decoder that has not been measured whole does not count.
    let part = PairedTimes(Self.pairs.dropLast())
    #expect(RepeatEffect([PairedTimes(Self.pairs), part]) == nil)
  }

  /// Of decoders that were measured together, one whose times vary more is known less well.
  @Test func chanceOfTheDecoderItselfCounts() throws {
    func times(_ spread: Double) -> PairedTimes {
      PairedTimes(
        (0..<40).map { index in
          let (question, repeatIndex) = (index / 4, index % 4)
          let shift = spread * Double((index * 7 + question * 3 + repeatIndex * repeatIndex * question) % 5 - 2)
          return TimePair(question: question, repeatIndex: repeatIndex, baseline: 10, method: 5 + shift)
        }
      )
    }
    let (calm, restless) = (times(0.02), times(0.2))
    let effect = try #require(RepeatEffect([calm, restless]))
    let narrow = try #require(calm.intervalOfThisSuite(effect))
    let wide = try #require(restless.intervalOfThisSuite(effect))
    #expect(narrow.precision < wide.precision && narrow.precision > 0)
  }

  @Test func oneRepeatHasNoIntervalOfThisSuite() {
    let pairs = Self.pairs.filter { $0.repeatIndex == 0 }
    #expect(PairedTimes(pairs).intervalOfThisSuite() == nil)
  }

  /// Turns of a question are one cluster: splitting times over turns changes nothing.
  @Test func turnsBelongToTheirQuestion() {
    var simulation = Simulation(seed: 3)
    let whole = (0..<24).map { index in
      TimePair(
        question: index / 2,
        repeatIndex: index % 2,
        baseline: Double(1 + Int(simulation.uniform() * 100)) * 2,
        method: Double(1 + Int(simulation.uniform() * 50)) * 2
      )
    }
    let turns = whole.flatMap { pair in
      (0..<2).map { _ in
        TimePair(
          question: pair.question,
          repeatIndex: pair.repeatIndex,
          baseline: pair.baseline / 2,
          method: pair.method / 2
        )
      }
    }
    let (first, second) = (PairedTimes(whole), PairedTimes(turns.reversed()))
    #expect(first.ratioOfSums == second.ratioOfSums)
    #expect(first.intervalOfThisSuite() == second.intervalOfThisSuite())
    #expect(first.intervalOverQuestions() == second.intervalOverQuestions())
  }

  @Test func intervalOverQuestionsWantsEight() throws {
    func pairs(_ count: Int) -> [TimePair] {
      (0..<count).map {
        TimePair(question: $0, repeatIndex: 0, baseline: Double(10 + $0 % 3), method: Double(5 + $0 % 2))
      }
    }
    #expect(PairedTimes(pairs(7)).intervalOverQuestions() == nil)
    let times = PairedTimes(pairs(8))
    let interval = try #require(times.intervalOverQuestions())
    #expect(interval == times.intervalOverQuestions())
    #expect(interval != times.intervalOverQuestions(seed: 2))
    #expect(interval.contains(try #require(times.ratioOfSums)) && interval.lower < interval.upper)
  }

  @Test func equalRatiosHaveNoWidth() throws {
    let pairs = (0..<10).map {
      TimePair(question: $0, repeatIndex: 0, baseline: Double(1 + $0), method: Double(1 + $0) / 3)
    }
    let interval = try #require(PairedTimes(pairs).intervalOverQuestions())
    #expect(abs(interval.lower - 3) < 1e-9 && abs(interval.upper - 3) < 1e-9)
  }

  @Test func verdicts() {
    #expect(Verdict(ConfidenceInterval(lower: 1.01, upper: 2)) == .faster)
    #expect(Verdict(ConfidenceInterval(lower: 0.5, upper: 0.99)) == .slower)
    #expect(Verdict(ConfidenceInterval(lower: 1, upper: 1.2)) == .noDifferenceShown)
    #expect(Verdict(nil) == .notKnown)
  }

  /// By hand: both reach 10 % up and down, so the quotient reaches √2 times as far in logarithms.
  @Test func quotientOfTwoRatios() throws {
    let first = ConfidenceInterval(lower: 2 / 1.1, upper: 2 * 1.1)
    let second = ConfidenceInterval(lower: 4 / 1.1, upper: 4 * 1.1)
    let quotient = try #require(first.divided(ratio: 2, by: 4, second))
    let reach = exp(log(1.1) * 2.0.squareRoot())
    #expect(abs(quotient.lower - 0.5 / reach) < 1e-12 && abs(quotient.upper - 0.5 * reach) < 1e-12)
    #expect(first.divided(ratio: 2, by: 0, second) == nil)
  }
}
