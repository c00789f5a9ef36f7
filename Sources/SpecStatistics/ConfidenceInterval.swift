import Foundation

/// A 95 % confidence interval of a ratio.
package struct ConfidenceInterval: Sendable, Equatable, Codable {
  /// The share of such intervals that hold the true value.
  package static let confidence = 0.95

  /// The lower end.
  package let lower: Double
  /// The upper end.
  package let upper: Double

  /// Makes an interval.
  ///
  /// - Parameters:
  ///   - lower: the lower end.
  ///   - upper: the upper end, not below the lower.
  package init(lower: Double, upper: Double) {
    self.lower = lower
    self.upper = upper
  }

  /// Makes an interval of a ratio, whose ends are finite and above zero; nil where an end is not so, since such an interval
  /// would tell nothing.
  ///
  /// - Parameters:
  ///   - lower: the lower end.
  ///   - upper: the upper end.
  init?(ofRatioFrom lower: Double, to upper: Double) {
    guard lower > 0, lower <= upper, upper.isFinite else { return nil }
    self.init(lower: lower, upper: upper)
  }

  /// Whether a value lies inside or on an end.
  package func contains(_ value: Double) -> Bool { lower <= value && value <= upper }

  /// Half the interval's width as a share of its middle, both on the logarithmic scale on which the interval was formed:
  /// 0.02 means that the ratio is known to about 2 % up and down.
  package var precision: Double {
    guard lower > 0 else { return .infinity }
    return exp((log(upper) - log(lower)) / 2) - 1
  }

  /// The interval of the ratio of two independent ratios, each with its own interval, on the logarithmic scale
  /// (method of variance estimates recovery; Zou and Donner 2008).
  ///
  /// - Parameters:
  ///   - ratio: the ratio whose interval this is.
  ///   - other: the ratio that it is divided by.
  ///   - otherInterval: that ratio's interval.
  /// - Returns: the interval of `ratio / other`; nil where a value, given or resulting, is not positive and finite.
  package func divided(ratio: Double, by other: Double, _ otherInterval: ConfidenceInterval) -> ConfidenceInterval? {
    guard [ratio, other, lower, upper, otherInterval.lower, otherInterval.upper].allSatisfy({ $0 > 0 && $0.isFinite })
    else { return nil }
    let center = log(ratio / other)
    let below = hypot(log(ratio / lower), log(otherInterval.upper / other))
    let above = hypot(log(upper / ratio), log(other / otherInterval.lower))
    return ConfidenceInterval(ofRatioFrom: exp(center - below), to: exp(center + above))
  }
}

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
