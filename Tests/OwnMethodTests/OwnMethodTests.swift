import SpecDecoding
import SpecKernels
import SpecModel
import SpecTestSupport
import Testing

/// The library product can be extended from outside: what these tests import is public.
@Suite struct OwnMethodTests {
  static func registry() throws -> MethodRegistry {
    var registry = MethodRegistry.builtIn
    try registry.register(Bigrams.method)
    return registry
  }

  @Test(arguments: [Sampling.greedy, Sampling(temperature: 0.8, seed: 4)])
  func aMethodOfOnesOwnIsLossless(_ sampling: Sampling) throws {
    let model = try RandomModel(seed: 2, context: ComputeContext(threads: 1))
    let resources = DecoderResources(target: model.target, modelDirectory: nil, sampling: sampling)
    let registry = try Self.registry()
    let vanilla = try registry.prepare(DecoderSpec(method: registry.baseline.name), resources: resources).decoder
    let rules = StopRules(endTokens: [], maximumNewTokens: 70, contextLength: 96)
    var accepted = 0
    for tokens in [1, 3, 9] {
      let spec = try DecoderSpec("bigrams:tokens=\(tokens)")
      let decoder = try registry.prepare(spec, resources: resources).decoder
      let expected = try generate([1, 2, 3, 1, 2], with: vanilla, rules: rules)
      let found = try generate([1, 2, 3, 1, 2], with: decoder, rules: rules)
      #expect(found.tokens == expected.tokens)
      #expect(found.cycles.allSatisfy { $0.drafted <= tokens })
      accepted += found.cycles.reduce(0) { $0 + $1.accepted }
    }
    #expect(accepted > 0)
  }

  @Test func itsSettingsAreCheckedAsOthers() throws {
    let registry = try Self.registry()
    #expect(try registry.complete(DecoderSpec("bigrams")).description == "bigrams:tokens=4")
    #expect(throws: DecodingError.self) { try registry.complete(DecoderSpec("bigrams:tokens=65")) }
    #expect(throws: DecodingError.self) { try registry.complete(DecoderSpec("bigrams:token=6")) }
    #expect(try SettingGrid.specs("bigrams:tokens=1+2", registry: registry).count == 2)
    #expect(throws: DecodingError.self) { try MethodRegistry.builtIn.complete(DecoderSpec("bigrams")) }
  }

  @Test func aNameIsRegisteredOnce() throws {
    var registry = try Self.registry()
    #expect(throws: DecodingError.methodExists(name: "bigrams")) { try registry.register(Bigrams.method) }
  }
}
