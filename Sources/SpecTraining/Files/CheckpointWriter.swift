import Foundation
import SpecFiles
import SpecModel

/// Writes models as folders in Hugging Face layout, with the parameter names of the published ones. Each file appears
/// whole or not at all, and `config.json`, without which a folder is no model, comes last.
package struct CheckpointWriter: Sendable {
  /// How the numbers are stored.
  package let type: StoredNumber

  /// - Parameter type: how to store the numbers.
  package init(type: StoredNumber = .bfloat16) { self.type = type }

  /// Writes a target or a draft model: `model.safetensors`, `generation_config.json` and `config.json`.
  ///
  /// - Parameters:
  ///   - configuration: the model's shape.
  ///   - tensors: exactly the tensors of ``SpecModel/ModelConfiguration/tensorShapes``, in any order.
  ///   - directory: the folder, which is made if it is not there.
  ///   - shardBytes: most bytes of tensors in one file: more go into several, with an index.
  ///   - progress: called before each file of weights with how many are written and how many there are.
  /// - Throws: `UnwritableFile`, and what `progress` throws.
  package func writeModel(
    _ configuration: ModelConfiguration,
    tensors: [NamedTensor],
    to directory: String,
    shardBytes: Int,
    progress: (Int, Int) throws -> Void
  ) throws {
    check(tensors, configuration.tensorShapes)
    let folder = try folder(directory)
    let shards = shards(of: tensors, shardBytes)
    guard shards.count > 1 else {
      try progress(0, 1)
      return try writeModel(configuration, tensors: tensors, to: directory)
    }
    var places: [JSONMember] = []
    for (number, shard) in shards.enumerated() {
      try progress(number, shards.count)
      let name = "model-\(Self.fiveDigits(number + 1))-of-\(Self.fiveDigits(shards.count)).safetensors"
      try SafetensorsWriter.write(shard, as: type, to: folder + name)
      places += shard.map { JSONMember(key: ArraySlice($0.name.utf8), value: .text(name)) }
    }
    let size = tensors.reduce(0) { $0 + $1.count * type.size }
    let index = JSONValue.members(["metadata": .members(["total_size": .integer(size)]), "weight_map": .object(places)])
    try OutputFile.write(index.document, to: folder + "model.safetensors.index.json")
    try writeConfiguration(configuration, folder)
  }

  /// Tensors in the order of their names, cut where a file would become too large.
  private func shards(of tensors: [NamedTensor], _ most: Int) -> [[NamedTensor]] {
    var (shards, bytes): ([[NamedTensor]], Int) = ([[]], 0)
    for tensor in tensors.sorted(by: { $0.name < $1.name }) {
      let size = tensor.count * type.size
      if bytes > 0, bytes + size > most {
        shards.append([])
        bytes = 0
      }
      shards[shards.count - 1].append(tensor)
      bytes += size
    }
    return shards
  }

  private static func fiveDigits(_ number: Int) -> String {
    String(repeating: "0", count: max(0, 5 - "\(number)".count)) + "\(number)"
  }

  /// Writes a target or a draft model with all its weights in one file.
  ///
  /// - Parameters:
  ///   - configuration: the model's shape.
  ///   - tensors: exactly the tensors of ``SpecModel/ModelConfiguration/tensorShapes``, in any order.
  ///   - directory: the folder, which is made if it is not there.
  /// - Throws: `UnwritableFile`.
  package func writeModel(
    _ configuration: ModelConfiguration,
    tensors: [NamedTensor],
    to directory: String
  ) throws(UnwritableFile) {
    check(tensors, configuration.tensorShapes)
    let folder = try folder(directory)
    try SafetensorsWriter.write(tensors, as: type, to: folder + "model.safetensors")
    try writeConfiguration(configuration, folder)
  }

  private func writeConfiguration(_ configuration: ModelConfiguration, _ folder: String) throws(UnwritableFile) {
    try OutputFile.write(generation(of: configuration).document, to: folder + "generation_config.json")
    try OutputFile.write(description(of: configuration).document, to: folder + "config.json")
  }

  /// Writes a Kangaroo adapter: `model.safetensors` and `config.json`.
  ///
  /// - Parameters:
  ///   - target: the model that it was trained for.
  ///   - exitLayer: how many of the target's first layers it was trained behind.
  ///   - shape: the adapter's attention.
  ///   - epsilon: of its normalizations.
  ///   - tensors: exactly the tensors of ``SpecModel/KangarooAdapter/tensorShapes(of:)``, in any order.
  ///   - directory: the folder, which is made if it is not there.
  /// - Throws: `UnwritableFile`.
  package func writeKangarooAdapter(
    for target: ModelConfiguration,
    exitLayer: Int,
    shape: AttentionShape,
    epsilon: Float = 1e-6,
    tensors: [NamedTensor],
    to directory: String
  ) throws(UnwritableFile) {
    check(tensors, KangarooAdapter.tensorShapes(of: shape))
    let folder = try folder(directory)
    // It is a plain Llama's attention, whatever its target consists of.
    var adapter = target.asPlainLlama
    adapter.layers = 1
    adapter.attentionHeads = shape.queryHeads
    adapter.keyValueHeads = shape.keyValueHeads
    adapter.headDimension = shape.headDimension
    adapter.normEpsilon = epsilon
    // The published adapter always rotates with this base, whatever its target does.
    adapter.ropeTheta = 10000
    adapter.tiesEmbeddings = false
    try SafetensorsWriter.write(tensors, as: type, to: folder + "model.safetensors")
    let content = description(of: adapter).adding("exit_layer", .integer(exitLayer))
    try OutputFile.write(content.document, to: folder + "config.json")
  }

  /// Writes Medusa-1 heads: `medusa_lm_head.safetensors` and `config.json`.
  ///
  /// - Parameters:
  ///   - target: the model that they were trained for.
  ///   - count: how many heads.
  ///   - model: where a reader finds the target, as seen from the folder.
  ///   - tensors: exactly the tensors of ``SpecModel/MedusaHeads/tensorShapes(count:target:)``, in any order.
  ///   - directory: the folder, which is made if it is not there.
  /// - Throws: `UnwritableFile`.
  package func writeMedusaHeads(
    for target: ModelConfiguration,
    count: Int,
    model: String = "..",
    tensors: [NamedTensor],
    to directory: String
  ) throws(UnwritableFile) {
    check(tensors, MedusaHeads.tensorShapes(count: count, target: target))
    let folder = try folder(directory)
    let description = JSONValue.members([
      "medusa_num_heads": .integer(count),
      "medusa_num_layers": .integer(1),
      "base_model_name_or_path": .text(model),
      "version": "2",
    ])
    try SafetensorsWriter.write(tensors, as: type, to: folder + "medusa_lm_head.safetensors")
    try OutputFile.write(description.document, to: folder + "config.json")
  }

  /// Writes Hydra heads: `hydra_lm_head.safetensors` and `config.json`.
  ///
  /// - Parameters:
  ///   - shape: what they consist of.
  ///   - tensors: exactly the tensors of the shape, in any order.
  ///   - directory: the folder, which is made if it is not there.
  /// - Throws: `UnwritableFile`.
  package func writeHydraHeads(
    _ shape: HydraShape,
    tensors: [NamedTensor],
    to directory: String
  ) throws(UnwritableFile) {
    check(tensors, shape.tensorShapes)
    let folder = try folder(directory)
    try SafetensorsWriter.write(tensors, as: type, to: folder + WeightNames.hydra.safetensors)
    try OutputFile.write(shape.description().document, to: folder + "config.json")
  }

  /// Writes an EAGLE head: `model.safetensors` and `config.json`.
  ///
  /// - Parameters:
  ///   - shape: what it consists of, in the official names.
  ///   - vocabulary: the token that each entry of its own head stands for; nil where they are the target's.
  ///   - tensors: exactly the tensors of the shape, in any order.
  ///   - directory: the folder, which is made if it is not there.
  /// - Throws: `UnwritableFile`.
  package func writeEagleHead(
    _ shape: EagleShape,
    vocabulary: [Token]?,
    tensors: [NamedTensor],
    to directory: String
  ) throws(UnwritableFile) {
    check(tensors, shape.tensorShapes)
    let folder = try folder(directory)
    let offsets = vocabulary.map { [EagleNames.offsets: $0.enumerated().map { Int($1) - $0 }] } ?? [:]
    try SafetensorsWriter.write(tensors, lists: offsets, as: type, to: folder + "model.safetensors")
    try OutputFile.write(shape.description(storedAs: type.configurationName).document, to: folder + "config.json")
  }

  /// Puts a tokenizer's files into another folder, as a draft model has its target's.
  ///
  /// - Parameters:
  ///   - source: a folder with `tokenizer.json`.
  ///   - directory: the folder, which is made if it is not there.
  /// - Throws: `TokenizerError` if a file cannot be read, `UnwritableFile`.
  package func copyTokenizer(from source: String, to directory: String) throws {
    let folder = try folder(directory)
    if let description = try Tokenizer.description(in: ModelLocation(source)) {
      return try OutputFile.write(to: folder + "tokenizer.json") { (file) throws(UnwritableFile) in
        try file.append(Array(description.document.utf8))
      }
    }
    for name in ["tokenizer.json", "tokenizer_config.json", "special_tokens_map.json"] {
      let path = source + "/" + name
      guard name == "tokenizer.json" || FileManager.default.fileExists(atPath: path) else { continue }
      let bytes = try InputFile<TokenizerError>.bytes(of: path)
      try OutputFile.write(to: folder + name) { (file) throws(UnwritableFile) in try file.append(bytes) }
    }
  }

  private func check(_ tensors: [NamedTensor], _ shapes: [String: [Int]]) {
    let found = Dictionary(tensors.map { ($0.name, $0.shape) }) { first, _ in first }
    precondition(found == shapes && tensors.count == shapes.count, "other tensors than the architecture's")
  }

  private func folder(_ directory: String) throws(UnwritableFile) -> String {
    try OutputFile.makeFolder(directory)
    return directory.hasSuffix("/") ? directory : directory + "/"
  }
}

/// The contents of the configuration files.
extension CheckpointWriter {
  private func description(of model: ModelConfiguration) -> JSONValue {
    model.description(storedAs: type.configurationName)
  }

  private func generation(of model: ModelConfiguration) -> JSONValue {
    .members([
      "bos_token_id": .token(model.beginToken),
      "eos_token_id": .endTokens(of: model),
      "pad_token_id": .token(model.endTokens.first),
      "do_sample": false,
    ])
  }
}
