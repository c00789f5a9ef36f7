/// A family of models under the name that GGUF files give it: which family of Hugging Face's it is, and how its tensors are
/// called there.
struct GGUFArchitecture {
  /// `general.architecture`; the family's keys begin with it.
  let name: String
  /// `model_type` in Hugging Face's `config.json`.
  let modelType: String
  /// The names of a layer's tensors, without `.weight` and `.bias`: GGUF's, inside `blk.N.`, and Hugging Face's.
  let layerNames: [String: String]
  /// Whether the two rows of a rotary pair lie side by side in the matrices of queries and keys.
  var pairsRows = false
  /// Whether 1 was added to the weights of all normalizations when the file was written.
  var addsOneToNorms = false
  /// Whether every head attends to the scores' scale of a model of this many layers by the width of the residual stream
  /// for each head, not by that of the head: the file does not say it.
  var layersOfLargest: Int?

  /// The architecture of a name; nil if its files cannot be read.
  static func named(_ name: String) -> GGUFArchitecture? { known.first { $0.name == name } }

  /// All architectures that can be read.
  static let known = [
    GGUFArchitecture(name: "llama", modelType: "llama", layerNames: plain, pairsRows: true),
    GGUFArchitecture(name: "qwen2", modelType: "qwen2", layerNames: plain),
    GGUFArchitecture(name: "qwen3", modelType: "qwen3", layerNames: plain.merging(headNorms) { $1 }),
    GGUFArchitecture(name: "phi3", modelType: "phi3", layerNames: fused),
    GGUFArchitecture(name: "gemma", modelType: "gemma", layerNames: plain, addsOneToNorms: true),
    GGUFArchitecture(
      name: "gemma2",
      modelType: "gemma2",
      layerNames: plain.merging(outputNorms) { $1 },
      addsOneToNorms: true,
      layersOfLargest: 46
    ),
    GGUFArchitecture(
      name: "gemma3",
      modelType: "gemma3_text",
      layerNames: plain.merging(outputNorms) { $1 }.merging(headNorms) { $1 },
      addsOneToNorms: true,
      layersOfLargest: 62
    ),
  ]

  /// Names of tensors outside of the layers.
  static let outerNames = [
    "token_embd.weight": "model.embed_tokens.weight", "output_norm.weight": "model.norm.weight",
    "output.weight": "lm_head.weight",
  ]

  private static let plain = [
    "attn_norm": "input_layernorm", "attn_q": "self_attn.q_proj", "attn_k": "self_attn.k_proj",
    "attn_v": "self_attn.v_proj", "attn_output": "self_attn.o_proj", "ffn_norm": "post_attention_layernorm",
    "ffn_gate": "mlp.gate_proj", "ffn_up": "mlp.up_proj", "ffn_down": "mlp.down_proj",
  ]

  /// One projection for queries, keys and values, and one for gate and up.
  private static let fused = [
    "attn_norm": "input_layernorm", "attn_qkv": "self_attn.qkv_proj", "attn_output": "self_attn.o_proj",
    "ffn_norm": "post_attention_layernorm", "ffn_up": "mlp.gate_up_proj", "ffn_down": "mlp.down_proj",
  ]

  private static let headNorms = ["attn_q_norm": "self_attn.q_norm", "attn_k_norm": "self_attn.k_norm"]

  private static let outputNorms = [
    "ffn_norm": "pre_feedforward_layernorm", "post_attention_norm": "post_attention_layernorm",
    "post_ffw_norm": "post_feedforward_layernorm",
  ]
}

extension GGUFArchitecture {
  /// Hugging Face's name of a tensor.
  ///
  /// - Parameter name: its name in the file.
  /// - Returns: the name; nil for a tensor that models of this family do not have.
  func huggingFaceName(of name: String) -> String? {
    if let outer = Self.outerNames[name] { return outer }
    let parts = name.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count == 4, parts[0] == "blk", let layer = Int(parts[1]), layer >= 0, String(layer) == parts[1],
      parts[3] == "weight" || parts[3] == "bias", let inner = layerNames[String(parts[2])]
    else { return nil }
    return "model.layers.\(layer).\(inner).\(parts[3])"
  }

  /// Whether a tensor's rows lie in rotary pairs.
  func pairsRows(of name: String) -> Bool {
    pairsRows && name.hasPrefix("blk.") && [".attn_q.", ".attn_k."].contains { name.contains($0) }
  }
}
