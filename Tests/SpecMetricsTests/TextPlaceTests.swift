import SpecMetrics
import SpecStore
import SpecTestSupport
import Testing

/// How a run's texts are divided for the acceptance along them.
@Suite struct TextPlaceTests {
  /// A decoder whose drafts are accepted in the first half of each output only.
  private func falling(outputs: Int, tokens: Int) throws -> ExampleRun {
    let example = try ExampleRun(categories: Array(repeating: "qa", count: outputs))
    for prompt in example.prompts {
      var (cycles, count) = ([CycleRecord](), 1)
      while count < tokens {
        cycles.append(Example.cycle(drafted: 3, accepted: 2 * count < tokens ? 3 : 0))
        count += cycles[cycles.count - 1].emitted
      }
      let generation = Example.generation(example.decoders[1], prompt, tokens: count)
      try example.store.record(generation, cycles: cycles, tokens: [])
    }
    return example
  }

  @Test func acceptanceThatFallsIsSeenToFall() throws {
    let example = try falling(outputs: 3, tokens: 400)
    let metrics = try example.store.metrics(of: 1)
    let places = metrics.metrics(of: example.decoders[1], in: .overall).places
    for place in TextPlace.allCases {
      let own = places.filter { $0.place == place }
      #expect(own.count == TextPlace.mostStretches)
      #expect(own.first?.acceptanceRate == 1 && own.first?.meanAcceptedTokens == 4)
      #expect(own.last?.acceptanceRate == 0 && own.last?.meanAcceptedTokens == 1)
      let rates = own.compactMap(\.acceptanceRate)
      #expect(zip(rates, rates.dropFirst()).allSatisfy { $0 >= $1 }, "\(rates)")
    }
    // All prompts have 12 tokens.
    #expect(places.first { $0.place == .context }?.fromTokens == 0)
  }

  /// Stretches follow each other, cover all cycles, and each has about its share of them.
  @Test func stretchesHaveAboutEqualShares() throws {
    let run = try RandomRun()
    let metrics = try run.store.metrics(of: run.run)
    for place in TextPlace.allCases {
      let stretches = metrics.stretches[place]
      #expect(stretches.count <= TextPlace.mostStretches)
      #expect(zip(stretches, stretches.dropFirst()).allSatisfy { $0.upperBound < $1.lowerBound })
      let counts = stretches.map { stretch in
        run.decoders.reduce(0) { sum, decoder in
          let own = metrics.metrics(of: decoder, in: .overall).places
          return sum + (own.first { $0.place == place && $0.fromTokens == stretch.lowerBound }?.cycles ?? 0)
        }
      }
      let all = run.rows.reduce(0) { $0 + $1.cycles.count }
      #expect(counts.reduce(0, +) == all)
      #expect(counts.allSatisfy { $0 > all / 50 }, "\(counts) of \(all)")
    }
  }

  /// A first cycle that ran the prompt begins with the output.
  @Test func aCycleOfThePrefillBeginsAtTheFirstToken() throws {
    let example = try ExampleRun()
    try example.recordPrefillCycle()
    let places = try example.store.metrics(of: 1).metrics(of: example.decoders[1], in: .overall).places
    let output = try #require(places.first { $0.place == .output })
    #expect(output.fromTokens == 0 && output.cycles == 3)
    // Twelve tokens of the prompt and none, three and five of the output.
    #expect(places.filter { $0.place == .context }.map(\.cycles) == [2, 1])
  }

  @Test func withoutCyclesThereIsNothing() throws {
    let example = try ExampleRun()
    let metrics = try example.store.metrics(of: 1)
    #expect(TextPlace.allCases.allSatisfy { metrics.stretches[$0].isEmpty })
    #expect(metrics.metrics(of: example.decoders[1], in: .overall).places.isEmpty)
  }
}
