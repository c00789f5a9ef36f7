import SpecFiles

/// A value in one of the tokenizer's files.
typealias TokenizerField = JSONField<TokenizerError>

extension TokenizerField {
  var isNull: Bool { unlessNull == nil }

  /// Names the value for an error message.
  var summary: String { value?.tokenizerSummary ?? "nothing" }

  /// The type of a part of the tokenizer, fit for an error message.
  func typeName() throws(TokenizerError) -> String {
    let name = try member("type").string()
    // A supported name is short and plain; any other only ends up in a message.
    return name.utf8.allSatisfy({ 0x21...0x7E ~= $0 }) && name.utf8.count <= 40 ? name : quoted(name)
  }

  /// A truth value; a member that is null or not there counts as the default.
  func boolean(default value: Bool) throws(TokenizerError) -> Bool {
    try unlessNull?.boolean() ?? value
  }

  func malformed(found: String, expected: String) -> TokenizerError {
    let place = path.isEmpty ? "the top level" : "\"\(path)\""
    return .malformed(file: file, place: place, found: found, expected: expected)
  }

  func unsupported(_ feature: String, supported: String) -> TokenizerError {
    .unsupported(file: file, feature: "\(feature) at \"\(path)\"", supported: supported)
  }
}

extension JSONValue {
  /// Names the value for an error message; whether a number is an integer matters for a token id.
  var tokenizerSummary: String {
    if case .integer(let integer) = self { "the integer \(integer)" } else { summary }
  }
}

extension TokenizerError: InputFailure {
  /// Makes the error of a problem with one of the tokenizer's files.
  public init(_ problem: InputProblem, file: String) {
    switch problem {
    case .missing, .danglingLink, .notOrdinary, .tooLarge, .unreadable:
      self = .unreadable(file: file, reason: "\(problem)")
    case .foreign(let kind):
      self = .foreign(file: file, kind)
    case .notUTF8(let line):
      self = .malformed(file: file, place: "line \(line)", found: "bytes that are not UTF-8", expected: "UTF-8 text")
    case .syntax(let error):
      let end = "the end of the file"
      self = .malformed(
        file: file,
        place: "line \(error.line), column \(error.column)",
        found: error.found ?? end,
        expected: error.expected ?? end
      )
    case .mismatch(let mismatch):
      let field = TokenizerField(mismatch.found, file: file, path: mismatch.path)
      self = field.malformed(found: field.summary, expected: mismatch.expected)
    }
  }
}
