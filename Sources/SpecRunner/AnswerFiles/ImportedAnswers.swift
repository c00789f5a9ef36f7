import SpecCore
import SpecFiles
import SpecSuite

/// What a result file of any program holds of outputs and their times, read and checked.
struct ImportedAnswers {
  /// One attempt at a question.
  struct Choice {
    /// The output of each turn; nil where the file does not hold it.
    var turns: [String?]
    /// Tokens of each output; 0 where the file does not tell.
    var newTokens: [Int]
    /// Seconds for each turn, prefill included; nil where the file does not tell.
    var wallTimes: [Double?]
    /// Tokens of each prompt; nil where the file does not tell.
    var promptTokens: [Int]?
    /// Tokens that each cycle contributed, all turns after each other.
    var acceptLengths: [Int] = []
    /// Cycles of each turn; empty where the file does not tell.
    var steps: [Int] = []

    /// Whether the accept lengths are those of all cycles.
    var hasAllCycles = true

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
      guard hasAllCycles, let longest = acceptLengths.max() else { return nil }
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

  /// What the file calls the model with its method; empty where it gives no such name.
  var title = ""
  /// What the file calls the model alone.
  var modelName: String?
  var answers: [Answer] = []
  /// Where the answers of questions stand that were added one choice at a time.
  private var places: [Int: Int] = [:]
  /// What speaks against comparing the file, one sentence each, without the file's name.
  var doubts: [String] = []
  /// What else the file tells, one sentence each, without the file's name.
  var remarks: [String] = []
}

extension ImportedAnswers {
  /// Adds a choice to its question, which is new or has choices already.
  mutating func add(_ choice: Choice, to id: QuestionID, line: Int, category: String? = nil) {
    if let place = places[id.key] {
      answers[place].choices.append(choice)
    } else {
      places[id.key] = answers.count
      answers.append(Answer(line: line, id: id, category: category, choices: [choice]))
    }
  }
}
