/// Cuts a template into texts and tags as jinja2 does with the settings of transformers: a newline after a block
/// (`trim_blocks`) and the blanks before one that begins a line (`lstrip_blocks`) are not part of the text.
struct JinjaLexer {
  /// A part of the source.
  enum Part {
    case text(JinjaText)
    case output([JinjaToken])
    case block([JinjaToken])
  }

  private let source: [Unicode.Scalar]
  private var position = 0
  private(set) var parts: [Part] = []

  /// - Throws: ``JinjaProblem`` for a tag without an end or a character that no expression has.
  init(_ template: String) throws(JinjaProblem) {
    var source: [Unicode.Scalar] = []
    for scalar in template.unicodeScalars {
      // Every newline is read as one of Unix.
      if scalar == "\n", source.last == "\r" { source.removeLast() }
      if source.last == "\r" { source[source.count - 1] = "\n" }
      source.append(scalar)
    }
    if source.last == "\r" { source[source.count - 1] = "\n" }
    if source.last == "\n" { source.removeLast() }
    self.source = source
    try cut()
  }

  /// How a tag ends.
  private enum Ending {
    case plain
    /// With a minus, which cuts all white space behind it.
    case cutting
    /// With a plus, which keeps the newline.
    case keeping
  }

  private mutating func cut() throws(JinjaProblem) {
    var beginsLine = true
    while position < source.count {
      let start = position
      while position < source.count, !beginsTag { position += 1 }
      var text = source[start..<position]
      guard position < source.count else { return append(text) }
      let kind = source[position + 1]
      position += 2
      let sign = ["-", "+"].contains(at(0)) ? at(0) : nil
      if sign != nil { position += 1 }
      if sign == "-" {
        while let last = text.last, Self.isSpace(last) { text.removeLast() }
      } else if sign == nil, kind != "{" {
        Self.stripLine(&text, beginsLine: beginsLine)
      }
      append(text)
      try readTag(kind)
      beginsLine = source[position - 1] == "\n"
    }
  }

  private func at(_ offset: Int) -> Unicode.Scalar? {
    position + offset < source.count ? source[position + offset] : nil
  }

  private static func isSpace(_ scalar: Unicode.Scalar) -> Bool { JinjaText.isSpace(scalar.value) }

  private var beginsTag: Bool { at(0) == "{" && ["{", "%", "#"].contains(at(1)) }

  /// Drops blanks at the end of a text if nothing else stands on their line.
  private static func stripLine(_ text: inout ArraySlice<Unicode.Scalar>, beginsLine: Bool) {
    let blanks = text.reversed().prefix { $0 != "\n" && isSpace($0) }.count
    let before = text.dropLast(blanks).last
    if before == "\n" || (before == nil && beginsLine) { text.removeLast(blanks) }
  }

  private mutating func append(_ text: ArraySlice<Unicode.Scalar>) {
    if !text.isEmpty { parts.append(.text(JinjaText(text.map(\.value)))) }
  }

  /// Passes over the end of a tag, if it is here, with what it takes off behind it.
  private mutating func takeEnd(_ end: Unicode.Scalar) -> Bool {
    let ending: Ending
    if at(0) == end, at(1) == "}" {
      ending = .plain
    } else if at(0) == "-", at(1) == end, at(2) == "}" {
      ending = .cutting
    } else if at(0) == "+", at(1) == end, at(2) == "}", end != "}" {
      ending = .keeping
    } else {
      return false
    }
    position += ending == .plain ? 2 : 3
    if ending == .cutting {
      while let next = at(0), Self.isSpace(next) { position += 1 }
    } else if ending == .plain, end != "}", at(0) == "\n" {
      position += 1
    }
    return true
  }

  private mutating func readTag(_ kind: Unicode.Scalar) throws(JinjaProblem) {
    if kind == "#" {
      while position < source.count {
        if takeEnd("#") { return }
        position += 1
      }
      throw JinjaProblem("a comment has no end")
    }
    let tokens = try tokens(until: kind == "{" ? "}" : "%")
    guard kind == "%" else { return parts.append(.output(tokens)) }
    guard tokens == [.name("raw")] else { return parts.append(.block(tokens)) }
    // Unlike others, this block keeps the newline behind it, unless a minus cuts it.
    if source[position - 1] == "\n", source[position - 2] == "}", source[position - 4] != "-" { position -= 1 }
    try readRaw()
  }

  private mutating func tokens(until end: Unicode.Scalar) throws(JinjaProblem) -> [JinjaToken] {
    var tokens: [JinjaToken] = []
    var brackets: [String] = []
    while position < source.count {
      if brackets.isEmpty, takeEnd(end) { return tokens }
      guard let token = try JinjaToken(source, &position) else { continue }
      tokens.append(token)
      guard case .symbol(let symbol) = token else { continue }
      if let closing = ["(": ")", "[": "]", "{": "}"][symbol] {
        brackets.append(closing)
      } else if [")", "]", "}"].contains(symbol), brackets.popLast() != symbol {
        throw JinjaProblem("a '\(symbol)' closes nothing")
      }
    }
    throw JinjaProblem("a tag has no end")
  }

  /// What stands between `raw` and `endraw` is text, tags and all.
  private mutating func readRaw() throws(JinjaProblem) {
    let start = position
    while position < source.count {
      let end = position
      if at(0) == "{", at(1) == "%" {
        position += 2
        let sign = ["-", "+"].contains(at(0)) ? at(0) : nil
        if sign != nil { position += 1 }
        while let next = at(0), Self.isSpace(next) { position += 1 }
        let name = Array("endraw".unicodeScalars)
        if source[position...].starts(with: name) {
          position += name.count
          while let next = at(0), Self.isSpace(next) { position += 1 }
          if takeEnd("%") {
            var text = source[start..<end]
            if sign == "-" {
              while let last = text.last, Self.isSpace(last) { text.removeLast() }
            } else if sign == nil {
              Self.stripLine(&text, beginsLine: false)
            }
            return append(text)
          }
        }
        position = end
      }
      position += 1
    }
    throw JinjaProblem("a raw block has no end")
  }
}
