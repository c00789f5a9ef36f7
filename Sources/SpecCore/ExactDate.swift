public import Foundation

extension Date {
  /// The date for programs, in UTC to the millisecond: `2025-07-13T12:34:56.789Z`. Such texts sort by time.
  public var exactText: String { formatted(Self.exactFormat) }

  /// Reads a date that ``exactText`` wrote.
  ///
  /// - Parameter exactText: the text.
  /// - Returns: the date; nil for any other text.
  public static func from(exactText: String) -> Date? { try? exactFormat.parse(exactText) }

  private static var exactFormat: ISO8601FormatStyle { ISO8601FormatStyle(includingFractionalSeconds: true) }
}
