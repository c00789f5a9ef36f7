import SpecFiles
import SpecKernels

/// The families whose models can be read, each as it differs from a plain Llama. Defaults are those of the classes in
/// Hugging Face's transformers, which also say what each member means.
extension ModelFamily {
  /// All of them, in the order in which messages name them.
  static let known = [llama, mistral, qwen2, qwen3, phi3, gemma, gemma2, gemma3]

  /// Llama 1 to 3 (Touvron et al. 2023) and what is built alike: Vicuna, TinyLlama, SmolLM2.
  static let llama = ModelFamily(
    modelType: "llama",
    title: "Llama",
    architecture: "LlamaForCausalLM",
    options: [.attentionBias, .feedForwardBias]
  )

  /// Mistral 7B (Jiang et al. 2023): a window in all layers, where a file does not say `null`.
  static let mistral = ModelFamily(
    modelType: "mistral",
    title: "Mistral",
    architecture: "MistralForCausalLM",
    defaults: [
      "sliding_window": .integer(4096), "num_key_value_heads": .integer(8),
      "max_position_embeddings": .integer(131_072),
    ],
    options: [.window]
  )

  /// Qwen 2 and 2.5 (Yang et al. 2024): biases of queries, keys and values.
  static let qwen2 = ModelFamily(
    modelType: "qwen2",
    title: "Qwen2",
    architecture: "Qwen2ForCausalLM",
    defaults: qwenDefaults,
    parts: .llama { $0.queryKeyValueBias = true },
    options: [qwenWindows]
  )

  /// Qwen 3 (Yang et al. 2025): every head of queries and keys is normalized before it is rotated.
  static let qwen3 = ModelFamily(
    modelType: "qwen3",
    title: "Qwen3",
    architecture: "Qwen3ForCausalLM",
    defaults: qwenDefaults.merging(["head_dim": .integer(128)]) { $1 },
    parts: .llama { $0.names.normalizeHeads() },
    options: [.attentionBias, qwenWindows]
  )

  /// Phi-3 (Abdin et al. 2024): one projection for queries, keys and values, and one for gate and up.
  static let phi3 = ModelFamily(
    modelType: "phi3",
    title: "Phi-3",
    architecture: "Phi3ForCausalLM",
    defaults: ["max_position_embeddings": .integer(4096), "rms_norm_eps": .number(1e-5)],
    parts: .llama {
      $0.names.queryKeyValue = ["self_attn.qkv_proj"]
      $0.names.gateAndUp = ["mlp.gate_up_proj"]
    },
    options: [.window, .partialRotation]
  )

  /// Gemma (Mesnard et al. 2024).
  static let gemma = ModelFamily(
    modelType: "gemma",
    title: "Gemma",
    architecture: "GemmaForCausalLM",
    defaults: gemmaDefaults.merging(["num_key_value_heads": .integer(16)]) { $1 },
    activationKeys: ["hidden_activation", "hidden_act"],
    // The published files say "gelu" and mean its approximation.
    activations: GateActivation.names.merging(["gelu": .geluTanh]) { $1 },
    parts: .gemma { _ in },
    options: [.attentionBias]
  )

  /// Gemma 2 (Riviere et al. 2024): normalizations before and after each block, soft caps, a window in every other layer.
  static let gemma2 = ModelFamily(
    modelType: "gemma2",
    title: "Gemma 2",
    architecture: "Gemma2ForCausalLM",
    defaults: gemmaDefaults.merging([
      "sliding_window": .integer(4096), "query_pre_attn_scalar": .integer(256), "attn_logit_softcapping": .number(50.0),
      "final_logit_softcapping": .number(30.0),
    ]) { $1 },
    activationKeys: ["hidden_activation"],
    parts: .gemmaWithOutputNorms { _ in },
    options: [
      .attentionBias, .queryScalar, .scoreCap, .logitCap, .windows { (_, layer) in layer % 2 == 0 },
    ]
  )

  /// Gemma 3 (Kamath et al. 2025), the text models: heads are normalized, five of six layers have a window, and those
  /// rotate with a base of their own.
  static let gemma3 = ModelFamily(
    modelType: "gemma3_text",
    title: "Gemma 3 (text)",
    architecture: "Gemma3ForCausalLM",
    defaults: gemmaDefaults.merging([
      "sliding_window": .integer(4096), "query_pre_attn_scalar": .integer(256),
      "max_position_embeddings": .integer(131_072),
      "rope_theta": .number(1_000_000.0), "rope_local_base_freq": .number(10_000.0),
      "sliding_window_pattern": .integer(6),
    ]) { $1 },
    activationKeys: ["hidden_activation"],
    parts: .gemmaWithOutputNorms { $0.names.normalizeHeads() },
    options: [
      .attentionBias, .queryScalar, .logitCap, .windowRotation,
      .windows(keys: ["sliding_window_pattern"]) { (file, layer) throws(ModelError) in
        (layer + 1) % (try file.requiredSize("sliding_window_pattern")) != 0
      },
    ]
  )
}

/// What several families share.
extension ModelFamily {
  private static let qwenDefaults: [String: JSONValue] = [
    "max_position_embeddings": .integer(32768), "num_key_value_heads": .integer(32), "sliding_window": .integer(4096),
    "max_window_layers": .integer(28),
  ]

  /// A window in the upper layers, where it is switched on.
  private static let qwenWindows = ConfigurationOption.windows(keys: ["max_window_layers"], isSwitchable: true) {
    (file, layer) throws(ModelError) in
    // 0 is a number of layers too.
    guard let field = try file["max_window_layers"] else { return false }
    return layer >= (try field.integer())
  }

  private static let gemmaDefaults: [String: JSONValue] = [
    "max_position_embeddings": .integer(8192), "num_key_value_heads": .integer(4),
    "head_dim": .integer(256), "tie_word_embeddings": true,
  ]
}

extension ModelParts {
  fileprivate static func llama(_ change: (inout ModelParts) -> Void) -> ModelParts {
    var parts = ModelParts()
    change(&parts)
    return parts
  }

  fileprivate static func gemma(_ change: (inout ModelParts) -> Void) -> ModelParts {
    llama { parts in
      parts.activation = .geluTanh
      parts.normOffset = 1
      parts.scalesEmbedding = true
      change(&parts)
    }
  }

  fileprivate static func gemmaWithOutputNorms(_ change: (inout ModelParts) -> Void) -> ModelParts {
    gemma { parts in
      parts.names.attentionOutputNorm = "post_attention_layernorm"
      parts.names.feedForwardNorm = "pre_feedforward_layernorm"
      parts.names.feedForwardOutputNorm = "post_feedforward_layernorm"
      change(&parts)
    }
  }
}

extension LayerNames {
  fileprivate mutating func normalizeHeads() {
    queryNorm = "self_attn.q_norm"
    keyNorm = "self_attn.k_norm"
  }
}
