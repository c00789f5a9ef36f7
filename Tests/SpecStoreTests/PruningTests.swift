import Foundation
import GRDB
import SpecStore
import SpecTestSupport
import Testing

@Suite struct PruningTests {
  /// A run goes with all its rows, and the others stay.
  @Test func aRunGoesWithItsRows() throws {
    let example = try ExampleRun()
    let other = try example.store.beginRun(
      Example.run,
      environment: Example.environment,
      decoders: [Example.decoder(0, "vanilla")],
      prompts: [Example.prompt(0, category: "qa")]
    )
    try example.recordPrefillCycle()
    try example.store.record(
      Example.generation(other.decoders[0], other.prompts[0]),
      cycles: [],
      tokens: Example.tokens([1, 2, 3])
    )
    let generations = try example.store.generations(of: other.run)
    #expect(throws: StoreError.noSuchRun(path: example.store.path, run: 9)) { try example.store.deleteRuns([1, 9]) }
    #expect(try example.store.runs().count == 2)
    try example.store.deleteRuns([1])
    #expect(try example.store.runs().map(\.id) == [other.run])
    #expect(try example.store.generations(of: other.run) == generations)
    try DatabaseQueue(path: example.store.path).read { database in
      for (table, rows) in [
        ("environment", 1), ("decoder", 1), ("prompt", 1), ("generation", 1), ("cycle", 0), ("token", 3),
      ] {
        let count = try Int.fetchOne(database, sql: "SELECT count(*) FROM \(table)")
        #expect(count == rows, "\(table)")
      }
    }
  }

  @Test func spaceIsGivenBack() throws {
    let example = try ExampleRun()
    let tokens = Example.tokens(Array(0..<20_000))
    try example.store.record(Example.generation(example.decoders[0], example.prompts[0]), cycles: [], tokens: tokens)
    let full = example.store.fileBytes
    try example.store.deleteRuns([1])
    try example.store.compact()
    #expect(example.store.fileBytes < full / 2)
    #expect(try BenchmarkStore(openingAt: example.store.path).runs().isEmpty)
    let reader = try BenchmarkStore(openingAt: example.store.path)
    #expect(throws: StoreError.unwritable(path: example.store.path)) { try reader.compact() }
  }
}
