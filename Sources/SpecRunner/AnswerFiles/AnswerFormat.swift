import SpecCore
import SpecFiles
import SpecSuite

/// A program's result files, and how answers are read from them; one implementation for each program.
protocol AnswerFormat: Sendable {
  /// The name, as a user writes it.
  static var name: String { get }
  /// What reports call the questions of such files.
  static var title: String { get }

  /// Whether a file is of this format, by its first record.
  static func matches(_ first: JSONField<ImportError>) -> Bool

  /// Reads a file's answers.
  ///
  /// - Parameters:
  ///   - records: all of the file, at least one.
  ///   - file: its path, for messages.
  /// - Returns: the answers, in the order of the questions.
  /// - Throws: ``ImportError`` for what is not as it should be.
  static func read(_ records: [JSONRecord<ImportError>], file: String) throws(ImportError) -> ImportedAnswers
}

/// The formats that are known.
package enum AnswerFormats {
  static let all: [any (AnswerFormat & SendableMetatype).Type] = [
    SpecBenchFormat.self, VLLMFormat.self, AIPerfFormat.self, GuideLLMFormat.self, SpeedBenchFormat.self,
    SpecDecFormat.self,
  ]

  /// Their names.
  package static var names: [String] { all.map { $0.name } }

  /// Reads a file.
  ///
  /// - Parameters:
  ///   - path: the file.
  ///   - name: the format; nil finds out by the content.
  /// - Returns: the answers, at least one, and what the questions are called.
  /// - Throws: ``ImportError``.
  static func read(_ path: String, as name: String?) throws(ImportError) -> (answers: ImportedAnswers, title: String) {
    let records = try JSONField<ImportError>.records(of: path)
    guard let first = records.first?.field else { throw .empty(file: path) }
    guard case .object = first.value else { throw first.mismatch(expected: "an object") }
    let format = all.first { format in name.map { format.name == $0 } ?? format.matches(first) }
    guard let format else { throw .unknownFormat(file: path, known: names) }
    let answers = try format.read(records, file: path)
    guard !answers.answers.isEmpty else { throw .empty(file: path) }
    return (answers, format.title)
  }
}

/// What numbers of a file may be.
enum ImportLimits {
  /// More tokens than any output has.
  static let mostTokens = 1 << 24
  /// More than any method drafts at once.
  static let longestAccepted = 1024
}

/// Reading values of result files.
extension JSONField<ImportError> {
  /// Whether an object has a member that is not null, and that one a member in turn; false for anything but an object.
  func has(_ name: String, _ inner: String? = nil) -> Bool {
    guard let field = (try? member(name))?.unlessNull else { return false }
    return inner.map { field.has($0) } ?? true
  }

  /// The first element of a list; nil for anything else.
  var first: JSONField? { (try? elements())?.first }

  /// Counts in a range.
  func counts(in range: ClosedRange<Int>) throws(ImportError) -> [Int] {
    try elements().map { (element) throws(ImportError) in try element.count(in: range) }
  }

  /// A count in a range; Python writes some with a fraction of zero.
  func count(in range: ClosedRange<Int>) throws(ImportError) -> Int {
    if case .number(let number) = value, let count = Int(exactly: number), range.contains(count) { return count }
    guard case .integer(let count) = value, range.contains(count) else {
      throw mismatch(expected: "a count from \(range.lowerBound) to \(range.upperBound)")
    }
    return count
  }

  /// A time in a unit, as seconds.
  func seconds(unit: Double = 1) throws(ImportError) -> Double {
    let seconds = try number() * unit
    guard (1e-9..<1e6).contains(seconds) else {
      throw mismatch(expected: "a time above 0 and below a million seconds")
    }
    return seconds
  }

  /// A question's id.
  func questionID() throws(ImportError) -> QuestionID {
    guard let id = value.flatMap({ QuestionID($0) }) else {
      throw mismatch(
        expected: "an integer or a text of at most 200 characters, none of which controls a terminal"
      )
    }
    return id
  }

  /// The name of a category.
  func category() throws(ImportError) -> String {
    let name = try string()
    guard Category(questionCategory: name) != nil else { throw mismatch(expected: "the name of a category") }
    return name
  }
}

/// Accept lengths as vLLM's metrics of a request tell them.
enum StepCounts {
  /// The accept length of every cycle.
  ///
  /// Only cycles with a draft are counted in the metrics; what else the output has came one token at a time, and the first
  /// token with the prompt.
  ///
  /// - Parameters:
  ///   - speculation: the object with `per_step_accepted`.
  ///   - tokens: tokens of the output.
  /// - Returns: the lengths; empty where the object has no list of steps.
  /// - Throws: ``ImportError`` for steps that are no counts.
  static func acceptLengths(_ speculation: JSONField<ImportError>, tokens: Int) throws(ImportError) -> [Int] {
    guard let steps = try speculation.member("per_step_accepted").unlessNull else { return [] }
    let lengths = try steps.counts(in: 0...ImportLimits.longestAccepted).map { $0 + 1 }
    let single = tokens - 1 - lengths.reduce(0, +)
    return lengths + [Int](repeating: 1, count: max(single, 0))
  }
}
