import SpecFiles
import SpecSuite

/// What vLLM's `bench serve --save-result --save-detailed` writes (vllm/benchmarks/serve.py, 0.32): one object with lists
/// that have an entry for each request, in the order of the data set. Acceptance is told for the whole run alone.
enum VLLMFormat: AnswerFormat {
  static let name = "vllm"
  static let title = "vLLM bench serve"

  static func matches(_ first: JSONField<ImportError>) -> Bool {
    first.has("request_throughput") && first.has("completed") && first.has("duration")
      && first.has("total_input_tokens")
  }

  static func read(
    _ records: [JSONRecord<ImportError>],
    file: String
  ) throws(ImportError) -> ImportedAnswers {
    var found = ImportedAnswers()
    // Results that were appended to a file are repeats.
    for record in records { try add(record, file: file, to: &found) }
    return found
  }

  private static func add(
    _ record: JSONRecord<ImportError>,
    file: String,
    to found: inout ImportedAnswers
  ) throws(ImportError) {
    let field = record.field
    guard field.has("output_lens"), field.has("input_lens") else {
      throw .unusable(
        file: file,
        problem: "it holds no single requests",
        advice: "run vllm bench serve with --save-result --save-detailed"
      )
    }
    if found.modelName == nil { found.modelName = try field.member("model_id").unlessNull?.string() }
    if found.title.isEmpty { found.title = try field.member("label").unlessNull?.string() ?? "" }
    let tokens = try field.member("output_lens").counts(in: 0...ImportLimits.mostTokens)
    let prompts = try field.member("input_lens").counts(in: 0...ImportLimits.mostTokens)
    let texts = try field.member("generated_texts").unlessNull?.elements()
    let errors = try field.member("errors").unlessNull?.elements()
    let times = try Times(field)
    guard prompts.count == tokens.count, times.count == tokens.count, texts.map({ $0.count == tokens.count }) ?? true,
      errors.map({ $0.count == tokens.count }) ?? true
    else { throw try field.member("output_lens").mismatch(expected: "as many entries as the other lists have") }
    var failed = 0
    for index in tokens.indices {
      let error = try errors?[index].unlessNull?.string()
      guard error?.isEmpty ?? true, tokens[index] > 0 else {
        failed += 1
        continue
      }
      let choice = ImportedAnswers.Choice(
        turns: [try texts?[index].unlessNull?.string()],
        newTokens: [tokens[index]],
        wallTimes: [try times.seconds(index)],
        promptTokens: [prompts[index]]
      )
      found.add(choice, to: QuestionID(index + 1), line: record.line)
    }
    if failed > 0 { found.doubts.append("\(quantity(failed, "request")) of \(tokens.count) failed and are left out.") }
    try tellAcceptance(field, to: &found)
  }

  private static func tellAcceptance(
    _ field: JSONField<ImportError>,
    to found: inout ImportedAnswers
  ) throws(ImportError) {
    guard let drafted = try field.member("spec_decode_draft_tokens").unlessNull?.integer(),
      let accepted = try field.member("spec_decode_accepted_tokens").unlessNull?.integer()
    else { return }
    found.remarks.append("Of \(drafted) drafted tokens \(accepted) were accepted, all requests together.")
  }
}

/// The times of requests: as written, or, by older versions, in parts.
private struct Times {
  private let whole: [JSONField<ImportError>]?
  private let firsts: [JSONField<ImportError>]
  private let parts: [JSONField<ImportError>]
  let count: Int

  init(_ field: JSONField<ImportError>) throws(ImportError) {
    whole = try field.member("latencies").unlessNull?.elements()
    firsts = try whole == nil ? field.member("ttfts").elements() : []
    parts = try whole == nil ? field.member("itls").elements() : []
    count = whole?.count ?? firsts.count
    guard parts.count == firsts.count else {
      throw try field.member("itls").mismatch(expected: "as many entries as \"ttfts\" has")
    }
  }

  /// The time of a request, prefill included.
  func seconds(_ index: Int) throws(ImportError) -> Double {
    if let whole { return try whole[index].seconds() }
    var sum = try firsts[index].seconds()
    for part in try parts[index].elements() { sum += try part.number() }
    guard sum.isFinite, sum > 0, sum < 1e6 else {
      throw parts[index].mismatch(expected: "times between tokens in seconds")
    }
    return sum
  }
}
