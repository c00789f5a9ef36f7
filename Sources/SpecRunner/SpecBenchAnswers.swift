import SpecFiles
import SpecSuite

/// A file of Spec-Bench's `model_answer` format, read and checked.
struct SpecBenchAnswers {
  /// One attempt at a question.
  struct Choice {
    var turns: [String]
    var newTokens: [Int]
    /// Seconds for each turn, prefill included.
    var wallTimes: [Double]
    /// Tokens that each cycle contributed, all turns after each other.
    var acceptLengths: [Int]
    /// Cycles of each turn; empty where the file does not tell.
    var steps: [Int]

    /// The accept lengths of each turn. Files whose steps do not add up have all of them at the first turn.
    var acceptLengthsByTurn: [[Int]] {
      var lists = turns.map { _ in [Int]() }
      guard steps.count == turns.count, steps.reduce(0, +) == acceptLengths.count else {
        if !lists.isEmpty { lists[0] = acceptLengths }
        return lists
      }
      var rest = acceptLengths[...]
      for (turn, count) in steps.enumerated() {
        lists[turn] = Array(rest.prefix(count))
        rest = rest.dropFirst(count)
      }
      return lists
    }
  }

  struct Answer {
    var id: QuestionID
    var questionID: Int { id.key }
    var category: Category
    var subcategory: String
    var choices: [Choice]
  }

  /// What the file calls the model with its method.
  private(set) var modelID = ""
  private(set) var answers: [Answer] = []

  /// - Parameter path: the file.
  /// - Throws: ``SpecBenchImportError`` for the first line that is not as it should be.
  init(path: String) throws(SpecBenchImportError) {
    let bytes = withoutByteOrderMark(try InputFile<SpecBenchImportError>.bytes(of: path)[...])
    var seen = Set<Int>()
    for (index, line) in bytes.split(separator: 0x0A, omittingEmptySubsequences: false).enumerated()
    where !line.allSatisfy({ [0x20, 0x09, 0x0D].contains($0) }) {
      let field = try JSONField<SpecBenchImportError>(parsing: line, file: path, line: index + 1, lenient: true)
      let answer = try Self.answer(field)
      guard seen.insert(answer.questionID).inserted else {
        throw try field.member("question_id").mismatch(expected: "a question_id that no earlier line has")
      }
      if modelID.isEmpty, let name = try field.member("model_id").unlessNull { modelID = try name.string() }
      answers.append(answer)
    }
    guard !answers.isEmpty else { throw .empty(file: path) }
  }

  private static func answer(_ field: JSONField<SpecBenchImportError>) throws(SpecBenchImportError) -> Answer {
    let name = try field.member("category").string()
    guard let category = Category(questionCategory: name) else {
      throw try field.member("category").mismatch(expected: "the name of a category")
    }
    var choices: [Choice] = []
    for choice in try field.member("choices").elements() { choices.append(try Self.choice(choice)) }
    guard !choices.isEmpty else { throw try field.member("choices").mismatch(expected: "a list with a choice") }
    let member = try field.member("question_id")
    guard let id = member.value.flatMap({ QuestionID($0) }) else {
      throw member.mismatch(expected: "an integer or a text")
    }
    return Answer(
      id: id,
      category: category,
      subcategory: name,
      choices: choices
    )
  }

  private static func choice(_ field: JSONField<SpecBenchImportError>) throws(SpecBenchImportError) -> Choice {
    var (turns, times) = ([String](), [Double]())
    for turn in try field.member("turns").elements() { turns.append(try turn.string()) }
    for time in try field.member("wall_time").elements() {
      let seconds = try time.number()
      guard (0..<1e6).contains(seconds) else { throw time.mismatch(expected: "a time in seconds") }
      times.append(seconds)
    }
    let tokens = try counts(field.member("new_tokens"))
    guard !turns.isEmpty, times.count == turns.count, tokens.count == turns.count else {
      throw try field.member("turns").mismatch(expected: "as many texts as there are new_tokens and wall_time")
    }
    let steps = try field.member("decoding_steps").unlessNull
    let lengths = try field.member("accept_lengths").unlessNull
    return Choice(
      turns: turns,
      newTokens: tokens,
      wallTimes: times,
      acceptLengths: try lengths.map { field throws(SpecBenchImportError) in try counts(field) } ?? [],
      steps: try steps.map { field throws(SpecBenchImportError) in try counts(field) } ?? []
    )
  }

  private static func counts(
    _ field: JSONField<SpecBenchImportError>
  ) throws(SpecBenchImportError) -> [Int] {
    var values: [Int] = []
    for element in try field.elements() {
      let value = try element.integer()
      guard (0...1 << 30).contains(value) else { throw element.mismatch(expected: "a count") }
      values.append(value)
    }
    return values
  }
}

/// What can be wrong with a file of Spec-Bench's answers.
public enum SpecBenchImportError: InputFailure, CustomStringConvertible {
  /// The file or a line of it cannot be read.
  case unreadable(file: String, problem: InputProblem)
  /// There is no line with an answer.
  case empty(file: String)

  /// The error of a problem that reading found.
  public init(_ problem: InputProblem, file: String) { self = .unreadable(file: file, problem: problem) }

  /// One sentence that names the file and, where there is one, the line.
  public var description: String {
    switch self {
    case .empty(let file):
      "\(file) holds no answer: name a file that Spec-Bench's evaluation has written"
    case .unreadable(let file, .mismatch(let mismatch)):
      "\(file)\(mismatch.line.map { ", line \($0)" } ?? ""): \(mismatch.description): name a file of Spec-Bench's answers"
    case .unreadable(let file, let problem):
      "\(file) cannot be used as Spec-Bench's answers: \(problem.description)"
    }
  }
}
