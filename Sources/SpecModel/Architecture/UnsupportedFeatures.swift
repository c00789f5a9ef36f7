import SpecFiles

/// What a configuration asks for that the engine does not do: everything that would change a number, not only the first.
struct UnsupportedFeatures {
  private let file: JSONFile
  /// What was found, in the order in which it is told.
  private(set) var problems: [ModelError] = []
  /// Whether the file is of a family whose models can be read, whatever else it asks for.
  private(set) var isLlama = true

  init(_ file: JSONFile) {
    self.file = file
    var problems: [ModelError] = []
    // A value of a kind that nobody expects is a problem of its own.
    func note(_ check: () throws(ModelError) -> Void) {
      do { try check() } catch { problems.append(error) }
    }
    note(checkArchitecture)
    isLlama = problems.isEmpty
    note(checkActivation)
    for key in Self.flags { note { () throws(ModelError) in try refuseFlag(key) } }
    for (key, neutral) in Self.factors { note { () throws(ModelError) in try refuseFactor(key, neutral: neutral) } }
    for (key, meaning) in Self.presences { note { () throws(ModelError) in try refusePresence(key, meaning: meaning) } }
    note(checkWindow)
    note { () throws(ModelError) in _ = try RotarySettings(file) }
    self.problems = problems
  }

  /// Llama's own name and those of families whose plain models compute the same.
  private static let modelTypes = ["llama", "mistral"]

  private static let flags = [
    "attention_bias", "mlp_bias", "qkv_bias", "use_bias", "add_bias_linear", "use_qk_norm", "qk_layernorm",
    "use_parallel_residual", "parallel_attn", "alibi", "rope_interleaved", "is_encoder_decoder",
  ]

  /// Factors that a Llama does not have, each with the value that changes nothing.
  private static let factors: KeyValuePairs = [
    "partial_rotary_factor": 1.0, "rotary_pct": 1, "embedding_multiplier": 1, "residual_multiplier": 1,
    "logits_scaling": 1, "logit_scale": 1, "scale_emb": 1,
  ]

  private static let presences: KeyValuePairs = [
    "quantization_config": "quantized weights", "compression_config": "compressed weights",
    "num_experts": "a mixture of experts", "num_local_experts": "a mixture of experts",
    "n_routed_experts": "a mixture of experts", "attn_logit_softcapping": "capped attention scores",
    "final_logit_softcapping": "capped logits", "query_pre_attn_scalar": "a scale of the attention scores",
    "attention_multiplier": "a scale of the attention scores", "attention_chunk_size": "attention in chunks",
    "kv_lora_rank": "compressed keys and values", "clip_qkv": "clipped queries, keys and values",
    "text_config": "a text model inside of another one", "vision_config": "images",
  ]

  private func unsupported(_ feature: String, _ supported: String) -> ModelError {
    .unsupportedFeature(path: file.path, feature: feature, supported: supported)
  }

  private func checkArchitecture() throws(ModelError) {
    let type = try file["model_type"]?.string() ?? "llama"
    guard Self.modelTypes.contains(type) else {
      throw unsupported("the model type '\(printable(type))'", "Llama-architecture checkpoints can be read")
    }
    guard let name = try file["architectures"]?.elements().first?.string(), !name.hasSuffix("ForCausalLM"),
      name.contains("For")
    else { return }
    throw unsupported(
      "the architecture '\(printable(name))'",
      "models that write text, named …ForCausalLM, can be read"
    )
  }

  private func checkActivation() throws(ModelError) {
    for key in ["hidden_act", "hidden_activation"] {
      guard let activation = try file[key]?.string(), activation != "silu" else { continue }
      throw unsupported("the activation '\(printable(activation))'", "'silu' is")
    }
  }

  private func refuseFlag(_ key: String) throws(ModelError) {
    guard try file[key]?.boolean() ?? false else { return }
    throw unsupported("'\(key)': true", key.contains("bias") ? "projections without biases are" : "false is")
  }

  private func refuseFactor(_ key: String, neutral: Double) throws(ModelError) {
    guard let value = try file[key]?.number(), value != neutral else { return }
    throw unsupported("'\(key)': \(value)", "\(neutral) is")
  }

  private func refusePresence(_ key: String, meaning: String) throws(ModelError) {
    guard let field = try file[key] else { return }
    // One expert, and none, is what every dense model has.
    if key.contains("experts"), case .integer(let count) = field.value, count <= 1 { return }
    throw unsupported("'\(key)', \(meaning),", "checkpoints without it are")
  }

  /// A window that no position can look beyond changes nothing.
  private func checkWindow() throws(ModelError) {
    let isUsed = try file["use_sliding_window"]?.boolean() ?? true
    let context = try file.size("max_position_embeddings") ?? 0
    if isUsed, let window = try file.size("sliding_window"), window < context {
      throw unsupported("a sliding window of \(window) positions", "full attention is")
    }
    guard let kinds = try file["layer_types"]?.elements() else { return }
    for kind in kinds where try kind.string() != "full_attention" {
      throw unsupported("a layer of the type '\(printable(try kind.string()))'", "full attention is")
    }
  }

  private func printable(_ text: String) -> String { String(quoted(text).dropFirst().dropLast()) }
}
