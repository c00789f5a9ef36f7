/// Takes the members of one JSON object by name and type; what does not fit becomes an error with its place.
struct ObjectReader {
  let place: String
  let line: Int?
  let members: [String: JSONValue]

  init(_ value: JSONValue, place: String, line: Int? = nil, subject: String = "") throws(SuiteError) {
    guard case .object(let members) = value else {
      throw SuiteError(
        place: place,
        line: line,
        found: "\(value.name)\(subject)",
        expected: "a JSON object",
        advice: "write it in braces, with a name in quotes before each value"
      )
    }
    self.place = place
    self.line = line
    self.members = members
  }

  func error(found: String, expected: String, advice: String) -> SuiteError {
    SuiteError(place: place, line: line, found: found, expected: expected, advice: advice)
  }

  /// The error for a member that is absent or of the wrong kind.
  func mismatch(_ key: String, expected: String) -> SuiteError {
    guard let value = members[key] else {
      return error(found: "no \"\(key)\"", expected: expected, advice: "add \"\(key)\"")
    }
    return error(found: "\(value.name) as \"\(key)\"", expected: expected, advice: "correct \"\(key)\"")
  }

  func rejectUnknownKeys(known: [String], owner: String) throws(SuiteError) {
    guard let stranger = members.keys.filter({ !known.contains($0) }).min() else { return }
    throw error(
      found: "the unknown key \(quoted(stranger))\(owner)",
      expected: "only \(known.joined(separator: ", "))",
      advice: "correct or remove this key"
    )
  }

  /// A string that may be empty; the default stands in where the key is absent.
  func text(_ key: String, default standard: String? = nil) throws(SuiteError) -> String {
    if members[key] == nil, let standard { return standard }
    guard case .string(let string) = members[key] else { throw mismatch(key, expected: "a string") }
    return string
  }

  /// A string with something to read in it.
  func filledText(_ key: String) throws(SuiteError) -> String {
    guard case .string(let string) = members[key], !string.isBlank else {
      throw mismatch(key, expected: "a string that is not blank")
    }
    return string
  }

  func integer(_ key: String) throws(SuiteError) -> Int {
    guard case .integer(let integer) = members[key] else { throw mismatch(key, expected: "an integer") }
    return integer
  }

  func bool(_ key: String, default standard: Bool) throws(SuiteError) -> Bool {
    guard let value = members[key] else { return standard }
    guard case .bool(let bool) = value else { throw mismatch(key, expected: "true or false") }
    return bool
  }

  /// A list of strings that are not blank.
  func filledTexts(_ key: String, mayBeEmpty: Bool = false) throws(SuiteError) -> [String] {
    let expected = mayBeEmpty ? "a list of strings" : "a list with at least one string"
    guard case .list(let list) = members[key], mayBeEmpty || !list.isEmpty else {
      throw mismatch(key, expected: expected)
    }
    var texts: [String] = []
    for (index, value) in list.enumerated() {
      guard case .string(let string) = value, !string.isBlank else {
        throw error(
          found: "\(value.name) as entry \(index + 1) of \"\(key)\"",
          expected: "a string that is not blank",
          advice: "fill in or remove this entry"
        )
      }
      texts.append(string)
    }
    return texts
  }
}

extension String {
  /// Whether there is nothing but white space.
  var isBlank: Bool {
    allSatisfy(\.isWhitespace)
  }
}
