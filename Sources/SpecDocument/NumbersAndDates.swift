import Foundation

/// Numbers as a reader wants them. The digits are made here because Foundation's formats follow the locale.
package enum NumberFormat {
  /// What stands in the place of a value that is not there.
  package static let missing = "–"

  /// A number with a fixed number of decimals, rounded to the nearest.
  package static func fixed(_ value: Double?, decimals: Int) -> String {
    guard let value, value.isFinite else { return missing }
    let places = max(decimals, 0)
    let scaled = (0..<places).reduce(value.magnitude) { scaled, _ in scaled * 10 }.rounded()
    // From 2^53 on, neighboring doubles are more than one apart: there are no decimals to show.
    guard scaled < 9_007_199_254_740_992 else { return "\(value)" }
    let digits = String(Int(scaled))
    let padded = String(repeating: "0", count: max(places + 1 - digits.count, 0)) + digits
    let sign = value < 0 && scaled > 0 ? "-" : ""
    guard places > 0 else { return sign + padded }
    return "\(sign)\(padded.dropLast(places)).\(padded.suffix(places))"
  }

  /// A ratio of times: `1.73x`, or `0.0042x` where two decimals would leave a single digit or none.
  package static func ratio(_ value: Double?) -> String {
    withUnit(telling(value, decimals: 2), "x")
  }

  /// A number with a fixed number of decimals, or with as many as it takes to show two digits that are not zeros in front.
  package static func telling(_ value: Double?, decimals: Int) -> String {
    guard let magnitude = value?.magnitude, magnitude > 0 else { return fixed(value, decimals: decimals) }
    // A double has no more than about 15 digits, and what is smaller than these is nothing.
    let needed = (decimals...15).first { places in magnitude * pow(10, Double(places)) >= 9.5 } ?? decimals
    return fixed(value, decimals: needed)
  }

  /// A bound of a ratio of times. With few questions bounds can be of any size; beyond a hundredfold they say that nothing is
  /// known on that side, and their digits nothing more.
  package static func bound(_ value: Double) -> String {
    if value > 100 { return "over 100" }
    if value < 0.01 { return "under 0.01" }
    return fixed(value, decimals: 2)
  }

  /// A mean of small counts: `2.31`.
  package static func mean(_ value: Double?) -> String {
    fixed(value, decimals: 2)
  }

  /// Tokens per second: `123.4`.
  package static func rate(_ value: Double?) -> String {
    fixed(value, decimals: 1)
  }

  /// A share of one: `71.2 %`.
  package static func percent(_ share: Double?) -> String {
    withUnit(fixed(share.map { $0 * 100 }, decimals: 1), " %")
  }

  /// A time in milliseconds: `3.21 ms`, or `0.032 ms` where two decimals would leave a single digit.
  package static func milliseconds(_ value: Double?) -> String {
    let isTiny = value.map { $0 > 0 && $0 < 0.1 } ?? false
    return withUnit(fixed(value, decimals: isTiny ? 3 : 2), " ms")
  }

  /// A large count, as of parameters: `850`, `67.1 M`, `1.2 B`.
  package static func count(_ value: Int) -> String {
    let units: [(size: Double, name: String)] = [(1e12, "T"), (1e9, "B"), (1e6, "M"), (1e3, "K")]
    let magnitude = Double(value).magnitude
    // What would read 1000.0 of one unit is 1.0 of the next.
    guard let unit = units.first(where: { magnitude >= $0.size * 0.99995 }) else { return String(value) }
    return "\(fixed(Double(value) / unit.size, decimals: 1)) \(unit.name)"
  }

  /// A size of memory: `59.6 GiB`.
  package static func memory(_ bytes: Int) -> String {
    "\(fixed(Double(bytes) / 1_073_741_824, decimals: 1)) GiB"
  }

  private static func withUnit(_ number: String, _ unit: String) -> String {
    number == missing ? missing : number + unit
  }
}

/// Dates as text, always in UTC.
package enum DateText {
  /// For programs: `2025-07-13T12:34:56.789Z`.
  package static func exact(_ date: Date) -> String {
    date.formatted(Date.ISO8601FormatStyle(includingFractionalSeconds: true))
  }

  /// For readers: `2025-07-13 12:34:56`.
  package static func readable(_ date: Date) -> String {
    String(exact(date).prefix { $0 != "." }.map { $0 == "T" ? " " : $0 })
  }
}
