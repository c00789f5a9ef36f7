import SpecStatistics
import Testing

/// Pairs whose outputs differ in length.
@Suite struct TimesPerTokenTests {
  private func pair(_ question: Int, baseline: (tokens: Int, time: Double), method: (tokens: Int, time: Double))
    -> TimePair
  {
    TimePair(question: question, repeatIndex: 0, baseline: baseline.time, method: method.time)
      .perToken(baselineTokens: baseline.tokens, methodTokens: method.tokens)
  }

  @Test func equalCountsLeaveTheTimesAsTheyAre() {
    for tokens in [1, 3, 7, 1023] {
      let plain = TimePair(question: 4, repeatIndex: 2, baseline: 12_345_678.9, method: 98_765.4321)
      #expect(plain.perToken(baselineTokens: tokens, methodTokens: tokens) == plain)
    }
  }

  /// Whatever the lengths: the same pace is no difference, in the ratio and in every interval.
  @Test func theSamePaceIsNoDifference() throws {
    let pairs = (0..<12).map { question in
      let (one, other) = (question * 7 % 11 + 1, question * 5 % 13 + 1)
      return pair(question, baseline: (one, Double(one) * 0.1), method: (other, Double(other) * 0.1))
    }
    let times = PairedTimes(pairs)
    let ratio = try #require(times.ratioOfSums)
    let interval = try #require(times.intervalOverQuestions())
    #expect(abs(ratio - 1) < 1e-12 && abs(interval.lower - 1) < 1e-9 && abs(interval.upper - 1) < 1e-9)
  }

  /// 100 tokens at 1 a second against 2 tokens at 4 seconds each: the short output must not outweigh the others.
  @Test func aShortOutputHasLittleWeight() throws {
    let even = (0..<9).map { pair($0, baseline: (100, 100), method: (100, 50)) }
    let times = PairedTimes(even + [pair(9, baseline: (100, 100), method: (2, 8))])
    #expect(try #require(times.ratioOfSums) > 1.9)
  }

  @Test func withoutATokenThereIsNothingToCompare() {
    let empty = pair(0, baseline: (0, 0), method: (5, 3))
    #expect(empty.baseline == 0 && empty.method == 0 && PairedTimes([empty]).ratioOfSums == nil)
  }
}
