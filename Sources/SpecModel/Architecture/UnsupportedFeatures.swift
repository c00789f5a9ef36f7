import SpecFiles
import SpecKernels

/// What a configuration asks for that its family's models do not have, or that no model is read with: everything that would
/// change a number, not only the first. What the family's options read is theirs to judge.
struct UnsupportedFeatures {
  private let file: JSONFile
  private let family: ModelFamily?
  /// What was found, in the order in which it is told.
  private(set) var problems: [ModelError] = []

  /// - Parameters:
  ///   - file: the configuration.
  ///   - family: the family that it belongs to; nil if that is none that can be read.
  init(_ file: JSONFile, family: ModelFamily?) {
    self.file = file
    self.family = family
    let read = family?.optionalKeys ?? []
    var problems: [ModelError] = []
    // A value of a kind that nobody expects is a problem of its own.
    func note(_ check: () throws(ModelError) -> Void) {
      do { try check() } catch { problems.append(error) }
    }
    note(checkArchitecture)
    if family == nil { note(checkActivation) }
    for key in Self.flags where !read.contains(key) { note { () throws(ModelError) in try refuseFlag(key) } }
    for (key, neutral) in Self.factors where !read.contains(key) {
      note { () throws(ModelError) in try refuseFactor(key, neutral: neutral) }
    }
    for (key, meaning) in Self.presences where !read.contains(key) {
      note { () throws(ModelError) in try refusePresence(key, meaning: meaning) }
    }
    if !read.contains("sliding_window") { note(checkWindow) }
    if !read.contains("layer_types") { note(checkLayerTypes) }
    for key in ["rope_scaling", "rope_parameters"] {
      note { () throws(ModelError) in try checkRotary(key, read) }
    }
    self.problems = problems
  }

  private static let flags = [
    "attention_bias", "mlp_bias", "qkv_bias", "use_bias", "add_bias_linear", "use_qk_norm", "qk_layernorm",
    "use_parallel_residual", "parallel_attn", "alibi", "rope_interleaved", "is_encoder_decoder",
    "use_bidirectional_attention", "use_mrope", "lm_head_bias",
  ]

  /// Factors that most models do not have, each with the value that changes nothing.
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
    guard family != nil else {
      let type = try file["model_type"]?.string() ?? "llama"
      throw unsupported("the model type \(quoted(type))", "models of these families can be read: \(ModelFamily.titles)")
    }
    guard let name = try file["architectures"]?.elements().first?.string(), !name.hasSuffix("ForCausalLM"),
      name.contains("For")
    else { return }
    throw unsupported("the architecture \(quoted(name))", "models that write text, named …ForCausalLM, can be read")
  }

  /// The activation of a model whose family is not known.
  private func checkActivation() throws(ModelError) {
    for key in ["hidden_act", "hidden_activation"] {
      guard let name = try file[key]?.string(), GateActivation.names[name] == nil else { continue }
      throw Self.activation(name, path: file.path, known: GateActivation.names)
    }
  }

  /// An activation that is none of those which are known.
  static func activation(_ name: String, path: String, known: [String: GateActivation]) -> ModelError {
    let known = known.keys.sorted().map { "'\($0)'" }.joined(separator: ", ")
    return .unsupportedFeature(path: path, feature: "the activation \(quoted(name))", supported: "\(known) are")
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
    guard isUsed, let window = try file.size("sliding_window"), try window < file.contextLength() else { return }
    throw unsupported("a sliding window of \(window) positions", "full attention is in models of this family")
  }

  private func checkLayerTypes() throws(ModelError) {
    guard let kinds = try file["layer_types"]?.elements() else { return }
    // A family with one window for all layers names them by it.
    let readsWindow = family?.optionalKeys.contains("sliding_window") ?? false
    let length = readsWindow ? try file.size("sliding_window") : nil
    let window = length == nil ? "full_attention" : "sliding_attention"
    for kind in kinds {
      let name = try kind.string()
      guard name != window else { continue }
      throw unsupported("a layer of the type \(quoted(name))", "'\(window)' is in models of this family")
    }
  }

  /// What the settings of the rotary embedding say that not every family has.
  private func checkRotary(_ key: String, _ read: Set<String>) throws(ModelError) {
    guard let settings = try file[key] else { return }
    for part in ["full_attention", "sliding_attention"] where !read.contains("rope_local_base_freq") {
      guard try settings.member(part).unlessNull != nil else { continue }
      throw unsupported("'\(key)' for each type of layer", "one for all layers is")
    }
    let share = "partial_rotary_factor"
    guard !read.contains(share), let value = try settings.member(share).unlessNull?.number(), value != 1 else { return }
    throw unsupported("'\(share)': \(value) in '\(key)'", "rotating whole heads is")
  }
}
