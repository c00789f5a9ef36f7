import SpecDecoding
import SpecKernels
import SpecModel
import SpecTestSupport
import Testing

/// Every registered method gives vanilla's tokens, in every setting, whatever computes it.
@Suite struct LosslessTests {
  struct Variant: Sendable, CustomTestStringConvertible {
    let seed: UInt64
    let threads: Int
    let weightType: WeightType
    let kernels: KernelSet
    /// Every other model is a plain Llama; the others go through the families.
    var modelType: String {
      let families = ModelConfiguration.families
      return seed % 2 == 1 ? families[Int(seed / 2) % families.count] : "llama"
    }
    var testDescription: String {
      "\(modelType), seed \(seed), \(threads) threads, \(weightType.rawValue), \(kernels.name)"
    }
  }

  /// Every kernel set meets every weight type; threads and depth go round beside them.
  static let variants = KernelSet.supported.enumerated().flatMap { place, kernels in
    WeightType.allCases.enumerated().map { index, weightType in
      let seed = UInt64(place * WeightType.allCases.count + index + 1)
      return Variant(seed: seed, threads: [1, 2, 3][(place + index) % 3], weightType: weightType, kernels: kernels)
    }
  }

  /// The temperatures of the project's proof, and one with every limit.
  static let samplings = [
    Sampling.greedy, Sampling(temperature: 0.7, seed: 5), Sampling(temperature: 1, topP: 0.9, seed: 6),
    Sampling(temperature: 1.3, topK: 5, topP: 0.8, seed: 7),
  ]

  /// Every registered method in random settings, and what the registry does not reach: random candidate trees, and a draft
  /// model whose context is shorter than the target's.
  static func decoders(
    _ model: RandomModel,
    _ folder: CompanionFolder,
    _ sampling: Sampling,
    _ random: inout SeededRandom
  ) throws -> [(String, any Decoder)] {
    let resources = DecoderResources(target: model.target, modelDirectory: folder.path, sampling: sampling)
    let files = TargetFiles(configuration: model.target.configuration, modelDirectory: folder.path)
    var decoders: [(String, any Decoder)] = []
    for method in MethodRegistry.builtIn.methods {
      for _ in 0..<(method.settings.isEmpty ? 1 : 2) {
        let spec = try #require(try method.fittingSpec(files, &random), "no settings of \(method.name) fit")
        decoders.append(("\(spec)", try MethodRegistry.builtIn.prepare(spec, resources: resources).decoder))
      }
    }
    let tree = try randomTree(&random)
    decoders.append(
      ("a random tree", try Medusa.decoder(target: model.target, heads: model.heads, tree: tree, sampling: sampling))
    )
    let short = try DraftModel.decoder(
      target: model.target,
      model: model.draft,
      steps: 1 + random.below(8),
      draftsWithPrompt: random.below(2) == 0,
      sampling: sampling
    )
    return decoders + [("a draft model with a short context", short)]
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
    let context = try ComputeContext(threads: variant.threads, kernels: variant.kernels)
    let model = try RandomModel(
      seed: variant.seed,
      weightType: variant.weightType,
      context: context,
      modelType: variant.modelType,
      depth: [0.02, 0.1, 0.4][Int(variant.seed / 2 % 3)]
    )
    var accepted = 0
    // Greedy always, the others in turn: one with plain C, which is slow, and two with vectors.
    let isSlow = variant.kernels.name == KernelSet.supported.first?.name
    for (number, sampling) in Self.samplings.enumerated()
    where number == 0 || ((number + Int(variant.seed)) % 3 == 0) == isSlow {
      accepted += try Self.compare(model, sampling, seed: variant.seed &* 31 &+ UInt64(number))
    }
    // A test in which nothing is ever accepted would say little.
    #expect(accepted > 20)
  }

  /// Compares all methods with vanilla; returns how many drafted tokens were accepted.
  static func compare(_ model: RandomModel, _ sampling: Sampling, seed: UInt64) throws -> Int {
    var random = SeededRandom(seed: seed)
    let folder = try model.companions()
    let decoders = try decoders(model, folder, sampling, &random)
    let vanilla = try Vanilla.decoder(target: model.target, sampling: sampling)
    var accepted = 0
    // Three lengths with each sampling, in turn.
    for (place, promptLength) in [1, 2, 17, 40, 95].enumerated() where (place + Int(seed % 5)) % 5 < 3 {
      let prompt = (0..<promptLength).map { _ in Token(random.below(13)) }
      let ends: [Set<Token>] = [[], [], [Token(random.below(13))], [1, 2, 3]]
      let rules = StopRules(
        endTokens: ends[random.below(4)],
        maximumNewTokens: [2, 30, 60, 200][random.below(4)],
        contextLength: 96
      )
      try rules.check(prompt, vocabularySize: 13)
      let expected = try generate(prompt, with: vanilla, rules: rules)
      for (name, decoder) in decoders {
        let found = try generate(prompt, with: decoder, rules: rules)
        #expect(found.tokens == expected.tokens, "\(name) \(sampling)")
        #expect(found.stopReason == expected.stopReason, "\(name) \(sampling)")
        checkBookkeeping(found, rules)
        accepted += found.cycles.reduce(0) { $0 + $1.accepted }
      }
    }
    return accepted
  }

  static func checkBookkeeping(_ generation: Generation, _ rules: StopRules) {
    // A first cycle that runs the prompt emits the first token too.
    let beforeCycles = generation.cycleOfToken.prefix { $0 == nil }.count
    #expect(generation.emitted.reduce(beforeCycles, +) == generation.tokens.count && beforeCycles <= 1)
    #expect(generation.availableAt.count == generation.tokens.count)
    #expect(zip(generation.availableAt, generation.availableAt.dropFirst()).allSatisfy { $0 <= $1 })
    #expect(generation.tokens.count <= rules.maximumNewTokens)
    // Cycles take no time that is not decoding's, and tokens of the prefill are those that came with it.
    let phases = generation.cycles.map { $0.times.draft + $0.times.verify + $0.times.overhead }
    #expect(phases.reduce(0, +) <= generation.decodeTime)
    #expect(generation.prefillTokens == generation.availableAt.prefix { $0 == generation.prefillTime }.count)
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
    let folder = try model.companions()
    let make: () throws -> [any Decoder] = {
      var random = SeededRandom(seed: 1)
      return try Self.decoders(model, folder, .greedy, &random).map(\.1)
    }
    for (used, fresh) in zip(try make(), try make()) {
      _ = try generate([1, 2, 3, 4, 5, 6, 7], with: used, rules: rules)
      if used.memory == .run { used.forget() }
      let again = try generate([4, 4], with: used, rules: rules)
      let first = try generate([4, 4], with: fresh, rules: rules)
      #expect(again.tokens == first.tokens)
      #expect(again.cycles.map(\.accepted) == first.cycles.map(\.accepted))
    }
  }
}
