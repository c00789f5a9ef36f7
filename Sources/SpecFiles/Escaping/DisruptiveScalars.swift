// All escapers look at Unicode scalars and never at characters: a letter such as U+0D4E or a combining mark makes one
// character with its neighbor, and a special sign inside of such a character would be missed.

extension Unicode.Scalar {
  /// Whether the scalar does something where it should only be read: a terminal obeys it, or it ends a line, or it turns
  /// the direction of writing, or it cannot be seen at all.
  package var isDisruptive: Bool {
    switch properties.generalCategory {
    case .control, .format, .lineSeparator, .paragraphSeparator: true
    default: false
    }
  }

  /// The scalar itself, or where it is disruptive its number, like `\u{1B}`.
  var visible: String { isDisruptive ? escaped(asASCII: true) : String(self) }
}

extension String {
  /// The text with each disruptive scalar shown by its number.
  package var visible: String {
    unicodeScalars.contains(where: \.isDisruptive) ? unicodeScalars.map(\.visible).joined() : self
  }

  /// The text for a sentence: disruptive scalars are shown by their numbers, any run of white space is one space, and
  /// none is left at the ends.
  package var onOneLine: String {
    unicodeScalars.split(whereSeparator: \.properties.isWhitespace)
      .map { $0.map(\.visible).joined() }
      .joined(separator: " ")
  }
}
