/// Text that nobody has checked made fit for HTML, XML and drawings in SVG, as the text of an element or as the value of
/// an attribute.
package enum MarkupText {
  /// The text without anything that begins a tag or an entity or ends an attribute. Line breaks and tabs stay; other
  /// control and format characters are shown by their numbers, like `\u{1B}`; what no XML may hold becomes U+FFFD.
  package static func escaped(_ text: String) -> String {
    text.unicodeScalars.reduce(into: "") { result, scalar in
      switch scalar {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "\"": result += "&quot;"
      case "'": result += "&#39;"
      // As they are, an attribute would lose them.
      case "\n": result += "&#10;"
      case "\t": result += "&#9;"
      case "\u{FFFE}", "\u{FFFF}": result += "\u{FFFD}"
      default: result += scalar.visible
      }
    }
  }
}
