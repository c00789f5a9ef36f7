/// Text that nobody has checked made fit for Markdown: it stays on its line and in its table cell and is shown as it is.
package enum MarkdownText {
  /// Where a text stands.
  package enum Place: Sendable {
    /// In a sentence, a heading or a list, perhaps at its beginning.
    case line
    /// In a cell of a table, where nothing begins a heading, a list or a quotation.
    case cell
  }

  /// A text of one line; line breaks and tabs in it are shown by their numbers.
  package static func escaped(_ text: String, in place: Place) -> String {
    let scalars = Array(text.visible.unicodeScalars)
    return scalars.indices.reduce(into: "") { result, index in
      if isSpecial(scalars, at: index, place) { result += "\\" }
      result.unicodeScalars.append(scalars[index])
    }
  }

  /// Text between backticks, for a sentence or a list. A cell of a table cannot hold it: there a `|` ends even code.
  package static func code(_ text: String) -> String {
    let content = text.visible
    let scalars = content.unicodeScalars
    guard !scalars.allSatisfy({ $0 == " " }), let first = scalars.first, let last = scalars.last else { return "–" }
    let fence = String(repeating: "`", count: longestRun(of: "`", in: scalars) + 1)
    // Markdown takes away one space on each side, and needs one where the text itself begins or ends with a backtick. A
    // mark at the beginning would be drawn upon the fence.
    let needsPadding = [first, last].contains { $0 == "`" || $0 == " " } || first.isMark
    let padding = needsPadding ? " " : ""
    return fence + padding + content + padding + fence
  }

  /// Signs that mean something anywhere in a line; `$` begins a formula on some sites.
  private static let special: Set<Unicode.Scalar> = ["\\", "`", "|", "*", "[", "]", "<", "&", "~", "$"]

  /// Whether a sign would not be shown as it is.
  private static func isSpecial(_ text: [Unicode.Scalar], at index: Int, _ place: Place) -> Bool {
    func scalar(_ place: Int) -> Unicode.Scalar? { text.indices.contains(place) ? text[place] : nil }
    let (before, after) = (scalar(index - 1), scalar(index + 1))
    if place == .line, beginsOrEndsBlock(text, at: index) { return true }
    switch text[index] {
    // Inside a word an underscore means nothing and is left alone, so that `mt_bench` stays readable as text.
    case "_": return !(before?.isWord ?? false) || !(after?.isWord ?? false)
    case ".": return index >= 3 && text[index - 3..<index].allSatisfy { $0 == "w" || $0 == "W" }
    // What some sites turn into links.
    case ":": return after == "/" && scalar(index + 2) == "/"
    case "@": return before?.isWord ?? false
    default: return special.contains(text[index])
    }
  }

  /// Whether a sign makes a heading, a list or a quotation of the line.
  private static func beginsOrEndsBlock(_ text: [Unicode.Scalar], at index: Int) -> Bool {
    let after = text.indices.contains(index + 1) ? text[index + 1] : nil
    switch text[index] {
    // Headings, closed ones too, quotations, lines under a heading.
    case "#": return index == 0 || after == nil
    case ">", "=": return index == 0
    // Lists and rules.
    case "-", "+": return index == 0 && (after == nil || after == " " || after == "-")
    case ".", ")": return index > 0 && (after == nil || after == " ") && text[..<index].allSatisfy(\.isDigit)
    default: return false
    }
  }

  private static func longestRun(of scalar: Unicode.Scalar, in text: String.UnicodeScalarView) -> Int {
    var longest = 0
    var current = 0
    for candidate in text {
      current = candidate == scalar ? current + 1 : 0
      longest = max(longest, current)
    }
    return longest
  }
}

extension Unicode.GeneralCategory {
  /// Whether Markdown takes a backslash before such a character for its escape.
  fileprivate var isSign: Bool {
    switch self {
    case .connectorPunctuation, .dashPunctuation, .openPunctuation, .closePunctuation, .otherPunctuation, .mathSymbol,
      .currencySymbol, .modifierSymbol:
      true
    default: false
    }
  }
}

extension Unicode.Scalar {
  fileprivate var isDigit: Bool { ("0"..."9").contains(self) }

  fileprivate var isWord: Bool { properties.isAlphabetic || properties.numericType != nil }

  fileprivate var isMark: Bool {
    switch properties.generalCategory {
    case .nonspacingMark, .enclosingMark, .spacingMark: true
    default: false
    }
  }
}
