import Foundation
import SpecKernels
import SpecModel
import SpecTestSupport
import Testing

/// What is told of Hydra heads' files before their weights are read, and what is refused in one sentence.
@Suite struct HydraFileTests {
  /// Heads of random numbers in a folder of their own, whose files a test changes.
  private struct Files {
    let target = HydraHeadsTests.shape
    let folder: TemporaryFolder

    init(hasPrefix: Bool = true, blocks: Int = 3) throws {
      folder = try TemporaryFolder()
      let shape = HydraShape(count: 2, blocks: blocks, hasPrefix: hasPrefix, for: target)
      _ = try folder.write(shape.description().document, to: "config.json")
      try write(shape.tensorShapes)
    }

    /// One block's numbers are those of the block before it, as the official training saves them.
    func write(_ shapes: [String: [Int]]) throws {
      let tensors = RandomTensors(seed: 4) { _ in 0.3 }
      let stored = shapes.sorted { $0.key < $1.key }.map { name, shape in
        StoredTensor(name, shape, .float32, tensors.numbers(name.replacing(".5.", with: ".3."), shape: shape))
      }
      _ = try folder.write([UInt8](StoredTensor.file(stored)), to: "hydra_lm_head.safetensors")
    }

    func tensors() throws -> [StoredTensor] {
      try StoredTensor.reading(Data(contentsOf: URL(fileURLWithPath: folder.path("hydra_lm_head.safetensors"))))
    }

    func header() throws -> HydraHeads.Header { try HydraHeads.Header(directory: folder.path, target: target) }

    func refusal() throws -> String {
      let error = try #require(throws: ModelError.self) { try header() }
      #expect(error.description.hasPrefix(folder.path) && !error.description.contains("\n"), "\(error)")
      return error.description
    }
  }

  @Test(arguments: [
    ("\"prefix-mlp\"", "\"eagle-attn\"", #"the head architecture "eagle-attn" is not supported"#),
    ("\"prefix-mlp\"", "\"mlp\"", "beside 2 Hydra heads of 3 blocks is not supported"),
    ("\"grounded_heads\": true", "\"grounded_heads\": false", "does not see the drafted tokens"),
    ("\"hidden_state_offset\": 0", "\"hidden_state_offset\": 1", #""hidden_state_offset": 1"#),
    ("\"hydra_num_layers\": 3", "\"hydra_num_layers\": 2", "beside 2 Hydra heads of 2 blocks is not supported"),
    ("\"hydra_num_layers\": 3", "\"hydra_num_layers\": 4", "there is no tensor 'hydra_mlp.0.7.linear.bias'"),
    ("\"hydra_num_layers\": 3", "\"hydra_num_layers\": 65", "2 heads of 65 residual blocks is not supported"),
  ])
  func otherConfigurationsAreRefused(_ old: String, _ new: String, _ words: String) throws {
    let files = try Files()
    #expect(try files.header().count == 2)
    let text = try String(contentsOfFile: files.folder.path("config.json"), encoding: .utf8)
    #expect(text.contains(old))
    _ = try files.folder.write(text.replacing(old, with: new), to: "config.json")
    let told = try files.refusal()
    #expect(told.contains(words), "\(told)")
  }

  @Test func anotherTargetsHeadsAreNamed() throws {
    let files = try Files()
    var other = files.target
    other.vocabularySize = 12
    let error = #expect(throws: ModelError.self) { try HydraHeads.Header(directory: files.folder.path, target: other) }
    #expect(
      error?.description.contains("a vocabulary of 11, where the target's width is 16 and its vocabulary 12") == true
    )
  }

  /// The official file: torch.save's, with an embedding that nothing reads, and blocks that are the same.
  @Test(arguments: [true, false]) func filesOfTorchSaveAreTheSame(hasPrefix: Bool) throws {
    let files = try Files(hasPrefix: hasPrefix)
    let context = try ComputeContext(threads: 1)
    let target = try Transformer(
      files.target,
      from: RandomTensors(seed: 5) { _ in 0.4 },
      weightType: .float32,
      context: context
    )
    func logits() throws -> [Float] {
      let heads = try HydraHeads(directory: files.folder.path, target: target)
      var random = SeededRandom(seed: 6)
      let rows = heads.logits(after: [[3, 4]], from: try random.activations(rows: 1, width: 16)[rows: 0..<1])
      return rows.owner[rows.range.lowerBound]
    }
    let (expected, known) = (try logits(), try files.header().parameterCount)
    let unread = StoredTensor(
      "prefix_embeding_layer.embed_tokens.weight",
      [11, 16],
      .float32,
      [Float](repeating: 0, count: 176)
    )
    let archive = TorchArchive(try files.tensors() + (hasPrefix ? [unread] : []))
    _ = try files.folder.write([UInt8](archive.file()), to: "hydra_lm_head.pt")
    try FileManager.default.removeItem(atPath: files.folder.path("hydra_lm_head.safetensors"))
    #expect(try logits() == expected)
    #expect(try files.header().parameterCount == known)
    // Of three blocks the last is the second again.
    let two = HydraShape(count: 2, blocks: 2, hasPrefix: hasPrefix, for: files.target)
    #expect(known == two.parameterCount)
  }
}
