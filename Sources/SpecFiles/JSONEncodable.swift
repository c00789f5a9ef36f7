import Foundation

extension JSONValue: Encodable {
  /// Writes the value as part of a greater one.
  ///
  /// Of a key that an object has several times the last value counts. A number that JSON has no text for is null.
  ///
  /// - Parameter encoder: Where to write.
  /// - Throws: What the encoder throws.
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
