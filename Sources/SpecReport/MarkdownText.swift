/// Text of the database made fit for Markdown: it stays on its line and in its table cell and is shown as it is.
package enum MarkdownText {
  /// Text for a sentence, a list or a table cell.
  package static func plain(_ text: String) -> String {
    // In running text white space of any kind is but a space.
    let line = text.unicodeScalars.map { $0.properties.isWhitespace ? " " : visible($0) }.joined()
    let scalars = Array(line.unicodeScalars)
    return scalars.indices.reduce(into: "") { result, index in
      let scalar = scalars[index]
      let isInsideWord =
        scalars.indices.contains(index - 1) && scalars.indices.contains(index + 1)
        && isWord(scalars[index - 1]) && isWord(scalars[index + 1])
      if special.contains(scalar) || (scalar == "_" && !isInsideWord) { result += "\\" }
      result.unicodeScalars.append(scalar)
    }
  }

  /// Text between backticks, for a sentence or a list. A table cell wants ``plain(_:)``: there a `|` ends even code.
  package static func code(_ text: String) -> String {
    let content = text.unicodeScalars.map(visible).joined()
    guard !content.allSatisfy({ $0 == " " }) else { return NumberFormat.missing }
    let fence = String(repeating: "`", count: longestRun(of: "`", in: content) + 1)
    // Markdown takes away one space on each side, and needs one where the text itself begins or ends with a backtick.
    let needsPadding = ["`", " "].contains { content.hasPrefix($0) || content.hasSuffix($0) }
    let padding = needsPadding ? " " : ""
    return fence + padding + content + padding + fence
  }

  /// Intraword underscores mean nothing in Markdown and are left alone, so that `mt_bench` stays readable as text.
  private static let special: Set<Unicode.Scalar> = ["\\", "`", "|", "*", "[", "]", "<", "&", "~"]

  /// What a terminal would obey, what ends a line and what would turn the direction of writing becomes visible.
  private static func visible(_ scalar: Unicode.Scalar) -> String {
    switch scalar.properties.generalCategory {
    case .control, .format, .lineSeparator, .paragraphSeparator: scalar.escaped(asASCII: true)
    default: String(scalar)
    }
  }

  private static func isWord(_ scalar: Unicode.Scalar) -> Bool {
    scalar.properties.isAlphabetic || scalar.properties.numericType != nil
  }

  private static func longestRun(of character: Character, in text: String) -> Int {
    var longest = 0
    var current = 0
    for candidate in text {
      current = candidate == character ? current + 1 : 0
      longest = max(longest, current)
    }
    return longest
  }
}
