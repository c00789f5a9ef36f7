/// Text that nobody has checked made fit for comma-separated values (RFC 4180).
package enum CSVText {
  /// A cell that holds text. Before a text that a spreadsheet would compute (one that begins with `=`, `+`, `-`, `@`, a
  /// tab or a line break) stands an apostrophe, and for the same text to be read back also before an apostrophe.
  package static func cell(_ text: String) -> String {
    let guarded = text.unicodeScalars.first.map(isComputed) ?? false ? "'" + text : text
    guard guarded.unicodeScalars.contains(where: needsQuotes) else { return guarded }
    let quoted = guarded.unicodeScalars.map { $0 == "\"" ? "\"\"" : String($0) }.joined()
    return "\"\(quoted)\""
  }

  /// Some spreadsheets also compute after the wide forms of these signs.
  private static func isComputed(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar {
    case "=", "+", "-", "@", "\t", "\r", "\n", "'", "\u{FF1D}", "\u{FF0B}", "\u{FF0D}", "\u{FF20}": true
    default: false
    }
  }

  /// Quotation marks also keep a spreadsheet from splitting at a semicolon or a tab.
  private static func needsQuotes(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar {
    case ",", "\"", ";": true
    default: scalar.isDisruptive
    }
  }
}
