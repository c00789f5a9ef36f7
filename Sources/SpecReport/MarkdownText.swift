/// Text of the database made fit for Markdown: it stays on its line and in its table cell and is shown as it is.
package enum MarkdownText {
  /// Text for a sentence, a list or a table cell.
  package static func plain(_ text: String) -> String {
    let scalars = Array(onOneLine(text).unicodeScalars)
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
    let content = onOneLine(text)
    guard !content.allSatisfy({ $0 == " " }) else { return NumberFormat.missing }
    let fence = String(repeating: "`", count: longestRun(of: "`", in: content) + 1)
    // Markdown takes away one space on each side, and needs one where the text itself begins or ends with a backtick.
    let needsPadding = ["`", " "].contains { content.hasPrefix($0) || content.hasSuffix($0) }
    let padding = needsPadding ? " " : ""
    return fence + padding + content + padding + fence
  }

  /// Intraword underscores mean nothing in Markdown and are left alone, so that `mt_bench` stays readable as text.
  private static let special: Set<Unicode.Scalar> = ["\\", "`", "|", "*", "[", "]", "<", "&", "~"]

  /// White space of any kind becomes a space; what a terminal would obey or what would turn the direction of writing
  /// becomes visible.
  private static func onOneLine(_ text: String) -> String {
    text.unicodeScalars.reduce(into: "") { result, scalar in
      if scalar.properties.isWhitespace {
        result += " "
      } else if [.control, .format].contains(scalar.properties.generalCategory) {
        result += scalar.escaped(asASCII: true)
      } else {
        result.unicodeScalars.append(scalar)
      }
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
