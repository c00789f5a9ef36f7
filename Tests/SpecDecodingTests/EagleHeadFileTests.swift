import Foundation
import SpecDecoding
import SpecModel
import SpecTestSupport
import Testing

/// What is told of an EAGLE head's files before their weights are read, and what is refused in one sentence.
@Suite struct EagleHeadFileTests {
  /// A head of random numbers in a folder of its own, whose files a test changes.
  private struct Files {
    let companions: CompanionFolder
    let folder: String
    let kind: EagleKind

    init(_ kind: EagleKind) throws {
      self.kind = kind
      companions = try CompanionFolder(for: TinyCheckpoint.configuration, tensors: RandomTensors(seed: 3) { _ in 0.3 })
      folder = companions.path + "/" + kind.folder
    }

    func header() throws -> EagleHead.Header {
      try EagleHead.Header(directory: folder, kind: kind, target: TinyCheckpoint.configuration)
    }

    func tensors() throws -> [StoredTensor] {
      try StoredTensor.reading(Data(contentsOf: URL(fileURLWithPath: folder + "/model.safetensors")))
    }

    func write(_ tensors: [StoredTensor]) throws {
      try StoredTensor.file(tensors).write(to: URL(fileURLWithPath: folder + "/model.safetensors"))
    }

    func replace(_ old: String, by new: String) throws {
      let file = folder + "/config.json"
      let text = try String(contentsOfFile: file, encoding: .utf8)
      #expect(text.contains(old))
      try text.replacing(old, with: new).write(toFile: file, atomically: true, encoding: .utf8)
    }

    func refusal() throws -> String {
      let error = try #require(throws: ModelError.self) { try header() }
      #expect(error.description.hasPrefix(folder) && !error.description.contains("\n"), "\(error)")
      return error.description
    }
  }

  /// A tensor in the place of another one.
  enum Change: Sendable {
    case shape(String, [Int])
    case list(String, [Int])
    case numbers(String)
    case without(String)
    case with(String)

    func applied(to tensors: [StoredTensor]) -> [StoredTensor] {
      func other(_ tensor: StoredTensor) -> [StoredTensor] { tensors.filter { $0.name != tensor.name } + [tensor] }
      switch self {
      case .shape(let name, let shape):
        let zeros = [Float](repeating: 0, count: shape.reduce(1, *))
        return other(StoredTensor(name, shape, .float32, zeros))
      case .list(let name, let numbers): return other(StoredTensor(name, integers: numbers))
      case .numbers(let name): return other(StoredTensor(name, [194], .float32, [Float](repeating: 0, count: 194)))
      case .without(let name): return tensors.filter { $0.name != name }
      case .with(let name): return tensors + [StoredTensor(name, [2], .float32, [1, 2])]
      }
    }
  }

  @Test(arguments: [
    (Change.shape("fc.weight", [32, 90]), "which are no states of the target's width 32"),
    (.shape("midlayer.self_attn.q_proj.weight", [32, 32]), "where the configuration asks for [32, 64]"),
    (.shape("norm.weight", [31]), "has the shape [31]"),
    (.without("midlayer.mlp.up_proj.weight"), "there is no tensor"),
    (.without("d2t"), "there is no tensor 'd2t'"), (.list("d2t", [1, 2]), "has the shape [2]"),
    (.list("d2t", [Int](repeating: 100, count: 194)), "leads out of the target's vocabulary of 259"),
    (.list("d2t", [1] + [Int](repeating: 0, count: 193)), "to one token twice"),
    (.list("d2t", [.max] + [Int](repeating: 0, count: 193)), "leads out of"),
    (.numbers("d2t"), "is stored as F32 where I64"),
    (.with("fc_norm.weight"), #"the tensor "fc_norm.weight" in an EAGLE head is not supported"#),
    (.without("fc.weight"), "there is no tensor 'fc.weight'"),
  ])
  func otherTensorsAreRefused(_ change: Change, _ words: String) throws {
    let files = try Files(.eagle3)
    _ = try files.header()
    try files.write(change.applied(to: files.tensors()))
    let told = try files.refusal()
    #expect(told.contains(words), "\(told)")
  }

  @Test(arguments: [
    (EagleKind.eagle1, "\"hidden_size\": 32", "\"hidden_size\": 64", "states of width 64 where the target's have 32"),
    (.eagle3, "\"vocab_size\": 259", "\"vocab_size\": 300", "has 300 entries where the target's has 259"),
    (.eagle1, "\"bias\": true", "\"bias\": false", #"found false as "bias", expected true"#),
    (.eagle3, "\"num_hidden_layers\": 1", "\"num_hidden_layers\": 2", "an EAGLE head of 2 layers is not supported"),
    (.eagle3, "\"num_key_value_heads\": 2", "\"num_key_value_heads\": 3", "attention heads do not fit together"),
    (.eagle3, "\"silu\"", "\"relu\"", #"the activation "relu" is not supported"#),
    (
      .eagle3, "\"draft_vocab_size\"", "\"eagle_aux_hidden_state_layer_ids\": [1, 2, 5], \"draft_vocab_size\"",
      "3 layers of the target's 4"
    ),
  ])
  func otherConfigurationsAreRefused(_ kind: EagleKind, _ old: String, _ new: String, _ words: String) throws {
    let files = try Files(kind)
    _ = try files.header()
    try files.replace(old, by: new)
    let told = try files.refusal()
    #expect(told.contains(words), "\(told)")
  }

  @Test func theOtherKindIsNamed() throws {
    let files = try Files(.eagle1)
    let error = #expect(throws: ModelError.self) {
      try EagleHead.Header(
        directory: files.companions.path + "/eagle3",
        kind: .eagle1,
        target: TinyCheckpoint.configuration
      )
    }
    #expect(error?.description.contains("it holds an EAGLE-3 head where eagle drafts with one of EAGLE-1") == true)
  }

  /// The table of tokens, and numbers that are the same in a file of torch.save.
  @Test func tablesOfTokensComeBack() throws {
    let files = try Files(.eagle3)
    let found = try files.header()
    #expect(found.vocabulary?.count == 194 && found.vocabulary?.prefix(5) == [0, 2, 3, 4, 6])
    let tensors = try files.tensors()
    try FileManager.default.removeItem(atPath: files.folder + "/model.safetensors")
    try TorchArchive(tensors).file().write(to: URL(fileURLWithPath: files.folder + "/pytorch_model.bin"))
    let torch = try files.header()
    #expect(torch.vocabulary == found.vocabulary && torch.parameterCount == found.parameterCount)
  }

  /// Which layers are fused: by the official rule, evenly spread, or as a configuration says it.
  @Test func fusedLayersFollowFromTheFile() throws {
    #expect(EagleShape.fusedLayers(3, of: 36) == [2, 18, 33])
    #expect(EagleShape.fusedLayers(5, of: 36) == [2, 10, 18, 26, 34])
    #expect(EagleShape.fusedLayers(1, of: 8) == [4])
    let files = try Files(.eagle3)
    #expect(try files.header().shape.fusedLayers == [2, 2, 1])
    let member = "\"draft_vocab_size\""
    try files.replace(member, by: "\"eagle_aux_hidden_state_layer_ids\": [0, 3, 4], \(member)")
    #expect(try files.header().shape.fusedLayers == [0, 3, 4])
    try files.replace("\"eagle_aux_hidden_state_layer_ids\": [0, 3, 4], ", by: "")
    try files.replace(member, by: "\"eagle_config\": {\"eagle_aux_hidden_state_layer_ids\": [0, 1, 3]}, \(member)")
    #expect(try files.header().shape.fusedLayers == [1, 2, 4])
  }
}
