import Foundation
import SpecDecoding
import SpecKernels
import SpecModel
import SpecTestSupport
import Testing

/// Output tokens, accept lengths and draft trees of the official EAGLE implementations, cycle for cycle.
@Suite(.enabled(if: Fixtures.miniLlama != nil, "The mini-llama fixture is not beside the package."))
struct GoldenEagleTests {
  /// One line of the golden file.
  struct Golden: Decodable {
    struct Settings: Decodable {
      let totalToken: Int?
      let depth: Int?
      let topK: Int
      let eosTokenId: Token?
    }
    struct Tree: Decodable {
      let tokens: [Token]
      let parents: [Int]
    }
    let id: String
    let method: String
    let settings: Settings
    let promptIds: [Token]
    let outputIds: [Token]
    let acceptLengths: [Int]
    let firstTrees: [Tree]?

    /// The decoder with these settings. The reference's total counts the root.
    var spec: String {
      guard let total = settings.totalToken, let depth = settings.depth else { return "eagle:tree=eagle_25" }
      let growth = "nodes=\(total - 1),depth=\(depth),width=\(settings.topK)"
      return method == "eagle2" ? "eagle:tree=dynamic,\(growth)" : "eagle-3:\(growth)"
    }
  }

  static func goldens(_ method: String) throws -> [Golden] {
    let folder = try #require(Fixtures.miniLlama)
    let text = try String(contentsOf: folder.appending(path: "goldens-more-shared.jsonl"), encoding: .utf8)
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    return try text.split(separator: "\n").filter { $0.contains("\"method\": \"\(method)\"") }
      .map { try decoder.decode(Golden.self, from: Data($0.utf8)) }
  }

  /// Our generation, with room beyond the reference's own end, so that its last cycles are not cut short.
  static func run(_ golden: Golden, _ decoder: any Decoder) throws -> Generation {
    try generate(
      golden.promptIds,
      with: decoder,
      rules: StopRules(endTokens: [golden.settings.eosTokenId ?? 2], maximumNewTokens: 120, contextLength: 1024)
    )
  }

  @Test(arguments: [("eagle", 34), ("eagle2", 136), ("eagle3", 136)])
  func cycles(_ method: String, _ rows: Int) throws {
    let resources = try GoldenTests.resources()
    let goldens = try Self.goldens(method)
    #expect(goldens.count == rows)
    for (spec, goldens) in Dictionary(grouping: goldens, by: \.spec) {
      let decoder = try MethodRegistry.builtIn.prepare(DecoderSpec(spec), resources: resources).decoder
      for golden in goldens { Self.compare(try Self.run(golden, decoder), golden) }
    }
  }

  /// Cycle for cycle. The references notice an end token that comes last in a cycle one cycle late, and EAGLE-3's counts the
  /// tokens behind an end token.
  private static func compare(_ found: Generation, _ golden: Golden) {
    let end = golden.settings.eosTokenId ?? 2
    let output = golden.outputIds
    let upToEnd = output.prefix(through: output.firstIndex(of: end) ?? output.count - 1)
    #expect(found.tokens.starts(with: upToEnd), "\(golden.id) \(golden.spec)")
    let (ours, expected) = (found.cycles.map(\.acceptLength), golden.acceptLengths)
    guard found.stopReason == .endToken else {
      #expect(ours.starts(with: expected), "\(golden.id) \(golden.spec)")
      return
    }
    #expect((expected.count - 1...expected.count).contains(ours.count), "\(golden.id) \(golden.spec)")
    #expect(expected.starts(with: ours.dropLast()), "\(golden.id) \(golden.spec)")
    #expect((found.emitted.last ?? 0) <= expected[ours.count - 1], "\(golden.id) \(golden.spec)")
  }

  @Test(arguments: [("eagle2", EagleKind.eagle1), ("eagle3", .eagle3)])
  func firstTrees(_ method: String, _ kind: EagleKind) throws {
    let resources = try GoldenTests.resources()
    let folder = try #require(resources.model?.directory) + "/" + kind.folder
    let head = try EagleHead(directory: folder, kind: kind, target: resources.target)
    var checked = 0
    for golden in try Self.goldens(method) {
      guard let trees = golden.firstTrees, let total = golden.settings.totalToken, let depth = golden.settings.depth
      else { continue }
      let growth = Eagle2.Growth(nodes: total - 1, depth: depth, width: golden.settings.topK)
      let model = try EagleModel(target: resources.target, head: head, drafts: growth.drafts, nodes: total)
      let recorder = RecordingDrafter(Eagle2(model, growth: growth))
      _ = try Self.run(golden, SpeculativeDecoder(target: model.target, drafter: recorder, sampling: .greedy))
      for (draft, tree) in zip(recorder.drafts, trees) {
        #expect(draft.nodes.map(\.token) == tree.tokens && draft.parents == tree.parents, "\(golden.id) \(golden.spec)")
        checked += 1
      }
    }
    #expect(checked >= 40)
  }

  /// The same numbers in the files of torch.save and in the layout of the speculators library.
  @Test(arguments: ["eagle", "eagle3"]) func otherFiles(_ name: String) throws {
    let resources = try GoldenTests.resources()
    let official = URL(fileURLWithPath: try #require(resources.model?.directory)).appending(path: name)
    let torch = try TemporaryFolder()
    for file in ["config.json", "pytorch_model.bin"] {
      try FileManager.default.copyItem(at: official.appending(path: file), to: URL(fileURLWithPath: torch.path(file)))
    }
    let speculators = try SpeculatorsLayout.folder(of: official)
    let method = name == "eagle" ? "eagle:tree=dynamic" : "eagle-3:depth=5"
    let goldens = try Self.goldens(name == "eagle" ? "eagle2" : "eagle3").filter { $0.settings.totalToken == 60 }
    for folder in [torch, speculators] {
      let spec = try DecoderSpec("\(method),head=\(folder.path)")
      let decoder = try MethodRegistry.builtIn.prepare(spec, resources: resources).decoder
      for golden in goldens.prefix(4) { Self.compare(try Self.run(golden, decoder), golden) }
    }
    #expect(goldens.count == 34)
  }
}

/// The fixture's heads beside vanilla, in every weight type and at the temperatures of the project's proof.
@Suite(.enabled(if: Fixtures.miniLlama != nil, "The mini-llama fixture is not beside the package."))
struct EagleFixtureLosslessTests {
  @Test(arguments: WeightType.allCases) func outputsAreVanillas(_ type: WeightType) throws {
    let folder = try #require(Fixtures.miniLlama).path
    let target = try Transformer(
      checkpoint: Checkpoint(directory: folder),
      weightType: type,
      context: ComputeContext()
    )
    let goldens = try GoldenEagleTests.goldens("eagle").prefix(3)
    for sampling in LosslessTests.samplings.prefix(3) {
      let resources = DecoderResources(target: target, modelDirectory: folder, sampling: sampling)
      func outputs(_ spec: String) throws -> [Generation] {
        let decoder = try MethodRegistry.builtIn.prepare(DecoderSpec(spec), resources: resources).decoder
        let rules = StopRules(endTokens: [2], maximumNewTokens: 40, contextLength: 1024)
        return try goldens.map { try generate($0.promptIds, with: decoder, rules: rules) }
      }
      let expected = try outputs("vanilla").map(\.tokens)
      for spec in [
        "eagle", "eagle:tree=dynamic,nodes=12,width=4", "eagle-3:nodes=12,width=4", "eagle-3:depth=3,width=1",
      ] {
        let found = try outputs(spec)
        #expect(found.map(\.tokens) == expected, "\(spec) \(sampling)")
        // A head that guesses with the target's noise is right now and then at any temperature.
        let cycles = found.flatMap(\.cycles)
        #expect(cycles.reduce(0) { $0 + $1.accepted } > cycles.count / 4, "\(spec) \(sampling)")
      }
    }
  }
}

/// Keeps what a drafter proposes.
private final class RecordingDrafter<Inner: Drafter>: Drafter {
  private let inner: Inner
  private(set) var drafts: [Draft] = []

  init(_ inner: Inner) { self.inner = inner }

  var models: [any DraftingModel] { inner.models }
  func begin(_ prompt: [Token]) -> Draft { inner.begin(prompt) }
  func prefill(_ context: DraftContext) throws(NotFiniteLogits) { try inner.prefill(context) }
  func update(_ kept: Kept) { inner.update(kept) }

  func draft(_ context: DraftContext) throws(NotFiniteLogits) -> Draft {
    let draft = try inner.draft(context)
    drafts.append(draft)
    return draft
  }
}

/// Writes an official head as the speculators library does: other names, and the layer's configuration inside another.
enum SpeculatorsLayout {
  static func folder(of official: URL) throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    let tensors = try StoredTensor.reading(Data(contentsOf: official.appending(path: "model.safetensors")))
    let isThird = tensors.contains { $0.name == "d2t" }
    let renamed = tensors.map { tensor in
      let name =
        isThird
        ? tensor.name.replacing("midlayer.", with: "layers.0.")
        : tensor.name.replacing("layers.0.", with: "transformer.").replacing(/^fc\./, with: "fusion_fc.")
      return tensor.named(name)
    }
    _ = try folder.write([UInt8](StoredTensor.file(renamed)), to: "model.safetensors")
    let layer = try String(contentsOf: official.appending(path: "config.json"), encoding: .utf8)
    let outer =
      isThird
      ? #""speculators_model_type": "eagle3", "draft_vocab_size": 1024, "norm_before_residual": false"#
      : #""speculators_model_type": "eagle", "fusion_bias": true, "layernorms": false"#
    _ = try folder.write("{\(outer), \"transformer_layer_config\": \(layer)}", to: "config.json")
    return folder
  }
}
