import GRDB
import SpecCore
import SpecMetrics
import SpecStore
import SpecTestSupport
import Testing

/// The views for the `sqlite3` shell say what the metrics of reports say: every column of every row.
@Suite struct ViewTests {
  private let example: RandomRun
  private let metrics: RunMetrics
  private let queue: DatabaseQueue

  init() throws {
    example = try RandomRun()
    try example.example.recordPrefillCycle(repeatIndex: 7)
    try example.store.record(
      Example.generation(example.decoders[0], example.example.prompts[0], repeatIndex: 7, tokens: 7),
      cycles: [],
      tokens: []
    )
    metrics = try example.store.metrics(of: example.run)
    queue = try DatabaseQueue(path: example.store.path)
  }

  private static let keys: Set<String> = ["run_id", "decoder_id", "decoder", "category", "position", "metric", "place"]

  /// Compares the columns of a view's rows with what is expected of each row.
  private func compare(
    _ view: String,
    rows count: Int,
    _ expected: (Row, Int64, Category) throws -> [String: (any DatabaseValueConvertible)?]
  ) throws {
    let sql = "SELECT * FROM \(view) WHERE run_id = ?"
    let rows = try queue.read { try Row.fetchAll($0, sql: sql, arguments: [example.run]) }
    #expect(rows.count == count, "\(view)")
    for row in rows {
      let (decoder, category): (Int64, String) = (row["decoder_id"], row["category"])
      let values = try expected(row, decoder, Category(rawValue: category))
      #expect(Set(row.columnNames).subtracting(Self.keys) == Set(values.keys), "\(view)")
      for (column, value) in values {
        let found: DatabaseValue = row[column]
        let wanted = value?.databaseValue ?? .null
        let isClose =
          if let one = Double.fromDatabaseValue(found), let other = Double.fromDatabaseValue(wanted) {
            abs(one - other) <= 1e-12 * abs(other)
          } else {
            found == wanted
          }
        #expect(isClose, "\(view).\(column) of \(decoder) in \(category): \(found) and \(wanted)")
      }
    }
  }

  private func count<Value>(_ metric: (Metrics) -> Value?) throws -> Int {
    try example.store.rows(of: example.run, metric).count
  }

  @Test func speedup() throws {
    try compare("speedup", rows: try count(\.speed)) { _, decoder, category in
      let speed = try #require(metrics.metrics(of: decoder, in: category).speed)
      let pairs = metrics.times.pairs(of: decoder, in: category)
      return [
        "prompts": speed.prompts, "pairs": speed.pairs, "tokens": speed.tokens, "basis": speed.basis.rawValue,
        "vanilla_prefill_ns": pairs.reduce(0) { $0 + $1.vanillaPrefillNanoseconds },
        "vanilla_decode_ns": speed.vanillaDecodeNanoseconds,
        "method_prefill_ns": pairs.reduce(0) { $0 + $1.prefillNanoseconds },
        "method_decode_ns": speed.decodeNanoseconds, "speedup": speed.speedup,
        "end_to_end_speedup": speed.endToEndSpeedup, "time_per_token_ratio": speed.timePerTokenRatio,
        "end_to_end_time_per_token_ratio": speed.endToEndTimePerTokenRatio,
        "spec_bench_speedup": speed.specBenchSpeedup, "tokens_per_second": speed.tokensPerSecond,
      ]
    }
  }

  @Test func timeSplit() throws {
    try compare("time_split", rows: try count(\.time)) { _, decoder, category in
      let time = try #require(metrics.metrics(of: decoder, in: category).time)
      return [
        "cycles": time.cycles, "accepted_tokens": time.acceptedTokens, "decode_ns": time.decodeNanoseconds,
        "draft_ns": time.draftNanoseconds, "verify_ns": time.verifyNanoseconds,
        "overhead_ns": time.overheadNanoseconds, "other_ns": time.otherNanoseconds, "draft_share": time.draftShare,
        "verify_share": time.verifyShare, "overhead_share": time.overheadShare, "other_share": time.otherShare,
      ]
    }
  }

  @Test func acceptance() throws {
    try compare("mean_accepted_tokens", rows: try count(\.accepted)) { _, decoder, category in
      let accepted = try #require(metrics.metrics(of: decoder, in: category).accepted)
      return [
        "accepted_tokens": accepted.acceptedTokens, "cycles": accepted.cycles,
        "mean_accepted_tokens": accepted.meanAcceptedTokens,
      ]
    }
    try compare("acceptance_rate", rows: try count(\.acceptance)) { _, decoder, category in
      let acceptance = try #require(metrics.metrics(of: decoder, in: category).acceptance)
      return [
        "drafted": acceptance.drafted, "accepted": acceptance.accepted, "acceptance_rate": acceptance.acceptanceRate,
        "nodes": acceptance.nodes, "emitted": acceptance.emitted,
        "nodes_per_emitted_token": acceptance.nodesPerEmittedToken,
        "outside_vocabulary": acceptance.outsideVocabulary,
        "outside_vocabulary_share": acceptance.outsideVocabularyShare,
      ]
    }
  }

  @Test func acceptanceByPosition() throws {
    let rows = try example.store.rows(of: example.run, each: \.positions).count
    #expect(rows > 0)
    try compare("acceptance_by_position", rows: rows) { row, decoder, category in
      let position: Int = row["position"]
      let found = metrics.metrics(of: decoder, in: category).positions.first { $0.position == position }
      let place = try #require(found)
      return [
        "cycles": place.cycles, "drafting_cycles": place.draftingCycles, "drafted_cycles": place.draftedCycles,
        "accepted_cycles": place.acceptedCycles, "marginal": place.marginal, "conditional": place.conditional,
        "ctar": place.consecutiveTokenAcceptanceRate,
      ]
    }
  }

  @Test func acceptanceByPlace() throws {
    let rows = try example.store.rows(of: example.run, each: \.places).count
    #expect(TextPlace.allCases.allSatisfy { metrics.stretches[$0].count > 2 })
    try compare("acceptance_by_place", rows: rows) { row, decoder, category in
      let (place, start): (String, Int) = (row["place"], row["from_tokens"])
      let found = metrics.metrics(of: decoder, in: category).places
      let stretch = try #require(found.first { $0.place.rawValue == place && $0.fromTokens == start })
      return [
        "from_tokens": stretch.fromTokens, "to_tokens": stretch.toTokens, "cycles": stretch.cycles,
        "drafted": stretch.drafted, "accepted": stretch.accepted, "accepted_tokens": stretch.acceptedTokens,
        "acceptance_rate": stretch.acceptanceRate, "mean_accepted_tokens": stretch.meanAcceptedTokens,
      ]
    }
  }

  @Test func latency() throws {
    let rows = try example.store.rows(of: example.run, each: \.inOrder).count
    try compare("latency", rows: rows) { row, decoder, category in
      let metric = try #require(LatencyMetric(rawValue: row["metric"]))
      let latency = try #require(metrics.metrics(of: decoder, in: category).latencies[metric])
      return [
        "samples": latency.samples, "mean_ms": latency.meanMilliseconds, "p50_ms": latency.p50Milliseconds,
        "p90_ms": latency.p90Milliseconds, "p95_ms": latency.p95Milliseconds, "p99_ms": latency.p99Milliseconds,
      ]
    }
  }
}
