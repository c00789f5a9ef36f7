/// One value of a JSON document.
///
/// Strings stay UTF-8 and objects stay lists: in dictionaries keyed by `String` canonically equivalent keys would
/// collide and repeated keys would vanish, and a vocabulary may hold both kinds.
public enum JSONValue: Equatable, Sendable {
  /// The word `null`.
  case null
  /// One of the words `true` and `false`.
  case boolean(Bool)
  /// A number written without fraction and exponent that fits into 64 bits, exactly.
  case integer(Int)
  /// Any other number, rounded to the nearest that a `Double` holds.
  case number(Double)
  /// What only a lenient reader takes, as it is written: `NaN`, `Infinity`, `-Infinity`, an integer of more than 64
  /// bits, a number beyond a `Double`.
  case otherNumber(String)
  /// A string as UTF-8, its escapes resolved.
  case string(ArraySlice<UInt8>)
  /// A list.
  case array([JSONValue])
  /// An object: its members in the order of the file.
  case object([JSONMember])

  /// The text of a string, nil for any other value.
  public var text: String? {
    if case .string(let bytes) = self { String(decoding: bytes, as: UTF8.self) } else { nil }
  }

  /// An object with another member at its end; any other value stays as it is.
  package func adding(_ name: String, _ value: JSONValue) -> JSONValue {
    guard case .object(let members) = self else { return self }
    return .object(members + [JSONMember(key: Array(name.utf8)[...], value: value)])
  }

  /// The value as a message names it, short and on one line.
  public var summary: String {
    switch self {
    case .null: "null"
    case .boolean(let value): "\(value)"
    case .integer(let value): "the number \(value)"
    case .number(let value): "the number \(value)"
    case .otherNumber(let text): "the number \(printable(text, limit: 60))"
    case .string(let bytes): bytes.isEmpty ? "an empty string" : "the string \(quoted(bytes))"
    case .array(let elements): elements.isEmpty ? "an empty list" : "a list"
    case .object: "an object"
    }
  }
}

/// A member of a JSON object.
public struct JSONMember: Equatable, Sendable {
  /// The key as UTF-8, its escapes resolved.
  public let key: ArraySlice<UInt8>
  /// The value.
  public let value: JSONValue

  /// Makes a member of its key as UTF-8 and its value.
  public init(key: ArraySlice<UInt8>, value: JSONValue) {
    self.key = key
    self.value = value
  }
}
