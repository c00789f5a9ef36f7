import SpecFiles

/// Reads `question.jsonl`: one JSON object in each line, as Spec-Bench has it, or a list of objects.
package enum QuestionFile {
  /// What a file holds.
  package struct Contents: Sendable {
    /// The questions in the order of the file, at least one.
    package let questions: [Question]
    /// What a user should know about how the file was read, one sentence each.
    package let notes: [String]
  }

  /// The most categories of a file: with more, a name is no category.
  package static let mostCategories = 1000

  /// Reads and checks the questions of a file.
  ///
  /// - Parameter path: the path of the file.
  /// - Returns: the questions in the order of the file, at least one.
  /// - Throws: `SuiteError` with file and line for the first thing that is wrong.
  package static func read(path: String) throws(SuiteError) -> [Question] {
    try parse(InputFile<SuiteError>.bytes(of: path), place: path)
  }

  /// Checks the questions in the bytes of a file.
  ///
  /// - Parameters:
  ///   - bytes: the contents of the file.
  ///   - place: the path of the file, for messages.
  /// - Returns: the questions in the order of the file, at least one.
  /// - Throws: `SuiteError` with file and line for the first thing that is wrong.
  package static func parse(_ bytes: [UInt8], place: String) throws(SuiteError) -> [Question] {
    try contents(bytes, place: place).questions
  }

  /// Checks the questions in the bytes of a file, and says how it was read. Blank lines, unknown keys, a byte order mark
  /// and either kind of line end are accepted; so are one list of objects, and objects that take several lines.
  ///
  /// - Parameters:
  ///   - bytes: the contents of the file.
  ///   - place: the path of the file, for messages.
  /// - Returns: the questions and the notes.
  /// - Throws: `SuiteError` with file and line for the first thing that is wrong.
  package static func contents(_ bytes: [UInt8], place: String) throws(SuiteError) -> Contents {
    var lineOfID: [String: Int] = [:]
    var lineOfKey: [Int: Int] = [:]
    var questions: [Question] = []
    var count = RecordCount()
    try SuiteField.forEachRecord(bytes[...], file: place, repeatedKeys: false) { record throws(SuiteError) in
      let reading = try QuestionRecord(record.field, number: record.number)
      let (id, line) = (reading.question.id, record.line)
      if let earlier = lineOfID.updateValue(line, forKey: id.text) ?? lineOfKey.updateValue(line, forKey: id.key) {
        throw repeated(id, line: line, earlier: earlier, place, isNumbered: reading.isNumbered)
      }
      _ = lineOfKey.updateValue(line, forKey: id.key)
      count.add(reading)
      questions.append(reading.question)
    }
    guard !questions.isEmpty else {
      throw SuiteError(
        place: place,
        found: "no question",
        expected: "one JSON object in each line",
        advice: "add at least one question"
      )
    }
    let categories = Set(questions.map(\.category)).count
    guard categories <= mostCategories else {
      throw SuiteError(
        place: place,
        found: "\(categories) categories",
        expected: "at most \(mostCategories)",
        advice: "give questions of one kind the same category"
      )
    }
    return Contents(questions: questions, notes: count.notes(place: place))
  }

  private static func repeated(
    _ id: QuestionID,
    line: Int,
    earlier: Int,
    _ place: String,
    isNumbered: Bool
  ) -> SuiteError {
    let name = id.written.map { $0.first == "\"" ? quoted(id.text) : id.text } ?? id.text
    return SuiteError(
      place: place,
      line: line,
      found: isNumbered
        ? "no question_id, and the number of the question, \(name), is the question_id of line \(earlier)"
        : "the question_id \(name), which line \(earlier) has already",
      expected: "another id in each question",
      advice: isNumbered ? "give this question an id" : "change the id of one of the two questions"
    )
  }
}
