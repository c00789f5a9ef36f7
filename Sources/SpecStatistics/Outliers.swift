/// Which values of a sample lie far from the others.
public enum Outliers {
  /// A modified z-score above this marks an outlier (Iglewicz and Hoaglin 1993).
  public static let threshold = 3.5

  /// The modified z-scores: 0.6745 times the distance from the median over the median absolute deviation, which for
  /// normal values estimates the distance in standard deviations.
  ///
  /// Where more than half of the values are equal that deviation is zero; then the mean absolute deviation takes its
  /// place, as Iglewicz and Hoaglin advise, with the factor 0.7979. Where all values are equal every score is zero.
  ///
  /// - Parameter sample: the values.
  /// - Returns: one signed score for each value.
  public static func scores(_ sample: [Double]) -> [Double] {
    let quantiles = Quantiles(sample)
    guard let median = quantiles.median, let deviation = quantiles.medianAbsoluteDeviation else {
      return sample.map { _ in 0 }
    }
    let mean = sample.reduce(0) { $0 + abs($1 - median) } / Double(sample.count)
    let scale = deviation > 0 ? deviation / 0.6745 : mean / 0.7979
    return sample.map { scale > 0 ? ($0 - median) / scale : 0 }
  }

  /// The places of the outliers.
  ///
  /// - Parameter sample: the values; fewer than five show no outlier.
  /// - Returns: the indices whose score is above ``threshold`` in either direction, in rising order.
  public static func indices(_ sample: [Double]) -> [Int] {
    guard sample.count >= 5 else { return [] }
    return scores(sample).enumerated().filter { abs($0.element) > threshold }.map(\.offset)
  }
}
