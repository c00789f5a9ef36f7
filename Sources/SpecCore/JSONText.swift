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
