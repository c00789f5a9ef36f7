/// Text that nobody has checked made fit for LaTeX: it is typeset as it is, on its line and in its column.
package enum LaTeXText {
  /// Text for a sentence or a cell of a table. A run of white space becomes one space.
  package static func plain(_ text: String) -> String {
    var previous: Unicode.Scalar?
    return text.onOneLine.unicodeScalars.reduce(into: "") { result, scalar in
      if let previous, isLigature(previous, scalar) { result += "{}" }
      previous = scalar
      switch scalar {
      case "\\": result += "\\textbackslash{}"
      case "~": result += "\\textasciitilde{}"
      case "^": result += "\\textasciicircum{}"
      case "<": result += "\\textless{}"
      case ">": result += "\\textgreater{}"
      case "|": result += "\\textbar{}"
      case "&", "%", "$", "#", "_", "{", "}": result += "\\\(scalar)"
      // After the end of a row they would be its options; the quotation mark is a command in some languages.
      case "[", "]", "*": result += "{\(scalar)}"
      case "\"": result += "{\\char34}"
      default: result.unicodeScalars.append(scalar)
      }
    }
  }

  /// Text after a percent sign, on one line.
  package static func comment(_ text: String) -> String { text.onOneLine }

  /// Whether two signs in a row are set as another one, like two hyphens as a dash.
  private static func isLigature(_ first: Unicode.Scalar, _ second: Unicode.Scalar) -> Bool {
    switch first {
    case "-", "`", "'", ",": second == first
    case "?", "!": second == "`"
    default: false
    }
  }
}
