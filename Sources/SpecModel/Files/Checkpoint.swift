import Foundation
import SpecFiles
import SpecKernels

/// A model's folder in Hugging Face layout: its configuration and its tensors, in one file or sharded with an index.
public final class Checkpoint {
  /// The folder.
  public let directory: String
  /// The model's shape.
  public let configuration: ModelConfiguration
  /// The weight files, in the order of their names.
  public var weightFiles: [String] { tensors.files }
  private let tensors: any TensorFile

  /// Maps the files; nothing is copied yet.
  ///
  /// - Parameter directory: the folder.
  /// - Throws: ``ModelError`` if a file is absent or malformed.
  public convenience init(directory: String) throws(ModelError) {
    try self.init(directory: directory, configuration: Self.configuration(directory: directory))
  }

  /// What the configuration of a folder says.
  ///
  /// - Parameter directory: what should be a checkpoint's folder.
  /// - Returns: the model's shape.
  /// - Throws: ``ModelError`` if it is no folder, or its `config.json` cannot be used.
  package static func configuration(directory: String) throws(ModelError) -> ModelConfiguration {
    if let error = ModelFolder.problem(with: directory, named: directory) { throw error }
    return try ModelConfiguration(directory: directory)
  }

  /// Maps the weight files of a folder whose configuration is known.
  ///
  /// - Parameters:
  ///   - directory: the folder.
  ///   - configuration: what its `config.json` says.
  /// - Throws: ``ModelError`` if a file is absent or malformed, or tensors are absent or not as the configuration says.
  package init(directory: String, configuration: ModelConfiguration) throws(ModelError) {
    self.directory = directory
    self.configuration = configuration
    tensors = try WeightNames.model.open(in: directory)
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
        path: directory + "/config.json",
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

  /// Whether there is a tensor of this name.
  public func contains(_ name: String) -> Bool { tensors.contains(name) }

  /// The weight type that keeps every bit of the stored weights.
  public var naturalWeightType: WeightType {
    let name = "model.embed_tokens.weight"
    return switch tensors.numberType(of: name) {
    case .bfloat16: .bfloat16
    case .float16: .float16
    case .float32, nil: .float32
    }
  }
}
