import SpecCore
import SpecMetrics
import SpecStore
import SpecTestSupport
import Testing

@Suite struct SpeedMetricTests {
  /// Two categories, two repeats; the second turn of question 100 and one generation without a partner.
  private func example() throws -> ExampleRun {
    let example = try ExampleRun(
      decoders: [
        Example.decoder(0, "kangaroo"), Example.decoder(1, "vanilla-2", method: "vanilla"),
        Example.decoder(2, "vanilla-3", method: "vanilla"),
      ],
      prompts: [
        Example.prompt(0, question: 100, category: "qa"), Example.prompt(1, question: 100, turn: 1, category: "qa"),
        Example.prompt(2, question: 101, category: "rag"), Example.prompt(3, question: 102, category: "rag"),
      ]
    )
    let times: [(decoder: Int, prompt: Int, repeatIndex: Int, prefill: Int, decode: Int, tokens: Int)] = [
      (1, 0, 0, 100, 900, 10), (1, 1, 0, 300, 700, 8), (1, 2, 0, 200, 1800, 20), (1, 0, 1, 120, 880, 10),
      (0, 0, 0, 150, 350, 10), (0, 1, 0, 250, 750, 8), (0, 2, 0, 400, 600, 20),
      (0, 3, 0, 1, 1, 500),  // without a partner
      (2, 2, 0, 200, 1600, 20),
    ]
    for time in times {
      try example.store.record(
        Example.generation(
          example.decoders[time.decoder],
          example.prompts[time.prompt],
          repeatIndex: time.repeatIndex,
          prefill: time.prefill,
          decode: time.decode,
          tokens: time.tokens
        ),
        cycles: [],
        tokens: []
      )
    }
    return example
  }

  @Test func speedupIsPairedWithTheFirstVanilla() throws {
    let example = try example()
    let rows = try example.rows(\.speed)
    #expect(
      rows.map { "\($0.decoder) \($0.category)" } == [
        "kangaroo qa", "kangaroo rag", "kangaroo overall", "vanilla-2 qa", "vanilla-2 rag", "vanilla-2 overall",
        "vanilla-3 rag", "vanilla-3 overall",
      ]
    )
    let quality = rows[0]
    #expect(quality.decoderID == example.decoders[0])
    #expect(quality.prompts == 2)
    #expect(quality.pairs == 2)
    #expect(quality.tokens == 18)
    #expect(quality.vanillaDecodeNanoseconds == 1600)
    #expect(quality.decodeNanoseconds == 1100)
    #expect(quality.speedup == 1600.0 / 1100)
    #expect(quality.endToEndSpeedup == 2000.0 / 1500)
    // One question of two turns: 18 tokens in 1500 against 18 in 2000.
    #expect(abs((quality.specBenchSpeedup ?? 0) - 2000.0 / 1500) < 1e-12)
    #expect(quality.tokensPerSecond == 1e9 * 16 / 1100)

    let overall = rows[2]
    #expect(overall.prompts == 3)
    #expect(overall.pairs == 3)
    #expect(overall.speedup == 3400.0 / 1700)
    #expect(overall.endToEndSpeedup == 4000.0 / 2500)
    // (18 / 1500 + 20 / 1000) / 2 against (18 / 2000 + 20 / 2000) / 2.
    #expect(abs((overall.specBenchSpeedup ?? 0) - 0.032 / 0.019) < 1e-12)

    #expect(rows[7].speedup == 1800.0 / 1600)
  }

  @Test func vanillaAgainstItselfIsOne() throws {
    let example = try example()
    let rows = try example.rows(\.speed).filter { $0.decoder == "vanilla-2" }
    #expect(rows.allSatisfy { $0.speedup == 1 && $0.endToEndSpeedup == 1 && $0.specBenchSpeedup == 1 })
    #expect(rows.map(\.pairs) == [3, 1, 4])
    #expect(rows.map(\.prompts) == [2, 1, 3])
  }

  @Test func generationsOfOneTokenHaveNoDecodeTime() throws {
    let example = try ExampleRun()
    for decoder in example.decoders {
      try example.store.record(
        Example.generation(decoder, example.prompts[0], prefill: 70, decode: 0, tokens: 1),
        cycles: [],
        tokens: []
      )
    }
    let row = try #require(try example.rows(\.speed).last)
    #expect(row.speedup == nil)
    #expect(row.tokensPerSecond == nil)
    #expect(row.endToEndSpeedup == 1)
    let split = try #require(try example.rows(\.time).last)
    #expect(split.cycles == 0)
    #expect(split.draftNanoseconds == 0)
    #expect(split.draftShare == nil)
    #expect(split.otherShare == nil)
  }

  @Test func runWithoutVanillaHasNoSpeedup() throws {
    let example = try ExampleRun(
      decoders: [Example.decoder(0, "kangaroo")],
      prompts: [Example.prompt(0, category: "qa")]
    )
    try example.store.record(
      Example.generation(example.decoders[0], example.prompts[0]),
      cycles: [],
      tokens: []
    )
    #expect(try example.rows(\.speed).isEmpty)
  }

  @Test func timeSplitAccountsForAllOfTheDecodeTime() throws {
    let example = try ExampleRun(categories: ["qa", "math_reasoning"])
    let cycles = [
      Example.cycle(drafted: 1, accepted: 0, draft: 100, verify: 200, overhead: 30),
      Example.cycle(drafted: 1, accepted: 0, draft: 50, verify: 250, overhead: 20),
    ]
    try example.store.record(
      Example.generation(example.decoders[1], example.prompts[0], decode: 1000),
      cycles: cycles,
      tokens: []
    )
    try example.store.record(
      Example.generation(example.decoders[1], example.prompts[1], decode: 500),
      cycles: [cycles[0]],
      tokens: []
    )
    let rows = try example.rows(\.time)
    #expect(rows.map(\.category) == ["qa", "math_reasoning", "overall"])
    #expect(rows.map(\.cycles) == [2, 1, 3])
    let overall = rows[2]
    #expect(overall.decodeNanoseconds == 1500)
    #expect(overall.draftNanoseconds == 250)
    #expect(overall.verifyNanoseconds == 650)
    #expect(overall.overheadNanoseconds == 80)
    #expect(overall.otherNanoseconds == 520)
    #expect(overall.draftShare == 250.0 / 1500)
    #expect(overall.verifyShare == 650.0 / 1500)
    #expect(overall.overheadShare == 80.0 / 1500)
    #expect(overall.otherShare == 520.0 / 1500)
  }
}
