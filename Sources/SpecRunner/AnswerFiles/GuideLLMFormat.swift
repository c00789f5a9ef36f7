import SpecFiles
import SpecSuite

/// GuideLLM's `benchmarks.json` (guidellm 0.8, `GenerativeBenchmarksReport`): benchmarks with their requests, grouped by how
/// they ended. Requests have new ids in each run, so they are told by the order in which they began.
enum GuideLLMFormat: AnswerFormat {
  static let name = "guidellm"
  static let title = "GuideLLM"

  static func matches(_ first: JSONField<ImportError>) -> Bool {
    first.has("benchmarks") && (try? first.member("benchmarks").elements()) != nil
  }

  /// A request that was answered, and when it began.
  private struct Request {
    let start: Double
    let choice: ImportedAnswers.Choice
  }

  static func read(
    _ records: [JSONRecord<ImportError>],
    file: String
  ) throws(ImportError) -> ImportedAnswers {
    guard let record = records.first else { throw .empty(file: file) }
    let benchmarks = try record.field.member("benchmarks").elements()
    guard let benchmark = benchmarks.first, benchmarks.count == 1 else {
      throw .unusable(
        file: file,
        problem:
          "it holds \(quantity(benchmarks.count, "benchmark")) where one is needed, since times at different loads "
          + "cannot stand beside each other",
        advice: "run guidellm with one profile and one rate, as synchronous"
      )
    }
    let groups = try benchmark.member("requests")
    var requests: [Request] = []
    for field in try groups.member("successful").elements() { requests.append(try request(field)) }
    var failed = 0
    for name in ["errored", "incomplete"] { failed += try groups.member(name).unlessNull?.elements().count ?? 0 }
    var found = ImportedAnswers()
    for (index, request) in requests.sorted(by: { $0.start < $1.start }).enumerated() {
      found.add(request.choice, to: QuestionID(index + 1), line: record.line)
    }
    if failed > 0 {
      found.doubts.append("\(quantity(failed, "request")) of \(failed + requests.count) failed and are left out.")
    }
    return found
  }

  private static func request(_ field: JSONField<ImportError>) throws(ImportError) -> Request {
    let tokens = try field.member("output_tokens").count(in: 1...ImportLimits.mostTokens)
    let prompt = try field.member("prompt_tokens").unlessNull?.count(in: 0...ImportLimits.mostTokens)
    let metrics = try field.member("response_metrics").unlessNull
    let speculation = try metrics?.member("speculative_decoding").unlessNull
    let start = try field.member(field.has("request_start_time") ? "request_start_time" : "start_time")
    return Request(
      start: try start.number(),
      choice: ImportedAnswers.Choice(
        turns: [try field.member("output").unlessNull?.string()],
        newTokens: [tokens],
        wallTimes: [try field.member("request_latency").seconds()],
        promptTokens: prompt.map { [$0] },
        acceptLengths: try speculation.map { (field) throws(ImportError) in
          try StepCounts.acceptLengths(field, tokens: tokens)
        } ?? []
      )
    )
  }
}
