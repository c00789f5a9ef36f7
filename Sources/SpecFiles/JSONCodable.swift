import Foundation

extension JSONValue: Encodable {
  /// Writes the value as part of a greater one.
  ///
  /// Of a key that an object has several times the last value counts. A number that JSON has no text for is null.
  ///
  /// - Parameter encoder: where to write.
  /// - Throws: what the encoder throws.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    switch self {
    case .null: try container.encodeNil()
    case .boolean(let value): try container.encode(value)
    case .integer(let value): try container.encode(value)
    case .number(let value): try value.isFinite ? container.encode(value) : container.encodeNil()
    // A `Double` would round an integer of more than 64 bits.
    case .otherNumber(let text): try container.encode(Decimal(string: text))
    case .string(let bytes): try container.encode(String(decoding: bytes, as: UTF8.self))
    case .array(let values): try container.encode(values)
    case .object(let members):
      let pairs = members.map { (String(decoding: $0.key, as: UTF8.self), $0.value) }
      try container.encode(Dictionary(pairs) { _, last in last })
    }
  }
}

extension JSONValue: Decodable {
  /// Reads any value, so that what any decoder holds is judged like what a file holds.
  ///
  /// - Parameter decoder: where to read from.
  /// - Throws: what the decoder throws.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if let string = try? container.decode(String.self) {
      self = .string(Array(string.utf8)[...])
    } else if container.decodeNil() {
      self = .null
    } else if let boolean = try? container.decode(Bool.self) {
      self = .boolean(boolean)
    } else if let integer = try? container.decode(Int.self) {
      self = .integer(integer)
    } else if let number = try? container.decode(Double.self) {
      self = .number(number)
    } else if let elements = try? container.decode([JSONValue].self) {
      self = .array(elements)
    } else {
      let members = try container.decode([String: JSONValue].self)
      self = .object(members.map { JSONMember(key: Array($0.utf8)[...], value: $1) })
    }
  }
}
