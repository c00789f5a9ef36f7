/// Text that nobody has checked made fit for LaTeX: it is typeset as it is, on its line and in its column.
package enum LaTeXText {
  /// A text of one line, for a sentence or a cell of a table; line breaks and tabs in it are shown by their numbers.
  package static func escaped(_ text: String) -> String {
    let scalars = Array(text.visible.unicodeScalars)
    return scalars.indices.reduce(into: "") { result, index in
      if index > 0, isLigature(scalars[index - 1], scalars[index]) { result += "{}" }
      let isBeforePercent = scalars[index] == " " && index + 1 < scalars.count && scalars[index + 1] == "%"
      // A number and its percent sign stay on one line.
      result += isBeforePercent ? "\\," : sign(scalars[index])
    }
  }

  private static func sign(_ scalar: Unicode.Scalar) -> String {
    switch scalar {
    case "\\": "\\textbackslash{}"
    case "~": "\\textasciitilde{}"
    case "^": "\\textasciicircum{}"
    case "<": "\\textless{}"
    case ">": "\\textgreater{}"
    case "|": "\\textbar{}"
    case "&", "%", "$", "#", "_", "{", "}": "\\\(scalar)"
    // After the end of a row they would be its options; the quotation mark is a command in some languages.
    case "[", "]", "*": "{\(scalar)}"
    case "\"": "{\\char34}"
    case "–": "--"
    case "×": "$\\times$"
    default: String(scalar)
    }
  }

  /// Whether two signs in a row are set as another one, like two hyphens as a dash.
  private static func isLigature(_ first: Unicode.Scalar, _ second: Unicode.Scalar) -> Bool {
    switch first {
    // A dash is written as two hyphens.
    case "-", "–": second == "-" || second == "–"
    case "`", "'", ",": second == first
    case "?", "!": second == "`"
    default: false
    }
  }
}
