import SpecStore
import SpecTestSupport
import Testing

@Suite struct OutcomeTests {
  @Test func losslessnessCountsWhatWasCompared() throws {
    let example = try ExampleRun(categories: ["qa", "rag"])
    let outcomes: [(decoder: Int, prompt: Int, repeatIndex: Int, lossless: Bool?)] = [
      (0, 0, 0, nil), (0, 0, 1, true), (1, 0, 0, true), (1, 0, 1, false), (1, 1, 0, false),
    ]
    for outcome in outcomes {
      var generation = Example.generation(
        example.decoders[outcome.decoder],
        example.prompts[outcome.prompt],
        repeatIndex: outcome.repeatIndex,
        lossless: outcome.lossless
      )
      if outcome.lossless == false {
        generation.mismatchPosition = 4 + outcome.prompt
        generation.expectedToken = 17
        generation.foundToken = outcome.prompt == 1 ? nil : 18
      }
      try example.store.record(generation, cycles: [], tokens: [])
    }
    let rows = try example.store.losslessness(of: example.run)
    #expect(rows.map(\.decoderID) == example.decoders)
    #expect(rows.map(\.generations) == [2, 3])
    #expect(rows.map(\.checked) == [1, 3])
    #expect(rows.map(\.mismatches) == [0, 2])

    let mismatches = try example.store.mismatches(of: example.run)
    #expect(mismatches.map(\.decoder) == ["kangaroo", "kangaroo"])
    #expect(mismatches.map(\.questionID) == [100, 101])
    #expect(mismatches.map(\.turn) == [0, 0])
    #expect(mismatches.map(\.category) == ["qa", "rag"])
    #expect(mismatches.map(\.repeatIndex) == [1, 0])
    #expect(mismatches.map(\.position) == [4, 5])
    #expect(mismatches.map(\.expectedToken) == [17, 17])
    #expect(mismatches.map(\.foundToken) == [18, nil])
  }

  @Test func skipsAreCountedByReason() throws {
    let long = "longer than the context"
    let example = try ExampleRun(
      decoders: [Example.decoder(0, "vanilla")],
      prompts: [
        Example.prompt(0, category: "rag", skipReason: long), Example.prompt(1, category: "rag", skipReason: long),
        Example.prompt(2, category: "rag", skipReason: "empty"), Example.prompt(3, category: "qa", skipReason: long),
        Example.prompt(4, category: "mt_bench"),
      ]
    )
    let rows = try example.store.skips(of: example.run)
    #expect(
      rows.map { "\($0.category) \($0.reason) \($0.prompts)" } == [
        "qa \(long) 1", "rag empty 1", "rag \(long) 2",
      ]
    )
  }

  @Test func runWithoutGenerationsHasNoOutcome() throws {
    let example = try ExampleRun()
    #expect(try example.store.pairs(of: example.run).isEmpty)
    #expect(try example.store.skips(of: example.run).isEmpty)
    #expect(try example.store.mismatches(of: example.run).isEmpty)
    #expect(try example.store.losslessness(of: example.run).map(\.generations) == [0, 0])
  }
}
