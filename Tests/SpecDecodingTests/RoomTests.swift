import SpecDecoding
import SpecKernels
import SpecModel
import SpecTestSupport
import Testing

/// Room for keys and values: made as a text grows, or reserved; outputs and drafts do not depend on it.
@Suite struct RoomTests {
  /// A context that no test fills, beside which the first room is small.
  private static func model(_ seed: UInt64) throws -> RandomModel {
    try RandomModel(seed: seed, context: ComputeContext(threads: 2), contextLength: 1 << 20, depth: 0.05)
  }

  @Test(arguments: [Sampling.greedy, Sampling(temperature: 0.7, seed: 5)])
  func growingChangesNothing(_ sampling: Sampling) throws {
    let model = try Self.model(sampling.isGreedy ? 4 : 3)
    let folder = try model.companions()
    let resources = DecoderResources(target: model.target, modelDirectory: folder.path, sampling: sampling)
    let rules = StopRules(endTokens: [], maximumNewTokens: 400, contextLength: 1 << 20)
    var random = SeededRandom(seed: 11)
    let prompt = (0..<70).map { _ in Token(random.below(13)) }
    var expected: [Token]?
    for method in MethodRegistry.builtIn.methods {
      let spec = DecoderSpec(method: method.name)
      let (grown, reserved) = try (
        MethodRegistry.builtIn.prepare(spec, resources: resources).decoder,
        MethodRegistry.builtIn.prepare(spec, resources: resources).decoder
      )
      try reserved.reserve(positions: 2000)
      let (found, wanted) = try (
        generate(prompt, with: grown, rules: rules), generate(prompt, with: reserved, rules: rules)
      )
      #expect(found.tokens == wanted.tokens, "\(method.name)")
      #expect(found.cycles.map(\.accepted) == wanted.cycles.map(\.accepted), "\(method.name)")
      #expect(found.tokens == expected ?? found.tokens, "\(method.name)")
      expected = found.tokens
    }
  }

  /// A prompt that is longer than the first room, and room that is made between two prompts.
  @Test func longPromptsAndLateReservations() throws {
    let model = try Self.model(6)
    let rules = StopRules(endTokens: [], maximumNewTokens: 30, contextLength: 1 << 20)
    var random = SeededRandom(seed: 12)
    let prompts = [900, 20, 500].map { count in (0..<count).map { _ in Token(random.below(13)) } }
    let (one, other) = try (Vanilla.decoder(target: model.target), Vanilla.decoder(target: model.target))
    for prompt in prompts {
      let found = try generate(prompt, with: one, rules: rules)
      try other.reserve(positions: prompt.count + 30)
      #expect(try generate(prompt, with: other, rules: rules).tokens == found.tokens)
    }
  }

  @Test func slotsStayToTheBit() throws {
    let context = try ComputeContext(threads: 1)
    var random = SeededRandom(seed: 13)
    let (heads, dimension, rows) = (3, 20, 37)
    let qkv = try random.activations(rows: rows, width: 5 * heads * dimension)
    let table = try RotaryTable(theta: 10000, headDimension: dimension, positions: 100)
    var outputs: [[[Float]]] = []
    for grows in [false, true] {
      let cache = try LayerCache(capacity: grows ? rows : 300, heads: heads, headDimension: dimension)
      let (line, out) = try (
        Activations(capacity: rows, width: qkv.width), Activations(capacity: rows, width: 3 * heads * dimension)
      )
      for row in 0..<rows { line[row] = qkv[row] }
      context.rotateAndStore(
        line[rows: 0..<rows],
        queryHeads: 3 * heads,
        cache: cache,
        firstSlot: 0,
        positions: (0..<Int32(rows)).map { $0 },
        table: table
      )
      if grows {
        try cache.grow(to: 300, keeping: rows)
        #expect(cache.capacity >= 300)
        try cache.grow(to: 10, keeping: rows)
        #expect(cache.capacity >= 300)
      }
      context.attend(
        line[rows: 0..<rows],
        queryHeads: 3 * heads,
        mask: AttentionMask(chainAfter: 0),
        cache: cache,
        into: out[rows: 0..<rows]
      )
      outputs.append((0..<rows).map { out[$0] })
    }
    #expect(outputs[0] == outputs[1])
  }
}
