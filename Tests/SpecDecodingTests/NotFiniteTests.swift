import SpecDecoding
import SpecKernels
import SpecModel
import SpecTestSupport
import Testing

/// Logits that are not finite end a generation: of the target's and of every drafter, greedy and sampled.
@Suite struct NotFiniteTests {
  /// Tensors of a small model, some of them scaled until finite weights overflow in the forward pass.
  private static func tensors(_ isHuge: @escaping @Sendable (String) -> Bool) -> RandomTensors {
    RandomTensors(seed: 5) { isHuge($0) ? 2e38 : 0.4 }
  }

  private static let shape = ModelConfiguration(
    hiddenSize: 48,
    intermediateSize: 88,
    layers: 4,
    attentionHeads: 6,
    keyValueHeads: 2,
    headDimension: 8,
    vocabularySize: 13,
    contextLength: 96
  )

  private static func model(
    _ context: ComputeContext,
    _ type: WeightType = .float32,
    _ isHuge: @escaping @Sendable (String) -> Bool
  ) throws -> Transformer {
    try Transformer(shape, from: tensors(isHuge), weightType: type, context: context)
  }

  private static let samplings = [
    Sampling.greedy, Sampling(temperature: 0.8), Sampling(temperature: 1, topK: 5, topP: 0.9),
    Sampling(temperature: 1, verification: .rejection),
  ]

  private static let rules = StopRules(endTokens: [], maximumNewTokens: 12, contextLength: 96)

  @Test(arguments: ["lm_head", "down_proj", "o_proj", "embed", "gate_proj"], WeightType.allCases)
  func overflowInTheTargetIsAnError(_ huge: String, _ type: WeightType) throws {
    // float16 cannot hold such weights in the first place.
    guard type != .float16 else { return }
    for kernels in KernelSet.supported {
      let context = try ComputeContext(threads: 1, kernels: kernels)
      let target = try Self.model(context, type) { $0.contains(huge) }
      for sampling in Self.samplings {
        let error = #expect(throws: NotFiniteLogits.self) {
          try generate([1, 2, 3], with: Vanilla.decoder(target: target, sampling: sampling), rules: Self.rules)
        }
        #expect(error == NotFiniteLogits(.target, at: 3), "\(kernels.name) \(huge)")
      }
    }
  }

  /// Every registered method, on such a target.
  @Test(arguments: MethodRegistry.builtIn.methods.map(\.name))
  func noMethodHidesIt(_ name: String) throws {
    let target = try Self.model(ComputeContext(threads: 1)) { $0.contains("lm_head") }
    let companions = try CompanionFolder(for: Self.shape, tensors: Self.tensors { _ in false })
    let files = TargetFiles(configuration: Self.shape, modelDirectory: companions.path)
    let method = try MethodRegistry.builtIn.method(named: name)
    var random = SeededRandom(seed: 3)
    for sampling in Self.samplings where sampling.isLossless {
      let spec = try #require(try method.fittingSpec(files, &random))
      let resources = DecoderResources(target: target, modelDirectory: companions.path, sampling: sampling)
      let decoder = try MethodRegistry.builtIn.prepare(spec, resources: resources).decoder
      #expect(throws: NotFiniteLogits.self) { try generate([1, 2, 3, 1, 2], with: decoder, rules: Self.rules) }
    }
  }

  @Test func overflowInADrafterIsAnErrorThatNamesIt() throws {
    let context = try ComputeContext(threads: 1)
    let target = try Self.model(context) { _ in false }
    let draft = try Self.model(context) { $0.contains("lm_head") }
    let attention = AttentionShape(hiddenSize: 48, queryHeads: 6, keyValueHeads: 6, headDimension: 8)
    let adapter = try KangarooAdapter(from: Self.tensors { $0.contains("o_proj") }, shape: attention, target: target)
    let heads = try MedusaHeads(from: Self.tensors { $0.hasSuffix("1.weight") }, count: 4, target: target)
    for sampling in Self.samplings {
      var decoders: [any Decoder] = [
        try DraftModel.decoder(target: target, model: draft, steps: 3, sampling: sampling),
        try Kangaroo.decoder(
          target: target,
          adapter: adapter,
          exitLayer: 2,
          steps: 3,
          threshold: 0,
          sampling: sampling
        ),
      ]
      if sampling.isLossless {
        let growth = KangarooTree.Growth(steps: 3, width: 3, nodes: 5, threshold: 0, minimum: 0)
        let tree = try CandidateTree(named: "small")
        decoders += [
          try KangarooTree.decoder(target: target, adapter: adapter, exitLayer: 2, growth: growth, sampling: sampling),
          try Medusa.decoder(target: target, heads: heads, tree: tree, sampling: sampling),
        ]
        for kind in EagleKind.allCases {
          let growth = Eagle2.Growth(nodes: 5, depth: 2, width: 3)
          let shape = EagleShape(published: kind, for: Self.shape)
          let head = try EagleHead(from: Self.tensors { $0.contains("mlp.up") }, shape: shape, target: target)
          let model = try EagleModel(target: target, head: head, drafts: growth.drafts, nodes: growth.nodes + 1)
          let drafter = Eagle2(model, growth: growth)
          decoders.append(try SpeculativeDecoder(target: model.target, drafter: drafter, sampling: sampling))
        }
        let companions = try CompanionFolder(
          for: Self.shape,
          tensors: Self.tensors { $0.hasPrefix("hydra_lm_head") || $0.contains("mlp.up") }
        )
        let resources = DecoderResources(target: target, modelDirectory: companions.path, sampling: sampling)
        for spec in ["hydra", "sam:fallback=eagle"] {
          decoders.append(try MethodRegistry.builtIn.prepare(DecoderSpec(spec), resources: resources).decoder)
        }
      }
      for decoder in decoders {
        let error = #expect(throws: NotFiniteLogits.self) { try generate([1, 2, 3], with: decoder, rules: Self.rules) }
        #expect(error?.source == .drafter && error?.position == 4, "\(decoder) \(error.debugDescription)")
      }
    }
  }

  /// A target that overflows only where a token leads to: what came before is not affected.
  @Test func thePositionIsTheFirstThatOverflows() throws {
    let context = try ComputeContext(threads: 1)
    let target = try Self.model(context) { _ in false }
    let healthy = try generate([1, 2, 3], with: Vanilla.decoder(target: target), rules: Self.rules)
    #expect(healthy.tokens.count == 12)
  }
}
