import SpecDecoding
import SpecFiles
import SpecKernels
import SpecModel
import SpecTestSupport
import Testing

/// Drafters that choose from the most frequent tokens alone. That they are lossless is `LosslessTests`' matter, whose random
/// settings have draft vocabularies, too.
@Suite struct DraftVocabularyTests {
  static let methods = ["kangaroo", "kangaroo-tree", "medusa", "hydra", "eagle", "self-speculative", "draft-model"]
  static let rules = StopRules(endTokens: [], maximumNewTokens: 60, contextLength: 96)
  static let samplings = [Sampling.greedy, Sampling(temperature: 0.8, topP: 0.9, seed: 3)]

  /// The decoders of the methods that have a vocabulary, made over some tokens.
  static func decoders(
    _ model: RandomModel,
    _ folder: CompanionFolder,
    over tokens: [Token]?,
    _ sampling: Sampling
  ) throws -> [any Decoder] {
    let heads = try MedusaHeads(directory: folder.path + "/medusa", target: model.target, over: tokens)
    let hydra = try HydraHeads(directory: folder.path + "/hydra", target: model.target, over: tokens)
    let tree = try CandidateTree(named: "mc_sim_7b_63", nodes: 20)
    let eagle = try EagleModel(
      target: model.target,
      head: EagleHead(directory: folder.path + "/eagle", kind: .eagle1, target: model.target, over: tokens),
      drafts: 6,
      nodes: 9
    )
    let growth = Eagle2.Growth(nodes: 8, depth: 2, width: 3)
    return [
      try Kangaroo.decoder(
        target: model.target,
        adapter: model.adapter,
        exitLayer: 2,
        steps: 5,
        threshold: 0.2,
        vocabulary: tokens,
        sampling: sampling
      ),
      try KangarooTree.decoder(
        target: model.target,
        adapter: model.adapter,
        exitLayer: 2,
        growth: KangarooTree.Growth(steps: 4, width: 3, nodes: 9, threshold: 0.1, minimum: 0),
        vocabulary: tokens,
        sampling: sampling
      ),
      try Medusa.decoder(target: model.target, heads: heads, tree: tree, sampling: sampling),
      try Hydra.decoder(target: model.target, heads: hydra, tree: tree, sampling: sampling),
      try SpeculativeDecoder(target: eagle.target, drafter: Eagle2(eagle, growth: growth), sampling: sampling),
      try DraftModel.decoder(
        target: model.target,
        model: model.draft,
        steps: 4,
        vocabulary: tokens,
        sampling: sampling
      ),
    ]
  }

  /// A vocabulary of all tokens drafts what no vocabulary drafts, cycle for cycle, though its rows are packed apart.
  @Test(arguments: WeightType.allCases) func allTokensAreAsNone(_ type: WeightType) throws {
    let model = try RandomModel(seed: 4, weightType: type, context: ComputeContext(threads: 2), depth: 0.1)
    let (folder, all) = (try model.companions(), (0..<13).map { Token($0) })
    for sampling in Self.samplings {
      let (whole, packed) = (
        try Self.decoders(model, folder, over: nil, sampling), try Self.decoders(model, folder, over: all, sampling)
      )
      var accepted = 0
      for (whole, packed) in zip(whole, packed) {
        let expected = try generate([1, 5, 2, 7], with: whole, rules: Self.rules)
        let found = try generate([1, 5, 2, 7], with: packed, rules: Self.rules)
        #expect(found.tokens == expected.tokens)
        #expect(found.cycles.map(\.drafted) == expected.cycles.map(\.drafted))
        #expect(found.cycles.map(\.nodes) == expected.cycles.map(\.nodes))
        #expect(found.cycles.map(\.accepted) == expected.cycles.map(\.accepted))
        #expect(found.cycles.map(\.confidences) == expected.cycles.map(\.confidences))
        accepted += found.cycles.reduce(0) { $0 + $1.accepted }
      }
      #expect(accepted > 20)
    }
  }

  /// What is accepted of a draft is in the vocabulary, of one token or of a few; the output stays the target's.
  @Test(arguments: WeightType.allCases, [1, 2, 5]) func onlyTheVocabularyIsDrafted(_ type: WeightType, _ count: Int)
    throws
  {
    let model = try RandomModel(seed: 2, weightType: type, context: ComputeContext(threads: 1), depth: 0.1)
    let folder = try model.companions()
    let files = TargetFiles(configuration: model.target.configuration, modelDirectory: folder.path)
    let frequencies = try TokenFrequencies(path: folder.path + "/" + TokenFrequencies.fileName, vocabularySize: 13)
    let vocabulary = Set(try #require(frequencies.likeliest(count)))
    #expect(vocabulary.count == count)
    for sampling in Self.samplings {
      let resources = DecoderResources(target: model.target, modelDirectory: folder.path, sampling: sampling)
      let vanilla = try Vanilla.decoder(target: model.target, sampling: sampling)
      let expected = try generate([3, 1], with: vanilla, rules: Self.rules)
      #expect(expected.cycles.allSatisfy { $0.outsideVocabulary == nil })
      for method in Self.methods {
        let spec = try DecoderSpec("\(method):vocabulary=\(count)")
        try MethodRegistry.builtIn.check(spec, target: files)
        let decoder = try MethodRegistry.builtIn.prepare(spec, resources: resources).decoder
        let found = try generate([3, 1], with: decoder, rules: Self.rules)
        #expect(found.tokens == expected.tokens, "\(spec)")
        let drafted = found.cycles.reduce(0) { $0 + $1.drafted }
        #expect(drafted > 0 && found.cycles.allSatisfy { vocabulary.isSuperset(of: $0.tokens.dropLast()) }, "\(spec)")
        // What the target chose beside it is counted.
        let outside = found.cycles.map { cycle in cycle.tokens.count { !vocabulary.contains($0) } }
        #expect(found.cycles.map(\.outsideVocabulary) == outside && outside.contains { $0 > 0 }, "\(spec)")
      }
    }
  }

  /// What has no token is left out of a fixed tree with all below it, and what has one stays.
  @Test func aTreeOfMoreRanksThanTokens() throws {
    let model = try RandomModel(seed: 2, context: ComputeContext(threads: 1), depth: 0.1)
    let (folder, places) = (try model.companions(), try TemporaryFolder())
    let tree = try places.write("[[2], [2, 0], [0], [0, 1], [0, 0], [0, 0, 0]]", to: "tree.json")
    let resources = DecoderResources(target: model.target, modelDirectory: folder.path)
    for method in ["medusa", "hydra", "eagle"] {
      for (count, nodes) in [(1, 3), (2, 4), (3, 6)] {
        let spec = try DecoderSpec("\(method):tree=\(tree),vocabulary=\(count)")
        let decoder = try MethodRegistry.builtIn.prepare(spec, resources: resources).decoder
        let found = try generate([3, 1], with: decoder, rules: Self.rules)
        #expect(found.cycles.map(\.nodes).max() == nodes, "\(spec)")
      }
    }
  }

  /// A logit over a vocabulary has the bits of the whole head's, and drafters of one vocabulary share its rows.
  @Test(arguments: WeightType.allCases) func theRowsKeepTheirBits(_ type: WeightType) throws {
    for modelType in ["llama", "gemma2"] {
      let context = try ComputeContext(threads: 2)
      let target = try RandomModel(
        seed: 6,
        weightType: type,
        context: context,
        vocabulary: 77,
        modelType: modelType
      ).target
      let states = try Activations(capacity: 3, width: target.configuration.hiddenSize)
      target.embed([5, 70, 13], into: states[rows: 0..<3])
      target.normalizeFinal(states[rows: 0..<3], into: states[rows: 0..<3])
      let whole = target.logits(of: states[rows: 0..<3]).owner
      for tokens in [[0], [76], [0, 1, 2, 16, 17, 40, 75], Array(3...70)] as [[Token]] {
        let head = try target.draftHead(over: tokens)
        #expect(try head.vocabulary == tokens && target.draftHead(over: tokens) === head)
        let part = head.logits(of: states[rows: 0..<3]).owner
        for row in 0..<3 { #expect(part[row] == tokens.map { whole[row][Int($0)] }) }
      }
    }
  }

  /// With fewer tokens to draft rejection still gives the target's distribution.
  @Test(arguments: ["kangaroo:threshold=0", "self-speculative:threshold=0,skip=2-3", "draft-model"])
  func rejectionStaysExact(_ method: String) throws {
    let model = try SamplingTests.model()
    let folder = try model.companions()
    let limits = SamplingLimits(temperature: 2, topK: 9, topP: 0.9)
    let spec = try DecoderSpec("\(method)\(method.contains(":") ? "," : ":")vocabulary=5")
    let misfit = try SamplingTests.misfit(model, limits) { seed in
      let sampling = SamplingTests.sampling(limits, seed: seed, .rejection)
      let resources = DecoderResources(target: model.target, modelDirectory: folder.path, sampling: sampling)
      return try MethodRegistry.builtIn.prepare(spec, resources: resources).decoder
    }
    #expect(misfit < 1, "\(spec)")
  }

  @Test func theRowsCountAsMemory() throws {
    let model = try RandomModel(seed: 2, context: ComputeContext(threads: 1))
    let folder = try model.companions()
    let target = TargetFiles(configuration: model.target.configuration, modelDirectory: folder.path)
    func need(_ spec: String) throws -> MemoryNeed {
      try MemoryNeed([DecoderSpec(spec)], target: target, weightType: .float32, positions: 10)
    }
    let (width, rowsOfFive) = (48, 4 * 5 * 128)
    for method in Self.methods {
      let (all, none) = (try need(method + ":vocabulary=13"), try need(method))
      #expect(all == none)
      let five = try need(method + ":vocabulary=5")
      #expect(five.buffers == none.buffers + rowsOfFive)
      // Medusa's and Hydra's heads hold 5 rows where they held 13; the others hold rows of the target's head or of the draft
      // model's.
      let weights = ["medusa": -4 * 8 * width, "hydra": -4 * 8 * (width + 1)][method] ?? 5 * width
      #expect(five.companions == none.companions + 4 * weights, "\(method)")
    }
  }
}

/// Where it is written how frequent tokens are.
@Suite struct TokenFrequencyTests {
  @Test func theMostFrequentComeFirstAndEqualsByLowestId() throws {
    let frequencies = TokenFrequencies(of: [[3, 3, 5, 9], [9, 9, 1]], vocabularySize: 12)
    #expect(frequencies.tokens == [9, 3, 1, 5] && frequencies.counts == [3, 2, 1, 1])
    #expect(frequencies.likeliest(2) == [3, 9] && frequencies.likeliest(3) == [1, 3, 9])
    // Tokens that do not occur follow by their ids.
    #expect(frequencies.likeliest(6) == [0, 1, 2, 3, 5, 9])
    #expect(frequencies.likeliest(11) == [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10])
    #expect(frequencies.likeliest(12) == nil && frequencies.likeliest(1 << 40) == nil)
    #expect(frequencies.share(of: 1) == 3.0 / 7 && frequencies.share(of: 100) == 1)
    #expect(TokenFrequencies(of: [[Token]](), vocabularySize: 3).likeliest(1) == [0])
  }

  @Test func filesRoundTrip() throws {
    let folder = try TemporaryFolder()
    var random = SeededRandom(seed: 5)
    for texts in [[[]], (0..<3).map { _ in (0..<400).map { _ in Token(random.below(40) * random.below(40)) } }] {
      let frequencies = TokenFrequencies(of: texts, vocabularySize: 1600)
      try frequencies.write(to: folder.path("counts.json"))
      #expect(try TokenFrequencies(path: folder.path("counts.json"), vocabularySize: 1600) == frequencies)
    }
  }

  @Test(arguments: [
    ("", "found an empty file"), (#"{"vocabulary_size": 9}"#, "tokens"),
    (#"{"vocabulary_size": 8, "tokens": [], "counts": []}"#, "a vocabulary of 8 where the target's has 9"),
    (#"{"vocabulary_size": 9, "tokens": [1, 2], "counts": [1]}"#, "it has 2 tokens and 1 count"),
    (
      #"{"vocabulary_size": 9, "tokens": [1, 9], "counts": [1, 1]}"#,
      "it holds the token 9, outside its vocabulary of 9"
    ),
    (#"{"vocabulary_size": 9, "tokens": [1, -1], "counts": [1, 1]}"#, "it holds the token -1, outside"),
    (#"{"vocabulary_size": 9, "tokens": [1, 1], "counts": [1, 1]}"#, "it holds a token twice"),
    (#"{"vocabulary_size": 9, "tokens": [1, 2], "counts": [1, 2]}"#, "the largest first"),
    (#"{"vocabulary_size": 9, "tokens": [1, 2], "counts": [1, 0]}"#, "the largest first"),
    (#"{"vocabulary_size": 9, "tokens": [1, 2.5], "counts": [1, 1]}"#, "tokens[1]"),
  ])
  func badFilesAreRefused(_ text: String, _ problem: String) throws {
    let folder = try TemporaryFolder()
    let path = try folder.write(text, to: "counts.json")
    let error = try #require(throws: ModelError.self) { try TokenFrequencies(path: path, vocabularySize: 9) }
    #expect(error.description.hasPrefix(path) && error.description.contains(problem), "\(error)")
    #expect(!error.description.contains("\n"))
  }

  /// The drafter's own file comes before the one beside the model, and a missing one is told with the command that makes it.
  @Test func theFileIsLookedForInTheDraftersFolderFirst() throws {
    let model = try RandomModel(seed: 2, context: ComputeContext(threads: 1))
    let folder = try model.companions()
    let target = TargetFiles(configuration: model.target.configuration, modelDirectory: folder.path)
    let (beside, own) = (
      folder.path + "/" + TokenFrequencies.fileName, folder.path + "/kangaroo/" + TokenFrequencies.fileName
    )
    let spec = try DecoderSpec("kangaroo:vocabulary=3")
    try MethodRegistry.builtIn.check(spec, target: target)
    try OutputFile.write("{}", to: own)
    #expect(throws: ModelError.self) { try MethodRegistry.builtIn.check(spec, target: target) }
    // A spec that drafts all tokens needs no file.
    try MethodRegistry.builtIn.check(DecoderSpec("kangaroo:frequencies=none"), target: target)
    let named = try DecoderSpec("kangaroo:vocabulary=3,frequencies=\(beside)")
    try MethodRegistry.builtIn.check(named, target: target)
    let missing = try DecoderSpec("self-speculative:vocabulary=3,frequencies=none.json")
    let error = try #require(throws: DecodingError.self) { try MethodRegistry.builtIn.check(missing, target: target) }
    #expect(
      error.description.hasPrefix(
        "none.json: there is no such file, but vocabulary=3 drafts the most frequent tokens: count"
      )
        && error.description.contains("specbench frequencies --model ")
    )
    for value in ["0", "-1", "some", "1.5"] {
      let spec = DecoderSpec(method: "medusa", settings: [("vocabulary", value)])
      #expect(throws: DecodingError.self) { try MethodRegistry.builtIn.check(spec, target: target) }
    }
  }
}
