import SpecCore
import SpecStore
import Testing

/// Recomputes every view from the raw rows by plain loops.
@Suite struct RecomputationTests {
  private struct Row {
    let decoder: Int
    let prompt: PromptRecord
    let generation: GenerationRecord
    let cycles: [CycleRecord]
    let tokens: [TokenRecord]
  }

  private struct Cell: Hashable, CustomStringConvertible {
    let decoder: Int64
    let category: String
    var description: String { "\(decoder) \(category)" }
  }

  private let example: ExampleRun
  private let rows: [Row]
  private let cells: [Cell: [Row]]

  init() throws {
    var random = SplitMix64(seed: 20_250_713)
    let prompts = (0..<24).map { index in
      Example.prompt(index, question: index / 2, turn: index % 2, category: Example.categories[index / 2 % 5])
    }
    let decoders = [
      Example.decoder(0, "vanilla"), Example.decoder(1, "kangaroo"), Example.decoder(2, "medusa"),
      Example.decoder(3, "vanilla-2", method: "vanilla"),
    ]
    example = try ExampleRun(decoders: decoders, prompts: prompts)
    // A second run of the same numbers must not show in the first.
    let other = try example.store.beginRun(
      Example.run,
      environment: Example.environment,
      decoders: decoders,
      prompts: prompts
    )
    var rows: [Row] = []
    for (index, prompt) in prompts.enumerated() {
      for decoder in decoders.indices {
        for pass in 0..<3 where Int.random(in: 0..<10, using: &random) > 0 {
          let row = Self.row(decoder, example.decoders[decoder], prompt, example.prompts[index], pass, &random)
          rows.append(row)
          try example.store.record(row.generation, cycles: row.cycles, tokens: row.tokens)
          var copy = row.generation
          copy.decoderID = other.decoders[decoder]
          copy.promptID = other.prompts[index]
          try example.store.record(copy, cycles: row.cycles, tokens: row.tokens)
        }
      }
    }
    self.rows = rows
    cells = rows.reduce(into: [:]) { cells, row in
      for category in [row.prompt.category, "overall"] {
        cells[Cell(decoder: row.generation.decoderID, category: category), default: []].append(row)
      }
    }
  }

  private static func row(
    _ decoder: Int,
    _ decoderID: Int64,
    _ prompt: PromptRecord,
    _ promptID: Int64,
    _ pass: Int,
    _ random: inout SplitMix64
  ) -> Row {
    let prefill = Int.random(in: 1_000_000...3_000_000, using: &random)
    var tokens = [TokenRecord(tokenID: 1, cycle: nil, availableNanoseconds: prefill)]
    var cycles: [CycleRecord] = []
    let count = Int.random(in: 1...40, using: &random)
    while tokens.count < count {
      let drafted = decoder == 0 || decoder == 3 ? 0 : Int.random(in: 0...6, using: &random)
      let accepted = Int.random(in: 0...drafted, using: &random)
      let emitted = min(accepted + 1, count - tokens.count)
      let cycle = Example.cycle(
        drafted: drafted,
        nodes: decoder == 2 ? drafted * 5 : drafted,
        accepted: accepted,
        emitted: emitted,
        draft: drafted * 1000,
        verify: Int.random(in: 5000...5009, using: &random),
        overhead: 77
      )
      let available =
        (tokens.last?.availableNanoseconds ?? 0) + cycle.draftNanoseconds + cycle.verifyNanoseconds + 100
      for _ in 0..<emitted {
        tokens.append(TokenRecord(tokenID: 2, cycle: cycles.count, availableNanoseconds: available))
      }
      cycles.append(cycle)
    }
    let decode = (tokens.last?.availableNanoseconds ?? 0) - prefill
    var generation = Example.generation(
      decoderID,
      promptID,
      pass: pass,
      prefill: prefill,
      decode: decode,
      tokens: tokens.count,
      lossless: decoder == 0 && pass == 0 ? nil : Bool.random(using: &random)
    )
    generation.outputIDs = tokens.map(\.tokenID)
    return Row(decoder: decoder, prompt: prompt, generation: generation, cycles: cycles, tokens: tokens)
  }

  private func close(_ one: Double?, _ other: Double?) -> Bool {
    guard let one, let other else { return one == nil && other == nil }
    return abs(one - other) <= 1e-9 * max(abs(one), abs(other))
  }

  private func quotient(_ one: Int, _ other: Int) -> Double? {
    other == 0 ? nil : Double(one) / Double(other)
  }

  @Test func speedup() throws {
    let views = try example.store.speedups(of: example.run)
    var vanilla: [GenerationKey: GenerationRecord] = [:]
    for row in rows where row.decoder == 0 { vanilla[row.generation.key] = row.generation }
    var seen = 0
    for (cell, rows) in cells {
      let pairs = rows.compactMap { row in
        vanilla[
          GenerationKey(decoderID: example.decoders[0], promptID: row.generation.promptID, pass: row.generation.pass)
        ].map { (row, row.generation, $0) }
      }
      let view = try #require(views.first { $0.decoderID == cell.decoder && $0.category == cell.category })
      seen += 1
      #expect(view.pairs == pairs.count)
      #expect(view.prompts == Set(pairs.map(\.1.promptID)).count)
      #expect(view.tokens == pairs.map(\.1.outputTokens).reduce(0, +))
      let decode = pairs.map(\.1.decodeNanoseconds).reduce(0, +)
      let vanillaDecode = pairs.map(\.2.decodeNanoseconds).reduce(0, +)
      let prefill = pairs.map(\.1.prefillNanoseconds).reduce(0, +)
      let vanillaPrefill = pairs.map(\.2.prefillNanoseconds).reduce(0, +)
      // One output that is not vanilla's is enough for the ratio to be one of times per token.
      let areEqual = pairs.allSatisfy { _, own, other in
        own.decoderID == other.decoderID
          || (own.lossless == true && other.lossless != false && own.outputTokens == other.outputTokens)
      }
      #expect(view.basis == (areEqual ? .speedup : .timePerToken))
      #expect(close(view.speedup, areEqual ? quotient(vanillaDecode, decode) : nil))
      let endToEnd = quotient(vanillaDecode + vanillaPrefill, decode + prefill)
      #expect(close(view.endToEndSpeedup, areEqual ? endToEnd : nil))
      let timed = pairs.filter { $0.1.outputTokens > 1 && $0.2.outputTokens > 1 }.map { _, own, other in
        let (mine, theirs) = (Double(own.outputTokens - 1), Double(other.outputTokens - 1))
        let tokens = 2 / (1 / mine + 1 / theirs)
        return (
          Double(own.decodeNanoseconds) / mine * tokens, Double(other.decodeNanoseconds) / theirs * tokens
        )
      }
      let (mine, theirs) = (timed.map(\.0).reduce(0, +), timed.map(\.1).reduce(0, +))
      #expect(close(view.timePerTokenRatio, mine > 0 ? theirs / mine : nil))
      let later = pairs.map { $0.1.outputTokens - 1 }.reduce(0, +)
      #expect(close(view.tokensPerSecond, quotient(later, decode).map { $0 * 1e9 }))
      let questions = Dictionary(grouping: pairs) { "\($0.0.prompt.questionID) \($0.1.pass)" }.values
      func mean(_ generation: ((Row, GenerationRecord, GenerationRecord)) -> GenerationRecord) -> Double {
        questions.map { turns in
          let generations = turns.map(generation)
          let time = generations.map { $0.prefillNanoseconds + $0.decodeNanoseconds }.reduce(0, +)
          return Double(generations.map(\.outputTokens).reduce(0, +)) / Double(time)
        }.reduce(0, +) / Double(questions.count)
      }
      #expect(close(view.specBenchSpeedup, mean(\.1) / mean(\.2)))
    }
    #expect(seen == views.count)
  }

  @Test func acceptance() throws {
    let means = try example.store.meanAcceptedTokens(of: example.run)
    let rates = try example.store.acceptanceRates(of: example.run)
    let splits = try example.store.timeSplits(of: example.run)
    #expect(means.count == cells.count)
    #expect(rates.count == cells.count)
    #expect(splits.count == cells.count)
    for (cell, rows) in cells {
      let cycles = rows.flatMap(\.cycles)
      let lengths = cycles.map(\.acceptLength).reduce(0, +)
      let mean = try #require(means.first { $0.decoderID == cell.decoder && $0.category == cell.category })
      #expect(close(mean.meanAcceptedTokens, quotient(lengths, cycles.count)))
      let rate = try #require(rates.first { $0.decoderID == cell.decoder && $0.category == cell.category })
      let drafted = cycles.map(\.drafted).reduce(0, +)
      #expect(close(rate.acceptanceRate, quotient(cycles.map(\.accepted).reduce(0, +), drafted)))
      let emitted = cycles.map(\.emitted).reduce(0, +)
      #expect(emitted == rows.map { $0.tokens.count - 1 }.reduce(0, +))
      #expect(close(rate.nodesPerEmittedToken, quotient(cycles.map(\.nodes).reduce(0, +), emitted)))
      let split = try #require(splits.first { $0.decoderID == cell.decoder && $0.category == cell.category })
      let decode = rows.map(\.generation.decodeNanoseconds).reduce(0, +)
      #expect(split.decodeNanoseconds == decode)
      #expect(split.cycles == cycles.count)
      #expect(close(split.verifyShare, quotient(cycles.map(\.verifyNanoseconds).reduce(0, +), decode)))
      #expect(split.otherNanoseconds == 23 * cycles.count)
    }
  }

  @Test func acceptanceByPosition() throws {
    let views = try example.store.acceptanceByPosition(of: example.run)
    var seen = 0
    for (cell, rows) in cells {
      let cycles = rows.flatMap(\.cycles)
      for position in stride(from: 1, through: cycles.map(\.drafted).max() ?? 0, by: 1) {
        let view = try #require(
          views.first { $0.decoderID == cell.decoder && $0.category == cell.category && $0.position == position }
        )
        seen += 1
        let accepted = cycles.count { $0.accepted >= position }
        #expect(view.draftedCycles == cycles.count { $0.drafted >= position })
        #expect(view.acceptedCycles == accepted)
        #expect(close(view.marginal, quotient(accepted, cycles.count { $0.drafted > 0 })))
        let reached = cycles.count { $0.drafted >= position && $0.accepted >= position - 1 }
        #expect(close(view.conditional, quotient(accepted, reached)))
        #expect(close(view.consecutiveTokenAcceptanceRate, quotient(accepted, cycles.count)))
      }
    }
    #expect(seen == views.count)
  }

  @Test func latency() throws {
    let views = try example.store.latencies(of: example.run)
    var seen = 0
    for (cell, rows) in cells {
      let samples: [LatencyMetric: [Double]] = [
        .timeToFirstToken: rows.map { Double($0.generation.prefillNanoseconds) },
        .timePerOutputToken: rows.filter { $0.tokens.count > 1 }.map { row in
          Double(row.generation.decodeNanoseconds) / Double(row.tokens.count - 1)
        },
        .interTokenLatency: rows.flatMap { row in
          zip(row.tokens.dropFirst(), row.tokens).map { Double($0.availableNanoseconds - $1.availableNanoseconds) }
        },
      ]
      for (metric, samples) in samples where !samples.isEmpty {
        let sorted = samples.sorted()
        let view = try #require(
          views.first { $0.decoderID == cell.decoder && $0.category == cell.category && $0.metric == metric }
        )
        seen += 1
        func percentile(_ percent: Int) -> Double {
          sorted[(percent * sorted.count + 99) / 100 - 1] / 1e6
        }
        #expect(view.samples == sorted.count)
        #expect(close(view.p50Milliseconds, percentile(50)))
        #expect(close(view.p90Milliseconds, percentile(90)))
        #expect(close(view.p95Milliseconds, percentile(95)))
        #expect(close(view.p99Milliseconds, percentile(99)))
        #expect(close(view.meanMilliseconds, sorted.reduce(0, +) / Double(sorted.count) / 1e6))
      }
    }
    #expect(seen == views.count)
  }

  /// What a report adds up itself is what the views say.
  @Test func figuresAgreeWithTheViews() throws {
    let figures = try example.store.figures(of: example.run, stretch: 16)
    #expect(figures.meanAcceptedTokens == (try example.store.meanAcceptedTokens(of: example.run)))
    #expect(figures.acceptanceRates == (try example.store.acceptanceRates(of: example.run)))
    #expect(figures.timeSplits == (try example.store.timeSplits(of: example.run)))
    #expect(figures.acceptanceByPosition == (try example.store.acceptanceByPosition(of: example.run)))
    let (own, view) = (figures.latencies(), try example.store.latencies(of: example.run))
    #expect(own.count == view.count)
    for (own, view) in zip(own, view) {
      #expect(own.decoderID == view.decoderID && own.decoder == view.decoder && own.category == view.category)
      #expect(own.metric == view.metric && own.samples == view.samples && own.runID == view.runID)
      // Sums of fractions depend on their order.
      #expect(close(own.meanMilliseconds, view.meanMilliseconds))
      #expect(own.p50Milliseconds == view.p50Milliseconds && own.p90Milliseconds == view.p90Milliseconds)
      #expect(own.p95Milliseconds == view.p95Milliseconds && own.p99Milliseconds == view.p99Milliseconds)
    }
    #expect(try example.store.figures(of: example.run + 2, stretch: 16).meanAcceptedTokens.isEmpty)
  }

  @Test func losslessness() throws {
    for view in try example.store.losslessness(of: example.run) {
      let compared = rows.filter { $0.generation.decoderID == view.decoderID }.compactMap(\.generation.lossless)
      #expect(view.checked == compared.count)
      #expect(view.mismatches == compared.count { !$0 })
    }
    let mismatches = try example.store.mismatches(of: example.run)
    #expect(mismatches.count == rows.count { $0.generation.lossless == false })
  }
}
