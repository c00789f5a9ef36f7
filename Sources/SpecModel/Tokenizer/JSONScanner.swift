import Foundation

/// Reads a JSON file (RFC 8259) into nodes; the file is untrusted.
struct JSONScanner {
  /// Deeper than any tokenizer file, shallow enough for the stack of any thread.
  private static let deepestNesting = 64
  /// Several times the largest tokenizer files in use.
  private static let largestFile = 128 << 20

  private let file: String
  private let bytes: [UInt8]
  private var position = 0

  static func read(file: String) throws(TokenizerError) -> JSONField {
    var scanner = JSONScanner(file: file, bytes: try contents(of: file))
    return JSONField(file: file, path: "", node: try scanner.document())
  }

  private init(file: String, bytes: [UInt8]) {
    self.file = file
    self.bytes = bytes
  }

  private static func contents(of file: String) throws(TokenizerError) -> [UInt8] {
    // Checkpoint caches keep files as links to shared blobs.
    let url = URL(fileURLWithPath: file).resolvingSymlinksInPath()
    guard let attributes = try? FileManager.default.attributesOfItem(atPath: url.path) else {
      throw .unreadable(file: file, reason: "it does not exist or its folder may not be read")
    }
    guard attributes[.type] as? FileAttributeType == .typeRegular else {
      throw .unreadable(file: file, reason: "it is not an ordinary file")
    }
    guard let size = attributes[.size] as? NSNumber, size.int64Value <= largestFile else {
      throw .unreadable(file: file, reason: "it is larger than \(largestFile >> 20) MiB")
    }
    guard let data = try? Data(contentsOf: url) else {
      throw .unreadable(file: file, reason: "it may not be read")
    }
    return [UInt8](data)
  }

  private mutating func document() throws(TokenizerError) -> JSONNode {
    let lines = bytes.split(separator: 0x0A, omittingEmptySubsequences: false)
    if let index = lines.firstIndex(where: { String(validating: $0, as: UTF8.self) == nil }) {
      throw .malformed(file: file, place: "line \(index + 1)", found: "what is not UTF-8", expected: "UTF-8")
    }
    let node = try value(depth: 0)
    skipSpace()
    guard position == bytes.count else { throw unexpected("the end of the file") }
    return node
  }

  private mutating func value(depth: Int) throws(TokenizerError) -> JSONNode {
    guard depth < JSONScanner.deepestNesting else {
      throw unexpected("at most \(JSONScanner.deepestNesting) levels of nesting")
    }
    skipSpace()
    switch current {
    case UInt8(ascii: "{"): return .object(try members(depth: depth))
    case UInt8(ascii: "["): return .array(try elements(depth: depth))
    case UInt8(ascii: "\""): return .string(try string())
    case UInt8(ascii: "t"): return try literal("true", .boolean(true))
    case UInt8(ascii: "f"): return try literal("false", .boolean(false))
    case UInt8(ascii: "n"): return try literal("null", .null)
    default: return try number()
    }
  }

  private mutating func members(depth: Int) throws(TokenizerError) -> [JSONNode.Member] {
    position += 1
    var members: [JSONNode.Member] = []
    skipSpace()
    if consume("}") { return members }
    while true {
      skipSpace()
      guard current == UInt8(ascii: "\"") else { throw unexpected("a key in quotes") }
      let key = try string()
      skipSpace()
      guard consume(":") else { throw unexpected("a colon") }
      members.append(JSONNode.Member(key: key, value: try value(depth: depth + 1)))
      skipSpace()
      if consume("}") { return members }
      guard consume(",") else { throw unexpected("a comma or \"}\"") }
    }
  }

  private mutating func elements(depth: Int) throws(TokenizerError) -> [JSONNode] {
    position += 1
    var elements: [JSONNode] = []
    skipSpace()
    if consume("]") { return elements }
    while true {
      elements.append(try value(depth: depth + 1))
      skipSpace()
      if consume("]") { return elements }
      guard consume(",") else { throw unexpected("a comma or \"]\"") }
    }
  }

  private mutating func string() throws(TokenizerError) -> ArraySlice<UInt8> {
    position += 1
    let start = position
    // Nearly all strings hold no escape: those are handed out as slices of the file, without a copy.
    var unescaped: [UInt8]?
    while let byte = current, byte >= 0x20 {
      switch byte {
      case UInt8(ascii: "\""):
        position += 1
        return unescaped.map { $0[...] } ?? bytes[start..<position - 1]
      case UInt8(ascii: "\\"):
        if unescaped == nil { unescaped = Array(bytes[start..<position]) }
        unescaped?.append(contentsOf: String(try escape()).utf8)
      default:
        unescaped?.append(byte)
        position += 1
      }
    }
    throw unexpected("the closing quote of a string")
  }

  private mutating func escape() throws(TokenizerError) -> Unicode.Scalar {
    position += 1
    guard let letter = current else { throw unexpected("an escape sequence") }
    let start = position
    position += 1
    switch letter {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return Unicode.Scalar(letter)
    case UInt8(ascii: "b"): return "\u{8}"
    case UInt8(ascii: "f"): return "\u{C}"
    case UInt8(ascii: "n"): return "\n"
    case UInt8(ascii: "r"): return "\r"
    case UInt8(ascii: "t"): return "\t"
    case UInt8(ascii: "u"): return try escapedScalar()
    default:
      position = start
      throw unexpected("an escape sequence of JSON")
    }
  }

  private mutating func escapedScalar() throws(TokenizerError) -> Unicode.Scalar {
    let first = try hexadecimal()
    if let scalar = Unicode.Scalar(first) { return scalar }
    guard first < 0xDC00, consume("\\"), consume("u") else { throw unexpected("both halves of a surrogate pair") }
    let second = try hexadecimal()
    guard 0xDC00..<0xE000 ~= second,
      let scalar = Unicode.Scalar(0x10000 + (first - 0xD800) << 10 + (second - 0xDC00))
    else { throw unexpected("the second half of a surrogate pair") }
    return scalar
  }

  private mutating func hexadecimal() throws(TokenizerError) -> UInt32 {
    var value: UInt32 = 0
    for _ in 0..<4 {
      guard let digit = current.flatMap({ Character(Unicode.Scalar($0)).hexDigitValue }) else {
        throw unexpected("a hexadecimal digit")
      }
      value = value << 4 | UInt32(digit)
      position += 1
    }
    return value
  }

  private mutating func number() throws(TokenizerError) -> JSONNode {
    let start = position
    let isNumeral: (UInt8) -> Bool = { UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 || "+-.eE".utf8.contains($0) }
    while let byte = current, isNumeral(byte) { position += 1 }
    let text = String(decoding: bytes[start..<position], as: UTF8.self)
    let digits = text.first == "-" ? text.dropFirst() : text[...]
    let hasLeadingZero = digits.first == "0" && digits.dropFirst().first?.isNumber == true
    if digits.first?.isNumber == true, !hasLeadingZero {
      if let value = Int(text) { return .integer(value) }
      if let value = Double(text), value.isFinite { return .fraction(value) }
    }
    position = start
    throw unexpected("a value")
  }

  private mutating func literal(_ word: String, _ node: JSONNode) throws(TokenizerError) -> JSONNode {
    guard bytes[position...].starts(with: word.utf8) else { throw unexpected("\(word)") }
    position += word.utf8.count
    return node
  }

  private var current: UInt8? {
    position < bytes.count ? bytes[position] : nil
  }

  private mutating func consume(_ scalar: Unicode.Scalar) -> Bool {
    guard current == UInt8(ascii: scalar) else { return false }
    position += 1
    return true
  }

  private mutating func skipSpace() {
    while let byte = current, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { position += 1 }
  }

  private func unexpected(_ expected: String) -> TokenizerError {
    let line = bytes[..<position].count { $0 == 0x0A } + 1
    let found = position < bytes.count ? JSONNode.quoted(bytes[position...].prefix(12)) : "the end of the file"
    return .malformed(file: file, place: "line \(line)", found: found, expected: expected)
  }
}
