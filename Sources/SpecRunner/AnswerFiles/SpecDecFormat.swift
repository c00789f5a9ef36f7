import SpecFiles
import SpecSuite

/// The responses of NVIDIA's specdec_bench (Model-Optimizer, examples/specdec_bench: `responses.jsonl`,
/// `mtbench_responses.jsonl`, `specbench_responses.jsonl`): a question in each line, with its texts, the accept lengths of
/// all turns after each other and, in some, the token ids. Times it writes as statistics of the whole run alone, which
/// cannot be paired.
enum SpecDecFormat: AnswerFormat {
  static let name = "specdec-bench"
  static let title = "specdec_bench"

  static func matches(_ first: JSONField<ImportError>) -> Bool {
    isSummary(first) || first.has("choices") && first.has("turns")
  }

  private static func isSummary(_ first: JSONField<ImportError>) -> Bool {
    first.has("Average_AL") || first.has("Request_AL") || first.has("Output TPS")
  }

  static func read(
    _ records: [JSONRecord<ImportError>],
    file: String
  ) throws(ImportError) -> ImportedAnswers {
    guard let first = records.first, !isSummary(first.field) else {
      throw .unusable(
        file: file,
        problem: "it holds no single requests",
        advice: "name the file of responses that specdec_bench has written beside it"
      )
    }
    var (found, failed) = (ImportedAnswers(), 0)
    for record in records {
      guard try record.field.member("error").unlessNull?.boolean() != true else {
        failed += 1
        continue
      }
      found.add(
        try choice(record.field),
        to: try record.field.member("question_id").questionID(),
        line: record.line,
        category: try record.field.member("category").unlessNull?.category()
      )
    }
    if failed > 0 { found.doubts.append("\(quantity(failed, "request")) of \(records.count) failed and are left out.") }
    found.doubts.append("specdec_bench writes no times of single requests: there is acceptance, but no speed.")
    found.remarks.append("The accept lengths are without the last cycle of each turn, as specdec_bench counts them.")
    return found
  }

  private static func choice(_ field: JSONField<ImportError>) throws(ImportError) -> ImportedAnswers.Choice {
    let choices = try field.member("choices")
    guard let first = choices.first else { throw choices.mismatch(expected: "a list with a choice") }
    let texts = try first.member("turns").elements().map { (turn) throws(ImportError) in try turn.string() }
    guard !texts.isEmpty else { throw try first.member("turns").mismatch(expected: "a list with a text") }
    let ids = try field.member("output_token_ids").unlessNull?.first?.member("turns").elements()
    var tokens = [Int](repeating: 0, count: texts.count)
    for (turn, list) in (ids ?? []).prefix(texts.count).enumerated() {
      tokens[turn] = try list.unlessNull?.elements().count ?? 0
    }
    let lengths = try field.member("acceptance_lengths").unlessNull?.counts(in: 1...ImportLimits.longestAccepted)
    var choice = ImportedAnswers.Choice(
      turns: texts,
      newTokens: tokens,
      wallTimes: texts.map { _ in nil },
      acceptLengths: lengths ?? []
    )
    choice.hasAllCycles = false
    return choice
  }
}
