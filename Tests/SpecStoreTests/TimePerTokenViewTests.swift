import GRDB
import SpecStatistics
import SpecStore
import Testing

/// A ratio of times is a speedup only where the outputs are the same.
@Suite struct TimePerTokenViewTests {
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
    let rows = try store.speedups(of: run)
    func row(_ decoder: String, _ category: String) throws -> Speedup {
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
    let rows = try store.speedups(of: run).filter { $0.decoder == "kangaroo" }
    #expect(rows.map(\.basis) == [.timePerToken, .timePerToken, .timePerToken])
    #expect(rows.allSatisfy { $0.speedup == nil && abs(($0.ratio ?? 0) - 1) < 1e-12 })
    // At temperature 0 rejection chooses as vanilla does.
    record.temperature = 0
    let (greedy, other, second) = try example(record, lossless: nil, differs: nil)
    defer { withExtendedLifetime(second) {} }
    let qa = try #require(try greedy.speedups(of: other).first { $0.decoder == "kangaroo" && $0.category == "qa" })
    #expect(qa.basis == .speedup && qa.speedup == 1)
  }

  @Test func pairsSayWhatTheViewSays() throws {
    let (store, run, folder) = try example()
    defer { withExtendedLifetime(folder) {} }
    let pairs = try store.pairs(of: run)
    for row in try store.speedups(of: run) {
      let own = pairs.filter { $0.decoderID == row.decoderID && [$0.category, "overall"].contains(row.category) }
      #expect(own.count == row.pairs && own.basis == row.basis)
      let ratio = try #require(PairedTimes(decodeTimesOf: own).ratioOfSums)
      #expect(abs(ratio - (row.ratio ?? 0)) < 1e-12)
    }
  }

  /// A first cycle that ran the prompt: three tokens came with the prefill, in a cycle without times of its own.
  private func recordPrefillCycle(in example: ExampleRun) throws {
    var generation = Example.generation(example.decoders[1], example.prompts[0], prefill: 1000, decode: 400, tokens: 7)
    (generation.prefillTokens, generation.prefillCycles) = (3, 1)
    let cycles = [
      Example.cycle(drafted: 2, accepted: 2),
      Example.cycle(drafted: 2, accepted: 1, draft: 50, verify: 150),
      Example.cycle(drafted: 2, accepted: 1, draft: 50, verify: 150),
    ]
    let tokens = zip([0, 0, 0, 1, 1, 2, 2], [1000, 1000, 1000, 1200, 1200, 1400, 1400]).map {
      TokenRecord(tokenID: 1, cycle: $0, availableNanoseconds: $1)
    }
    try example.store.record(generation, cycles: cycles, tokens: tokens)
  }

  @Test func aFirstCycleThatRanThePromptIsPrefill() throws {
    let example = try ExampleRun()
    try recordPrefillCycle(in: example)
    try example.store.record(
      Example.generation(example.decoders[0], example.prompts[0], prefill: 900, decode: 600, tokens: 7),
      cycles: [],
      tokens: []
    )
    let speed = try #require(try example.store.speedups(of: 1).last { $0.decoder == "kangaroo" })
    #expect(speed.tokensPerSecond == 1e9 * 4 / 400 && speed.basis == .speedup)
    let figures = try example.store.figures(of: 1, stretch: 2)
    for split in [
      try #require(try example.store.timeSplits(of: 1).last { $0.decoder == "kangaroo" }),
      try #require(figures.timeSplits.last { $0.decoder == "kangaroo" }),
    ] {
      #expect(split.cycles == 2 && split.acceptedTokens == 4 && split.verifyNanoseconds == 300)
    }
    for latencies in [try example.store.latencies(of: 1), figures.latencies()] {
      let own = latencies.filter { $0.decoder == "kangaroo" && $0.category == "overall" }
      let perToken = try #require(own.first { $0.metric == .timePerOutputToken })
      #expect(abs(perToken.meanMilliseconds - 100e-6) < 1e-15)
      let between = try #require(own.first { $0.metric == .interTokenLatency })
      #expect(between.samples == 4 && abs(between.meanMilliseconds - 100e-6) < 1e-15)
    }
    // All cycles count for what was accepted, and each says whether it was timed.
    #expect(try example.store.meanAcceptedTokens(of: 1).last { $0.decoder == "kangaroo" }?.cycles == 3)
    #expect(figures.cycleCounts.filter(\.isTimed).reduce(0) { $0 + $1.cycles } == 2)
    #expect(figures.tokenPaces.map(\.milliseconds) == [100e-6, 100e-6])
  }

  /// Older files say it by their tokens.
  @Test func anOlderFileGainsThePrefillCounts() throws {
    let example = try ExampleRun(categories: ["qa", "rag"])
    try recordPrefillCycle(in: example)
    try example.store.record(
      Example.generation(example.decoders[0], example.prompts[1], tokens: 3),
      cycles: [],
      tokens: Example.tokens([1000, 3000, 5000])
    )
    let before = try example.store.generations(of: 1)
    let queue = try DatabaseQueue(path: example.folder.database)
    try queue.write { database in
      for view in try String.fetchAll(database, sql: "SELECT name FROM sqlite_schema WHERE type = 'view'") {
        try database.execute(sql: "DROP VIEW \(view)")
      }
      try database.execute(
        sql: """
          ALTER TABLE generation DROP COLUMN prefill_tokens;
          ALTER TABLE generation DROP COLUMN prefill_cycles;
          DELETE FROM grdb_migrations WHERE identifier LIKE '%-prefill-counts';
          """
      )
    }
    let store = try BenchmarkStore(openingAt: example.folder.database, for: .writing)
    #expect(try store.generations(of: 1) == before)
    #expect(before.map(\.prefillTokens).sorted() == [1, 3])
  }
}
