private let quotationLimit = 60

/// Text of an untrusted file made fit for a sentence: in quotes, on one line, harmless to a terminal and cut after 60
/// scalars.
public func quoted(_ text: String) -> String {
  "\"\(printable(text, limit: quotationLimit))\""
}

/// UTF-8 of an untrusted file made fit for a sentence, as for a text.
public func quoted(_ bytes: some Sequence<UInt8>) -> String {
  // A scalar has four bytes at most, and one beyond the limit tells that there are more.
  quoted(String(decoding: Array(bytes.prefix(4 * (quotationLimit + 1))), as: UTF8.self))
}

/// A path made fit for a sentence: on one line, harmless to a terminal, and not cut.
public func printablePath(_ path: String) -> String { printable(path, limit: .max) }

/// The first scalars of a text, with everything escaped that could upset a line or a terminal.
func printable(_ text: String, limit: Int) -> String {
  let scalars = text.unicodeScalars
  let visible = scalars.prefix(limit).reduce(into: "") { result, scalar in
    switch scalar.properties.generalCategory {
    // Among the formats are those that turn the direction of writing.
    case .control, .format, .lineSeparator, .paragraphSeparator: result += scalar.escaped(asASCII: true)
    default: result.unicodeScalars.append(scalar)
    }
  }
  return visible + (scalars.dropFirst(limit).isEmpty ? "" : "…")
}
