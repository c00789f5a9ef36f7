/// Reads one JSON value strictly by RFC 8259 and says where the text goes wrong.
///
/// Foundation's decoder is not used on files: on some systems it tells no position, accepts a comma after the last
/// member, and silently keeps one of two members with the same name.
struct JSONParser {
  private static let depthLimit = 64

  private let bytes: [UInt8]
  private let place: String
  private let firstLine: Int
  private var position = 0
  private var depth = 0

  /// Reads a text that holds one value and nothing else.
  ///
  /// - Parameters:
  ///   - text: The text.
  ///   - place: The path of the file.
  ///   - line: The line of the file on which the text begins.
  /// - Returns: The value.
  /// - Throws: `SuiteError` with the line and column of the first character that does not fit.
  static func parse(_ text: String, place: String, line: Int = 1) throws(SuiteError) -> JSONValue {
    var parser = JSONParser(bytes: Array(text.utf8), place: place, firstLine: line)
    parser.skipWhitespace()
    let value = try parser.value()
    parser.skipWhitespace()
    guard parser.next == nil else { throw parser.surprise(expected: "nothing after the end of the JSON value") }
    return value
  }

  private init(bytes: [UInt8], place: String, firstLine: Int) {
    self.bytes = bytes
    self.place = place
    self.firstLine = firstLine
  }

  private var next: UInt8? {
    position < bytes.count ? bytes[position] : nil
  }

  private mutating func skipWhitespace() {
    while let byte = next, [0x20, 0x09, 0x0A, 0x0D].contains(byte) { position += 1 }
  }

  /// Steps over a character if it is the next one.
  private mutating func take(_ character: Unicode.Scalar) -> Bool {
    guard next == UInt8(ascii: character) else { return false }
    position += 1
    return true
  }

  private mutating func value() throws(SuiteError) -> JSONValue {
    switch next.map(Unicode.Scalar.init) {
    case "{": return try nested(JSONParser.object)
    case "[": return try nested(JSONParser.list)
    case "\"": return .string(try string())
    case "t": return try word("true", .bool(true))
    case "f": return try word("false", .bool(false))
    case "n": return try word("null", .null)
    case "-", "0", "1", "2", "3", "4", "5", "6", "7", "8", "9": return try number()
    default: throw surprise(expected: "a JSON value")
    }
  }
}

/// Lists, objects and words.
extension JSONParser {
  /// The depth is limited because each level takes a part of the stack.
  private mutating func nested(
    _ body: (inout JSONParser) throws(SuiteError) -> JSONValue
  ) throws(SuiteError) -> JSONValue {
    guard depth < JSONParser.depthLimit else {
      throw surprise(expected: "at most \(JSONParser.depthLimit) lists and objects inside each other")
    }
    depth += 1
    position += 1
    let value = try body(&self)
    depth -= 1
    return value
  }

  private static func list(_ parser: inout JSONParser) throws(SuiteError) -> JSONValue {
    var values: [JSONValue] = []
    parser.skipWhitespace()
    if parser.take("]") { return .list(values) }
    while true {
      parser.skipWhitespace()
      values.append(try parser.value())
      parser.skipWhitespace()
      if parser.take("]") { return .list(values) }
      guard parser.take(",") else { throw parser.surprise(expected: "a comma or the end of the list") }
    }
  }

  private static func object(_ parser: inout JSONParser) throws(SuiteError) -> JSONValue {
    var members: [String: JSONValue] = [:]
    parser.skipWhitespace()
    if parser.take("}") { return .object(members) }
    while true {
      parser.skipWhitespace()
      let start = parser.position
      guard parser.next == UInt8(ascii: "\"") else { throw parser.surprise(expected: "a key in quotes") }
      let key = try parser.string()
      parser.skipWhitespace()
      guard parser.take(":") else { throw parser.surprise(expected: "a colon after the key \(quoted(key))") }
      parser.skipWhitespace()
      guard members.updateValue(try parser.value(), forKey: key) == nil else {
        throw parser.error(at: start, found: "the key \(quoted(key)) again", expected: "each key once in an object")
      }
      parser.skipWhitespace()
      if parser.take("}") { return .object(members) }
      guard parser.take(",") else { throw parser.surprise(expected: "a comma or the end of the object") }
    }
  }

  private mutating func word(_ word: String, _ value: JSONValue) throws(SuiteError) -> JSONValue {
    guard bytes[position...].starts(with: word.utf8) else { throw surprise(expected: "a JSON value") }
    position += word.utf8.count
    return value
  }
}

/// Numbers and strings.
extension JSONParser {
  private mutating func number() throws(SuiteError) -> JSONValue {
    let start = position
    _ = take("-")
    if !take("0") { try digits() }
    let isWhole = next != UInt8(ascii: ".") && next.map { $0 | 0x20 } != UInt8(ascii: "e")
    if take(".") { try digits() }
    if take("e") || take("E") {
      if !take("+") { _ = take("-") }
      try digits()
    }
    let text = String(decoding: bytes[start..<position], as: UTF8.self)
    if isWhole, let integer = Int(text) { return .integer(integer) }
    guard let number = Double(text), number.isFinite else {
      throw error(at: start, found: "the number \(quoted(text))", expected: "a number of the size of a Double")
    }
    return .number(number)
  }

  private mutating func digits() throws(SuiteError) {
    let start = position
    while let byte = next, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) { position += 1 }
    guard position > start else { throw surprise(expected: "a digit") }
  }

  private mutating func string() throws(SuiteError) -> String {
    position += 1
    var content: [UInt8] = []
    while let byte = next, byte >= 0x20 {
      position += 1
      switch Unicode.Scalar(byte) {
      case "\"": return String(decoding: content, as: UTF8.self)
      case "\\": content += Array(String(try escaped()).utf8)
      default: content.append(byte)
      }
    }
    throw surprise(expected: "the closing quote of a string, in which a line break is written as \\n")
  }

  private mutating func escaped() throws(SuiteError) -> Unicode.Scalar {
    let start = position - 1
    let simple: [(Unicode.Scalar, Unicode.Scalar)] = [
      ("\"", "\""), ("\\", "\\"), ("/", "/"), ("n", "\n"), ("t", "\t"), ("r", "\r"), ("b", "\u{8}"), ("f", "\u{C}"),
    ]
    for (letter, scalar) in simple where take(letter) { return scalar }
    guard take("u") else { throw surprise(expected: "one of \" \\ / n t r b f u after a backslash") }
    let first = try hexadecimal()
    guard (0xD800..<0xDC00).contains(first) else {
      guard let scalar = Unicode.Scalar(first) else { throw halfCharacter(at: start) }
      return scalar
    }
    // Characters beyond the first 65536 are written as two escapes, the halves of one character.
    guard take("\\"), take("u") else { throw halfCharacter(at: start) }
    let second = try hexadecimal()
    guard (0xDC00..<0xE000).contains(second),
      let scalar = Unicode.Scalar(0x10000 + (first - 0xD800) << 10 + (second - 0xDC00))
    else { throw halfCharacter(at: start) }
    return scalar
  }

  private mutating func hexadecimal() throws(SuiteError) -> UInt32 {
    var value: UInt32 = 0
    for _ in 0..<4 {
      guard let byte = next, let digit = Character(Unicode.Scalar(byte)).hexDigitValue else {
        throw surprise(expected: "four hexadecimal digits after \\u")
      }
      value = value << 4 + UInt32(digit)
      position += 1
    }
    return value
  }
}

/// Errors with their line and column.
extension JSONParser {
  private func halfCharacter(at position: Int) -> SuiteError {
    error(at: position, found: "half of a surrogate pair", expected: "both halves, one after the other")
  }

  /// The error for whatever stands at the present position.
  private func surprise(expected: String) -> SuiteError {
    let rest = String(decoding: bytes[position...].prefix(4), as: UTF8.self)
    return error(
      at: position,
      found: rest.first.map { quoted(String($0)) } ?? "the end of the text",
      expected: expected
    )
  }

  private func error(at position: Int, found: String, expected: String) -> SuiteError {
    let before = bytes[..<position]
    let newline = UInt8(ascii: "\n")
    let lineStart = before.lastIndex(of: newline).map { $0 + 1 } ?? 0
    let column = String(decoding: before[lineStart...], as: UTF8.self).count + 1
    return SuiteError(
      place: place,
      line: firstLine + before.count { $0 == newline },
      found: "\(found) at column \(column)",
      expected: expected,
      advice: "correct the JSON there"
    )
  }
}
