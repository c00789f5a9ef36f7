import Foundation
import SpecStatistics
import SpecStore
import Testing

/// What the statistics and the plots are made from.
@Suite struct StatisticsQueryTests {
  /// A run of two decoders, two questions and two passes with cycles and tokens.
  private func measured() throws -> ExampleRun {
    let example = try ExampleRun(categories: ["qa", "rag"])
    for (index, decoder) in example.decoders.enumerated() {
      for (place, prompt) in example.prompts.enumerated() {
        for pass in 0..<2 {
          let cycles = (0..<4).map { cycle in
            Example.cycle(drafted: index * 2, accepted: index * (cycle % 3), draft: 30 * index, verify: 100 + cycle)
          }
          let times = (0..<9).map { 1000 + $0 * $0 * (1 + index + place + pass) * 100 }
          let generation = Example.generation(
            decoder,
            prompt,
            pass: pass,
            decode: 4000 + 100 * pass + 700 * index + 30 * place,
            tokens: times.count
          )
          try example.store.record(generation, cycles: cycles, tokens: Example.tokens(times))
        }
      }
    }
    return example
  }

  @Test func conditionsAreKeptAndReplaced() throws {
    let example = try measured()
    let store = try BenchmarkStore(openingAt: example.folder.database, for: .writing)
    var condition = PassCondition(pass: 0, startedAt: Example.date, finishedAt: Example.date)
    try store.recordCondition(condition, run: 1)
    condition.otherShare = 0.25
    condition.onBattery = true
    condition.taints = ["Busy."]
    try store.recordCondition(condition, run: 1)
    #expect(try store.conditions(of: 1) == [condition])
    #expect(try store.conditions(of: 2).isEmpty)
    #expect(throws: StoreError.self) { try store.recordCondition(condition, run: 99) }
  }

  @Test func passesCanGrow() throws {
    let example = try measured()
    let store = try BenchmarkStore(openingAt: example.folder.database, for: .writing)
    try store.recordPasses(9, run: 1)
    #expect(try store.run(1).passes == 9)
    #expect(throws: StoreError.noSuchRun(path: store.path, run: 99)) { try store.recordPasses(1, run: 99) }
  }

  /// Pairs and the view `speedup` tell the same.
  @Test func pairsAgreeWithTheView() throws {
    let example = try measured()
    let store = try BenchmarkStore(openingAt: example.folder.database)
    let pairs = Dictionary(grouping: try store.pairs(of: 1), by: \.decoderID)
    let rows = try store.speedups(of: 1).filter { $0.category == "overall" }
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
    let counts = try store.figures(of: 1, stretch: 1).cycleCounts
    let cycles = try store.generations(of: 1).flatMap { try store.cycles(of: $0.id) }
    #expect(counts.reduce(0) { $0 + $1.cycles } == cycles.count)
    #expect(
      counts.reduce(0) { $0 + $1.acceptLength * $1.cycles } == cycles.reduce(0) { $0 + $1.acceptLength }
    )
    #expect(counts.reduce(0) { $0 + $1.draftNanoseconds } == cycles.reduce(0) { $0 + $1.draftNanoseconds })
  }

  @Test(arguments: [1, 2, 3]) func pacesAgreeWithTheTokens(stretch: Int) throws {
    let example = try measured()
    let store = try BenchmarkStore(openingAt: example.folder.database)
    let paces = try store.figures(of: 1, stretch: stretch).tokenPaces
    var expected: [String: [Double]] = [:]
    for generation in try store.generations(of: 1) {
      let times = try store.tokens(of: generation.id).map { Double($0.availableNanoseconds) }
      for position in Swift.stride(from: 0, to: times.count, by: stretch) where position + stretch < times.count {
        let pace = (times[position + stretch] - times[position]) / Double(stretch) / 1e6
        expected["\(generation.decoderID) \(position)", default: []].append(pace)
      }
    }
    #expect(paces.count == expected.count)
    for pace in paces {
      let values = try #require(expected["\(pace.decoderID) \(pace.position)"])
      #expect(pace.generations == values.count)
      #expect(abs(pace.milliseconds - values.reduce(0, +) / Double(values.count)) < 1e-9)
    }
  }
}
