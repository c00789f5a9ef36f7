/// The smallest part of an expression.
enum JinjaToken: Equatable {
  case name(String)
  case text(String)
  case integer(Int)
  case real(Double)
  case symbol(String)

  /// Reads the next token; nil for blanks, which are passed over.
  init?(_ source: [Unicode.Scalar], _ position: inout Int) throws(JinjaProblem) {
    let first = source[position]
    if JinjaText.isSpace(first.value) {
      position += 1
      return nil
    }
    if first == "'" || first == "\"" {
      self = .text(try Self.string(source, &position))
    } else if first == "_" || first.properties.isXIDStart {
      self = .name(Self.take(source, &position) { $0.properties.isXIDContinue })
    } else if Self.isDigit(first) {
      self = try Self.number(source, &position)
    } else {
      self = .symbol(try Self.symbol(source, &position))
    }
  }

  private static func isDigit(_ scalar: Unicode.Scalar) -> Bool { ("0"..."9").contains(scalar) }

  private static func isHexDigit(_ scalar: Unicode.Scalar) -> Bool {
    isDigit(scalar) || ("a"..."f").contains(scalar) || ("A"..."F").contains(scalar)
  }

  private static func take(
    _ source: [Unicode.Scalar],
    _ position: inout Int,
    while isPart: (Unicode.Scalar) -> Bool
  ) -> String {
    var text = String.UnicodeScalarView()
    while position < source.count, isPart(source[position]) {
      text.append(source[position])
      position += 1
    }
    return String(text)
  }

  private static func symbol(_ source: [Unicode.Scalar], _ position: inout Int) throws(JinjaProblem) -> String {
    let first = source[position]
    if position + 1 < source.count {
      let two = String(first) + String(source[position + 1])
      if ["==", "!=", "<=", ">=", "//", "**"].contains(two) {
        position += 2
        return two
      }
    }
    guard "+-*/%~<>=()[]{}.,:|".unicodeScalars.contains(first) else {
      throw JinjaProblem("it holds a sign that no expression has, U+\(String(first.value, radix: 16, uppercase: true))")
    }
    position += 1
    return String(first)
  }

  private static func number(_ source: [Unicode.Scalar], _ position: inout Int) throws(JinjaProblem) -> JinjaToken {
    let start = position
    var text = take(source, &position) { isDigit($0) || $0 == "_" }
    func next(_ offset: Int) -> Unicode.Scalar? {
      position + offset < source.count ? source[position + offset] : nil
    }
    var isReal = false
    // "x.0.1" is an index of an index, but only a digit before the point makes a number.
    if next(0) == ".", let digit = next(1), isDigit(digit), start == 0 || source[start - 1] != "." {
      position += 1
      text += "." + take(source, &position) { isDigit($0) || $0 == "_" }
      isReal = true
    }
    if next(0) == "e" || next(0) == "E" {
      let sign = next(1) == "-" || next(1) == "+" ? 1 : 0
      if let digit = next(1 + sign), isDigit(digit) {
        text += "e" + (sign == 1 ? String(source[position + 1]) : "")
        position += 1 + sign
        text += take(source, &position, while: isDigit)
        isReal = true
      }
    }
    text.removeAll { $0 == "_" }
    if isReal, let value = Double(text), value.isFinite { return .real(value) }
    guard !isReal, let value = Int(text) else { throw JinjaProblem("a number is too large") }
    return .integer(value)
  }

  private static func string(_ source: [Unicode.Scalar], _ position: inout Int) throws(JinjaProblem) -> String {
    let quote = source[position]
    var text = String.UnicodeScalarView()
    position += 1
    while position < source.count, source[position] != quote {
      if source[position] == "\\", position + 1 < source.count {
        position += 1
        try appendEscaped(source, &position, to: &text)
      } else {
        text.append(source[position])
        position += 1
      }
    }
    guard position < source.count else { throw JinjaProblem("a text has no end") }
    position += 1
    return String(text)
  }

  /// Escapes are those of Python; a backslash before anything else is itself.
  private static func appendEscaped(
    _ source: [Unicode.Scalar],
    _ position: inout Int,
    to text: inout String.UnicodeScalarView
  ) throws(JinjaProblem) {
    let escapes: [Unicode.Scalar: Unicode.Scalar] = [
      "n": "\n", "t": "\t", "r": "\r", "\\": "\\", "'": "'", "\"": "\"", "a": "\u{7}", "b": "\u{8}", "f": "\u{C}",
      "v": "\u{B}",
    ]
    let sign = source[position]
    position += 1
    if let escaped = escapes[sign] { return text.append(escaped) }
    if sign == "\n" { return }
    var digits = ""
    if let count = ["x": 2, "u": 4, "U": 8][sign] {
      while digits.count < count, position < source.count, isHexDigit(source[position]) {
        digits.unicodeScalars.append(source[position])
        position += 1
      }
      guard digits.count == count, let value = UInt32(digits, radix: 16), let scalar = Unicode.Scalar(value) else {
        throw JinjaProblem("a text holds an escape that stands for no character")
      }
      return text.append(scalar)
    }
    if ("0"..."7").contains(sign) {
      digits.unicodeScalars.append(sign)
      while digits.count < 3, position < source.count, ("0"..."7").contains(source[position]) {
        digits.unicodeScalars.append(source[position])
        position += 1
      }
      return text.append(UInt32(digits, radix: 8).flatMap(Unicode.Scalar.init) ?? "\u{FFFD}")
    }
    text.append(contentsOf: ["\\", sign])
  }
}
