/// Text that nobody has checked made fit for Markdown: it stays on its line and in its table cell and is shown as it is.
package enum MarkdownText {
  /// Text for a sentence, a heading, a list or a table cell. A run of white space becomes one space, as a reader of
  /// Markdown shows it.
  package static func plain(_ text: String) -> String {
    let scalars = Array(text.onOneLine.unicodeScalars)
    return scalars.indices.reduce(into: "") { result, index in
      if isSpecial(scalars, at: index) { result += "\\" }
      result.unicodeScalars.append(scalars[index])
    }
  }

  /// A sentence of Markdown as its reader sees it, for a terminal: without marks of bold text and without the backslashes
  /// that ``plain(_:)`` has put in.
  package static func shown(_ sentence: String) -> String {
    var rest = Array(sentence.unicodeScalars)[...]
    var shown = String.UnicodeScalarView()
    while let scalar = rest.popFirst() {
      if scalar == "\\", let next = rest.first, next.isASCII, next.properties.generalCategory.isSign {
        shown.append(rest.removeFirst())
      } else if scalar == "*", rest.first == "*" {
        rest.removeFirst()
      } else {
        shown.append(scalar)
      }
    }
    return String(shown)
  }

  /// Text between backticks, for a sentence or a list. A table cell wants ``plain(_:)``: there a `|` ends even code.
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
  private static func isSpecial(_ text: [Unicode.Scalar], at index: Int) -> Bool {
    func scalar(_ place: Int) -> Unicode.Scalar? { text.indices.contains(place) ? text[place] : nil }
    let (before, after) = (scalar(index - 1), scalar(index + 1))
    switch text[index] {
    // Inside a word an underscore means nothing and is left alone, so that `mt_bench` stays readable as text.
    case "_": return !(before?.isWord ?? false) || !(after?.isWord ?? false)
    // Headings, closed ones too, quotations, lines under a heading.
    case "#": return index == 0 || after == nil
    case ">", "=": return index == 0
    // Lists and rules.
    case "-", "+": return index == 0 && (after == nil || after == " " || after == "-")
    case ".", ")":
      let isNumbered = index > 0 && (after == nil || after == " ") && text[..<index].allSatisfy(\.isDigit)
      return isNumbered || (index >= 3 && text[index - 3..<index].allSatisfy { $0 == "w" || $0 == "W" })
    // What some sites turn into links.
    case ":": return after == "/" && scalar(index + 2) == "/"
    case "@": return before?.isWord ?? false
    default: return special.contains(text[index])
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
