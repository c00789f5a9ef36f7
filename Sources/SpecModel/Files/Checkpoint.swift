import Foundation
import SpecFiles
import SpecKernels

/// A model's configuration and its tensors: in a folder in Hugging Face layout, or in a GGUF file.
public final class Checkpoint {
  /// Where it lies.
  public let location: ModelLocation
  /// The folder in which what belongs to the model lies.
  public var directory: String { location.directory }
  /// The model's shape.
  public let configuration: ModelConfiguration
  /// The weight files, in the order of their names.
  public var weightFiles: [String] { tensors.files }
  /// All files that its numbers follow from.
  package var definingFiles: [String] {
    location.format == .folder ? [location.configurationFile] + weightFiles : weightFiles
  }
  private let tensors: any TensorFile

  /// Maps the files of a folder; nothing is copied yet.
  ///
  /// - Parameter directory: a folder, or a GGUF file.
  /// - Throws: ``ModelError`` if a file is absent or malformed.
  public convenience init(directory: String) throws(ModelError) { try self.init(ModelLocation(directory)) }

  /// Maps the files; nothing is copied yet.
  ///
  /// - Parameter location: where the model lies.
  /// - Throws: ``ModelError`` if a file is absent or malformed, or tensors are absent or not as the configuration says.
  package convenience init(_ location: ModelLocation) throws(ModelError) {
    switch location.format {
    case .folder:
      try self.init(directory: location.path, configuration: Self.configuration(location))
    case .gguf:
      let model = try GGUFModel(path: location.path)
      try self.init(model, model.configuration())
    }
  }

  /// What the configuration of a model says.
  ///
  /// - Parameter location: where it should lie.
  /// - Returns: the model's shape.
  /// - Throws: ``ModelError`` if there is none, or its configuration cannot be used.
  package static func configuration(_ location: ModelLocation) throws(ModelError) -> ModelConfiguration {
    switch location.format {
    case .folder:
      if let error = ModelFolder.problem(with: location.path, named: location.path) { throw error }
      return try ModelConfiguration(directory: location.path)
    case .gguf:
      return try GGUFModel(path: location.path).configuration()
    }
  }

  /// Maps the weight files of a folder whose configuration is known.
  ///
  /// - Parameters:
  ///   - directory: the folder.
  ///   - configuration: what its `config.json` says.
  /// - Throws: ``ModelError`` if a file is absent or malformed, or tensors are absent or not as the configuration says.
  package convenience init(directory: String, configuration: ModelConfiguration) throws(ModelError) {
    try self.init(ModelLocation(directory), configuration, WeightNames.model.open(in: directory))
  }

  /// Takes over a GGUF file whose configuration is known.
  convenience init(_ model: GGUFModel, _ configuration: ModelConfiguration) throws(ModelError) {
    try self.init(ModelLocation(model.path), configuration, model)
  }

  private init(
    _ location: ModelLocation,
    _ configuration: ModelConfiguration,
    _ tensors: any TensorFile
  ) throws(ModelError) {
    self.location = location
    self.configuration = configuration
    self.tensors = tensors
    // Nothing is to be found out only while weights are packed.
    try check(configuration.tensorShapes)
    try checkTiedHead()
  }

  /// Checks the headers of a folder's weight files, without knowing which tensors there should be.
  ///
  /// - Parameter directory: the folder.
  /// - Throws: ``ModelError`` if a file is absent or malformed.
  static func checkFiles(directory: String) throws(ModelError) {
    _ = try WeightNames.model.open(in: directory)
  }

  /// A head that is stored although the configuration ties it to the embedding must be the embedding.
  private func checkTiedHead() throws(ModelError) {
    let name = "lm_head.weight"
    guard configuration.tiesEmbeddings, contains(name) else { return }
    let shape = [configuration.vocabularySize, configuration.hiddenSize]
    let (head, embedding) = (try tensor(name, shape: shape), try tensor("model.embed_tokens.weight", shape: shape))
    guard head.hasSameBytes(as: embedding) else {
      throw .unsupportedFeature(
        path: location.configurationFile,
        feature: "'tie_word_embeddings': true beside a head of its own, 'lm_head.weight', in the weights",
        supported: "say false there, or remove the tensor"
      )
    }
  }

  /// Files of a checkpoint's folder that say how its texts are written and how it generates, where they are there.
  public static let companionNames = [
    "generation_config.json", "tokenizer.json", "tokenizer_config.json", "special_tokens_map.json",
    "chat_template.json", "chat_template.jinja",
  ]

  /// A tensor's numbers, which keep their file mapped.
  ///
  /// - Parameters:
  ///   - name: the tensor's name.
  ///   - shape: what the configuration asks for.
  /// - Returns: the numbers.
  /// - Throws: ``ModelError`` if it is absent or not as the configuration says.
  public func tensor(_ name: String, shape: [Int]) throws(ModelError) -> NumberSource {
    try tensors.tensor(name, shape: shape)
  }

  /// Compares a tensor with what is needed, without reading any number.
  public func check(_ name: String, shape: [Int]) throws(ModelError) { try tensors.check(name, shape: shape) }

  /// A one-dimensional tensor as float32.
  ///
  /// - Parameters:
  ///   - name: the tensor's name.
  ///   - count: its length.
  /// - Returns: the numbers, widened exactly.
  /// - Throws: ``ModelError`` as for ``tensor(_:shape:)``.
  public func vector(_ name: String, count: Int) throws(ModelError) -> [Float] {
    try tensor(name, shape: [count]).floats(0..<count)
  }

  /// What tells this model from others: the SHA-256, in hexadecimal, of its shape and of its last normalization's weights as
  /// float32 numbers. Files that store the same model in other weight types have the same, since they do not quantize these.
  ///
  /// - Returns: 64 digits.
  /// - Throws: ``ModelError`` for a tensor that cannot be read.
  public func fingerprint() throws(ModelError) -> String {
    let weights = try vector("model.norm.weight", count: configuration.hiddenSize)
    let shape = [configuration.layers, configuration.hiddenSize, configuration.vocabularySize].map { UInt32($0) }
    let words = shape + weights.map(\.bitPattern)
    return SHA256.hexDigest(of: words.flatMap { word in (0..<4).map { UInt8(truncatingIfNeeded: word >> (8 * $0)) } })
  }

  /// Whether there is a tensor of this name.
  public func contains(_ name: String) -> Bool { tensors.contains(name) }

  /// How tensors are stored, by falling number of tensors: "Q4_1 (180), F32 (61)".
  package var storedTypes: String {
    let names = tensors.names.compactMap { tensors.numberType(of: $0)?.name }
    let counts = Dictionary(grouping: names) { $0 }.mapValues(\.count)
    let sorted = counts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
    return sorted.map { sorted.count == 1 ? $0.key : "\($0.key) (\($0.value))" }.joined(separator: ", ")
  }

  /// The weight type that keeps every bit of the stored weights: that of the embedding, and float32 where weights are
  /// quantized.
  public var naturalWeightType: WeightType {
    let types = tensors.names.compactMap(tensors.numberType(of:))
    guard types.allSatisfy({ $0.numbersInBlock == 1 }) else { return .float32 }
    return switch tensors.numberType(of: "model.embed_tokens.weight") {
    case .bfloat16: .bfloat16
    case .float16: .float16
    case .float32, .blocks, nil: .float32
    }
  }
}
