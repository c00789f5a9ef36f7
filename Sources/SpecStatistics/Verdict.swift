/// What an interval of a paired ratio allows one to say.
package enum Verdict: String, Sendable, Equatable, Codable {
  /// The whole interval lies above 1.
  case faster
  /// The whole interval lies below 1.
  case slower
  /// The interval contains 1.
  case noDifferenceShown = "no difference shown"
  /// There is no interval.
  case notKnown = "not known"

  /// The verdict of an interval.
  ///
  /// - Parameter interval: the interval of a ratio that is above 1 where the method is faster; nil where there is none.
  package init(_ interval: ConfidenceInterval?) {
    guard let interval else {
      self = .notKnown
      return
    }
    self = interval.lower > 1 ? .faster : interval.upper < 1 ? .slower : .noDifferenceShown
  }
}
