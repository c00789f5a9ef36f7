import SpecCore
import SpecMetrics
import SpecStore
import SpecTestSupport

/// A metric of one decoder in one category.
@dynamicMemberLookup
struct MetricRow<Value> {
  let decoderID: Int64
  let decoder: String
  let category: String
  let value: Value

  subscript<Member>(dynamicMember path: KeyPath<Value, Member>) -> Member { value[keyPath: path] }
}

extension BenchmarkStore {
  func metrics(of run: Int64, stretch: Int = 16) throws -> RunMetrics {
    try RunMetrics(store: self, run: try self.run(run), stretch: stretch)
  }

  /// A metric wherever there is one, by decoder and category in the order of reports.
  func rows<Value>(of run: Int64, _ metric: (Metrics) -> Value?) throws -> [MetricRow<Value>] {
    let metrics = try metrics(of: run)
    return try decoders(of: run).flatMap { decoder in
      metrics.times.categories.compactMap { category in
        metric(metrics.metrics(of: decoder.id, in: category)).map {
          MetricRow(decoderID: decoder.id, decoder: decoder.name, category: category.rawValue, value: $0)
        }
      }
    }
  }

  /// The same for metrics of which a decoder and category have several.
  func rows<Value>(of run: Int64, each metrics: (Metrics) -> [Value]) throws -> [MetricRow<Value>] {
    try rows(of: run) { Optional(metrics($0)) }.flatMap { row in
      row.value.map {
        MetricRow(decoderID: row.decoderID, decoder: row.decoder, category: row.category, value: $0)
      }
    }
  }
}

extension ExampleRun {
  func rows<Value>(_ metric: (Metrics) -> Value?) throws -> [MetricRow<Value>] { try store.rows(of: run, metric) }

  func positions() throws -> [MetricRow<AcceptanceAtPosition>] { try store.rows(of: run, each: \.positions) }

  func latencies() throws -> [MetricRow<Latency>] { try store.rows(of: run, each: \.inOrder) }
}

extension Metrics {
  /// The distributions that there are, in the order of tables.
  var inOrder: [Latency] { LatencyMetric.allCases.compactMap { latencies[$0] } }
}
