import SpecDecoding
import SpecKernels
import SpecModel
import SpecTestSupport
import Testing

/// Every method gives vanilla's tokens, in every setting, whatever computes it.
@Suite struct LosslessTests {
  struct Variant: Sendable, CustomTestStringConvertible {
    let seed: UInt64
    let threads: Int
    let weightType: WeightType
    let kernels: KernelSet
    var testDescription: String { "seed \(seed), \(threads) threads, \(weightType.rawValue), \(kernels.name)" }
  }

  /// Every kernel set meets every weight type; threads and depth go round beside them.
  static let variants = KernelSet.supported.enumerated().flatMap { place, kernels in
    WeightType.allCases.enumerated().map { index, weightType in
      let seed = UInt64(place * WeightType.allCases.count + index + 1)
      return Variant(seed: seed, threads: [1, 2, 3][(place + index) % 3], weightType: weightType, kernels: kernels)
    }
  }

  /// A random tree of at most 40 paths, at most 4 deep, with ranks up to 3.
  static func randomTree(_ random: inout SeededRandom) throws -> CandidateTree {
    var paths: Set<[Int]> = [[0]]
    for _ in 0..<1 + random.below(40) {
      let parent = ([[]] + paths.sorted { $0.lexicographicallyPrecedes($1) })[random.below(paths.count + 1)]
      if parent.count < 4 { paths.insert(parent + [random.below(4)]) }
    }
    return try CandidateTree(paths: Array(paths), source: "a random tree")
  }

  @Test(arguments: variants) func everySettingGivesVanillasTokens(_ variant: Variant) throws {
    var random = SeededRandom(seed: variant.seed &* 31)
    let context = try ComputeContext(threads: variant.threads, kernels: variant.kernels)
    let model = try RandomModel(
      seed: variant.seed,
      weightType: variant.weightType,
      context: context,
      depth: [0.02, 0.1, 0.4][Int(variant.seed / 2 % 3)]
    )
    var decoders: [(String, any Decoder)] = []
    for _ in 0..<10 {
      let (steps, exit) = ([1, 2, 3, 6, 11][random.below(5)], [1, 2, 2, 4][random.below(4)])
      let threshold = ([0, 0.1, 0.2, 0.6, 1] as [Float])[random.below(5)]
      let kangaroo = try Kangaroo(
        target: model.target,
        adapter: model.adapter,
        exitLayer: exit,
        steps: steps,
        threshold: threshold
      )
      decoders.append(("kangaroo \(exit) \(steps) \(threshold)", kangaroo))
    }
    for _ in 0..<4 {
      let tree = try Self.randomTree(&random)
      decoders.append(("medusa", try Medusa(target: model.target, heads: model.heads, tree: tree)))
    }
    let vanilla = try Vanilla(target: model.target)
    var accepted = 0
    for promptLength in [1, 2, 17, 40, 95] {
      let prompt = (0..<promptLength).map { _ in Token(random.below(13)) }
      let endTokens: [Set<Token>] = [[], [Token(random.below(13))], [1, 2, 3]]
      for ends in endTokens {
        let rules = StopRules(
          endTokens: ends,
          maximumNewTokens: [2, 30, 60, 200][random.below(4)],
          contextLength: 96
        )
        try rules.check(prompt, vocabularySize: 13)
        let expected = generate(prompt, with: vanilla, rules: rules)
        for (name, decoder) in decoders {
          let found = generate(prompt, with: decoder, rules: rules)
          #expect(found.tokens == expected.tokens, "\(name)")
          #expect(found.stopReason == expected.stopReason, "\(name)")
          Self.checkBookkeeping(found, rules)
          accepted += found.cycles.reduce(0) { $0 + $1.accepted }
        }
      }
    }
    // A test in which nothing is ever accepted would say little.
    #expect(accepted > 10)
  }

  static func checkBookkeeping(_ generation: Generation, _ rules: StopRules) {
    #expect(generation.emitted.reduce(1, +) == generation.tokens.count)
    #expect(generation.availableAt.count == generation.tokens.count)
    #expect(zip(generation.availableAt, generation.availableAt.dropFirst()).allSatisfy { $0 <= $1 })
    #expect(generation.tokens.count <= rules.maximumNewTokens)
    for (index, cycle) in generation.cycles.enumerated() {
      #expect(cycle.acceptLength == cycle.accepted + 1)
      #expect(cycle.accepted <= cycle.drafted && cycle.drafted <= cycle.nodes)
      let isLast = index == generation.cycles.count - 1
      #expect(
        isLast ? generation.emitted[index] <= cycle.acceptLength : generation.emitted[index] == cycle.acceptLength
      )
    }
  }

  @Test func decodersForgetThePreviousPrompt() throws {
    let model = try RandomModel(seed: 3, context: ComputeContext(threads: 1))
    let rules = StopRules(endTokens: [], maximumNewTokens: 30, contextLength: 96)
    let make: () throws -> [any Decoder] = {
      [
        try Vanilla(target: model.target),
        try Kangaroo(target: model.target, adapter: model.adapter, exitLayer: 2, steps: 4, threshold: 0.1),
        try Medusa(target: model.target, heads: model.heads, tree: CandidateTree(named: "small")),
      ]
    }
    for (used, fresh) in zip(try make(), try make()) {
      _ = generate([1, 2, 3, 4, 5, 6, 7], with: used, rules: rules)
      let again = generate([4, 4], with: used, rules: rules)
      let first = generate([4, 4], with: fresh, rules: rules)
      #expect(again.tokens == first.tokens)
      #expect(again.cycles.map(\.accepted) == first.cycles.map(\.accepted))
    }
  }
}
