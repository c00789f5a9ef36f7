import SpecCore
import SpecMetrics
import SpecStore
import SpecTestSupport
import Testing

/// What choosing among settings brings on questions that took no part in the choice.
@Suite struct HeldOutSpeedupTests {
  /// The pairs of settings of given true speedups; each question favors each setting by its own luck.
  private func pairs(_ speeds: [Double], luck: Double, questions: Int, seed: UInt64) throws -> [[GenerationPair]] {
    var random = SplitMix64(seed: seed)
    let settings = speeds.indices.map { Example.decoder($0 + 1, "kangaroo-\($0)", method: "kangaroo") }
    let example = try ExampleRun(
      decoders: [Example.decoder(0, "vanilla")] + settings,
      prompts: (0..<questions).map { Example.prompt($0, category: Example.categories[$0 % 3]) }
    )
    for prompt in example.prompts {
      for (index, (decoder, speed)) in zip(example.decoders, [1] + speeds).enumerated() {
        let factor = index == 0 ? 1 : 1 + Double.random(in: -luck...luck, using: &random)
        let row = Example.generation(decoder, prompt, decode: Int(1e6 / speed * factor), lossless: true)
        try example.store.record(row, cycles: [], tokens: [])
      }
    }
    let all = Dictionary(grouping: try example.store.pairs(of: 1), by: \.decoderID)
    return example.decoders.dropFirst().map { all[$0] ?? [] }
  }

  /// Of many settings that are all alike, the best looks better than it is: held out it does not.
  @Test func theLuckOfTheChoiceIsTakenOut() throws {
    var (flattered, honest) = (0.0, 0.0)
    for seed in 1...6 as ClosedRange<UInt64> {
      let settings = try pairs(Array(repeating: 1.5, count: 30), luck: 0.5, questions: 24, seed: seed)
      let heldOut = try #require(HeldOutSpeedup(settings))
      let best = settings.compactMap { SpeedMetrics($0)?.speedup }.max()
      flattered += try #require(best) / 1.5 / 6
      honest += heldOut.ratio / 1.5 / 6
    }
    #expect(flattered > 1.08, "\(flattered)")
    #expect(abs(honest - 1) < 0.05, "\(honest)")
  }

  @Test func aSettingThatIsReallyBetterIsFoundByBothHalves() throws {
    let settings = try pairs([1.5, 1.6, 2.4, 1.4], luck: 0.05, questions: 12, seed: 3)
    let heldOut = try #require(HeldOutSpeedup(settings))
    #expect(heldOut.fastest == [2, 2])
    // Both halves together are all questions.
    #expect(heldOut.ratio == SpeedMetrics(settings[2])?.speedup)
  }

  @Test func aSingleQuestionOfEachCategoryHasNoHalves() throws {
    #expect(try HeldOutSpeedup(pairs([1.5, 2], luck: 0.1, questions: 3, seed: 1)) == nil)
    #expect(HeldOutSpeedup([]) == nil)
  }
}
