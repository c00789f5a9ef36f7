import SpecCore
import SpecMetrics
import SpecStatistics
import SpecStore
import SpecTestSupport
import Testing

/// A ratio of times is a speedup only where the outputs are the same.
@Suite struct TimePerTokenTests {
  /// Vanilla and kangaroo at the same pace, ten tokens a second after the first, on questions of two categories; one of
  /// kangaroo's outputs in `rag` is half as long as vanilla's.
  private func example(_ run: RunRecord = Example.run, lossless: Bool? = true, differs: Bool? = false) throws
    -> (store: BenchmarkStore, run: Int64, folder: TemporaryFolder)
  {
    let folder = try TemporaryFolder()
    let store = try BenchmarkStore(creatingAt: folder.database)
    let identifiers = try store.beginRun(
      run,
      environment: Example.environment,
      decoders: [Example.decoder(0, "vanilla"), Example.decoder(1, "kangaroo")],
      prompts: (0..<4).map { Example.prompt($0, category: $0 < 2 ? "qa" : "rag") }
    )
    for (place, prompt) in identifiers.prompts.enumerated() {
      for (index, decoder) in identifiers.decoders.enumerated() {
        let isShort = index == 1 && place == 3
        let tokens = isShort ? 11 : 21
        let same: Bool? = index == 0 ? nil : isShort ? differs : lossless
        try store.record(
          Example.generation(
            decoder,
            prompt,
            prefill: 100,
            decode: (tokens - 1) * 100,
            tokens: tokens,
            lossless: same
          ),
          cycles: [],
          tokens: []
        )
      }
    }
    return (store, identifiers.run, folder)
  }

  @Test func oneOutputThatDiffersTurnsItsCategoryAndTheWhole() throws {
    let (store, run, folder) = try example()
    defer { withExtendedLifetime(folder) {} }
    let rows = try store.rows(of: run, \.speed)
    func row(_ decoder: String, _ category: String) throws -> MetricRow<SpeedMetrics> {
      try #require(rows.first { $0.decoder == decoder && $0.category == category })
    }
    let same = try row("kangaroo", "qa")
    #expect(same.basis == .speedup && same.speedup == 1 && same.endToEndSpeedup == 1 && same.ratio == 1)
    for category in ["rag", "overall"] {
      let differing = try row("kangaroo", category)
      #expect(differing.basis == .timePerToken && differing.speedup == nil && differing.endToEndSpeedup == nil)
      // Half the time for half the tokens.
      #expect(abs(try #require(differing.ratio) - 1) < 1e-12 && differing.ratio == differing.timePerTokenRatio)
      #expect(differing.tokensPerSecond == 1e9 / 100)
      #expect(try row("vanilla", category).speedup == 1)
    }
    // 2100 for 21 tokens three times, and 1100 for 11.
    #expect(abs(try #require(try row("kangaroo", "overall").endToEndRatio) - 1) < 1e-12)
  }

  /// Nobody compares what rejection gives: it need not be vanilla's, however long it is.
  @Test func rejectionComparesTimesPerToken() throws {
    var record = Example.run
    (record.temperature, record.verification) = (0.8, "rejection")
    let (store, run, folder) = try example(record, lossless: nil, differs: nil)
    defer { withExtendedLifetime(folder) {} }
    let rows = try store.rows(of: run, \.speed).filter { $0.decoder == "kangaroo" }
    #expect(rows.map(\.basis) == [.timePerToken, .timePerToken, .timePerToken])
    #expect(rows.allSatisfy { $0.speedup == nil && abs(($0.ratio ?? 0) - 1) < 1e-12 })
    // At temperature 0 rejection chooses as vanilla does.
    record.temperature = 0
    let (greedy, other, second) = try example(record, lossless: nil, differs: nil)
    defer { withExtendedLifetime(second) {} }
    let qa = try #require(try greedy.rows(of: other, \.speed).first { $0.decoder == "kangaroo" && $0.category == "qa" })
    #expect(qa.basis == .speedup && qa.speedup == 1)
  }

  @Test func pairsSayWhatTheMetricsSay() throws {
    let (store, run, folder) = try example()
    defer { withExtendedLifetime(folder) {} }
    let pairs = try store.pairs(of: run)
    for row in try store.rows(of: run, \.speed) {
      let own = pairs.filter { $0.decoderID == row.decoderID && [$0.category, "overall"].contains(row.category) }
      #expect(own.count == row.pairs && own.basis == row.basis)
      let ratio = try #require(PairedTimes(decodeTimesOf: own).ratioOfSums)
      #expect(abs(ratio - (row.ratio ?? 0)) < 1e-12)
    }
  }

  @Test func aFirstCycleThatRanThePromptIsPrefill() throws {
    let example = try ExampleRun()
    try example.recordPrefillCycle()
    try example.store.record(
      Example.generation(example.decoders[0], example.prompts[0], prefill: 900, decode: 600, tokens: 7),
      cycles: [],
      tokens: []
    )
    let speed = try #require(try example.rows(\.speed).last { $0.decoder == "kangaroo" })
    #expect(speed.tokensPerSecond == 1e9 * 4 / 400 && speed.basis == .speedup)
    let split = try #require(try example.rows(\.time).last { $0.decoder == "kangaroo" })
    #expect(split.cycles == 2 && split.acceptedTokens == 4 && split.verifyNanoseconds == 300)
    let own = try example.latencies().filter { $0.decoder == "kangaroo" && $0.category == "overall" }
    let perToken = try #require(own.first { $0.metric == .timePerOutputToken })
    #expect(abs(perToken.meanMilliseconds - 100e-6) < 1e-15)
    let between = try #require(own.first { $0.metric == .interTokenLatency })
    #expect(between.samples == 4 && abs(between.meanMilliseconds - 100e-6) < 1e-15)
    // All cycles count for what was accepted, and each says whether it was timed.
    #expect(try example.rows(\.accepted).last { $0.decoder == "kangaroo" }?.cycles == 3)
    let metrics = try example.store.metrics(of: 1, stretch: 2)
    #expect(metrics.cycles[example.decoders[1]]?.timed.total.cycles == 2)
    #expect(metrics.paces[example.decoders[1]]?.map(\.milliseconds) == [100e-6, 100e-6])
  }
}
