/// A JSON value together with its file and its place in it, so that every complaint about it can name both.
public struct JSONField<Failure: InputFailure>: Sendable {
  /// The path of the file.
  public let file: String
  /// The line of the document in a file that holds one document in each line, otherwise nil.
  public let line: Int?
  /// The way to the value, such as `model.merges[3]`; empty for the whole document.
  public let path: String
  /// The value; nil for a member that is not there.
  public let value: JSONValue?

  /// Makes a field of a value, or of none for a member that is not there.
  public init(_ value: JSONValue?, file: String, line: Int? = nil, path: String = "") {
    self.file = file
    self.line = line
    self.path = path
    self.value = value
  }

  /// Reads a document: UTF-8, with or without a byte order mark. Where an object may have a key repeatedly, its readers
  /// see the last.
  ///
  /// - Parameters:
  ///   - bytes: the text.
  ///   - file: the path of the file.
  ///   - line: the line of the document in a file that holds one document in each line, otherwise nil.
  ///   - repeatedKeys: whether an object may have a key repeatedly.
  ///   - lenient: whether numbers that JSON does not have, which Python's `json` writes all the same, are taken. They
  ///     are refused where they are used, and so do no harm in a member that nobody reads.
  /// - Throws: the module's error if the text is not UTF-8 or not JSON.
  public init(
    parsing bytes: ArraySlice<UInt8>,
    file: String,
    line: Int? = nil,
    repeatedKeys: Bool = true,
    lenient: Bool = false
  ) throws(Failure) {
    do {
      let value = try JSONParser.parse(bytes, firstLine: line ?? 1, repeatedKeys: repeatedKeys, lenient: lenient)
      self.init(value, file: file, line: line)
    } catch {
      throw Failure(error, file: file)
    }
  }

  /// Reads a text that holds documents one after the other, or one list of them, whatever lines they take. Each field has
  /// the line that its document begins in.
  ///
  /// - Throws: the module's error if the text is not UTF-8 or not JSON.
  public static func all(
    parsing bytes: ArraySlice<UInt8>,
    file: String,
    repeatedKeys: Bool = true,
    lenient: Bool = false
  ) throws(Failure) -> [JSONField] {
    do {
      return try JSONParser.parseAll(bytes, repeatedKeys: repeatedKeys, lenient: lenient).map { document in
        JSONField(document.value, file: file, line: document.line)
      }
    } catch {
      throw Failure(error, file: file)
    }
  }

  /// Reads a file that holds one document.
  ///
  /// - Throws: the module's error if the file cannot be read or is not JSON.
  public init(file: String) throws(Failure) {
    try self.init(parsing: InputFile<Failure>.bytes(of: file)[...], file: file)
  }

  /// The field, nil for a member that is not there.
  public var ifPresent: JSONField? { value == nil ? nil : self }

  /// The field, nil for a member that is null or not there.
  public var unlessNull: JSONField? { value == nil || value == .null ? nil : self }

  /// The error for a value that is not what is needed.
  public func mismatch(expected: String) -> Failure {
    Failure(.mismatch(JSONMismatch(path: path, line: line, found: value, expected: expected)), file: file)
  }
}

/// Values by their kind. A member that is not there is of none.
extension JSONField {
  /// A member of an object, the last of its name, without a value if there is none.
  /// - Throws: the module's error if the value is not an object.
  public func member(_ name: String) throws(Failure) -> JSONField {
    guard case .object(let members) = value else { throw mismatch(expected: "an object") }
    return field(at: name, members.last { $0.key.elementsEqual(name.utf8) }?.value)
  }

  /// All members of an object in the order of the file.
  /// - Throws: the module's error if the value is not an object.
  public func members() throws(Failure) -> [(name: String, field: JSONField)] {
    guard case .object(let members) = value else { throw mismatch(expected: "an object") }
    return members.map { member in
      let name = String(decoding: member.key, as: UTF8.self)
      return (name, field(at: name, member.value))
    }
  }

  /// The entries of a list.
  /// - Throws: the module's error if the value is not a list.
  public func elements() throws(Failure) -> [JSONField] {
    guard case .array(let values) = value else { throw mismatch(expected: "an array") }
    return values.enumerated().map { JSONField($1, file: file, line: line, path: "\(path)[\($0)]") }
  }

  /// A list of integers.
  /// - Throws: the module's error if the value is anything else.
  public func integers() throws(Failure) -> [Int] {
    try elements().map { (element) throws(Failure) in try element.integer() }
  }

  /// A string as UTF-8.
  /// - Throws: the module's error if the value is not a string.
  public func bytes() throws(Failure) -> ArraySlice<UInt8> {
    guard case .string(let bytes) = value else { throw mismatch(expected: "a string") }
    return bytes
  }

  /// A string.
  /// - Throws: the module's error if the value is not a string.
  public func string() throws(Failure) -> String {
    String(decoding: try bytes(), as: UTF8.self)
  }

  /// An integer, written as one.
  /// - Throws: the module's error if the value is not a number or has a fraction, an exponent or more than 64 bits.
  public func integer() throws(Failure) -> Int {
    guard case .integer(let integer) = value else { throw mismatch(expected: "an integer") }
    return integer
  }

  /// Any number.
  /// - Throws: the module's error if the value is not a number.
  public func number() throws(Failure) -> Double {
    if case .number(let number) = value { return number }
    if case .otherNumber(let text) = value, let number = Double(text), number.isFinite { return number }
    guard case .integer(let integer) = value else { throw mismatch(expected: "a number") }
    return Double(integer)
  }

  /// A truth value.
  /// - Throws: the module's error if the value is neither `true` nor `false`.
  public func boolean() throws(Failure) -> Bool {
    guard case .boolean(let boolean) = value else { throw mismatch(expected: "true or false") }
    return boolean
  }

  private func field(at name: String, _ value: JSONValue?) -> JSONField {
    JSONField(value, file: file, line: line, path: path.isEmpty ? name : "\(path).\(name)")
  }
}
