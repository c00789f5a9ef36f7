/// One of the records of a file.
public struct JSONRecord<Failure: InputFailure>: Sendable {
  /// Its line in a file of lines, otherwise its place in the list; both count from 1.
  public let number: Int
  /// The line that it begins in, from 1.
  public let line: Int
  /// What it holds.
  public let field: JSONField<Failure>

  init(number: Int, _ field: JSONField<Failure>) {
    (self.number, line, self.field) = (number, field.line ?? number, field)
  }
}

/// Files that hold many records: one in each line, or one list of them.
extension JSONField {
  /// The records of a file.
  ///
  /// - Parameters:
  ///   - file: the path of the file.
  ///   - limit: the most bytes that are read.
  /// - Returns: the records in their order, none for a blank file.
  /// - Throws: the module's error as for `InputFile.bytes(of:limit:)` and ``records(_:file:repeatedKeys:)``.
  public static func records(
    of file: String,
    limit: Int = InputFile<Failure>.byteLimit
  ) throws(Failure) -> [JSONRecord<Failure>] {
    try records(InputFile<Failure>.bytes(of: file, limit: limit)[...], file: file)
  }

  /// The records of a text, each with the line that it begins in and its number: the line in a text of lines, otherwise
  /// its place in the list. Blank lines, a byte order mark and either kind of line end are accepted, and so are records
  /// that take several lines.
  ///
  /// - Parameters:
  ///   - bytes: the text.
  ///   - file: the path of the file.
  ///   - repeatedKeys: whether an object may have a key repeatedly.
  /// - Returns: the records in their order, none for a blank text.
  /// - Throws: the module's error if the text is not UTF-8 or not JSON, or looks like a table. Numbers that JSON does not
  ///   have are taken, as by a lenient reader.
  public static func records(
    _ bytes: ArraySlice<UInt8>,
    file: String,
    repeatedKeys: Bool = true
  ) throws(Failure) -> [JSONRecord<Failure>] {
    var records: [JSONRecord<Failure>] = []
    try forEachRecord(bytes, file: file, repeatedKeys: repeatedKeys) { records.append($0) }
    return records
  }

  /// The records of a text as ``records(_:file:repeatedKeys:)`` reads them, one after the other: of a text of lines no more
  /// than one is in memory.
  ///
  /// - Parameters:
  ///   - bytes: the text.
  ///   - file: the path of the file.
  ///   - repeatedKeys: whether an object may have a key repeatedly.
  ///   - body: takes each record.
  /// - Throws: as ``records(_:file:repeatedKeys:)``; what `body` throws.
  public static func forEachRecord(
    _ bytes: ArraySlice<UInt8>,
    file: String,
    repeatedKeys: Bool = true,
    _ body: (JSONRecord<Failure>) throws(Failure) -> Void
  ) throws(Failure) {
    let text = withoutByteOrderMark(bytes)
    var lines = FilledLines(text)
    let first = lines.next()
    let second = lines.next()
    if let first, spansLines(first.text, next: second?.text) {
      let values = try all(parsing: text, file: file, repeatedKeys: repeatedKeys, lenient: true)
      for (index, value) in values.enumerated() { try body(JSONRecord(number: index + 1, value)) }
      return
    }
    if let separator = TableText.separator(in: [first, second].compactMap { $0?.text }) {
      throw Failure(.foreign(.table(separator: separator)), file: file)
    }
    lines = FilledLines(text)
    while let line = lines.next() {
      let field = try JSONField(
        parsing: line.text,
        file: file,
        line: line.number,
        repeatedKeys: repeatedKeys,
        lenient: true
      )
      try body(JSONRecord(number: line.number, field))
    }
  }

  /// Whether a document takes more than its line: it begins a list, or an object goes on in the next line.
  private static func spansLines(_ line: ArraySlice<UInt8>, next: ArraySlice<UInt8>?) -> Bool {
    let text = line.drop(while: isSpace)
    if text.first == UInt8(ascii: "[") { return true }
    guard text.first == UInt8(ascii: "{"), let next = next?.drop(while: isSpace).first else { return false }
    return next != UInt8(ascii: "{") && (try? JSONField(parsing: line, file: "", lenient: true)) == nil
  }

}

/// What stands between words of JSON, and what only lenient readers take for it.
private func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || 0x09...0x0D ~= byte }

/// The lines of a text that are not blank, one after the other.
private struct FilledLines {
  private var rest: ArraySlice<UInt8>
  private var isAtEnd = false
  private var number = 0

  init(_ text: ArraySlice<UInt8>) { rest = text }

  /// The next line with its number, from 1; nil at the end.
  mutating func next() -> (number: Int, text: ArraySlice<UInt8>)? {
    while !isAtEnd {
      let end = rest.firstIndex(of: UInt8(ascii: "\n"))
      let line = rest[..<(end ?? rest.endIndex)]
      isAtEnd = end == nil
      if let end { rest = rest[(end + 1)...] }
      number += 1
      if !line.allSatisfy(isSpace) { return (number, line) }
    }
    return nil
  }
}
