/// Writing JSON. The same value always gives the same bytes.
extension JSONValue {
  /// The value as JSON for a file that people read too: each member and each entry on a line of its own, the last line
  /// with its newline.
  public var document: String { rendered(indentation: 0) + "\n" }

  /// The value as JSON on one line, without a newline.
  public var line: String { rendered(indentation: nil) }

  private func rendered(indentation: Int?) -> String {
    var text: [UInt8] = []
    write(to: &text, indentation: indentation)
    return String(decoding: text, as: UTF8.self)
  }

  /// Lines after the first are indented; without indentation there is only one.
  private func write(to text: inout [UInt8], indentation: Int?) {
    switch self {
    case .null: text += "null".utf8
    case .boolean(let value): text += "\(value)".utf8
    case .integer(let value): text += "\(value)".utf8
    case .number(let value): text += (value.isFinite ? "\(value)" : "null").utf8
    case .otherNumber(let number): text += (number.hasSuffix("y") || number.hasSuffix("N") ? "null" : number).utf8
    case .string(let bytes): JSONValue.write(string: bytes, to: &text)
    case .array(let elements):
      JSONValue.write(elements, between: ("[", "]"), to: &text, indentation: indentation) { element, text, inner in
        element.write(to: &text, indentation: inner)
      }
    case .object(let members):
      JSONValue.write(members, between: ("{", "}"), to: &text, indentation: indentation) { member, text, inner in
        JSONValue.write(string: member.key, to: &text)
        text += ": ".utf8
        member.value.write(to: &text, indentation: inner)
      }
    }
  }

  private static func write<Part>(
    _ parts: [Part],
    between ends: (String, String),
    to text: inout [UInt8],
    indentation: Int?,
    writePart: (Part, inout [UInt8], Int?) -> Void
  ) {
    let inner = indentation.map { $0 + 1 }
    text += ends.0.utf8
    for (index, part) in parts.enumerated() {
      if index > 0 { text += (inner == nil ? ", " : ",").utf8 }
      startLine(in: &text, indentation: inner)
      writePart(part, &text, inner)
    }
    if !parts.isEmpty { startLine(in: &text, indentation: indentation) }
    text += ends.1.utf8
  }

  private static func startLine(in text: inout [UInt8], indentation: Int?) {
    guard let indentation else { return }
    text.append(0x0A)
    text += repeatElement(0x20, count: indentation)
  }

  private static func write(string bytes: ArraySlice<UInt8>, to text: inout [UInt8]) {
    text.append(UInt8(ascii: "\""))
    for byte in bytes {
      switch byte {
      case UInt8(ascii: "\""), UInt8(ascii: "\\"): text += [UInt8(ascii: "\\"), byte]
      case 0x0A: text += "\\n".utf8
      case 0x0D: text += "\\r".utf8
      case 0x09: text += "\\t".utf8
      case 0..<0x20: text += "\\u00\(byte < 0x10 ? "0" : "")\(String(byte, radix: 16))".utf8
      default: text.append(byte)
      }
    }
    text.append(UInt8(ascii: "\""))
  }
}

/// Making values to write.
extension JSONValue {
  /// A string.
  public static func text(_ text: String) -> JSONValue { .string(ArraySlice(text.utf8)) }

  /// An object whose members keep their order.
  public static func members(_ members: KeyValuePairs<String, JSONValue>) -> JSONValue {
    .object(members.map { JSONMember(key: ArraySlice($0.key.utf8), value: $0.value) })
  }
}

extension JSONValue {
  /// Reads JSON text; a text that is one integer may be of any size.
  ///
  /// - Parameter text: JSON, as a database keeps it.
  /// - Returns: the value; the text itself should it be no JSON.
  public static func parsing(_ text: String) -> JSONValue {
    let isInteger = text.allSatisfy { $0 == "-" || $0.isNumber }
    let value = try? JSONParser.parse(
      ArraySlice(text.utf8),
      firstLine: 1,
      repeatedKeys: true,
      lenient: isInteger
    )
    return value ?? .text(text)
  }
}

extension JSONValue: ExpressibleByDictionaryLiteral {
  /// An object whose members keep their order.
  public init(dictionaryLiteral members: (String, JSONValue)...) {
    self = .object(members.map { JSONMember(key: ArraySlice($0.0.utf8), value: $0.1) })
  }
}

extension JSONValue: ExpressibleByStringLiteral, ExpressibleByBooleanLiteral, ExpressibleByNilLiteral {
  /// A string.
  public init(stringLiteral text: String) { self = .text(text) }
  /// A truth value.
  public init(booleanLiteral value: Bool) { self = .boolean(value) }
  /// The word `null`.
  public init(nilLiteral: ()) { self = .null }
}
