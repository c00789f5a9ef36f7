import SpecFiles

/// A value in one of a suite's files.
typealias SuiteField = JSONField<SuiteError>

extension SuiteField {
  func error(found: String, expected: String, advice: String) -> SuiteError {
    SuiteError(place: file, line: line, found: found, expected: expected, advice: advice)
  }

  func rejectUnknownKeys(known: [String], owner: String) throws(SuiteError) {
    guard let stranger = try members().map(\.name).filter({ !known.contains($0) }).min() else { return }
    throw error(
      found: "the unknown key \(quoted(stranger))\(owner)",
      expected: "only \(known.joined(separator: ", "))",
      advice: "correct or remove this key"
    )
  }

  /// A string that may be empty; the default stands in where the key is absent.
  func text(_ key: String, default fallback: String) throws(SuiteError) -> String {
    try member(key).ifPresent?.string() ?? fallback
  }

  /// A string with something to read in it.
  func filledText(_ key: String) throws(SuiteError) -> String {
    let field = try member(key)
    guard let text = field.value?.text, !text.isBlank else {
      throw field.mismatch(expected: "a string that is not blank")
    }
    return text
  }

  /// A string that reports and terminals show: on one line and not longer than they can bear.
  func shownText(_ key: String, limit: Int, default fallback: String? = nil) throws(SuiteError) -> String {
    let field = try member(key)
    if field.value == nil, let fallback { return fallback }
    guard let text = field.value?.text, fallback != nil || !text.isBlank, text.isShown(limit: limit) else {
      throw field.mismatch(
        expected: "a string \(fallback == nil ? "that is not blank, " : "")of at most \(limit) characters without line "
          + "breaks and control characters"
      )
    }
    return text
  }

  /// A list of strings that are not blank; with a limit, of strings that reports and terminals show.
  func filledTexts(_ key: String, mayBeEmpty: Bool = false, limit: Int? = nil) throws(SuiteError) -> [String] {
    let field = try member(key)
    guard case .array(let values) = field.value, mayBeEmpty || !values.isEmpty else {
      throw field.mismatch(expected: mayBeEmpty ? "a list of strings" : "a list with at least one string")
    }
    return try values.enumerated().map { (index, value) throws(SuiteError) in
      if let text = value.text, !text.isBlank, limit.map(text.isShown) ?? true { return text }
      throw error(
        found: "\(value.summary) as entry \(index + 1) of \"\(key)\"",
        expected: "a string that is not blank"
          + (limit.map { ", of at most \($0) characters without line breaks and control characters" } ?? ""),
        advice: "fill in or remove this entry"
      )
    }
  }
}

extension String {
  /// Whether nothing in it ends a line, controls a terminal or turns the direction of writing. Some scripts need the two
  /// joiners inside words.
  var isFitForNames: Bool {
    unicodeScalars.allSatisfy { !$0.isDisruptive || $0 == "\u{200C}" || $0 == "\u{200D}" }
  }

  /// Whether there is nothing but white space.
  var isBlank: Bool {
    allSatisfy(\.isWhitespace)
  }

  /// Whether the text can be shown as it is: it has no more scalars than a limit, and none of them ends a line, commands
  /// a terminal or turns the direction of writing.
  func isShown(limit: Int) -> Bool {
    utf8.count <= 4 * limit && unicodeScalars.count <= limit && TerminalText.line(self) == self
  }
}
