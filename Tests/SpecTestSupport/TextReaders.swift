/// Reads comma-separated values by RFC 4180, byte by byte.
public enum CommaSeparatedReader {
  /// The cells of each line.
  public static func rows(_ text: String) -> [[String]] {
    var rows: [[String]] = []
    var row: [String] = []
    var cell: [UInt8] = []
    var isQuoted = false
    var isEmpty = true
    var bytes = Array(text.utf8)[...]
    while let byte = bytes.popFirst() {
      switch byte {
      case UInt8(ascii: "\"") where isQuoted:
        if bytes.first == UInt8(ascii: "\"") { cell.append(bytes.removeFirst()) } else { isQuoted = false }
      case UInt8(ascii: "\"") where isEmpty:
        isQuoted = true
        isEmpty = false
      case UInt8(ascii: ",") where !isQuoted:
        row.append(String(decoding: cell, as: UTF8.self))
        (cell, isEmpty) = ([], true)
      case 0x0A where !isQuoted, 0x0D where !isQuoted:
        rows.append(row + [String(decoding: cell, as: UTF8.self)])
        (row, cell, isEmpty) = ([], [], true)
      default:
        cell.append(byte)
        isEmpty = false
      }
    }
    return rows
  }
}

/// Reads a text as LaTeX would typeset it, if it holds no commands but those for signs.
public enum LaTeXReader {
  private static let signs: [(command: String, sign: Unicode.Scalar)] = [
    ("\\textbackslash{}", "\\"), ("\\textasciitilde{}", "~"), ("\\textasciicircum{}", "^"), ("\\textless{}", "<"),
    ("\\textgreater{}", ">"), ("\\textbar{}", "|"), ("{\\char34}", "\""), ("{[}", "["), ("{]}", "]"), ("{*}", "*"),
    ("$\\times$", "×"), ("\\,", " "), ("--", "–"), ("\\&", "&"), ("\\%", "%"), ("\\$", "$"), ("\\#", "#"), ("\\_", "_"),
    ("\\{", "{"), ("\\}", "}"),
  ]
  private static let special = Set("\\~^&%$#_{}[]*\"\n\r".unicodeScalars)

  /// The lines that begin or end something.
  public static func structure(_ source: String) -> [String] {
    source.unicodeScalars.split(separator: "\n").map { String(String.UnicodeScalarView($0)) }.filter { line in
      ["\\begin{", "\\end{", "\\toprule", "\\midrule", "\\bottomrule"].contains { line.hasPrefix($0) }
    }
  }

  /// The signs that are set; nil if anything else has a meaning.
  public static func text(_ source: String) -> [Unicode.Scalar]? {
    var result: [Unicode.Scalar] = []
    var rest = Array(source.unicodeScalars)[...]
    while let scalar = rest.first {
      if let (command, sign) = signs.first(where: { rest.starts(with: $0.command.unicodeScalars) }) {
        result.append(sign)
        rest = rest.dropFirst(command.unicodeScalars.count)
      } else if rest.starts(with: "{}".unicodeScalars) {
        rest = rest.dropFirst(2)
      } else if special.contains(scalar) {
        return nil
      } else {
        result.append(scalar)
        rest = rest.dropFirst()
      }
    }
    return result
  }
}
