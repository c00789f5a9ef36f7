import SpecFiles
import SpecKernels

extension EagleHead {
  /// A head's files, checked by their headers.
  public struct Header {
    let file: any TensorFile
    /// What the head consists of.
    package let shape: EagleShape
    /// The token that each entry of its own head stands for; nil where they are the target's.
    package let vocabulary: [Token]?
    /// Positions that it was made for, as its configuration says; nil where that says nothing.
    public let positions: Int?

    /// Trained parameters of the head.
    public var parameterCount: Int { shape.parameterCount }

    /// Bytes of the head's keys and values for one position.
    public var cacheBytesPerPosition: Int { shape.layer.cacheBytesPerPosition }

    /// Bytes of the target's states that it reads, for one position.
    public var stateBytesPerPosition: Int {
      Set(shape.fusedLayers).count * shape.targetWidth * MemoryLayout<Float>.size
    }

    /// Reads a head's files without its weights: in the official layout, or in that of the speculators library.
    ///
    /// - Parameters:
    ///   - directory: a folder with `config.json` and `model.safetensors` or `pytorch_model.bin`.
    ///   - kind: which kind of head is wanted.
    ///   - target: the shape of the model that it was trained for.
    /// - Throws: ``ModelError`` if a file is absent, malformed, of the other kind or made for another target.
    public init(directory: String, kind: EagleKind, target: ModelConfiguration) throws(ModelError) {
      let config = try JSONFile(path: directory + "/config.json", purpose: "the EAGLE head's configuration")
      file = try WeightNames.eagle.open(in: directory)
      let names = try Self.names(in: file, directory: directory, kind: kind)
      let inner = try config["transformer_layer_config"].map { (field) throws(ModelError) in try JSONFile(field) }
      let reader = EagleReader(config: config, layer: inner ?? config, file: file, names: names, target: target)
      shape = try reader.shape()
      positions = try reader.positions()
      try file.check(shape.tensorShapes)
      try reader.refuseOthers(than: shape)
      vocabulary = try reader.vocabulary(of: shape)
    }

    private static func names(
      in file: any TensorFile,
      directory: String,
      kind: EagleKind
    ) throws(ModelError) -> EagleNames {
      guard let names = EagleNames(file) else { throw .missingTensor(path: file.path, name: "fc.weight") }
      guard names.kind == kind else {
        throw .notAFolder(
          path: directory,
          problem: "it holds an \(names.kind.rawValue) head where \(kind.method) drafts with one of \(kind.rawValue); "
            + "write \(names.kind.method):head=\(directory), or name another folder"
        )
      }
      return names
    }
  }
}

/// Reads what a head's files say of it.
struct EagleReader {
  /// The whole configuration.
  let config: JSONFile
  /// The part of it that describes the layer.
  let layer: JSONFile
  let file: any TensorFile
  let names: EagleNames
  let target: ModelConfiguration

  /// What the head consists of.
  func shape() throws(ModelError) -> EagleShape {
    let width = try layer.requiredSize("hidden_size")
    let targetWidth = try config.size("target_hidden_size") ?? width
    guard targetWidth == target.hiddenSize else {
      throw mismatch("the head reads states of width \(targetWidth) where the target's have \(target.hiddenSize)")
    }
    let vocabulary = try layer.size("vocab_size") ?? target.vocabularySize
    guard vocabulary == target.vocabularySize else {
      throw mismatch("the head's vocabulary has \(vocabulary) entries where the target's has \(target.vocabularySize)")
    }
    let described = try description(width: width)
    var fused = [target.layers]
    if names.kind == .eagle3 { fused = try fusedLayers(targetWidth: targetWidth) }
    var shape = EagleShape(names, layer: described, targetWidth: targetWidth, fusedLayers: fused, in: file)
    if width != targetWidth, names.kind == .eagle3, !shape.hasEmbedding {
      throw .missingTensor(path: file.path, name: EagleNames.embedding)
    }
    shape.normalizesResidual = try config["norm_before_residual"]?.boolean() ?? false
    if names.kind == .eagle1 { try checkBias(shape.hasFusionBias) }
    return shape
  }

  /// Whether an EAGLE-1 head's fusion has a bias follows from its weights; its configuration may not say otherwise.
  private func checkBias(_ hasBias: Bool) throws(ModelError) {
    for key in ["bias", "fusion_bias"] {
      guard let field = try config[key], try field.boolean() != hasBias else { continue }
      throw field.mismatch(expected: "\(hasBias), as in its weights")
    }
  }

  /// Positions that the head was made for.
  func positions() throws(ModelError) -> Int? {
    let dimension = try headDimension(width: layer.requiredSize("hidden_size"))
    let limit = try RotaryReader(layer, headDimension: dimension).settings().limit
    let context = try layer.size("max_position_embeddings")
    return limit?.positions ?? context
  }

  private func headDimension(width: Int) throws(ModelError) -> Int {
    let heads = try layer.requiredSize("num_attention_heads")
    return try layer.size("head_dim") ?? width / heads
  }

  /// The layer as a model of one layer.
  private func description(width: Int) throws(ModelError) -> ModelConfiguration {
    let heads = try layer.requiredSize("num_attention_heads")
    let (keyValueHeads, dimension) = (try layer.size("num_key_value_heads") ?? heads, try headDimension(width: width))
    guard heads % keyValueHeads == 0, dimension % 2 == 0, heads <= 4096, (2...1024).contains(dimension) else {
      throw .malformedFile(path: config.path, problem: "its attention heads do not fit together")
    }
    let layers = try layer.size("num_hidden_layers") ?? 1
    guard layers == 1 else {
      throw .unsupportedFeature(
        path: config.path,
        feature: "an EAGLE head of \(layers) layers",
        supported: "heads of one layer are"
      )
    }
    var description = ModelConfiguration(
      hiddenSize: width,
      intermediateSize: try layer.requiredSize("intermediate_size"),
      layers: 1,
      attentionHeads: heads,
      keyValueHeads: keyValueHeads,
      headDimension: dimension,
      vocabularySize: target.vocabularySize,
      contextLength: target.contextLength,
      normEpsilon: try layer.normEpsilon()
    )
    description.rotary = try RotaryReader(layer, headDimension: dimension).settings().rotary
    description.parts = try parts()
    return description
  }

  /// What the layer has beside the matrices that every one has: its file tells it.
  private func parts() throws(ModelError) -> ModelParts {
    var parts = ModelParts()
    if let name = try layer["hidden_act"]?.string() {
      guard let activation = GateActivation.names[name] else {
        let known = GateActivation.names.keys.sorted().map { "'\($0)'" }.joined(separator: ", ")
        throw .unsupportedFeature(
          path: config.path,
          feature: "the activation \(quoted(name))",
          supported: "\(known) are"
        )
      }
      parts.activation = activation
    }
    func has(_ name: String) -> Bool { file.contains(names.layer + name) }
    parts.queryKeyValueBias = has("self_attn.q_proj.bias")
    parts.attentionOutputBias = has("self_attn.o_proj.bias")
    parts.feedForwardBias = has("mlp.down_proj.bias")
    if has("self_attn.q_norm.weight") { parts.names.queryNorm = "self_attn.q_norm" }
    if has("self_attn.k_norm.weight") { parts.names.keyNorm = "self_attn.k_norm" }
    return parts
  }

  /// The layers whose states are fused: how many there are follows from the fusion's width, which they are from the
  /// configuration if it tells them.
  ///
  /// As vLLM reads it, a number at the top counts the layers that have run; inside `eagle_config` it is the layer after
  /// which the state is taken, from 0.
  private func fusedLayers(targetWidth: Int) throws(ModelError) -> [Int] {
    let columns = file.shape(of: names.fusion + ".weight")?.last ?? 0
    let count = columns / targetWidth
    guard count > 0, columns % targetWidth == 0, count <= 64 else {
      throw mismatch("the head fuses \(columns) numbers, which are no states of the target's width \(targetWidth)")
    }
    let key = "eagle_aux_hidden_state_layer_ids"
    let inner = try config["eagle_config"]?.member(key).unlessNull
    guard let field = try config[key] ?? inner, !(try field.integers().isEmpty) else {
      return EagleShape.fusedLayers(count, of: target.layers)
    }
    let isTop = try config[key] != nil
    let layers = try field.integers().map { isTop ? $0 : $0 + 1 }
    guard layers.count == count, layers.allSatisfy({ (0...target.layers).contains($0) }) else {
      throw field.mismatch(expected: "\(count) layers of the target's \(target.layers)")
    }
    return layers
  }

  /// Refuses tensors that would be left out of the computation.
  func refuseOthers(than shape: EagleShape) throws(ModelError) {
    let known = Set(shape.tensorShapes.keys).union([EagleNames.offsets, "t2d", EagleNames.head])
    let other = file.names.first { name in
      !known.contains(name) && !name.hasPrefix("verifier_") && !name.hasSuffix("rotary_emb.inv_freq")
    }
    guard let other else { return }
    throw .unsupportedFeature(
      path: file.path,
      feature: "the tensor \(quoted(other)) in an EAGLE head",
      supported: "the parts of the official heads and of the speculators library's are"
    )
  }

  /// The token that each entry of the head stands for.
  func vocabulary(of shape: EagleShape) throws(ModelError) -> [Token]? {
    guard let entries = shape.draftVocabulary else { return nil }
    let size = shape.layer.vocabularySize
    guard file.contains(EagleNames.offsets) else {
      guard entries == size else { throw .missingTensor(path: file.path, name: EagleNames.offsets) }
      return nil
    }
    let tokens = try file.integers(EagleNames.offsets, count: entries).enumerated().map { $0 &+ $1 }
    guard tokens.allSatisfy({ (0..<size).contains($0) }), Set(tokens).count == entries else {
      throw .malformedFile(
        path: file.path,
        problem: "its table 'd2t' leads out of the target's vocabulary of \(size), or to one token twice"
      )
    }
    return tokens.map { Token($0) }
  }

  private func mismatch(_ problem: String) -> ModelError { .companionMismatch(path: config.path, problem: problem) }
}
