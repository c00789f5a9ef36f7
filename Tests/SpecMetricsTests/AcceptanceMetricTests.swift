import SpecCore
import SpecMetrics
import SpecStore
import SpecTestSupport
import Testing

@Suite struct AcceptanceMetricTests {
  @Test func vanillaAcceptsExactlyOne() throws {
    let example = try ExampleRun()
    let cycles = Array(repeating: Example.cycle(drafted: 0, accepted: 0), count: 5)
    try example.store.record(
      Example.generation(example.decoders[0], example.prompts[0], tokens: 6),
      cycles: cycles,
      tokens: []
    )
    let mean = try example.rows(\.accepted)
    #expect(mean.map(\.meanAcceptedTokens) == [1, 1])
    #expect(mean.map(\.cycles) == [5, 5])
    let rate = try #require(try example.rows(\.acceptance).first)
    #expect(rate.drafted == 0)
    #expect(rate.acceptanceRate == nil)
    #expect(rate.nodesPerEmittedToken == 0)
    #expect(try example.positions().isEmpty)
  }

  @Test func acceptLengthsCountBeforeTrimming() throws {
    let example = try ExampleRun(categories: ["translation", "mt_bench"])
    try example.store.record(
      Example.generation(example.decoders[1], example.prompts[0]),
      cycles: [Example.cycle(drafted: 4, accepted: 4), Example.cycle(drafted: 4, accepted: 3, emitted: 1)],
      tokens: []
    )
    try example.store.record(
      Example.generation(example.decoders[1], example.prompts[1]),
      cycles: [Example.cycle(drafted: 2, accepted: 0)],
      tokens: []
    )
    let mean = try example.rows(\.accepted)
    #expect(mean.map(\.category) == ["mt_bench", "translation", "overall"])
    #expect(mean.map(\.acceptedTokens) == [1, 9, 10])
    #expect(mean.map(\.cycles) == [1, 2, 3])
    #expect(mean.map(\.meanAcceptedTokens) == [1, 4.5, 10.0 / 3])
    let rates = try example.rows(\.acceptance)
    #expect(rates.map(\.acceptanceRate) == [0, 7.0 / 8, 0.7])
    #expect(rates.map(\.emitted) == [1, 6, 7])
    #expect(rates.map(\.nodesPerEmittedToken) == [2, 8.0 / 6, 10.0 / 7])
  }

  @Test func treesCountTheirDepthAsDrafted() throws {
    let example = try ExampleRun()
    try example.store.record(
      Example.generation(example.decoders[1], example.prompts[0]),
      cycles: [
        Example.cycle(drafted: 4, nodes: 63, accepted: 2), Example.cycle(drafted: 4, nodes: 25, accepted: 1),
      ],
      tokens: []
    )
    let rate = try #require(try example.rows(\.acceptance).last)
    #expect(rate.drafted == 8)
    #expect(rate.accepted == 3)
    #expect(rate.acceptanceRate == 0.375)
    #expect(rate.nodes == 88)
    #expect(rate.nodesPerEmittedToken == 17.6)
  }

  @Test func positionsOfDraftsOfDifferentLengths() throws {
    let example = try ExampleRun(categories: ["qa", "rag"])
    try example.store.record(
      Example.generation(example.decoders[1], example.prompts[0]),
      cycles: [
        Example.cycle(drafted: 0, accepted: 0), Example.cycle(drafted: 1, accepted: 1),
        Example.cycle(drafted: 2, accepted: 0), Example.cycle(drafted: 4, accepted: 4),
        Example.cycle(drafted: 4, accepted: 2),
      ],
      tokens: []
    )
    try example.store.record(
      Example.generation(example.decoders[1], example.prompts[1]),
      cycles: [Example.cycle(drafted: 3, accepted: 0)],
      tokens: []
    )
    let rows = try example.positions()
    #expect(rows.map(\.category) == Array(repeating: "qa", count: 4) + ["rag", "rag", "rag"] + overall(4))
    #expect(rows.map(\.position) == [1, 2, 3, 4, 1, 2, 3, 1, 2, 3, 4])

    let quality = rows.prefix(4)
    #expect(quality.map(\.cycles) == [5, 5, 5, 5])
    #expect(quality.map(\.draftingCycles) == [4, 4, 4, 4])
    #expect(quality.map(\.draftedCycles) == [4, 3, 2, 2])
    #expect(quality.map(\.acceptedCycles) == [3, 2, 1, 1])
    #expect(quality.map(\.marginal) == [0.75, 0.5, 0.25, 0.25])
    #expect(quality.map(\.conditional) == [0.75, 1, 0.5, 1])
    #expect(quality.map(\.consecutiveTokenAcceptanceRate) == [0.6, 0.4, 0.2, 0.2])

    let retrieval = rows[4..<7]
    #expect(retrieval.map(\.marginal) == [0, 0, 0])
    #expect(retrieval.map(\.conditional) == [0, nil, nil])

    #expect(rows.suffix(4).map(\.draftingCycles) == [5, 5, 5, 5])
    #expect(rows.suffix(4).map(\.draftedCycles) == [5, 4, 3, 2])
    #expect(rows.suffix(4).map(\.acceptedCycles) == [3, 2, 1, 1])
  }

  private func overall(_ count: Int) -> [String] {
    Array(repeating: "overall", count: count)
  }
}
