/// Text that nobody has checked made fit for a terminal.
package enum TerminalText {
  /// The text with its line breaks and tabs; all else that a terminal would obey, that ends a line or that turns the
  /// direction of writing is shown by its number, like `\u{1B}`.
  ///
  /// - Parameters:
  ///   - text: the text.
  ///   - keepsJoiners: whether U+200C and U+200D stay: some scripts and emoji are written with them, but a name could
  ///     hide behind them.
  /// - Returns: the text.
  package static func harmless(_ text: String, keepsJoiners: Bool = false) -> String {
    func stays(_ scalar: Unicode.Scalar) -> Bool {
      switch scalar {
      case "\n", "\t": true
      case "\u{200C}", "\u{200D}": keepsJoiners
      default: !scalar.isDisruptive
      }
    }
    let scalars = text.unicodeScalars
    if scalars.allSatisfy(stays) { return text }
    return scalars.map { stays($0) ? String($0) : $0.visible }.joined()
  }
}
