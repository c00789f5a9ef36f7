import SpecCore
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

    /// The accept lengths of each turn; nil where the steps do not tell how they are shared out.
    var acceptLengthsByTurn: [[Int]]? {
      if acceptLengths.isEmpty { return turns.map { _ in [] } }
      if turns.count == 1 { return [acceptLengths] }
      // Some scripts write the number of a turn's last step, counted from 0.
      let counts = [steps, steps.map { $0 + 1 }].first { $0.reduce(0, +) == acceptLengths.count }
      guard let counts, counts.count == turns.count else { return nil }
      var rest = acceptLengths[...]
      return counts.map { count in
        defer { rest = rest.dropFirst(count) }
        return Array(rest.prefix(count))
      }
    }

    /// What does not fit together, as a clause; nil if all does. The first token of a turn may come before any cycle, and
    /// the last cycle of a turn may have been cut.
    var contradiction: String? {
      guard let longest = acceptLengths.max() else { return nil }
      let (tokens, accepted) = (newTokens.reduce(0, +), acceptLengths.reduce(0, +))
      guard (accepted - longest * turns.count...accepted + 2 * turns.count).contains(tokens) else {
        return "new_tokens add up to \(tokens) where accept_lengths add up to \(accepted)"
      }
      return acceptLengthsByTurn == nil
        ? "decoding_steps do not add up to the \(acceptLengths.count) accept_lengths, so that their turns are not known"
        : nil
    }
  }

  struct Answer {
    var line: Int
    var id: QuestionID
    var questionID: Int { id.key }
    /// The category as the file writes it; nil where it gives none.
    var category: String?
    var choices: [Choice]
  }

  /// What the file calls the model with its method.
  private(set) var modelID = ""
  private(set) var answers: [Answer] = []

  /// - Parameter path: the file.
  /// - Throws: ``SpecBenchImportError`` for the first line that is not as it should be.
  init(path: String) throws(SpecBenchImportError) {
    var seen = Set<Int>()
    for record in try JSONField<SpecBenchImportError>.records(of: path) {
      let field = record.field
      let answer = try Self.answer(field, line: record.line)
      guard seen.insert(answer.questionID).inserted else {
        throw try field.member("question_id").mismatch(expected: "a question_id that no earlier line has")
      }
      if modelID.isEmpty, let name = try field.member("model_id").unlessNull { modelID = try name.string() }
      answers.append(answer)
    }
    guard !answers.isEmpty else { throw .empty(file: path) }
  }

  private static func answer(
    _ field: JSONField<SpecBenchImportError>,
    line: Int
  ) throws(SpecBenchImportError) -> Answer {
    let name = try field.member("category").unlessNull
    let category = try name.map { field throws(SpecBenchImportError) in try field.string() }
    if let category, Category(questionCategory: category) == nil {
      throw try field.member("category").mismatch(expected: "the name of a category")
    }
    var choices: [Choice] = []
    for choice in try field.member("choices").elements() { choices.append(try Self.choice(choice)) }
    guard !choices.isEmpty else { throw try field.member("choices").mismatch(expected: "a list with a choice") }
    let member = try field.member("question_id")
    guard let id = member.value.flatMap({ QuestionID($0) }) else {
      throw member.mismatch(
        expected: "an integer or a text of at most 200 characters, none of which controls a terminal"
      )
    }
    return Answer(
      line: line,
      id: id,
      category: category,
      choices: choices
    )
  }

  private static func choice(_ field: JSONField<SpecBenchImportError>) throws(SpecBenchImportError) -> Choice {
    var (turns, times) = ([String](), [Double]())
    for turn in try field.member("turns").elements() { turns.append(try turn.string()) }
    for time in try field.member("wall_time").elements() {
      let seconds = try time.number()
      guard (1e-9..<1e6).contains(seconds) else {
        throw time.mismatch(expected: "a time in seconds above 0 and below a million")
      }
      times.append(seconds)
    }
    let tokens = try counts(field.member("new_tokens"), in: 1...1 << 24)
    guard !turns.isEmpty, times.count == turns.count, tokens.count == turns.count else {
      throw try field.member("turns").mismatch(expected: "as many texts as there are new_tokens and wall_time")
    }
    // Medusa's and EAGLE's own scripts write idxs.
    let (steps, indices) = (try field.member("decoding_steps").unlessNull, try field.member("idxs").unlessNull)
    let lengths = try field.member("accept_lengths").unlessNull
    return Choice(
      turns: turns,
      newTokens: tokens,
      wallTimes: times,
      acceptLengths: try lengths.map { field throws(SpecBenchImportError) in try counts(field, in: 1...longestAccepted)
      } ?? [],
      steps: try (steps ?? indices).map { field throws(SpecBenchImportError) in try counts(field, in: 0...1 << 24) }
        ?? []
    )
  }

  /// More than any method drafts at once.
  private static let longestAccepted = 1024

  private static func counts(
    _ field: JSONField<SpecBenchImportError>,
    in range: ClosedRange<Int>
  ) throws(SpecBenchImportError) -> [Int] {
    var values: [Int] = []
    for element in try field.elements() {
      let value = try element.integer()
      guard range.contains(value) else {
        throw element.mismatch(expected: "a count from \(range.lowerBound) to \(range.upperBound)")
      }
      values.append(value)
    }
    return values
  }
}

/// What can be wrong with a file of Spec-Bench's answers.
package enum SpecBenchImportError: InputFailure, CustomStringConvertible {
  /// The file or a line of it cannot be read.
  case unreadable(file: String, problem: InputProblem)
  /// There is no line with an answer.
  case empty(file: String)
  /// The file is named more than once.
  case repeated(file: String)
  /// There is no turn of a question that all files have.
  case nothingShared(files: [String])

  /// The error of a problem that reading found.
  package init(_ problem: InputProblem, file: String) { self = .unreadable(file: file, problem: problem) }

  /// One sentence that names the file and, where there is one, the line.
  package var description: String {
    switch self {
    case .empty(let file):
      "\(file): it holds no answer; name a file that Spec-Bench's evaluation has written"
    case .repeated(let file): "\(file): it is named more than once; name each file once"
    case .nothingShared(let files):
      "\(files.joined(separator: ", ")): they have no question in common; name files with answers to the same questions"
    case .unreadable(let file, let problem): problem.fault.sentence(file: file)
    }
  }
}
