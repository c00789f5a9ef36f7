import SpecCore
import SpecFiles
import SpecSuite

/// Spec-Bench's `model_answer` files, and those of Medusa's and EAGLE's own scripts: a question in each line, with texts,
/// tokens and times of whole turns, and the accept lengths.
enum SpecBenchFormat: AnswerFormat {
  static let name = "spec-bench"
  static let title = "Spec-Bench"

  static func matches(_ first: JSONField<ImportError>) -> Bool {
    // A line with something missing is still one of these.
    guard first.has("question_id") else { return false }
    return (try? first.member("choices"))?.first?.has("wall_time") ?? true || !first.has("turns")
  }

  static func read(
    _ records: [JSONRecord<ImportError>],
    file: String
  ) throws(ImportError) -> ImportedAnswers {
    var found = ImportedAnswers()
    var seen = Set<Int>()
    for record in records {
      let field = record.field
      let answer = try answer(field, line: record.line)
      guard seen.insert(answer.questionID).inserted else {
        throw try field.member("question_id").mismatch(expected: "a question_id that no earlier line has")
      }
      if found.title.isEmpty, let name = try field.member("model_id").unlessNull { found.title = try name.string() }
      found.answers.append(answer)
    }
    return found
  }

  private static func answer(
    _ field: JSONField<ImportError>,
    line: Int
  ) throws(ImportError) -> ImportedAnswers.Answer {
    let category = try field.member("category").unlessNull?.category()
    var choices: [ImportedAnswers.Choice] = []
    for choice in try field.member("choices").elements() { choices.append(try Self.choice(choice)) }
    guard !choices.isEmpty else { throw try field.member("choices").mismatch(expected: "a list with a choice") }
    return ImportedAnswers.Answer(
      line: line,
      id: try field.member("question_id").questionID(),
      category: category,
      choices: choices
    )
  }

  private static func choice(_ field: JSONField<ImportError>) throws(ImportError) -> ImportedAnswers.Choice {
    var (turns, times) = ([String](), [Double]())
    for turn in try field.member("turns").elements() { turns.append(try turn.string()) }
    for time in try field.member("wall_time").elements() {
      times.append(try time.seconds())
    }
    let tokens = try field.member("new_tokens").counts(in: 1...ImportLimits.mostTokens)
    guard !turns.isEmpty, times.count == turns.count, tokens.count == turns.count else {
      throw try field.member("turns").mismatch(expected: "as many texts as there are new_tokens and wall_time")
    }
    // Medusa's and EAGLE's own scripts write idxs.
    let (steps, indices) = (try field.member("decoding_steps").unlessNull, try field.member("idxs").unlessNull)
    let lengths = try field.member("accept_lengths").unlessNull
    return ImportedAnswers.Choice(
      turns: turns,
      newTokens: tokens,
      wallTimes: times,
      acceptLengths: try lengths?.counts(in: 1...ImportLimits.longestAccepted) ?? [],
      steps: try (steps ?? indices)?.counts(in: 0...ImportLimits.mostTokens) ?? []
    )
  }
}
