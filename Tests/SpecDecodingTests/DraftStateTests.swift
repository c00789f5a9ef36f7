import SpecDecoding
import SpecKernels
import SpecModel
import SpecTestSupport
import Testing

/// What a drafter keeps of a text follows from the text alone, whatever was drafted and accepted on the way.
@Suite struct DraftStateTests {
  private static let specs = [
    "kangaroo:threshold=0.2", "kangaroo-tree:nodes=6", "medusa:nodes=12", "hydra:nodes=12", "eagle:nodes=12",
    "eagle:tree=dynamic,nodes=6,depth=2,width=3", "eagle-3:nodes=6,depth=2,width=3", "draft-model:steps=3", "suffix",
    "sam", samWithEagle, "sam:fallback=eagle,tree=eagle_25,nodes=9,tokens=5,threshold=3",
  ]
  private static let samWithEagle = "sam:fallback=eagle,nodes=6,depth=2,width=3,tokens=4,threshold=2"

  /// A decoder that begins with the text so far does the same cycle next as one that came there by drafting.
  @Test(arguments: specs) func draftsFollowFromTheText(_ spec: String) throws {
    for seed in [UInt64(1), 2] {
      let model = try RandomModel(seed: seed, context: ComputeContext(threads: 1), depth: 0.1)
      let folder = try model.companions()
      let resources = DecoderResources(target: model.target, modelDirectory: folder.path)
      func run(_ prompt: [Token], _ count: Int, stops: Bool = false) throws -> Generation {
        let decoder = try MethodRegistry.builtIn.prepare(DecoderSpec(spec), resources: resources).decoder
        var seen = 0
        return try generate(
          prompt,
          with: decoder,
          rules: StopRules(endTokens: [], maximumNewTokens: count, contextLength: 96),
          shouldStop: { stops && seen > 1 },
          observe: { seen = $0.tokens.count }
        )
      }
      let prompt: [Token] = [1, 5, 2, 7]
      let whole = try run(prompt, 40)
      var done = 1
      for (number, cycle) in whole.cycles.enumerated() {
        let begun = try run(prompt + whole.tokens.prefix(done - 1), 40 - done + 1, stops: true)
        let found = try #require(begun.cycles.first)
        #expect(found.tokens == cycle.tokens && found.nodes == cycle.nodes, "\(spec), cycle \(number)")
        #expect(found.confidences == cycle.confidences, "\(spec), cycle \(number)")
        done += cycle.acceptLength
      }
      if spec == Self.samWithEagle {
        // Both ways of drafting had their turns.
        #expect(Set(whole.cycles.map { $0.nodes == 6 }).count == 2, "\(whole.cycles.map(\.nodes))")
      }
    }
  }

  /// Hydra's tree is what its heads say of the target's states, computed here in one pass over the text.
  @Test(arguments: [UInt64(3), 4, 5]) func hydraDraftsWhatItsHeadsSay(_ seed: UInt64) throws {
    let model = try RandomModel(seed: seed, context: ComputeContext(threads: 1))
    let folder = try model.companions()
    let treeFolder = try TemporaryFolder()
    let tree = try treeFolder.write(
      "[[0], [1], [2], [3], [0, 0], [1, 0], [2, 0], [3, 0], [1, 0, 0]]",
      to: "t.json"
    )
    let resources = DecoderResources(target: model.target, modelDirectory: folder.path)
    let decoder = try MethodRegistry.builtIn.prepare(DecoderSpec("hydra:tree=\(tree)"), resources: resources).decoder
    let prompt: [Token] = [3, 1, 4]
    let rules = StopRules(endTokens: [], maximumNewTokens: 60, contextLength: 96)
    let found = try generate(prompt, with: decoder, rules: rules)
    let text = prompt + found.tokens
    let heads = try HydraHeads(directory: folder.path + "/hydra", target: model.target)
    let states = try Activations(capacity: text.count, width: model.target.configuration.hiddenSize)
    let all = states[rows: 0..<text.count]
    model.target.embed(text, into: all)
    model.target.forward(all, cache: try model.target.makeCache(capacity: text.count))
    model.target.normalizeFinal(all, into: all)
    var done = prompt.count + 1
    var accepted = 0
    for cycle in found.cycles where done + 4 < text.count {
      let cache = try #require(try heads.makeCache(capacity: text.count))
      heads.absorb(states[rows: 0..<done - 2], cache: cache)
      let state = heads.prefixed(states[rows: done - 2..<done - 1], cache: cache)
      func rank(_ path: [Token], _ next: Token) -> Int {
        let rows = heads.logits(after: [path], from: state)
        let logits = rows.owner[rows.range.lowerBound]
        return logits.count { $0 > logits[Int(next)] }
      }
      let (root, first, second, third) = (text[done - 1], text[done], text[done + 1], text[done + 2])
      let ranks = [rank([root], first), rank([root, first], second), rank([root, first, second], third)]
      var expected = ranks[0] < 4 ? 1 : 0
      if expected == 1, ranks[1] == 0 { expected = ranks[0] == 1 && ranks[2] == 0 ? 3 : 2 }
      #expect(cycle.accepted == expected, "\(ranks)")
      accepted += expected
      done += cycle.acceptLength
    }
    #expect(accepted > 5)
  }
}
