import SpecDecoding
import SpecKernels
import SpecModel
import SpecTestSupport
import Testing

/// What is drafted, not only what comes out.
@Suite struct DraftShapeTests {
  let rules = StopRules(endTokens: [], maximumNewTokens: 60, contextLength: 96)

  /// A tree of width 1 is Kangaroo's chain, cycle for cycle.
  @Test(arguments: [UInt64(1), 2, 3]) func aTreeOfWidthOneIsAChain(_ seed: UInt64) throws {
    let model = try RandomModel(seed: seed, context: ComputeContext(threads: 1))
    for steps in [1, 3, 6] {
      let chain = try Kangaroo.decoder(
        target: model.target,
        adapter: model.adapter,
        exitLayer: 2,
        steps: steps,
        threshold: 0
      )
      let tree = try KangarooTree.decoder(
        target: model.target,
        adapter: model.adapter,
        exitLayer: 2,
        growth: KangarooTree.Growth(steps: steps, width: 1, nodes: 9, threshold: 0, minimum: 0)
      )
      let (expected, found) = (
        try generate([1, 5, 2], with: chain, rules: rules), try generate([1, 5, 2], with: tree, rules: rules)
      )
      #expect(found.tokens == expected.tokens)
      #expect(found.cycles.map(\.drafted) == expected.cycles.map(\.drafted))
      #expect(found.cycles.map(\.accepted) == expected.cycles.map(\.accepted))
      #expect(found.cycles.allSatisfy { $0.nodes == $0.drafted })
    }
  }

  /// A tree verifies exactly the nodes it may where nothing else ends its growth.
  @Test(arguments: [1, 2, 4, 12]) func aTreeHasAsManyNodesAsItMay(_ nodes: Int) throws {
    let model = try RandomModel(seed: 4, context: ComputeContext(threads: 1))
    let tree = try KangarooTree.decoder(
      target: model.target,
      adapter: model.adapter,
      exitLayer: 2,
      growth: KangarooTree.Growth(steps: 12, width: 4, nodes: nodes, threshold: 0, minimum: 0)
    )
    let found = try generate([3, 1, 4], with: tree, rules: rules)
    #expect(found.cycles.allSatisfy { $0.nodes <= nodes })
    // The last cycles draft less: fewer tokens remain.
    #expect(found.cycles.prefix(found.cycles.count / 2).allSatisfy { $0.nodes == nodes })
  }

  /// Prompt lookup drafts where the last `minimum` tokens stood before, and nowhere else.
  @Test(arguments: [1, 2, 3]) func promptLookupDraftsFromLongMatchesOnly(_ minimum: Int) throws {
    let model = try RandomModel(seed: 5, context: ComputeContext(threads: 1))
    let spec = try DecoderSpec("prompt-lookup:ngram=3,minimum=\(minimum),tokens=4")
    let resources = DecoderResources(target: model.target, modelDirectory: nil)
    let decoder = try MethodRegistry.builtIn.prepare(spec, resources: resources).decoder
    let prompt: [Token] = [1, 2, 3, 4, 1, 2, 5, 6, 7, 2]
    let found = try generate(prompt, with: decoder, rules: rules)
    var text = prompt + found.tokens.prefix(1)
    for (cycle, emitted) in zip(found.cycles, found.emitted) {
      let end = text.suffix(minimum)
      let occurs = (0..<text.count - minimum).contains { text[$0..<$0 + minimum].elementsEqual(end) }
      let room = rules.maximumNewTokens - (text.count - prompt.count) - 1
      #expect(cycle.drafted == (occurs ? min(4, room) : 0))
      text += found.tokens[(text.count - prompt.count)...].prefix(emitted)
    }
    #expect(text.count == prompt.count + found.tokens.count)
  }

  /// Lookahead that pools the text has a guess wherever the newest token stood before with enough after it.
  @Test func lookaheadGuessesFromTheText() throws {
    let model = try RandomModel(seed: 7, context: ComputeContext(threads: 1))
    let resources = DecoderResources(target: model.target, modelDirectory: nil)
    let prompt: [Token] = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 0, 1, 2]
    func cycles(_ spec: String) throws -> Generation {
      try generate(
        prompt,
        with: try MethodRegistry.builtIn.prepare(DecoderSpec(spec), resources: resources).decoder,
        rules: rules
      )
    }
    let found = try cycles("lookahead:level=4,window=3,guess=5,pool=prompt")
    var text = prompt + found.tokens.prefix(1)
    for (cycle, emitted) in zip(found.cycles, found.emitted) {
      let occurs = text.dropLast(3).contains { $0 == text.last }
      let room = rules.maximumNewTokens - (text.count - prompt.count) - 1
      #expect(!occurs || room == 0 || cycle.drafted > 0)
      text += found.tokens[(text.count - prompt.count)...].prefix(emitted)
    }
    // The window alone has nothing at first.
    #expect(found.cycles[0].drafted > 0)
    #expect(try cycles("lookahead:level=4,window=3,guess=5").cycles[0].drafted == 0)
  }

  /// An adaptive draft is two tokens longer after one that was accepted whole, and one shorter after any other.
  @Test func anAdaptiveDraftFollowsAcceptance() throws {
    let model = try RandomModel(seed: 8, context: ComputeContext(threads: 1), depth: 0.1)
    let decoder = try DraftModel.decoder(
      target: model.target,
      model: model.draft,
      steps: 2,
      schedule: .adaptive,
      threshold: 0
    )
    let found = try generate([1, 5, 2], with: decoder, rules: rules)
    var (length, left, lengths) = (2, rules.maximumNewTokens - 1, Set<Int>())
    for (cycle, emitted) in zip(found.cycles, found.emitted) {
      #expect(cycle.drafted == min(length, left - 1))
      length = cycle.accepted == cycle.drafted ? length + 2 : max(1, length - 1)
      left -= emitted
      lengths.insert(cycle.drafted)
    }
    #expect(lengths.count > 2)
  }

  @Test func theShortestNGramIsNoLongerThanTheLongest() throws {
    let model = try RandomModel(seed: 6, context: ComputeContext(threads: 1))
    let resources = DecoderResources(target: model.target, modelDirectory: nil)
    let spec = try DecoderSpec("prompt-lookup:ngram=2,minimum=3")
    #expect(throws: DecodingError.self) { try MethodRegistry.builtIn.prepare(spec, resources: resources) }
  }
}
