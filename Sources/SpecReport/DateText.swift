import Foundation
import SpecCore

/// Dates as text, always in UTC.
enum DateText {
  /// For programs: `2025-07-13T12:34:56.789Z`.
  static func exact(_ date: Date) -> String {
    date.exactText
  }

  /// For readers: `2025-07-13 12:34:56`.
  static func readable(_ date: Date) -> String {
    String(exact(date).prefix { $0 != "." }.map { $0 == "T" ? " " : $0 })
  }
}
