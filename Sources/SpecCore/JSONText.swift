public import Foundation

/// JSON as the program writes it: keys are sorted and slashes stay as they are, so that the same value always gives the
/// same bytes.
public enum JSONText {
  /// A value on one line, without a line break.
  ///
  /// - Throws: `EncodingError` for a value that JSON has no text for.
  public static func line(_ value: some Encodable) throws -> String {
    String(decoding: try encoder().encode(value), as: UTF8.self)
  }

  /// A value for people to read, each member on a line of its own, without a line break at the end.
  ///
  /// - Parameters:
  ///   - value: the value.
  ///   - keys: how the keys are spelled.
  /// - Returns: the text.
  /// - Throws: `EncodingError` for a value that JSON has no text for.
  public static func lines(
    _ value: some Encodable,
    keys: JSONEncoder.KeyEncodingStrategy = .useDefaultKeys
  ) throws -> String {
    let encoder = encoder(.prettyPrinted)
    encoder.keyEncodingStrategy = keys
    return String(decoding: try encoder.encode(value), as: UTF8.self)
  }

  private static func encoder(_ formatting: JSONEncoder.OutputFormatting = []) -> JSONEncoder {
    let encoder = JSONEncoder()
    encoder.outputFormatting = formatting.union([.sortedKeys, .withoutEscapingSlashes])
    return encoder
  }
}

public import Foundation

extension Date {
  /// The date for programs, in UTC to the nearest millisecond: `2025-07-13T12:34:56.789Z`. Such texts sort by time.
  public var exactText: String {
    // The format cuts what is below a millisecond, and few milliseconds are a Double: a date that was read would lose one.
    let milliseconds = (timeIntervalSinceReferenceDate * 1000).rounded()
    return Date(timeIntervalSinceReferenceDate: (milliseconds + 0.25) / 1000).formatted(Self.exactFormat)
  }

  /// Reads a date that ``exactText`` wrote.
  ///
  /// - Parameter exactText: the text.
  /// - Returns: the date; nil for any other text.
  public static func from(exactText: String) -> Date? { try? exactFormat.parse(exactText) }

  private static var exactFormat: ISO8601FormatStyle { ISO8601FormatStyle(includingFractionalSeconds: true) }
}
