import SpecCore
import SpecMetrics
import SpecStore
import SpecTestSupport

/// A run of random numbers with all its rows at hand.
struct RandomRun {
  struct Row {
    let decoder: Int
    let prompt: PromptRecord
    let generation: GenerationRecord
    let cycles: [CycleRecord]
    let tokens: [TokenRecord]
  }

  struct Cell: Hashable, CustomStringConvertible {
    let decoder: Int64
    let category: String
    var description: String { "\(decoder) \(category)" }
  }

  let example: ExampleRun
  var store: BenchmarkStore { example.store }
  var run: Int64 { example.run }
  var decoders: [Int64] { example.decoders }
  let rows: [Row]
  let cells: [Cell: [Row]]

  init() throws {
    var random = SplitMix64(seed: 20_250_713)
    let prompts = (0..<24).map { index in
      let category = Example.categories[index / 2 % 5]
      var prompt = Example.prompt(index, question: index / 2, turn: index % 2, category: category)
      prompt.promptTokens = 12 + 31 * (index * index % 17)
      return prompt
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
        for repeatIndex in 0..<3 where Int.random(in: 0..<10, using: &random) > 0 {
          let row = Self.row(decoder, example.decoders[decoder], prompt, example.prompts[index], repeatIndex, &random)
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
    _ repeatIndex: Int,
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
      var cycle = Example.cycle(
        drafted: drafted,
        nodes: decoder == 2 ? drafted * 5 : drafted,
        accepted: accepted,
        emitted: emitted,
        draft: drafted * 1000,
        verify: Int.random(in: 5000...5009, using: &random),
        overhead: 77
      )
      // One decoder has a draft vocabulary.
      if decoder == 2 { cycle.outsideVocabulary = accepted < drafted ? drafted % 2 : 0 }
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
      repeatIndex: repeatIndex,
      prefill: prefill,
      decode: decode,
      tokens: tokens.count,
      lossless: decoder == 0 && repeatIndex == 0 ? nil : Bool.random(using: &random)
    )
    generation.outputIDs = tokens.map(\.tokenID)
    return Row(decoder: decoder, prompt: prompt, generation: generation, cycles: cycles, tokens: tokens)
  }
}
