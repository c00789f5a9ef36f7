/// Which values of a sample lie far from the others.
package enum Outliers {
  /// A modified z-score above this marks an outlier (Iglewicz and Hoaglin 1993).
  package static let threshold = 3.5

  /// The modified z-scores: 0.6745 times the distance from the median over the median absolute deviation, which for
  /// normal values estimates the distance in standard deviations.
  ///
  /// Where more than half of the values are equal that deviation is zero; then the mean absolute deviation takes its
  /// place, as Iglewicz and Hoaglin advise, with the factor 0.7979. Where all values are equal every score is zero.
  ///
  /// - Parameter sample: the values. What is not finite has no part in the median and the deviation.
  /// - Returns: one signed score for each value; infinite for infinite values, zero for what is not a number.
  package static func scores(_ sample: [Double]) -> [Double] {
    // Differences and sums of huge values are not finite; a power of two changes no score.
    let isHuge = sample.contains { $0.isFinite && abs($0) > 0x1p900 }
    let values = isHuge ? sample.map { $0 * 0x1p-100 } : sample
    let finite = values.filter(\.isFinite)
    let quantiles = Quantiles(finite)
    guard let median = quantiles.median, let deviation = quantiles.medianAbsoluteDeviation else {
      return values.map { $0.isInfinite ? $0 : 0 }
    }
    let mean = finite.reduce(0) { $0 + abs($1 - median) } / Double(finite.count)
    let scale = deviation > 0 ? deviation / 0.6745 : mean / 0.7979
    return values.map { value in
      guard value.isFinite else { return value.isNaN ? 0 : value }
      return scale > 0 ? (value - median) / scale : 0
    }
  }

  /// The places of the outliers.
  ///
  /// - Parameter sample: the values; fewer than five show no outlier.
  /// - Returns: the indices whose score is above ``threshold`` in either direction, in rising order.
  package static func indices(_ sample: [Double]) -> [Int] {
    guard sample.count >= 5 else { return [] }
    return scores(sample).enumerated().filter { abs($0.element) > threshold }.map(\.offset)
  }
}
