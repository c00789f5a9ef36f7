import SpecFiles

/// A GGUF file's metadata in the members of Hugging Face's `config.json`, so that one reader judges both.
struct GGUFConfiguration {
  private let parts: [GGUFFile]
  private let file: GGUFFile
  private let architecture: GGUFArchitecture
  private let hasTensor: (String) -> Bool

  /// - Parameters:
  ///   - parts: the model's files, the one with the metadata first.
  ///   - architecture: what it says of the model's family.
  ///   - hasTensor: whether a tensor of a name in Hugging Face's layout is there.
  init(_ parts: [GGUFFile], _ architecture: GGUFArchitecture, hasTensor: @escaping (String) -> Bool) {
    self.parts = parts
    file = parts[0]
    self.architecture = architecture
    self.hasTensor = hasTensor
  }

  private func key(_ name: String) -> String { "\(architecture.name).\(name)" }

  private func integer(_ name: String) throws(ModelError) -> Int? { try file.integer(key(name)) }

  private func required(_ name: String) throws(ModelError) -> Int {
    guard let number = try integer(name) else {
      throw .malformedFile(path: file.path, problem: "there is no '\(key(name))' in its metadata")
    }
    guard (1...1 << 28).contains(number) else {
      throw .malformedFile(path: file.path, problem: "'\(key(name))' is \(number) where a number from 1 is expected")
    }
    return number
  }

  /// Numbers in a head.
  func headDimension() throws(ModelError) -> Int {
    let (width, heads) = (try required("embedding_length"), try required("attention.head_count"))
    let size = try integer("attention.key_length") ?? width / heads
    let values = try integer("attention.value_length") ?? size
    guard size == values else {
      throw .unsupportedFeature(
        path: file.path,
        feature: "values of \(values) numbers beside keys of \(size)",
        supported: "heads with as many of both are"
      )
    }
    guard (2...1024).contains(size), size % 2 == 0 else {
      throw .malformedFile(
        path: file.path,
        problem: "the head dimension \(size) is not an even number from 2 to 1024"
      )
    }
    return size
  }

  /// The members of `config.json`.
  ///
  /// - Parameter vocabularySize: rows of the embedding.
  /// - Returns: an object.
  /// - Throws: ``ModelError`` for what is absent or no number.
  func members(vocabularySize: Int) throws(ModelError) -> JSONValue {
    let (heads, headDimension) = (try required("attention.head_count"), try headDimension())
    var members: [(String, JSONValue?)] = [
      ("model_type", .text(try modelType())),
      ("vocab_size", .integer(vocabularySize)),
      ("hidden_size", .integer(try required("embedding_length"))),
      ("intermediate_size", .integer(try required("feed_forward_length"))),
      ("num_hidden_layers", .integer(try required("block_count"))),
      ("num_attention_heads", .integer(heads)),
      ("num_key_value_heads", .integer(try integer("attention.head_count_kv") ?? heads)),
      ("head_dim", .integer(headDimension)),
      ("max_position_embeddings", .integer(try required("context_length"))),
      ("rms_norm_eps", try number("attention.layer_norm_rms_epsilon")),
      ("rope_theta", try number("rope.freq_base")),
      ("rope_local_base_freq", try number("rope.freq_base_swa")),
      ("tie_word_embeddings", .boolean(!hasTensor("lm_head.weight"))),
      ("attn_logit_softcapping", try number("attn_logit_softcapping")),
      ("final_logit_softcapping", try number("final_logit_softcapping")),
      ("bos_token_id", try file.integer("tokenizer.ggml.bos_token_id").map { .integer($0) }),
      ("eos_token_id", .array(try GGUFChat(file).endTokens().map { .integer($0) })),
    ]
    members += try windows() + rotation(headDimension) + biases() + experts()
    members += try attentionScale(heads, headDimension)
    return .object(
      members.compactMap { key, value in value.map { JSONMember(key: ArraySlice(key.utf8), value: $0) } }
    )
  }

  private func number(_ name: String) throws(ModelError) -> JSONValue? {
    try file.number(key(name)).map { .number($0) }
  }

  /// Positions that a layer looks back, for families whose files say it.
  private func window() throws(ModelError) -> Int? {
    guard !["qwen2", "qwen3"].contains(architecture.name) else { return nil }
    guard let window = try integer("attention.sliding_window"), window > 0 else { return nil }
    return window
  }

  /// A Llama with a window is a Mistral.
  private func modelType() throws(ModelError) -> String {
    let window = try window()
    return architecture.name == "llama" && window != nil ? "mistral" : architecture.modelType
  }

  private func windows() throws(ModelError) -> [(String, JSONValue?)] {
    let pattern = key("attention.sliding_window_pattern")
    var members: [(String, JSONValue?)] = [("sliding_window", try window().map { .integer($0) })]
    if case .list(let list)? = file.metadata[pattern], list.type == .boolean {
      let kinds = file.withBytes { bytes in bytes[list.bytes].map { $0 == 0 ? "full_attention" : "sliding_attention" } }
      members.append(("layer_types", .array(kinds.map { .text($0) })))
    } else {
      members.append(("sliding_window_pattern", try file.integer(pattern).map { .integer($0) }))
    }
    return members
  }

  /// The scale of the attention's scores, which the largest models of two families have apart.
  private func attentionScale(_ heads: Int, _ headDimension: Int) throws(ModelError) -> [(String, JSONValue?)] {
    guard let layers = architecture.layersOfLargest else { return [] }
    let width = try required("embedding_length")
    let isLargest = try required("block_count") == layers
    return [("query_pre_attn_scalar", .integer(isLargest ? width / heads : headDimension))]
  }

  /// Biases that some models of a family have.
  private func biases() -> [(String, JSONValue?)] {
    let inner = [("attention_bias", "self_attn.q_proj"), ("mlp_bias", "mlp.up_proj")]
    return inner.compactMap { key, name in
      // Those of Qwen 2 belong to the family.
      guard architecture.name != "qwen2", hasTensor("model.layers.0.\(name).bias") else { return nil }
      return (key, true)
    }
  }

  private func experts() throws(ModelError) -> [(String, JSONValue?)] {
    let count = try integer("expert_count") ?? 0
    return count > 0 ? [("num_local_experts", .integer(count))] : []
  }

  private func rotation(_ headDimension: Int) throws(ModelError) -> [(String, JSONValue?)] {
    var members: [(String, JSONValue?)] = []
    if let rotated = try integer("rope.dimension_count"), rotated != headDimension {
      members.append(("partial_rotary_factor", .number(Double(rotated) / Double(headDimension))))
    }
    let original = try integer("rope.scaling.original_context_length")
    members.append(("original_max_position_embeddings", original.map { .integer($0) }))
    members.append(("rope_scaling", try GGUFRotation(parts, prefix: key("rope.")).scaling(headDimension)))
    return members
  }
}
