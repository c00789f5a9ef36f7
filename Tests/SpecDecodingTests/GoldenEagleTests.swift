import Foundation
import SpecDecoding
import SpecKernels
import SpecModel
import SpecTestSupport
import Testing

/// Output tokens, accept lengths and draft trees of the official EAGLE implementations, cycle for cycle.
@Suite(.enabled(if: Fixtures.miniLlama != nil, "The mini-llama fixture is not beside the package."))
struct GoldenEagleTests {
  @Test(arguments: [("eagle", 34), ("eagle2", 136), ("eagle3", 136)])
  func cycles(_ method: String, _ rows: Int) throws {
    let resources = try Golden.resources()
    let goldens = try Golden.rows(.more, method)
    #expect(goldens.count == rows)
    for (spec, goldens) in Dictionary(grouping: goldens, by: \.eagleSpec) {
      let decoder = try MethodRegistry.builtIn.prepare(DecoderSpec(spec), resources: resources).decoder
      for golden in goldens { Self.compare(try golden.run(decoder), golden) }
    }
  }

  /// Cycle for cycle. The references notice an end token that comes last in a cycle one cycle late, and EAGLE-3's counts the
  /// tokens behind an end token.
  private static func compare(_ found: Generation, _ golden: Golden) {
    #expect(found.tokens.starts(with: golden.outputToEnd), "\(golden.id) \(golden.eagleSpec)")
    let (ours, expected) = (found.cycles.map(\.acceptLength), golden.acceptLengths)
    guard found.stopReason == .endToken else {
      #expect(ours.starts(with: expected), "\(golden.id) \(golden.eagleSpec)")
      return
    }
    #expect((expected.count - 1...expected.count).contains(ours.count), "\(golden.id) \(golden.eagleSpec)")
    #expect(expected.starts(with: ours.dropLast()), "\(golden.id) \(golden.eagleSpec)")
    #expect((found.emitted.last ?? 0) <= expected[ours.count - 1], "\(golden.id) \(golden.eagleSpec)")
  }

  @Test(arguments: [("eagle2", EagleKind.eagle1), ("eagle3", .eagle3)])
  func firstTrees(_ method: String, _ kind: EagleKind) throws {
    let resources = try Golden.resources()
    let folder = try #require(resources.model?.directory) + "/" + kind.folder
    let head = try EagleHead(directory: folder, kind: kind, target: resources.target)
    var checked = 0
    for golden in try Golden.rows(.more, method) {
      guard let trees = golden.firstTrees, let total = golden.settings.totalToken, let depth = golden.settings.depth,
        let width = golden.settings.topK
      else { continue }
      let growth = Eagle2.Growth(nodes: total - 1, depth: depth, width: width)
      let model = try EagleModel(target: resources.target, head: head, drafts: growth.drafts, nodes: total)
      let recorder = RecordingDrafter(Eagle2(model, growth: growth))
      _ = try golden.run(SpeculativeDecoder(target: model.target, drafter: recorder, sampling: .greedy))
      for (draft, tree) in zip(recorder.drafts, trees) {
        #expect(
          draft.nodes.map(\.token) == tree.tokens && draft.parents == tree.parents,
          "\(golden.id) \(golden.eagleSpec)"
        )
        checked += 1
      }
    }
    #expect(checked >= 40)
  }

  /// The same numbers in the files of torch.save and in the layout of the speculators library.
  @Test(arguments: ["eagle", "eagle3"]) func otherFiles(_ name: String) throws {
    let resources = try Golden.resources()
    let official = URL(fileURLWithPath: try #require(resources.model?.directory)).appending(path: name)
    let torch = try TemporaryFolder()
    for file in ["config.json", "pytorch_model.bin"] {
      try FileManager.default.copyItem(at: official.appending(path: file), to: URL(fileURLWithPath: torch.path(file)))
    }
    let speculators = try SpeculatorsLayout.folder(of: official)
    let method = name == "eagle" ? "eagle:tree=dynamic" : "eagle-3:depth=5"
    let goldens = try Golden.rows(.more, name == "eagle" ? "eagle2" : "eagle3").filter { $0.settings.totalToken == 60 }
    for folder in [torch, speculators] {
      let spec = try DecoderSpec("\(method),head=\(folder.path)")
      let decoder = try MethodRegistry.builtIn.prepare(spec, resources: resources).decoder
      for golden in goldens.prefix(4) { Self.compare(try golden.run(decoder), golden) }
    }
    #expect(goldens.count == 34)
  }
}

extension Golden {
  /// The decoder of a row of EAGLE's. The reference's total counts the root.
  fileprivate var eagleSpec: String {
    guard let total = settings.totalToken, let depth = settings.depth, let width = settings.topK else {
      return "eagle:tree=eagle_25"
    }
    let growth = "nodes=\(total - 1),depth=\(depth),width=\(width)"
    return method == "eagle2" ? "eagle:tree=dynamic,\(growth)" : "eagle-3:\(growth)"
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
    let goldens = try Golden.rows(.more, "eagle").prefix(3)
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
