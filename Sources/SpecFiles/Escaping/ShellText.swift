/// Text made fit for a command line that a user may copy.
package enum ShellText {
  /// An argument as one would type it in a POSIX shell.
  package static func argument(_ text: String) -> String {
    let isPlain = text.unicodeScalars.allSatisfy { scalar in
      scalar.isASCII ? plain.contains(scalar) : scalar.properties.isAlphabetic
    }
    // Some shells look for a program after an equals sign at the beginning.
    if isPlain, let first = text.unicodeScalars.first, first != "=" { return text }
    let quoted = text.unicodeScalars.map { $0 == "'" ? "'\\''" : String($0) }.joined()
    return "'\(quoted)'"
  }

  private static let plain = Set(
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_./:=,+@%".unicodeScalars
  )
}
