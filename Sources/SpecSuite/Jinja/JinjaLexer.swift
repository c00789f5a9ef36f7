/// Cuts a template into texts and tags, with the blanks removed that the tags ask for. As transformers does, a newline
/// after a block and the blanks before one that begins a line are not part of the text.
struct JinjaLexer {
  /// A part of the source.
  enum Part {
    case text(String)
    case output([JinjaToken])
    case block([JinjaToken])
  }

  private let source: [Unicode.Scalar]
  private var position = 0
  private(set) var parts: [Part] = []

  /// - Throws: ``JinjaProblem`` for a tag without an end or a character that no expression has.
  init(_ template: String) throws(JinjaProblem) {
    var source = Array(template.unicodeScalars)
    if source.last == "\n" { source.removeLast() }
    self.source = source
    try cut()
  }

  private mutating func cut() throws(JinjaProblem) {
    var (cutsBlanks, cutsNewline, beginsLine) = (false, false, true)
    while position < source.count {
      let start = position
      while position < source.count, !beginsTag { position += 1 }
      var text = Array(source[start..<position])
      if cutsBlanks {
        text = Array(text.drop { $0.properties.isWhitespace })
      } else if cutsNewline, text.first == "\n" {
        text.removeFirst()
        beginsLine = true
      }
      guard position < source.count else {
        append(text)
        return
      }
      let kind = source[position + 1]
      position += 2
      let sign =
        position < source.count && (source[position] == "-" || source[position] == "+") ? source[position] : nil
      if sign != nil { position += 1 }
      if sign == "-" {
        while text.last?.properties.isWhitespace == true { text.removeLast() }
      } else if sign == nil, kind != "{" {
        Self.stripLine(&text, beginsLine: beginsLine)
      }
      append(text)
      (cutsBlanks, cutsNewline) = try readTag(kind)
      beginsLine = false
    }
  }

  private var beginsTag: Bool {
    position + 1 < source.count && source[position] == "{" && ["{", "%", "#"].contains(source[position + 1])
  }

  /// Drops blanks at the end of a text if nothing else stands on their line.
  private static func stripLine(_ text: inout [Unicode.Scalar], beginsLine: Bool) {
    let blanks = text.reversed().prefix { $0 == " " || $0 == "\t" }.count
    let before = text.dropLast(blanks).last
    if before == "\n" || (before == nil && beginsLine) { text.removeLast(blanks) }
  }

  private mutating func append(_ text: [Unicode.Scalar]) {
    guard !text.isEmpty else { return }
    var string = String.UnicodeScalarView()
    string.append(contentsOf: text)
    parts.append(.text(String(string)))
  }

  /// Reads a tag to its end. Returns what becomes of the blanks after it.
  private mutating func readTag(_ kind: Unicode.Scalar) throws(JinjaProblem) -> (blanks: Bool, newline: Bool) {
    let end: Unicode.Scalar = kind == "{" ? "}" : kind
    var tokens: [JinjaToken] = []
    while position < source.count {
      let closes = position + 1 < source.count && source[position] == end && source[position + 1] == "}"
      let isCutting =
        ["-", "+"].contains(source[position]) && position + 2 < source.count
        && source[position + 1] == end && source[position + 2] == "}"
      if closes || isCutting {
        let cutsBlanks = isCutting && source[position] == "-"
        let keepsNewline = isCutting && source[position] == "+"
        position += isCutting ? 3 : 2
        if kind == "{" { parts.append(.output(tokens)) }
        if kind == "%" { parts.append(.block(tokens)) }
        return (cutsBlanks, kind != "{" && !keepsNewline)
      }
      if kind == "#" {
        position += 1
      } else if let token = try JinjaToken(source, &position) {
        tokens.append(token)
      }
    }
    throw JinjaProblem("a tag has no end")
  }
}

/// The smallest part of an expression.
enum JinjaToken: Equatable {
  case name(String)
  case text(String)
  case integer(Int)
  case symbol(String)

  /// Reads the next token; nil for blanks, which are passed over.
  init?(_ source: [Unicode.Scalar], _ position: inout Int) throws(JinjaProblem) {
    let first = source[position]
    if first.properties.isWhitespace {
      position += 1
      return nil
    }
    if first == "'" || first == "\"" {
      self = .text(try Self.string(source, &position))
      return
    }
    func take(while isPart: (Unicode.Scalar) -> Bool) -> String {
      var text = String.UnicodeScalarView()
      while position < source.count, isPart(source[position]) {
        text.append(source[position])
        position += 1
      }
      return String(text)
    }
    if first == "_" || first.properties.isAlphabetic {
      self = .name(take { $0 == "_" || $0.properties.isAlphabetic || ("0"..."9").contains($0) })
      return
    }
    if ("0"..."9").contains(first) {
      guard let number = Int(take { ("0"..."9").contains($0) }) else { throw JinjaProblem("a number is too large") }
      self = .integer(number)
      return
    }
    if position + 1 < source.count {
      let two = String(first) + String(source[position + 1])
      if ["==", "!=", "<=", ">=", "//", "**"].contains(two) {
        position += 2
        self = .symbol(two)
        return
      }
    }
    guard "+-*/%~<>=()[]{}.,:|".unicodeScalars.contains(first) else {
      throw JinjaProblem("it holds a sign that no expression has, U+\(String(first.value, radix: 16, uppercase: true))")
    }
    position += 1
    self = .symbol(String(first))
  }

  private static func string(_ source: [Unicode.Scalar], _ position: inout Int) throws(JinjaProblem) -> String {
    let quote = source[position]
    var text = String.UnicodeScalarView()
    position += 1
    while position < source.count, source[position] != quote {
      var scalar = source[position]
      if scalar == "\\", position + 1 < source.count {
        position += 1
        let escapes: [Unicode.Scalar: Unicode.Scalar] = [
          "n": "\n", "t": "\t", "r": "\r", "\\": "\\", "'": "'", "\"": "\"",
        ]
        guard let escaped = escapes[source[position]] else { throw JinjaProblem("a text holds an unknown escape") }
        scalar = escaped
      }
      text.append(scalar)
      position += 1
    }
    guard position < source.count else { throw JinjaProblem("a text has no end") }
    position += 1
    return String(text)
  }
}
