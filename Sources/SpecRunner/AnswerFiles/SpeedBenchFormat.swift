import SpecFiles
import SpecSuite

/// What llama.cpp's `speed_bench.py --output` writes (tools/server/bench/speed-bench, b11434): a result for each sample, in
/// which its turns are summed up. It holds no texts; acceptance is told by the tokens of a sample alone.
enum SpeedBenchFormat: AnswerFormat {
  static let name = "speed-bench"
  static let title = "SPEED-Bench"

  static func matches(_ first: JSONField<ImportError>) -> Bool {
    first.has("results") && first.has("summary") && first.has("config", "bench")
  }

  static func read(
    _ records: [JSONRecord<ImportError>],
    file: String
  ) throws(ImportError) -> ImportedAnswers {
    var found = ImportedAnswers()
    guard let record = records.first else { return found }
    found.modelName = try record.field.member("config").member("model").unlessNull?.string()
    let results = try record.field.member("results").elements()
    var (failed, drafted, accepted) = (0, 0, 0)
    for result in results {
      guard try result.member("ok").boolean() else {
        failed += 1
        continue
      }
      let choice = ImportedAnswers.Choice(
        turns: [nil],
        newTokens: [try result.member("completion_tokens").count(in: 1...ImportLimits.mostTokens)],
        wallTimes: [try result.member("latency_s").seconds()],
        promptTokens: [try result.member("prompt_tokens").count(in: 0...ImportLimits.mostTokens)]
      )
      found.add(
        choice,
        to: try result.member("id").questionID(),
        line: record.line,
        category: try result.member("category").unlessNull?.category()
      )
      drafted += try result.member("draft_n").unlessNull?.count(in: 0...ImportLimits.mostTokens) ?? 0
      accepted += try result.member("draft_n_accepted").unlessNull?.count(in: 0...ImportLimits.mostTokens) ?? 0
    }
    if failed > 0 { found.doubts.append("\(quantity(failed, "sample")) of \(results.count) failed and are left out.") }
    if drafted > 0 {
      found.remarks.append("Of \(drafted) drafted tokens \(accepted) were accepted, all samples together.")
    }
    return found
  }
}
