import Foundation
import SpecMetrics
import SpecStatistics
import SpecStore
import SpecTestSupport
import Testing

/// What the statistics and the plots are made from.
@Suite struct PlotMetricTests {
  /// A run of two decoders, two questions and two repeats with cycles and tokens.
  private func measured() throws -> ExampleRun {
    let example = try ExampleRun(categories: ["qa", "rag"])
    for (index, decoder) in example.decoders.enumerated() {
      for (place, prompt) in example.prompts.enumerated() {
        for repeatIndex in 0..<2 {
          let cycles = (0..<4).map { cycle in
            Example.cycle(drafted: index * 2, accepted: index * (cycle % 3), draft: 30 * index, verify: 100 + cycle)
          }
          let times = (0..<9).map { 1000 + $0 * $0 * (1 + index + place + repeatIndex) * 100 }
          let generation = Example.generation(
            decoder,
            prompt,
            repeatIndex: repeatIndex,
            decode: 4000 + 100 * repeatIndex + 700 * index + 30 * place,
            tokens: times.count
          )
          try example.store.record(generation, cycles: cycles, tokens: Example.tokens(times))
        }
      }
    }
    return example
  }

  @Test func pairsAgreeWithTheMetrics() throws {
    let example = try measured()
    let store = try BenchmarkStore(openingAt: example.folder.database)
    let pairs = Dictionary(grouping: try store.pairs(of: 1), by: \.decoderID)
    let rows = try store.rows(of: 1, \.speed).filter { $0.category == "overall" }
    #expect(!rows.isEmpty)
    for row in rows {
      let own = try #require(pairs[row.decoderID])
      #expect(own.count == row.pairs)
      #expect(PairedTimes(decodeTimesOf: own).ratioOfSums == row.speedup)
    }
  }

  @Test func cycleCountsAgreeWithTheCycles() throws {
    let example = try measured()
    let store = try BenchmarkStore(openingAt: example.folder.database)
    let tallies = try store.metrics(of: 1).cycles.values
    let cycles = try store.generations(of: 1).flatMap { try store.cycles(of: $0.id) }
    #expect(tallies.reduce(0) { $0 + $1.total.cycles } == cycles.count)
    #expect(
      tallies.reduce(0) { $0 + $1.sum(\.acceptLength) } == cycles.reduce(0) { $0 + $1.acceptLength }
    )
    #expect(
      tallies.reduce(0) { $0 + $1.total.draftNanoseconds } == cycles.reduce(0) { $0 + $1.draftNanoseconds }
    )
  }

  @Test(arguments: [1, 2, 3]) func pacesAgreeWithTheTokens(stretch: Int) throws {
    let example = try measured()
    let store = try BenchmarkStore(openingAt: example.folder.database)
    let paces = try store.metrics(of: 1, stretch: stretch).paces.flatMap { decoder, paces in
      paces.map { (decoder: decoder, pace: $0) }
    }
    var expected: [String: [Double]] = [:]
    for generation in try store.generations(of: 1) {
      let times = try store.tokens(of: generation.id).map { Double($0.availableNanoseconds) }
      for position in Swift.stride(from: 0, to: times.count, by: stretch) where position + stretch < times.count {
        let pace = (times[position + stretch] - times[position]) / Double(stretch) / 1e6
        expected["\(generation.decoderID) \(position)", default: []].append(pace)
      }
    }
    #expect(paces.count == expected.count)
    for (decoder, pace) in paces {
      let values = try #require(expected["\(decoder) \(pace.position)"])
      #expect(pace.generations == values.count)
      #expect(abs(pace.milliseconds - values.reduce(0, +) / Double(values.count)) < 1e-9)
    }
  }
}
