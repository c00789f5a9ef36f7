/// The names and shapes of the tensors that a checkpoint holds; matrices are [outputs, inputs].
extension ModelConfiguration {
  /// A model's tensors, in Hugging Face's names.
  public var tensorShapes: [String: [Int]] {
    var shapes = ["model.embed_tokens.weight": [vocabularySize, hiddenSize], "model.norm.weight": [hiddenSize]]
    if !tiesEmbeddings { shapes["lm_head.weight"] = [vocabularySize, hiddenSize] }
    for layer in 0..<layers {
      let prefix = "model.layers.\(layer)."
      shapes.merge(attention.tensorShapes(prefix: prefix)) { first, _ in first }
      shapes[prefix + "post_attention_layernorm.weight"] = [hiddenSize]
      shapes[prefix + "mlp.gate_proj.weight"] = [intermediateSize, hiddenSize]
      shapes[prefix + "mlp.up_proj.weight"] = [intermediateSize, hiddenSize]
      shapes[prefix + "mlp.down_proj.weight"] = [hiddenSize, intermediateSize]
    }
    return shapes
  }
}

extension AttentionShape {
  /// The tensors of one attention block with its input normalization.
  func tensorShapes(prefix: String) -> [String: [Int]] {
    [
      prefix + "input_layernorm.weight": [hiddenSize],
      prefix + "self_attn.q_proj.weight": [queryWidth, hiddenSize],
      prefix + "self_attn.k_proj.weight": [keyValueWidth, hiddenSize],
      prefix + "self_attn.v_proj.weight": [keyValueWidth, hiddenSize],
      prefix + "self_attn.o_proj.weight": [hiddenSize, queryWidth],
    ]
  }
}

extension KangarooAdapter {
  /// An adapter's tensors, in the official names.
  ///
  /// - Parameter shape: the adapter's attention.
  /// - Returns: shapes by name.
  public static func tensorShapes(of shape: AttentionShape) -> [String: [Int]] {
    shape.tensorShapes(prefix: "layers.0.").merging(["norm.weight": [shape.hiddenSize]]) { first, _ in first }
  }
}

extension MedusaHeads {
  /// The heads' tensors, in the official names.
  ///
  /// - Parameters:
  ///   - count: how many heads.
  ///   - target: the target's shape.
  /// - Returns: shapes by name.
  public static func tensorShapes(count: Int, target: ModelConfiguration) -> [String: [Int]] {
    var shapes: [String: [Int]] = [:]
    for head in 0..<count {
      shapes["\(head).0.linear.weight"] = [target.hiddenSize, target.hiddenSize]
      shapes["\(head).0.linear.bias"] = [target.hiddenSize]
      shapes["\(head).1.weight"] = [target.vocabularySize, target.hiddenSize]
    }
    return shapes
  }
}
