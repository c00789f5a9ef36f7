/// Tells a table that was written as text, such as CSV, by its first two lines.
enum TableText {
  /// The longest name of a column, in bytes.
  private static let longestName = 100

  /// What keeps the columns of a table apart; nil for a text that does not look like a table.
  ///
  /// - Parameter lines: the lines of the text that are not blank, at least the first two of them.
  /// - Returns: a comma, a semicolon or a tab.
  static func separator(in lines: some Collection<ArraySlice<UInt8>>) -> Character? {
    guard let header = lines.first, let second = lines.dropFirst().first else { return nil }
    // What begins so is JSON, though perhaps with a fault.
    guard let start = header.first(where: { !isSpace($0) }), !"{[".utf8.contains(start) else { return nil }
    let separators = [UInt8(ascii: "\t"), UInt8(ascii: ","), UInt8(ascii: ";")]
    return separators.first { looksLikeHeader(header, $0) && second.contains($0) }
      .map { Character(Unicode.Scalar($0)) }
  }

  /// Whether a line has at least two names between separators. A name may stand in quotes, with separators inside.
  private static func looksLikeHeader(_ line: ArraySlice<UInt8>, _ separator: UInt8) -> Bool {
    var isQuoted = false
    let cells = line.split(omittingEmptySubsequences: false) { byte in
      if byte == UInt8(ascii: "\"") { isQuoted.toggle() }
      return byte == separator && !isQuoted
    }
    return cells.count > 1
      && cells.allSatisfy { cell in cell.count <= longestName && cell.contains { !isSpace($0) } }
  }

  private static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || 0x09...0x0D ~= byte }
}
