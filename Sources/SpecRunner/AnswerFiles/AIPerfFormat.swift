import SpecFiles
import SpecSuite

/// AIPerf's `profile_export.jsonl` (aiperf 0.13, `MetricRecordInfo`): a request in each line, with its times and counts and,
/// where the server tells them, its steps of speculation. It holds no texts.
enum AIPerfFormat: AnswerFormat {
  static let name = "aiperf"
  static let title = "AIPerf"

  static func matches(_ first: JSONField<ImportError>) -> Bool {
    first.has("request_throughput", "unit") || first.has("metrics") && first.has("metadata", "request_start_ns")
  }

  /// A request that was answered.
  private struct Request {
    let line: Int
    let session: Int
    let conversation: QuestionID
    let turn: Int
    let tokens: Int
    let prompt: Int?
    let seconds: Double
    let acceptLengths: [Int]
  }

  static func read(
    _ records: [JSONRecord<ImportError>],
    file: String
  ) throws(ImportError) -> ImportedAnswers {
    guard let first = records.first, first.field.has("metrics") else {
      throw .unusable(
        file: file,
        problem: "it holds no single requests",
        advice: "name the profile_export.jsonl that AIPerf has written beside it"
      )
    }
    var (requests, failed) = ([Request](), 0)
    for record in records {
      let metadata = try record.field.member("metadata")
      let phase = try metadata.member("benchmark_phase").unlessNull?.string() ?? "profiling"
      guard phase == "profiling" else { continue }
      let isCancelled = try metadata.member("was_cancelled").unlessNull?.boolean() ?? false
      if record.field.has("error") || isCancelled {
        failed += 1
      } else {
        requests.append(try request(record, metadata))
      }
    }
    var found = answers(requests)
    if failed > 0 {
      found.doubts.append("\(quantity(failed, "request")) of \(failed + requests.count) failed and are left out.")
    }
    return found
  }

  private static func request(
    _ record: JSONRecord<ImportError>,
    _ metadata: JSONField<ImportError>
  ) throws(ImportError) -> Request {
    let metrics = try record.field.member("metrics")
    let session = try metadata.member("session_num").count(in: 0...Int(Int32.max))
    let tokens = try value(metrics, "output_sequence_length").count(in: 1...ImportLimits.mostTokens)
    let speculation = try record.field.member("spec_decode_acceptance").unlessNull
    return Request(
      line: record.line,
      session: session,
      conversation: try metadata.member("conversation_id").unlessNull?.questionID() ?? QuestionID(session + 1),
      turn: try metadata.member("turn_index").unlessNull?.count(in: 0...10_000) ?? 0,
      tokens: tokens,
      prompt: metrics.has("input_sequence_length")
        ? try value(metrics, "input_sequence_length").count(in: 0...ImportLimits.mostTokens) : nil,
      seconds: try seconds(metrics, "request_latency"),
      acceptLengths: try speculation.map { (field) throws(ImportError) in
        try StepCounts.acceptLengths(field, tokens: tokens)
      } ?? []
    )
  }

  private static func value(
    _ metrics: JSONField<ImportError>,
    _ name: String
  ) throws(ImportError) -> JSONField<ImportError> { try metrics.member(name).member("value") }

  private static let units = ["s": 1.0, "sec": 1.0, "ms": 1e-3, "us": 1e-6, "ns": 1e-9]

  private static func seconds(_ metrics: JSONField<ImportError>, _ name: String) throws(ImportError) -> Double {
    let unit = try metrics.member(name).member("unit")
    guard let factor = units[try unit.string()] else { throw unit.mismatch(expected: "a unit of time, as ms") }
    return try value(metrics, name).seconds(unit: factor)
  }

  /// A conversation that was held more than once has a choice for each time; only whole ones count.
  private static func answers(_ requests: [Request]) -> ImportedAnswers {
    var found = ImportedAnswers()
    var order: [Int] = []
    var sessions: [Int: [Request]] = [:]
    for request in requests {
      if sessions[request.session] == nil { order.append(request.session) }
      sessions[request.session, default: []].append(request)
    }
    var broken = 0
    for session in order.sorted() {
      let turns = (sessions[session] ?? []).sorted { $0.turn < $1.turn }
      guard let first = turns.first, turns.map(\.turn) == Array(turns.indices) else {
        broken += 1
        continue
      }
      let choice = ImportedAnswers.Choice(
        turns: turns.map { _ in nil },
        newTokens: turns.map(\.tokens),
        wallTimes: turns.map(\.seconds),
        promptTokens: turns.contains { $0.prompt == nil } ? nil : turns.compactMap(\.prompt),
        acceptLengths: turns.flatMap(\.acceptLengths),
        steps: turns.map(\.acceptLengths.count)
      )
      found.add(choice, to: first.conversation, line: first.line)
    }
    if broken > 0 { found.doubts.append("\(quantity(broken, "conversation")) with missing turns are left out.") }
    return found
  }
}
