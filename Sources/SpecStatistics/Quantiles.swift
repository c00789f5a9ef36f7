/// Order statistics of a sample.
package struct Quantiles: Sendable {
  /// The sample in rising order, without values that are no numbers.
  package let sorted: [Double]

  /// Sorts a sample.
  ///
  /// - Parameter sample: the values in any order; those that are not a number are left out.
  package init(_ sample: some Sequence<Double>) { sorted = sample.filter { !$0.isNaN }.sorted() }

  /// The quantile by linear interpolation between order statistics: type 7 of Hyndman and Fan (1996), the default of R,
  /// NumPy and spreadsheets.
  ///
  /// - Parameter probability: from 0 for the minimum to 1 for the maximum; what lies outside is taken as the nearer one.
  /// - Returns: the quantile, between an infinite and another value the nearer one of the two; nil for an empty sample, or
  ///   where the probability is not a number.
  package func quantile(_ probability: Double) -> Double? {
    guard let last = sorted.indices.last, !probability.isNaN else { return nil }
    let place = Double(last) * min(max(probability, 0), 1)
    let (low, high) = (sorted[Int(place)], sorted[min(Int(place) + 1, last)])
    let share = place - Double(Int(place))
    // Equal neighbors are returned as they are: an infinite one would make the difference no number.
    guard low != high, share > 0 else { return low }
    guard low.isFinite, high.isFinite else { return share < 0.5 ? low : high }
    // The difference of two huge values of either sign is not finite.
    let difference = high - low
    return difference.isFinite ? low + share * difference : low * (1 - share) + high * share
  }

  /// The middle value, or the mean of the two; nil for an empty sample.
  package var median: Double? { quantile(0.5) }

  /// The median distance from the median; nil for an empty sample.
  package var medianAbsoluteDeviation: Double? {
    guard let median else { return nil }
    return Quantiles(sorted.map { abs($0 - median) }).median
  }
}

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
