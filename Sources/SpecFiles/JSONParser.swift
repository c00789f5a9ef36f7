/// Reads one JSON value strictly by RFC 8259, in linear time, and says where the text goes wrong.
///
/// Foundation's parsers are not used on files: on some systems they tell no position, accept a comma after the last
/// member, and silently keep one of two members with the same name.
struct JSONParser {
  /// Each list or object inside another takes a part of the stack.
  private static let depthLimit = 64

  private let bytes: ArraySlice<UInt8>
  private let firstLine: Int
  private let repeatedKeys: Bool
  /// Whether `NaN`, `Infinity` and numbers of any size are taken.
  private let lenient: Bool
  private var position: Int
  private var depth = 0

  /// Reads a text that holds one value and nothing else.
  static func parse(
    _ bytes: ArraySlice<UInt8>,
    firstLine: Int,
    repeatedKeys: Bool,
    lenient: Bool = false
  ) throws(InputProblem) -> JSONValue {
    let text = withoutByteOrderMark(bytes)
    return try reading(text, firstLine, repeatedKeys, lenient) { (parser) throws(JSONSyntaxError) in
      let value = try parser.value()
      parser.skipSpace()
      guard parser.next == nil else { throw parser.surprise(expected: nil) }
      return value
    }
  }

  /// Reads a text that holds values one after the other, or one list of them, each with the line that it begins in.
  static func parseAll(
    _ bytes: ArraySlice<UInt8>,
    repeatedKeys: Bool,
    lenient: Bool
  ) throws(InputProblem) -> [(line: Int, value: JSONValue)] {
    let text = withoutByteOrderMark(bytes)
    return try reading(text, 1, repeatedKeys, lenient) { (parser) throws(JSONSyntaxError) in
      parser.skipSpace()
      return parser.next == UInt8(ascii: "[") ? try parser.listedValues() : try parser.valuesInTurn()
    }
  }

  private static func reading<Result>(
    _ text: ArraySlice<UInt8>,
    _ firstLine: Int,
    _ repeatedKeys: Bool,
    _ lenient: Bool,
    _ read: (inout JSONParser) throws(JSONSyntaxError) -> Result
  ) throws(InputProblem) -> Result {
    // A file of another kind would otherwise be blamed for its first character.
    func foreign() -> InputProblem? { firstLine == 1 ? ForeignFile(beginning: text).map(InputProblem.foreign) : nil }
    if let line = linesBeforeInvalidUTF8(in: text) { throw foreign() ?? .notUTF8(line: firstLine + line) }
    var parser = JSONParser(text, firstLine: firstLine, repeatedKeys: repeatedKeys, lenient: lenient)
    do throws(JSONSyntaxError) {
      return try read(&parser)
    } catch {
      throw foreign() ?? .syntax(error)
    }
  }

  private init(_ bytes: ArraySlice<UInt8>, firstLine: Int, repeatedKeys: Bool, lenient: Bool) {
    self.bytes = bytes
    self.firstLine = firstLine
    self.repeatedKeys = repeatedKeys
    self.lenient = lenient
    position = bytes.startIndex
  }

  private var next: UInt8? {
    position < bytes.endIndex ? bytes[position] : nil
  }

  private mutating func skipSpace() {
    while let byte = next, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { position += 1 }
  }

  /// Steps over a character if it is the next one.
  private mutating func take(_ character: Unicode.Scalar) -> Bool {
    guard next == UInt8(ascii: character) else { return false }
    position += 1
    return true
  }

  private mutating func value() throws(JSONSyntaxError) -> JSONValue {
    skipSpace()
    switch next.map(Unicode.Scalar.init) {
    case "{": return .object(try members())
    case "[": return .array(try elements())
    case "\"": return .string(try string())
    case "-" where lenient && bytes[position...].starts(with: "-Infinity".utf8):
      return try word("-Infinity", .otherNumber("-Infinity"))
    case "-", "0", "1", "2", "3", "4", "5", "6", "7", "8", "9": return try number()
    case "N" where lenient: return try word("NaN", .otherNumber("NaN"))
    case "I" where lenient: return try word("Infinity", .otherNumber("Infinity"))
    case "t": return try word("true", .boolean(true))
    case "f": return try word("false", .boolean(false))
    case "n": return try word("null", .null)
    default: throw surprise(expected: JSONParser.anyValue)
    }
  }

  private static let anyValue = "a JSON value (an object, a list, a string, a number, true, false or null)"
}

/// Several values in one text.
extension JSONParser {
  private mutating func valuesInTurn() throws(JSONSyntaxError) -> [(line: Int, value: JSONValue)] {
    var values: [(line: Int, value: JSONValue)] = []
    var lines = LineCount(line: firstLine, position: bytes.startIndex)
    skipSpace()
    while next != nil {
      let line = lines.advanced(to: position, in: bytes)
      values.append((line, try value()))
      skipSpace()
    }
    return values
  }

  private mutating func listedValues() throws(JSONSyntaxError) -> [(line: Int, value: JSONValue)] {
    try enter()
    var values: [(line: Int, value: JSONValue)] = []
    var lines = LineCount(line: firstLine, position: bytes.startIndex)
    if !leave("]") {
      repeat {
        skipSpace()
        let line = lines.advanced(to: position, in: bytes)
        values.append((line, try value()))
      } while try continues(to: "]", of: "list")
    }
    skipSpace()
    guard next == nil else { throw surprise(expected: nil) }
    return values
  }

  /// Counts lines while going forward, each byte once.
  private struct LineCount {
    var line: Int
    var position: Int

    mutating func advanced(to end: Int, in bytes: ArraySlice<UInt8>) -> Int {
      line += bytes[position..<end].count { $0 == 0x0A }
      position = end
      return line
    }
  }
}

/// Lists, objects and words.
extension JSONParser {
  private mutating func elements() throws(JSONSyntaxError) -> [JSONValue] {
    try enter()
    var elements: [JSONValue] = []
    if leave("]") { return elements }
    repeat {
      elements.append(try value())
    } while try continues(to: "]", of: "list")
    return elements
  }

  private mutating func members() throws(JSONSyntaxError) -> [JSONMember] {
    try enter()
    var members: [JSONMember] = []
    var keys: Set<ArraySlice<UInt8>> = []
    if leave("}") { return members }
    repeat {
      skipSpace()
      guard next == UInt8(ascii: "\"") else { throw surprise(expected: "a key in quotes") }
      let start = position
      let key = try string()
      guard repeatedKeys || keys.insert(key).inserted else {
        throw error(at: start, found: "the key \(quoted(key)) again", expected: "each key once in an object")
      }
      skipSpace()
      guard take(":") else { throw surprise(expected: "a colon after the key \(quoted(key))") }
      members.append(JSONMember(key: key, value: try value()))
    } while try continues(to: "}", of: "object")
    return members
  }

  private mutating func enter() throws(JSONSyntaxError) {
    guard depth < JSONParser.depthLimit else {
      throw surprise(expected: "at most \(JSONParser.depthLimit) lists and objects nesting in each other")
    }
    depth += 1
    position += 1
  }

  private mutating func leave(_ end: Unicode.Scalar) -> Bool {
    skipSpace()
    guard take(end) else { return false }
    depth -= 1
    return true
  }

  private mutating func continues(to end: Unicode.Scalar, of kind: String) throws(JSONSyntaxError) -> Bool {
    if leave(end) { return false }
    guard take(",") else { throw surprise(expected: "a comma or the end of the \(kind) after a value") }
    return true
  }

  private mutating func word(_ word: String, _ value: JSONValue) throws(JSONSyntaxError) -> JSONValue {
    guard bytes[position...].starts(with: word.utf8) else { throw surprise(expected: JSONParser.anyValue) }
    position += word.utf8.count
    return value
  }
}

/// Numbers and strings.
extension JSONParser {
  private mutating func number() throws(JSONSyntaxError) -> JSONValue {
    let start = position
    _ = take("-")
    if !take("0") { try digits() }
    if take(".") { try digits() }
    if take("e") || take("E") {
      if !take("+") { _ = take("-") }
      try digits()
    }
    let text = String(decoding: bytes[start..<position], as: UTF8.self)
    if let integer = Int(text) { return .integer(integer) }
    if lenient, text.allSatisfy({ $0 == "-" || $0.isNumber }) { return .otherNumber(text) }
    guard let number = Double(text), number.isFinite else {
      if lenient { return .otherNumber(text) }
      throw error(
        at: start,
        found: "the number \(quoted(text))",
        expected: "a number of the size of a Double, a value up to 1.8e308"
      )
    }
    return .number(number)
  }

  private mutating func digits() throws(JSONSyntaxError) {
    let start = position
    while let byte = next, 0x30...0x39 ~= byte { position += 1 }
    guard position > start else { throw surprise(expected: "a digit, as in a value like -1.5e+3") }
  }

  private mutating func string() throws(JSONSyntaxError) -> ArraySlice<UInt8> {
    position += 1
    // Nearly all strings hold no escape: those are slices of the text, without a copy.
    let beginning = plainBytes()
    if take("\"") { return beginning }
    var content = Array(beginning)
    while take("\\") {
      content.append(contentsOf: String(try escaped()).utf8)
      content.append(contentsOf: plainBytes())
    }
    guard take("\"") else {
      throw surprise(expected: "the closing quote of a string, in which a line break is written as \\n")
    }
    return content[...]
  }

  /// Steps over what stands for itself in a string.
  private mutating func plainBytes() -> ArraySlice<UInt8> {
    let start = position
    while let byte = next, byte >= 0x20, byte != UInt8(ascii: "\""), byte != UInt8(ascii: "\\") { position += 1 }
    return bytes[start..<position]
  }

  private mutating func escaped() throws(JSONSyntaxError) -> Unicode.Scalar {
    let start = position - 1
    for (letter, scalar) in JSONParser.escapes where take(letter) { return scalar }
    guard take("u") else {
      throw surprise(expected: "one of \" \\ / n t r b f u after a backslash, as an escape sequence")
    }
    let first = try hexadecimal()
    if let scalar = Unicode.Scalar(first) { return scalar }
    // Scalars beyond the first 65536 are written as two escapes, a surrogate pair.
    guard first < 0xDC00, take("\\"), take("u") else { throw halfPair(at: start) }
    let second = try hexadecimal()
    guard 0xDC00..<0xE000 ~= second,
      let scalar = Unicode.Scalar(0x10000 + (first - 0xD800) << 10 + (second - 0xDC00))
    else { throw halfPair(at: start) }
    return scalar
  }

  private static let escapes: [(letter: Unicode.Scalar, scalar: Unicode.Scalar)] = [
    ("\"", "\""), ("\\", "\\"), ("/", "/"), ("n", "\n"), ("t", "\t"), ("r", "\r"), ("b", "\u{8}"), ("f", "\u{C}"),
  ]

  private mutating func hexadecimal() throws(JSONSyntaxError) -> UInt32 {
    var value: UInt32 = 0
    for _ in 0..<4 {
      guard let byte = next, let digit = Character(Unicode.Scalar(byte)).hexDigitValue else {
        throw surprise(expected: "four hexadecimal digits after \\u")
      }
      value = value << 4 | UInt32(digit)
      position += 1
    }
    return value
  }
}

/// Errors with their line and column.
extension JSONParser {
  private func halfPair(at position: Int) -> JSONSyntaxError {
    error(at: position, found: "half of a surrogate pair", expected: "both halves, one after the other")
  }

  /// The error for whatever stands at the present position.
  private func surprise(expected: String?) -> JSONSyntaxError {
    let scalar = String(decoding: bytes[position...].prefix(4), as: UTF8.self).unicodeScalars.first
    return error(at: position, found: scalar.map { quoted(String($0)) }, expected: expected)
  }

  private func error(at position: Int, found: String?, expected: String?) -> JSONSyntaxError {
    let before = bytes[..<position]
    let lineStart = before.lastIndex(of: 0x0A).map { $0 + 1 } ?? before.startIndex
    return JSONSyntaxError(
      line: firstLine + before.count { $0 == 0x0A },
      column: before[lineStart...].count { $0 & 0xC0 != 0x80 } + 1,
      found: found,
      expected: expected
    )
  }
}
