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
    let text = withoutByteOrderMark(bytes)
    let lines = text.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    let filled = lines.enumerated().filter { !$0.element.allSatisfy(isSpace) }
    guard let first = filled.first, spansLines(first.element, next: filled.dropFirst().first?.element) else {
      if let separator = TableText.separator(in: filled.prefix(2).map(\.element)) {
        throw Failure(.foreign(.table(separator: separator)), file: file)
      }
      return try filled.map { (index, line) throws(Failure) in
        let number = index + 1
        let field = try JSONField(
          parsing: line,
          file: file,
          line: number,
          repeatedKeys: repeatedKeys,
          lenient: true
        )
        return JSONRecord(number: number, field)
      }
    }
    let values = try all(parsing: text, file: file, repeatedKeys: repeatedKeys, lenient: true)
    return values.enumerated().map { JSONRecord(number: $0 + 1, $1) }
  }

  /// Whether a document takes more than its line: it begins a list, or an object goes on in the next line.
  private static func spansLines(_ line: ArraySlice<UInt8>, next: ArraySlice<UInt8>?) -> Bool {
    let text = line.drop(while: isSpace)
    if text.first == UInt8(ascii: "[") { return true }
    guard text.first == UInt8(ascii: "{"), let next = next?.drop(while: isSpace).first else { return false }
    return next != UInt8(ascii: "{") && (try? JSONField(parsing: line, file: "", lenient: true)) == nil
  }

  private static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || 0x09...0x0D ~= byte }
}
