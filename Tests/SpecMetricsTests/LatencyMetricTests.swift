import SpecCore
import SpecMetrics
import SpecStore
import SpecTestSupport
import Testing

@Suite struct LatencyMetricTests {
  private func rows(_ example: ExampleRun, _ metric: LatencyMetric, _ category: String) throws -> [MetricRow<Latency>] {
    try example.latencies().filter { $0.metric == metric && $0.category == category }
  }

  @Test func percentilesAreNearestRank() throws {
    let example = try ExampleRun()
    // Times between tokens of 1, 2 … 200 ms, mixed up.
    var available = [5_000_000]
    for step in 0..<200 {
      available.append(available[step] + (step * 77 % 200 + 1) * 1_000_000)
    }
    try example.store.record(
      Example.generation(
        example.decoders[1],
        example.prompts[0],
        prefill: 5_000_000,
        decode: 20_100_000_000,
        tokens: 201
      ),
      cycles: [],
      tokens: Example.tokens(available)
    )
    for category in ["qa", "overall"] {
      let between = try #require(try rows(example, .interTokenLatency, category).first)
      #expect(between.samples == 200)
      #expect(between.meanMilliseconds == 100.5)
      #expect(between.p50Milliseconds == 100)
      #expect(between.p90Milliseconds == 180)
      #expect(between.p95Milliseconds == 190)
      #expect(between.p99Milliseconds == 198)
      let first = try #require(try rows(example, .timeToFirstToken, category).first)
      #expect(first.samples == 1)
      #expect(first.p50Milliseconds == 5)
      #expect(first.p99Milliseconds == 5)
      #expect(first.meanMilliseconds == 5)
      let perToken = try #require(try rows(example, .timePerOutputToken, category).first)
      #expect(perToken.meanMilliseconds == 100.5)
    }
  }

  @Test func categoriesAndDecodersAreKeptApart() throws {
    let example = try ExampleRun(categories: ["qa", "rag"])
    let times: [(decoder: Int, prompt: Int, repeatIndex: Int, available: [Int])] = [
      (0, 0, 0, [10, 20, 40]), (0, 0, 1, [12, 42, 42, 42]), (0, 1, 0, [14, 1014]), (1, 1, 0, [16]),
    ]
    for time in times {
      let first = time.available.first ?? 0
      let last = time.available.last ?? 0
      try example.store.record(
        Example.generation(
          example.decoders[time.decoder],
          example.prompts[time.prompt],
          repeatIndex: time.repeatIndex,
          prefill: first * 1_000_000,
          decode: (last - first) * 1_000_000,
          tokens: time.available.count
        ),
        cycles: [],
        tokens: Example.tokens(time.available.map { $0 * 1_000_000 })
      )
    }
    let latencies = try example.latencies()
    #expect(
      latencies.map { "\($0.decoder) \($0.category) \($0.metric.rawValue)" } == [
        "vanilla qa ttft", "vanilla qa tpot", "vanilla qa itl", "vanilla rag ttft", "vanilla rag tpot",
        "vanilla rag itl", "vanilla overall ttft", "vanilla overall tpot", "vanilla overall itl",
        "kangaroo rag ttft", "kangaroo overall ttft",
      ]
    )
    #expect(latencies.map(\.samples) == [2, 2, 5, 1, 1, 1, 3, 3, 6, 1, 1])
    #expect(latencies.map(\.p50Milliseconds) == [10, 10, 10, 14, 1000, 1000, 12, 15, 10, 16, 16])
    #expect(latencies.map(\.p99Milliseconds) == [12, 15, 30, 14, 1000, 1000, 14, 1000, 1000, 16, 16])
    #expect(latencies.map(\.meanMilliseconds)[2] == 12)
    #expect(latencies.map(\.meanMilliseconds)[6] == 12)
  }
}
