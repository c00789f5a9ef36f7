import Foundation
import SpecFiles
import SpecKernels

/// The shape of a Llama-family model, from the `config.json` of its checkpoint.
public struct ModelConfiguration: Sendable, Equatable {
  /// `LlamaForCausalLM` or a model of the same architecture under another name.
  public var architecture: String
  /// Width of the residual stream.
  public var hiddenSize: Int
  /// Width inside the feed-forward block.
  public var intermediateSize: Int
  /// Number of layers.
  public var layers: Int
  /// Query heads.
  public var attentionHeads: Int
  /// Key/value heads; fewer than query heads in grouped-query attention.
  public var keyValueHeads: Int
  /// Numbers in a head.
  public var headDimension: Int
  /// Entries of the vocabulary.
  public var vocabularySize: Int
  /// Most positions that the model was made for.
  public var contextLength: Int
  /// Epsilon of the normalizations.
  public var normEpsilon: Float
  /// Base of the rotary embedding's frequencies.
  public var ropeTheta: Double
  /// Whether the head is the embedding itself.
  public var tiesEmbeddings: Bool
  /// The token that begins a text, if the checkpoint names one.
  public var beginToken: Token?
  /// The tokens that end a text.
  public var endTokens: [Token]

  /// A configuration made in memory, for tests and synthetic shapes.
  public init(
    architecture: String = "LlamaForCausalLM",
    hiddenSize: Int,
    intermediateSize: Int,
    layers: Int,
    attentionHeads: Int,
    keyValueHeads: Int,
    headDimension: Int,
    vocabularySize: Int,
    contextLength: Int,
    normEpsilon: Float = 1e-5,
    ropeTheta: Double = 10000,
    tiesEmbeddings: Bool = false,
    beginToken: Token? = nil,
    endTokens: [Token] = []
  ) {
    self.architecture = architecture
    self.hiddenSize = hiddenSize
    self.intermediateSize = intermediateSize
    self.layers = layers
    self.attentionHeads = attentionHeads
    self.keyValueHeads = keyValueHeads
    self.headDimension = headDimension
    self.vocabularySize = vocabularySize
    self.contextLength = contextLength
    self.normEpsilon = normEpsilon
    self.ropeTheta = ropeTheta
    self.tiesEmbeddings = tiesEmbeddings
    self.beginToken = beginToken
    self.endTokens = endTokens
  }

  /// Reads `config.json`, and `generation_config.json` beside it if it is there, whose end tokens win.
  ///
  /// - Parameter directory: the checkpoint's folder.
  /// - Throws: ``ModelError`` if the file is absent or malformed, or asks for what the engine does not do.
  public init(directory: String) throws(ModelError) {
    let purpose = "the model's configuration in Hugging Face layout"
    let path = directory + "/config.json"
    guard FileManager.default.fileExists(atPath: path) else {
      throw FolderContent(directory).missingConfiguration(purpose: purpose)
    }
    let generation = directory + "/generation_config.json"
    try self.init(
      file: JSONFile(path: path, purpose: purpose),
      generation: isEntry(generation) ? JSONFile(path: generation, purpose: "the generation defaults") : nil
    )
  }

  /// Reads a configuration in the members of `config.json`.
  ///
  /// - Parameters:
  ///   - file: the configuration.
  ///   - generation: the members of `generation_config.json`, whose end tokens win; nil where there are none.
  /// - Throws: ``ModelError`` if it is malformed, or asks for what the engine does not do.
  init(file: JSONFile, generation: JSONFile?) throws(ModelError) {
    let features = UnsupportedFeatures(file)
    var problems = features.problems
    do {
      self = try Self(file, generation)
    } catch {
      // A model of another family names its sizes in its own way.
      if features.isLlama, !problems.contains(where: { "\($0)" == "\(error)" }) { problems.append(error) }
      throw ModelError.joining(problems, path: file.path) ?? error
    }
    if let error = ModelError.joining(problems, path: file.path) { throw error }
  }

  private init(_ file: JSONFile, _ generation: JSONFile?) throws(ModelError) {
    hiddenSize = try file.requiredSize("hidden_size")
    intermediateSize = try file.requiredSize("intermediate_size")
    layers = try file.requiredSize("num_hidden_layers")
    attentionHeads = try file.requiredSize("num_attention_heads")
    keyValueHeads = try file.size("num_key_value_heads") ?? attentionHeads
    headDimension = try file.size("head_dim") ?? hiddenSize / attentionHeads
    vocabularySize = try file.requiredSize("vocab_size")
    contextLength = try file.size("max_position_embeddings") ?? 2048
    normEpsilon = try file.normEpsilon()
    ropeTheta = try RotarySettings(file).theta
    tiesEmbeddings = try file["tie_word_embeddings"]?.boolean() ?? false
    architecture = try file["architectures"]?.elements().first?.string() ?? "LlamaForCausalLM"
    beginToken = try file.tokens("bos_token_id").first
    endTokens = try file.tokens("eos_token_id")
    var source = file.path
    if let generation {
      let ends = try generation.tokens("eos_token_id")
      if !ends.isEmpty { (endTokens, source) = (ends, generation.path) }
    }
    try Self.check([beginToken].compactMap(\.self), vocabularySize, path: file.path)
    try Self.check(endTokens, vocabularySize, path: source)
    try checkShape(path: file.path)
  }

  private func checkShape(path: String) throws(ModelError) {
    guard attentionHeads % keyValueHeads == 0 else {
      throw .malformedFile(
        path: path,
        problem: "\(attentionHeads) query heads cannot share \(keyValueHeads) key/value heads evenly"
      )
    }
    guard headDimension % 2 == 0, (2...1024).contains(headDimension) else {
      throw .malformedFile(
        path: path,
        problem: "the head dimension \(headDimension) is not an even number from 2 to 1024"
      )
    }
    let largest = max(hiddenSize, intermediateSize, attentionHeads * headDimension)
    guard layers <= 4096, contextLength * headDimension <= 1 << 28, largest <= 1 << 20, vocabularySize <= 1 << 24
    else {
      throw .malformedFile(path: path, problem: "its sizes are beyond those of any known model")
    }
  }

  /// Special tokens must be tokens of the vocabulary, and the file that names another one is to blame.
  private static func check(_ tokens: [Token], _ vocabularySize: Int, path: String) throws(ModelError) {
    for token in tokens where Int(token) >= vocabularySize {
      throw .malformedFile(path: path, problem: "the token \(token) is outside the vocabulary of \(vocabularySize)")
    }
  }

  /// The attention of one layer.
  public var attention: AttentionShape {
    AttentionShape(
      hiddenSize: hiddenSize,
      queryHeads: attentionHeads,
      keyValueHeads: keyValueHeads,
      headDimension: headDimension
    )
  }
}

/// The sizes of one attention block.
public struct AttentionShape: Sendable, Equatable {
  /// Width of the residual stream.
  public let hiddenSize: Int
  /// Query heads.
  public let queryHeads: Int
  /// Key/value heads.
  public let keyValueHeads: Int
  /// Numbers in a head.
  public let headDimension: Int

  /// - Parameters:
  ///   - hiddenSize: width of the residual stream.
  ///   - queryHeads: query heads.
  ///   - keyValueHeads: key/value heads; they divide the query heads.
  ///   - headDimension: numbers in a head, even.
  public init(hiddenSize: Int, queryHeads: Int, keyValueHeads: Int, headDimension: Int) {
    self.hiddenSize = hiddenSize
    self.queryHeads = queryHeads
    self.keyValueHeads = keyValueHeads
    self.headDimension = headDimension
  }

  /// Width of all queries of a position.
  public var queryWidth: Int { queryHeads * headDimension }
  /// Width of all keys of a position, and of all values.
  public var keyValueWidth: Int { keyValueHeads * headDimension }
}

/// How large a model is, computed from its configuration alone.
extension ModelConfiguration {
  /// Trained parameters: embedding, layers, final normalization and head; a tied head counts once.
  public var parameterCount: Int {
    let attention = 2 * hiddenSize * (self.attention.queryWidth + self.attention.keyValueWidth)
    let feedForward = 3 * hiddenSize * intermediateSize
    let tables = (tiesEmbeddings ? 1 : 2) * vocabularySize * hiddenSize
    return tables + layers * (attention + feedForward + 2 * hiddenSize) + hiddenSize
  }

  /// Bytes that the packed weights take; the embedding is read from its file.
  ///
  /// - Parameter type: how weights are held.
  /// - Returns: the number of bytes.
  public func weightBytes(as type: WeightType) -> Int {
    Int(Double(parameterCount - (tiesEmbeddings ? 0 : vocabularySize * hiddenSize)) * type.bytesPerWeight)
  }

  /// Bytes of keys and values for one position of all layers.
  public var cacheBytesPerPosition: Int {
    2 * layers * attention.keyValueWidth * MemoryLayout<Float>.size
  }
}
