import SpecDocument
import SpecStatistics

extension NumberFormat {
  /// An interval of a ratio: `1.68 to 1.79`, or `0.18 to over 100`.
  ///
  /// - Parameters:
  ///   - interval: the interval.
  ///   - separator: what stands between the bounds.
  /// - Returns: the text; ``missing`` without an interval.
  package static func interval(_ interval: ConfidenceInterval?, separator: String = " to ") -> String {
    guard let interval else { return missing }
    return bound(interval.lower) + separator + bound(interval.upper)
  }
}
