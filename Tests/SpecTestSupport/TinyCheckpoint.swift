import Foundation
import SpecDecoding
import SpecFiles
import SpecKernels
import SpecModel

/// A tiny random model as a folder of files: what a user would have, in a few hundred kilobytes.
public struct TinyCheckpoint {
  /// How the weights are written.
  public enum Layout: Sendable {
    /// `model.safetensors`.
    case single
    /// Two files and an index.
    case sharded
  }

  /// The model's shape: 259 tokens, one for each byte and three special ones.
  public static let configuration = ModelConfiguration(
    hiddenSize: 32,
    intermediateSize: 64,
    layers: 4,
    attentionHeads: 4,
    keyValueHeads: 2,
    headDimension: 8,
    vocabularySize: 259,
    contextLength: 2048,
    beginToken: 1,
    endTokens: [2]
  )

  /// Where the files are.
  public let directory: String

  /// Writes target, tokenizer, adapter, heads, a draft model of half the layers and all other companions into a new
  /// temporary folder.
  ///
  /// - Parameters:
  ///   - seed: what the weights follow from.
  ///   - type: how they are stored.
  ///   - layout: in how many files.
  /// - Throws: what writing files throws.
  public init(seed: UInt64 = 1, type: NumberType = .bfloat16, layout: Layout = .single) throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "tiny-\(UUID().uuidString)")
    directory = folder.path
    for name in ["kangaroo", "medusa", "draft"] {
      try FileManager.default.createDirectory(at: folder.appending(path: name), withIntermediateDirectories: true)
    }
    try write(Self.configurationText, to: "config.json")
    try write(Self.tokenizerText, to: "tokenizer.json")
    try write(#"{"add_bos_token": false}"#, to: "tokenizer_config.json")
    try write(#"{"hidden_size": 32, "num_attention_heads": 4, "rms_norm_eps": 1e-6}"#, to: "kangaroo/config.json")
    try write(#"{"medusa_num_heads": 4, "medusa_num_layers": 1}"#, to: "medusa/config.json")
    var random = SeededRandom(seed: seed)
    let tensors = Self.targetShapes.map { name, shape in Self.tensor(name, shape, type, &random) }
    switch layout {
    case .single:
      try write(StoredTensor.file(tensors), to: "model.safetensors")
    case .sharded:
      let half = tensors.count / 2
      try write(StoredTensor.file(Array(tensors[..<half])), to: "model-00001-of-00002.safetensors")
      try write(StoredTensor.file(Array(tensors[half...])), to: "model-00002-of-00002.safetensors")
      let map = tensors.enumerated().map { "\"\($1.name)\": \"model-0000\($0 < half ? 1 : 2)-of-00002.safetensors\"" }
      try write("{\"weight_map\": {\(map.joined(separator: ", "))}}", to: "model.safetensors.index.json")
    }
    let layers = "num_hidden_layers\": "
    try write(Self.configurationText.replacing(layers + "4", with: layers + "2"), to: "draft/config.json")
    try write(Self.tokenizerText, to: "draft/tokenizer.json")
    let isKept = { (name: String) in !name.hasPrefix("model.layers.2.") && !name.hasPrefix("model.layers.3.") }
    try write(StoredTensor.file(tensors.filter { isKept($0.name) }), to: "draft/model.safetensors")
    let adapter = Self.adapterShapes.map { name, shape in Self.tensor(name, shape, type, &random) }
    try write(StoredTensor.file(adapter), to: "kangaroo/model.safetensors")
    for (name, bytes) in CompanionFolder.sampleFiles(for: Self.configuration) { try write(Data(bytes), to: name) }
    let heads = Self.headShapes.map { name, shape in Self.tensor(name, shape, type, &random) }
    try write(StoredTensor.file(heads), to: "medusa/medusa_lm_head.safetensors")
    try writeOtherCompanions(type, &random)
  }

  /// Companions of methods that have no part of their own above.
  private func writeOtherCompanions(_ type: NumberType, _ random: inout SeededRandom) throws {
    for companion in MethodRegistry.builtIn.methods.compactMap(\.companion) {
      let (name, blueprint) = (companion.setting.defaultValue, companion.blueprint(Self.configuration))
      guard !FileManager.default.fileExists(atPath: "\(directory)/\(name)") else { continue }
      try FileManager.default.createDirectory(atPath: "\(directory)/\(name)", withIntermediateDirectories: true)
      let tensors = blueprint.tensors.sorted { $0.key < $1.key }.map { Self.tensor($0, $1, type, &random) }
      let lists = blueprint.integers.sorted { $0.key < $1.key }.map { StoredTensor($0.key, integers: $0.value) }
      try write(StoredTensor.file(tensors + lists), to: "\(name)/\(companion.weights)")
      try write(blueprint.configuration.document, to: "\(name)/config.json")
    }
  }

  /// Changes which tokens end its texts.
  ///
  /// - Parameter tokens: by default all that are no ASCII, so that texts are short.
  /// - Throws: what writing a file throws.
  public func endTexts(with tokens: [Token] = [2] + (131..<259).map { Token($0) }) throws {
    var configuration = Self.configuration
    configuration.endTokens = tokens
    try write(configuration.description(storedAs: "bfloat16").document, to: "config.json")
  }

  /// Removes the folder.
  public func remove() { try? FileManager.default.removeItem(atPath: directory) }

  /// Replaces a file of the checkpoint.
  public func write(_ text: String, to name: String) throws { try write(Data(text.utf8), to: name) }

  /// Replaces a file of the checkpoint.
  public func write(_ data: Data, to name: String) throws {
    try data.write(to: URL(fileURLWithPath: directory + "/" + name))
  }

  /// The bytes of a file of the checkpoint.
  public func read(_ name: String) throws -> Data { try Data(contentsOf: URL(fileURLWithPath: directory + "/" + name)) }

  /// Overwrites one number of a tensor that is stored in 16 bits.
  ///
  /// - Parameters:
  ///   - place: which number, from 0, row after row.
  ///   - tensor: the tensor's name.
  ///   - file: the file that it is in.
  ///   - value: what to write; bf16 keeps its upper half.
  /// - Throws: what reading and writing throw.
  public func set(_ place: Int, of tensor: String, in file: String, to value: Float) throws {
    var data = try read(file)
    let length = data.prefix(8).enumerated().reduce(0) { $0 | Int($1.element) << (8 * $1.offset) }
    let header = try JSONSerialization.jsonObject(with: data[8..<8 + length]) as? [String: [String: Any]]
    guard let offsets = header?[tensor]?["data_offsets"] as? [Int] else { throw CocoaError(.fileReadCorruptFile) }
    let start = 8 + length + offsets[0] + 2 * place
    let bits = UInt16(value.bitPattern >> 16)
    data.replaceSubrange(start..<start + 2, with: [UInt8(bits & 255), UInt8(bits >> 8)])
    try write(data, to: file)
  }

  private static func tensor(
    _ name: String,
    _ shape: [Int],
    _ type: NumberType,
    _ random: inout SeededRandom
  ) -> StoredTensor {
    let isNorm = name.hasSuffix("norm.weight")
    // Numbers of 8 significant bits, which every stored type holds exactly.
    let numbers = random.floats(shape.reduce(1, *)).map {
      isNorm ? 1 + ($0 * 16).rounded() / 128 : ($0 * 128).rounded() / 256
    }
    return StoredTensor(name, shape, type, numbers)
  }

  private static var targetShapes: [(String, [Int])] {
    let layers = (0..<4).flatMap { layer in
      [
        ("input_layernorm", [32]), ("self_attn.q_proj", [32, 32]), ("self_attn.k_proj", [16, 32]),
        ("self_attn.v_proj", [16, 32]), ("self_attn.o_proj", [32, 32]), ("post_attention_layernorm", [32]),
        ("mlp.gate_proj", [64, 32]), ("mlp.up_proj", [64, 32]), ("mlp.down_proj", [32, 64]),
      ].map { ("model.layers.\(layer).\($0.0).weight", $0.1) }
    }
    return [("model.embed_tokens.weight", [259, 32])] + layers
      + [("model.norm.weight", [32]), ("lm_head.weight", [259, 32])]
  }

  private static var adapterShapes: [(String, [Int])] {
    [("norm.weight", [32]), ("layers.0.input_layernorm.weight", [32])]
      + ["q", "k", "v", "o"].map { ("layers.0.self_attn.\($0)_proj.weight", [32, 32]) }
  }

  private static var headShapes: [(String, [Int])] {
    (0..<4).flatMap {
      [("\($0).0.linear.weight", [32, 32]), ("\($0).0.linear.bias", [32]), ("\($0).1.weight", [259, 32])]
    }
  }

  private static let configurationText = """
    {"architectures": ["LlamaForCausalLM"], "model_type": "llama", "hidden_size": 32, "intermediate_size": 64,
     "num_hidden_layers": 4, "num_attention_heads": 4, "num_key_value_heads": 2, "head_dim": 8, "vocab_size": 259,
     "max_position_embeddings": 2048, "rms_norm_eps": 1e-5, "rope_theta": 10000.0, "hidden_act": "silu",
     "tie_word_embeddings": false, "bos_token_id": 1, "eos_token_id": 2}
    """

  /// One token for each byte, in GPT-2's alphabet: printable bytes stand for themselves, the others are moved up.
  private static var tokenizerText: String {
    var moved: UInt32 = 256
    var entries = ["\"<unk>\": 0", "\"<s>\": 1", "\"</s>\": 2"]
    for byte in UInt32(0)..<256 {
      let isPrintable = (33...126).contains(byte) || (161...172).contains(byte) || (174...255).contains(byte)
      let scalar = Unicode.Scalar(isPrintable ? byte : moved) ?? " "
      if !isPrintable { moved += 1 }
      let text = ["\"": "\\\"", "\\": "\\\\"][String(scalar)] ?? String(scalar)
      entries.append("\"\(text)\": \(byte + 3)")
    }
    let specials = ["<unk>", "<s>", "</s>"].enumerated().map {
      "{\"id\": \($0), \"content\": \"\($1)\", \"single_word\": false, \"lstrip\": false, \"rstrip\": false, "
        + "\"normalized\": false, \"special\": true}"
    }
    return """
      {"version": "1.0", "added_tokens": [\(specials.joined(separator: ", "))], "normalizer": null,
       "pre_tokenizer": {"type": "ByteLevel", "add_prefix_space": false, "use_regex": true}, "post_processor": null,
       "decoder": {"type": "ByteLevel"},
       "model": {"type": "BPE", "dropout": null, "vocab": {\(entries.joined(separator: ", "))}, "merges": []}}
      """
  }
}
