import SpecStatistics
import Testing

@Suite struct QuantileTests {
  /// R: quantile(c(1, 2, 4, 8, 16), type = 7); NumPy's default gives the same.
  @Test func typeSevenAsInR() {
    let quantiles = Quantiles([16, 1, 8, 2, 4])
    #expect(quantiles.quantile(0) == 1)
    #expect(quantiles.quantile(0.25) == 2)
    #expect(quantiles.quantile(0.9).map { abs($0 - 12.8) < 1e-12 } == true)
    #expect(quantiles.quantile(0.95).map { abs($0 - 14.4) < 1e-12 } == true)
    #expect(quantiles.quantile(1) == 16)
    #expect(quantiles.median == 4)
    #expect(Quantiles([1, 2, 3, 4]).median == 2.5)
    #expect(Quantiles([1, .infinity, .infinity]).quantile(0.75) == .infinity)
  }

  @Test func edges() {
    #expect(Quantiles([]).median == nil && Quantiles([]).medianAbsoluteDeviation == nil)
    #expect(Quantiles([7]).quantile(0.3) == 7)
    #expect(Quantiles([.nan, 3, .nan, 1]).sorted == [1, 3])
    #expect(Quantiles([1, 2]).quantile(-1) == 1 && Quantiles([1, 2]).quantile(2) == 2)
  }

  /// The rule of Iglewicz and Hoaglin, 0.6745 · |x − median| / median absolute deviation, worked out by hand.
  @Test func outliersByHand() {
    let sample = [2.1, 2.6, 2.4, 2.5, 2.3, 2.1, 2.3, 2.6, 8.2, 8.3]
    // Median 2.45, distances sorted 0.05 0.05 0.15 0.15 0.15 0.15 0.35 0.35 5.75 5.85: their median is 0.15.
    let scores = Outliers.scores(sample)
    #expect(abs(scores[8] - 0.6745 * 5.75 / 0.15) < 1e-9)
    #expect(abs(scores[0] + 0.6745 * 0.35 / 0.15) < 1e-9)
    #expect(Outliers.indices(sample) == [8, 9])
    #expect(Outliers.indices([1, 1, 1, 9]) == [])
  }

  @Test func outliersAmongEqualValues() {
    #expect(Outliers.scores([2, 2, 2, 2, 2]) == [0, 0, 0, 0, 0])
    // Median deviation 0, mean deviation 8 / 20 = 0.4.
    let sample = Array(repeating: 2.0, count: 19) + [10]
    #expect(abs((Outliers.scores(sample).last ?? 0) - 8 * 0.7979 / 0.4) < 1e-9)
    #expect(Outliers.indices(sample) == [19])
    #expect(Outliers.scores([]) == [])
  }
}
