import SpecCore
import SpecMetrics
import SpecStore
import SpecTestSupport
import Testing

/// Recomputes every metric from the raw rows by plain loops.
@Suite struct RecomputationTests {
  private let example: RandomRun

  init() throws { example = try RandomRun() }

  private func close(_ one: Double?, _ other: Double?) -> Bool {
    guard let one, let other else { return one == nil && other == nil }
    return abs(one - other) <= 1e-9 * max(abs(one), abs(other))
  }

  private func quotient(_ one: Int, _ other: Int) -> Double? {
    other == 0 ? nil : Double(one) / Double(other)
  }

  @Test func speedup() throws {
    let metrics = try example.store.rows(of: example.run, \.speed)
    var vanilla: [GenerationKey: GenerationRecord] = [:]
    for row in example.rows where row.decoder == 0 { vanilla[row.generation.key] = row.generation }
    var seen = 0
    for (cell, rows) in example.cells {
      let pairs = rows.compactMap { row in
        vanilla[
          GenerationKey(
            decoderID: example.decoders[0],
            promptID: row.generation.promptID,
            repeatIndex: row.generation.repeatIndex
          )
        ].map { (row, row.generation, $0) }
      }
      let view = try #require(metrics.first { $0.decoderID == cell.decoder && $0.category == cell.category })
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
      let questions = Dictionary(grouping: pairs) { "\($0.0.prompt.questionID) \($0.1.repeatIndex)" }.values
      func mean(_ generation: ((RandomRun.Row, GenerationRecord, GenerationRecord)) -> GenerationRecord) -> Double {
        questions.map { turns in
          let generations = turns.map(generation)
          let time = generations.map { $0.prefillNanoseconds + $0.decodeNanoseconds }.reduce(0, +)
          return Double(generations.map(\.outputTokens).reduce(0, +)) / Double(time)
        }.reduce(0, +) / Double(questions.count)
      }
      #expect(close(view.specBenchSpeedup, mean(\.1) / mean(\.2)))
    }
    #expect(seen == metrics.count)
  }

  @Test func acceptance() throws {
    let means = try example.store.rows(of: example.run, \.accepted)
    let rates = try example.store.rows(of: example.run, \.acceptance)
    let splits = try example.store.rows(of: example.run, \.time)
    #expect(means.count == example.cells.count)
    #expect(rates.count == example.cells.count)
    #expect(splits.count == example.cells.count)
    for (cell, rows) in example.cells {
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
    let metrics = try example.store.rows(of: example.run, each: \.positions)
    var seen = 0
    for (cell, rows) in example.cells {
      let cycles = rows.flatMap(\.cycles)
      for position in stride(from: 1, through: cycles.map(\.drafted).max() ?? 0, by: 1) {
        let view = try #require(
          metrics.first { $0.decoderID == cell.decoder && $0.category == cell.category && $0.position == position }
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
    #expect(seen == metrics.count)
  }

  /// Every cycle is in the stretch that its place lies in.
  @Test func acceptanceByPlace() throws {
    let metrics = try example.store.rows(of: example.run, each: \.places)
    var seen = 0
    for (cell, rows) in example.cells {
      var cycles: [TextPlace: [(place: Int, cycle: CycleRecord)]] = [:]
      for row in rows {
        var tokens = 1
        for cycle in row.cycles {
          cycles[.output, default: []].append((tokens, cycle))
          cycles[.context, default: []].append((row.prompt.promptTokens + tokens, cycle))
          tokens += cycle.emitted
        }
      }
      let own = metrics.filter { $0.decoderID == cell.decoder && $0.category == cell.category }
      for stretch in own {
        seen += 1
        let bounds = stretch.fromTokens...stretch.toTokens
        let inside = (cycles[stretch.place] ?? []).filter { bounds.contains($0.place) }
        #expect(stretch.cycles == inside.count)
        let drafted = inside.map(\.cycle.drafted).reduce(0, +)
        #expect(close(stretch.acceptanceRate, quotient(inside.map(\.cycle.accepted).reduce(0, +), drafted)))
        let lengths = inside.map(\.cycle.acceptLength).reduce(0, +)
        #expect(close(stretch.meanAcceptedTokens, quotient(lengths, inside.count)))
      }
      for place in TextPlace.allCases {
        #expect(own.filter { $0.place == place }.reduce(0) { $0 + $1.cycles } == cycles[place]?.count ?? 0)
      }
    }
    #expect(seen == metrics.count)
  }

  @Test func latency() throws {
    let metrics = try example.store.rows(of: example.run, each: \.inOrder)
    var seen = 0
    for (cell, rows) in example.cells {
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
          metrics.first { $0.decoderID == cell.decoder && $0.category == cell.category && $0.metric == metric }
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
    #expect(seen == metrics.count)
  }

  @Test func losslessness() throws {
    for view in try example.store.losslessness(of: example.run) {
      let compared = example.rows.filter { $0.generation.decoderID == view.decoderID }.compactMap(\.generation.lossless)
      #expect(view.checked == compared.count)
      #expect(view.mismatches == compared.count { !$0 })
    }
    let mismatches = try example.store.mismatches(of: example.run)
    #expect(mismatches.count == example.rows.count { $0.generation.lossless == false })
  }
}
