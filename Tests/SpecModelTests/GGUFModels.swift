import Foundation
import SpecFiles
import SpecKernels
import SpecModel
import SpecTestSupport

/// A tiny random model in two layouts: a GGUF file, and the same numbers as float32 in a Hugging Face folder.
struct GGUFModelPair {
  /// A family whose files are written.
  enum Family: String, CaseIterable {
    case llama, qwen2, qwen3, phi3, gemma2
  }

  let family: Family
  /// The GGUF file's parts.
  var file: GGUFBuilder
  /// The folder's `config.json`.
  let configuration: String
  /// The folder's tensors.
  let tensors: [StoredTensor]

  private static let (width, inner, layers, heads, keyValueHeads, head, vocabulary) = (256, 512, 2, 4, 2, 64, 96)

  /// - Parameters:
  ///   - family: the model's family.
  ///   - type: how matrices are stored.
  ///   - seed: what all numbers follow from.
  init(_ family: Family, _ type: NumberType, seed: UInt64) {
    self.family = family
    var random = SeededRandom(seed: seed)
    var gguf: [GGUFBuilder.Tensor] = []
    var folder: [StoredTensor] = []
    func matrix(_ name: String, _ other: String, _ rows: Int, _ columns: Int, headRows: Int = 0) {
      let raw: [UInt8] =
        switch type {
        case .blocks: random.blocks(rows * columns / type.numbersInBlock, as: type)
        default: StoredTensor(name, [rows, columns], type, random.exactFloats(rows * columns)).bytes
        }
      gguf.append(GGUFBuilder.Tensor(name, [rows, columns], type: GGUFBuilder.number(of: type), bytes: raw))
      let stored = RawNumbers(blocks: raw).source(type).floats(0..<rows * columns)
      var numbers = stored
      if headRows > 0 {
        // Rows 0, 2, … of a head in the file are its first half, rows 1, 3, … the second.
        for row in 0..<rows {
          let inside = row % headRows
          let target = row - inside + inside / 2 + inside % 2 * headRows / 2
          for column in 0..<columns { numbers[target * columns + column] = stored[row * columns + column] }
        }
      }
      folder.append(StoredTensor(other, [rows, columns], .float32, numbers))
    }
    func vector(_ name: String, _ other: String, _ count: Int, isNorm: Bool = true) {
      let numbers = random.floats(count, scale: 0.3)
      let shifted = numbers.map { 1 + $0 }
      // Gemma's folders hold the difference from 1, its GGUF files the sum.
      let isGemma = family == .gemma2
      gguf.append(GGUFBuilder.Tensor(name, [count], floats: isNorm ? shifted : numbers))
      folder.append(StoredTensor(other, [count], .float32, isNorm && !isGemma ? shifted : numbers))
    }
    let (query, keyValue) = (Self.heads * Self.head, Self.keyValueHeads * Self.head)
    let paired = family == .llama ? Self.head : 0
    matrix("token_embd.weight", "model.embed_tokens.weight", Self.vocabulary, Self.width)
    for layer in 0..<Self.layers {
      let (from, to) = ("blk.\(layer).", "model.layers.\(layer).")
      vector(from + "attn_norm.weight", to + "input_layernorm.weight", Self.width)
      if family == .phi3 {
        matrix(from + "attn_qkv.weight", to + "self_attn.qkv_proj.weight", query + 2 * keyValue, Self.width)
        matrix(from + "ffn_up.weight", to + "mlp.gate_up_proj.weight", 2 * Self.inner, Self.width)
      } else {
        matrix(from + "attn_q.weight", to + "self_attn.q_proj.weight", query, Self.width, headRows: paired)
        matrix(from + "attn_k.weight", to + "self_attn.k_proj.weight", keyValue, Self.width, headRows: paired)
        matrix(from + "attn_v.weight", to + "self_attn.v_proj.weight", keyValue, Self.width)
        matrix(from + "ffn_gate.weight", to + "mlp.gate_proj.weight", Self.inner, Self.width)
        matrix(from + "ffn_up.weight", to + "mlp.up_proj.weight", Self.inner, Self.width)
      }
      matrix(from + "attn_output.weight", to + "self_attn.o_proj.weight", Self.width, query)
      matrix(from + "ffn_down.weight", to + "mlp.down_proj.weight", Self.width, Self.inner)
      if family == .qwen2 {
        for (name, other, count) in [("q", "q", query), ("k", "k", keyValue), ("v", "v", keyValue)] {
          vector(from + "attn_\(name).bias", to + "self_attn.\(other)_proj.bias", count, isNorm: false)
        }
      }
      if family == .qwen3 {
        vector(from + "attn_q_norm.weight", to + "self_attn.q_norm.weight", Self.head)
        vector(from + "attn_k_norm.weight", to + "self_attn.k_norm.weight", Self.head)
      }
      if family == .gemma2 {
        vector(from + "post_attention_norm.weight", to + "post_attention_layernorm.weight", Self.width)
        vector(from + "ffn_norm.weight", to + "pre_feedforward_layernorm.weight", Self.width)
        vector(from + "post_ffw_norm.weight", to + "post_feedforward_layernorm.weight", Self.width)
      } else {
        vector(from + "ffn_norm.weight", to + "post_attention_layernorm.weight", Self.width)
      }
    }
    vector("output_norm.weight", "model.norm.weight", Self.width)
    if family != .gemma2 { matrix("output.weight", "lm_head.weight", Self.vocabulary, Self.width) }
    file = GGUFBuilder(metadata: Self.metadata(family) + Self.tokenizer, tensors: gguf)
    configuration = Self.configuration(family)
    tensors = folder
  }

  private static func metadata(_ family: Family) -> [(key: String, value: GGUFBuilder.Value)] {
    let prefix = family.rawValue + "."
    var metadata: [(key: String, value: GGUFBuilder.Value)] = [
      ("general.architecture", .text(family.rawValue)), (prefix + "block_count", .uint32(UInt32(layers))),
      (prefix + "context_length", .uint32(64)), (prefix + "embedding_length", .uint32(UInt32(width))),
      (prefix + "feed_forward_length", .uint32(UInt32(inner))),
      (prefix + "attention.head_count", .uint32(UInt32(heads))),
      (prefix + "attention.head_count_kv", .uint32(UInt32(keyValueHeads))),
      (prefix + "attention.key_length", .uint32(UInt32(head))),
      (prefix + "attention.layer_norm_rms_epsilon", .float32(1e-5)), (prefix + "rope.freq_base", .float32(50000)),
    ]
    if family == .gemma2 {
      metadata += [
        (prefix + "attention.sliding_window", .uint32(5)), (prefix + "attn_logit_softcapping", .float32(50)),
        (prefix + "final_logit_softcapping", .float32(30)),
      ]
    }
    return metadata
  }

  /// A token for every byte, and a few more.
  static let tokenizer: [(key: String, value: GGUFBuilder.Value)] = [
    ("tokenizer.ggml.model", .text("gpt2")), ("tokenizer.ggml.pre", .text("gpt-2")),
    ("tokenizer.ggml.tokens", .texts((0..<94).map { String(UnicodeScalar(UInt8(33 + $0))) } + ["ab", "<end>"])),
    ("tokenizer.ggml.token_type", .int32s([Int32](repeating: 1, count: 95) + [3])),
    ("tokenizer.ggml.merges", .texts(["a b"])), ("tokenizer.ggml.eos_token_id", .uint32(95)),
  ]

  private static func configuration(_ family: Family) -> String {
    let gemma =
      #""sliding_window": 5, "attn_logit_softcapping": 50.0, "final_logit_softcapping": 30.0, "#
      + #""query_pre_attn_scalar": 64, "hidden_activation": "gelu_pytorch_tanh", "#
    return """
      {"model_type": "\(family.rawValue)", "hidden_size": \(width), "intermediate_size": \(inner),
      "num_hidden_layers": \(layers), "num_attention_heads": \(heads), "num_key_value_heads": \(keyValueHeads),
      "head_dim": \(head), "vocab_size": \(vocabulary), "max_position_embeddings": 64, "rms_norm_eps": 1e-05,
      \(family == .gemma2 ? gemma : "")\(family == .phi3 ? #""sliding_window": null, "# : "")"rope_theta": 50000.0,
      "tie_word_embeddings": \(family == .gemma2), "eos_token_id": 95}
      """
  }

  /// Writes the GGUF file and gives its path.
  func write(to folder: TemporaryFolder, named name: String = "model.gguf") throws -> String {
    try folder.write([UInt8](file.data), to: name)
  }

  /// Writes the folder and gives its path.
  func writeFolder(to folder: TemporaryFolder) throws -> String {
    let path = folder.path("hf")
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    _ = try folder.write(configuration, to: "hf/config.json")
    _ = try folder.write([UInt8](StoredTensor.file(tensors)), to: "hf/model.safetensors")
    return path
  }
}

extension SeededRandom {
  /// Small numbers of 8 significant bits, which every type holds.
  fileprivate mutating func exactFloats(_ count: Int) -> [Float] {
    (0..<count).map { _ in Float(below(255) - 127) / 1024 }
  }
}

/// The bits of a model's logits for some tokens.
func logitBits(_ path: String, _ tokens: [Token], as type: WeightType = .float32) throws -> [[UInt32]] {
  let checkpoint = try Checkpoint(directory: path)
  let context = try ComputeContext(threads: 2)
  let model = try Transformer(checkpoint: checkpoint, weightType: type, context: context)
  let rows = try Activations(capacity: tokens.count, width: model.configuration.hiddenSize)[rows: 0..<tokens.count]
  model.embed(tokens, into: rows)
  model.forward(rows, cache: try model.makeCache(capacity: tokens.count))
  model.normalizeFinal(rows, into: rows)
  let logits = model.logits(of: rows)
  return logits.range.map { logits.owner[$0].map(\.bitPattern) }
}
