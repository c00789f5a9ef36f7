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
