import SpecFiles

/// Reads `question.jsonl` in Spec-Bench's format: one JSON object in each line.
public enum QuestionFile {
  /// Reads and checks the questions of a file.
  ///
  /// - Parameter path: The path of the file.
  /// - Returns: The questions in the order of the file, at least one.
  /// - Throws: `SuiteError` with file and line for the first thing that is wrong.
  public static func read(path: String) throws(SuiteError) -> [Question] {
    try parse(InputFile<SuiteError>.bytes(of: path), place: path)
  }

  /// Checks the questions in the bytes of a file. Blank lines, unknown keys, a byte order mark and either kind of line
  /// end are accepted.
  ///
  /// - Parameters:
  ///   - bytes: The contents of the file.
  ///   - place: The path of the file, for messages.
  /// - Returns: The questions in the order of the file, at least one.
  /// - Throws: `SuiteError` with file and line for the first thing that is wrong.
  public static func parse(_ bytes: [UInt8], place: String) throws(SuiteError) -> [Question] {
    var questions: [Question] = []
    var lineOfID: [Int: Int] = [:]
    let newline = UInt8(ascii: "\n")
    let lines = withoutByteOrderMark(bytes[...]).split(separator: newline, omittingEmptySubsequences: false)
    for (index, bytes) in lines.enumerated() where !bytes.allSatisfy({ $0 == 0x20 || 0x09...0x0D ~= $0 }) {
      let line = index + 1
      let question = try question(SuiteField(parsing: bytes, file: place, line: line, repeatedKeys: false))
      if let earlier = lineOfID.updateValue(line, forKey: question.questionID) {
        throw SuiteError(
          place: place,
          line: line,
          found: "the question_id \(question.questionID), which line \(earlier) has already",
          expected: "another number in each line",
          advice: "renumber one of the two questions"
        )
      }
      questions.append(question)
    }
    guard !questions.isEmpty else {
      throw SuiteError(
        place: place,
        found: "no question",
        expected: "one JSON object in each line",
        advice: "add at least one question"
      )
    }
    return questions
  }

  private static func question(_ reader: SuiteField) throws(SuiteError) -> Question {
    let questionID = try reader.member("question_id").integer()
    let subcategory = try reader.filledText("category")
    guard let category = Category(questionCategory: subcategory) else {
      let known = [Category.knownNames] + Category.conversationNames
      throw reader.error(
        found: "the category \(quoted(subcategory))",
        expected: "one of \(known.joined(separator: ", "))",
        advice: "correct the category of this question"
      )
    }
    return Question(
      questionID: questionID,
      category: category,
      subcategory: subcategory,
      turns: try reader.filledTexts("turns"),
      reference: try reference(reader)
    )
  }

  /// The reference answers: one string or a list. The official file also gives lists of equally good wordings inside
  /// the list (its retrieval questions); these are taken one after the other.
  private static func reference(_ reader: SuiteField) throws(SuiteError) -> [String]? {
    let field = try reader.member("reference")
    let expected = "a string, a list of strings or null"
    switch field.value {
    case nil, .null: return nil
    case .string: return [try field.string()]
    case .array(let list):
      var texts: [String] = []
      for value in list {
        guard let wordings = wordings(value) else {
          throw reader.error(
            found: "\(value.summary) in the list \"reference\"",
            expected: expected,
            advice: "write each answer in quotes"
          )
        }
        texts += wordings
      }
      return texts
    default: throw field.mismatch(expected: expected)
    }
  }

  /// One entry of a list of references as strings, or nil where it is anything else.
  private static func wordings(_ value: JSONValue) -> [String]? {
    switch value {
    case .array(let list):
      let strings = list.compactMap(\.text)
      return strings.count == list.count ? strings : nil
    default: return value.text.map { [$0] }
    }
  }
}
