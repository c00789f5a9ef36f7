import SpecKernels

/// What a model computes: its sizes and the parts that it has, from the `config.json` of its checkpoint.
public struct ModelConfiguration: Sendable, Equatable {
  /// The family, as `model_type` names it.
  public var modelType: String
  /// The model's class in Hugging Face's transformers, such as `LlamaForCausalLM`.
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
  /// Why that is fewer than the file says, or all that it can be; nil where nothing but training limits the context.
  public var contextLimit: ContextLimit?
  /// Epsilon of the normalizations.
  public var normEpsilon: Float
  /// How queries and keys are rotated.
  public var rotary: RotaryEmbedding
  /// How they are rotated in layers with a window; nil for the same way.
  public var windowRotary: RotaryEmbedding?
  /// How far some layers look back; nil where all see all.
  public var window: AttentionWindow?
  /// What the layers consist of.
  public var parts: ModelParts
  /// Whether the head is the embedding itself.
  public var tiesEmbeddings: Bool
  /// The token that begins a text, if the checkpoint names one.
  public var beginToken: Token?
  /// The tokens that end a text.
  public var endTokens: [Token]

  /// A plain Llama's configuration made in memory, for tests and synthetic shapes; other parts can be put in.
  public init(
    modelType: String = "llama",
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
    self.modelType = modelType
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
    rotary = RotaryEmbedding(theta: ropeTheta)
    parts = ModelParts()
    self.tiesEmbeddings = tiesEmbeddings
    self.beginToken = beginToken
    self.endTokens = endTokens
  }

  /// A plain Llama of the same sizes; the model itself if it is one.
  package var asPlainLlama: ModelConfiguration {
    var plain = self
    if modelType != "llama" { plain.adopt(.llama) }
    (plain.parts, plain.window, plain.windowRotary) = (ModelParts(), nil, nil)
    (plain.rotary, plain.contextLimit) = (RotaryEmbedding(theta: ropeTheta), nil)
    return plain
  }

  /// Becomes a model of another family, with the same sizes and what all models of that family have.
  ///
  /// - Parameter modelType: the family, as `config.json` names it; one that can be read.
  package mutating func adoptFamily(_ modelType: String) {
    guard let family = ModelFamily.named(modelType) else { preconditionFailure("no family '\(modelType)'") }
    adopt(family)
  }

  private mutating func adopt(_ family: ModelFamily) {
    (modelType, architecture, parts) = (family.modelType, family.architecture, family.parts)
  }

  /// The families that can be read, as `config.json` names them.
  package static var families: [String] { ModelFamily.known.map(\.modelType) }

  /// Base of the rotary embedding's frequencies.
  public var ropeTheta: Double {
    get { rotary.theta }
    set { rotary.theta = newValue }
  }

  /// How far a layer looks back, in positions, its own the last of them; nil if it sees all.
  public func window(of layer: Int) -> Int? { window.flatMap { $0.covers(layer) ? $0.length : nil } }

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

/// Why a model's context ends where it does: the angles of its rotary embedding change with the length of each pass beyond
/// that, so that keys in the cache would differ from keys computed anew, and no decoder could be lossless.
public struct ContextLimit: Sendable, Equatable {
  /// The type of the rotary embedding, as the file names it.
  public let type: String
  /// Positions up to which the angles are the same for all lengths.
  public let positions: Int

  /// A clause that tells a user why.
  public var reason: String {
    "beyond \(positions) positions the angles of its rotary embedding, of the type '\(type)', change with the length of "
      + "each pass, so that cached keys would not be those of a fresh pass"
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
    let layer = layerShapes(prefix: "").values.reduce(0) { $0 + $1.reduce(1, *) }
    let tables = (tiesEmbeddings ? 1 : 2) * vocabularySize * hiddenSize
    return tables + layers * layer + hiddenSize
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
