import Foundation

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
