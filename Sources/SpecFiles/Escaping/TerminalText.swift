/// Text that nobody has checked made fit for a terminal.
package enum TerminalText {
  /// The text with its line breaks and tabs; all else that a terminal would obey, that ends a line or that turns the
  /// direction of writing is shown by its number, like `\u{1B}`.
  ///
  /// - Parameters:
  ///   - text: the text.
  ///   - keepsJoiners: whether U+200C and U+200D stay: some scripts and emoji are written with them, but a name could
  ///     hide behind them.
  /// - Returns: the text.
  package static func harmless(_ text: String, keepsJoiners: Bool = false) -> String {
    func stays(_ scalar: Unicode.Scalar) -> Bool {
      switch scalar {
      case "\n", "\t": true
      case "\u{200C}", "\u{200D}": keepsJoiners
      default: !scalar.isDisruptive
      }
    }
    let scalars = text.unicodeScalars
    if scalars.allSatisfy(stays) { return text }
    return scalars.map { stays($0) ? String($0) : $0.visible }.joined()
  }

  /// The text as a part of a line: line breaks and tabs are shown by their numbers, too.
  package static func line(_ text: String) -> String { text.visible }

  /// About how many columns a text takes: none for marks, two for the wide letters and pictures of East Asia.
  package static func columns(of text: String) -> Int {
    text.unicodeScalars.reduce(0) { $0 + $1.columns }
  }

  /// A text in lines of at most a number of columns, broken at its spaces; a word that is longer has a line of its own.
  ///
  /// - Parameters:
  ///   - text: one line.
  ///   - beginning: what stands before it.
  ///   - limit: the columns, the beginning's included; nil for no limit.
  ///   - indentation: the spaces before each line after the first.
  /// - Returns: the lines.
  package static func wrapped(
    _ text: String,
    after beginning: String = "",
    columns limit: Int?,
    indentation: Int = 0
  ) -> String {
    guard let limit, columns(of: beginning + text) > limit else { return beginning + text }
    var (lines, line, isEmpty) = ([String](), beginning, true)
    for word in text.split(separator: " ") {
      if !isEmpty, columns(of: line) + 1 + columns(of: String(word)) > limit {
        lines.append(line)
        (line, isEmpty) = (String(repeating: " ", count: indentation), true)
      }
      line += (isEmpty ? "" : " ") + word
      isEmpty = false
    }
    return (lines + [line]).joined(separator: "\n")
  }

  /// A text that takes at most a number of columns; where something is cut off stands a mark of one column.
  package static func cut(_ text: String, columns limit: Int, mark: String = "…") -> String {
    guard columns(of: text) > limit else { return text }
    var room = limit - 1
    let start = text.unicodeScalars.prefix { scalar in
      room -= scalar.columns
      return room >= 0
    }
    return String(start) + mark
  }
}

extension Unicode.Scalar {
  fileprivate var columns: Int {
    if isASCII { return 1 }
    switch properties.generalCategory {
    case .nonspacingMark, .enclosingMark, .format: return 0
    default: break
    }
    switch value {
    case 0x1100...0x115F, 0x2E80...0x303E, 0x3041...0xA4CF, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE30...0xFE6F,
      0xFF00...0xFF60, 0xFFE0...0xFFE6, 0x1F300...0x1F64F, 0x1F680...0x1F6FF, 0x1F900...0x1F9FF, 0x20000...0x3FFFD:
      return 2
    default: return 1
    }
  }
}
