import Foundation

/// A model of one layer in a GGUF file of version 3, its tensors of zeros.
enum SmallGGUF {
  private static let shapes: [(name: String, sides: [Int])] =
    [("token_embd.weight", [32, 16]), ("output_norm.weight", [32])]
    + [
      ("attn_norm", [32]), ("attn_q", [32, 32]), ("attn_k", [32, 32]), ("attn_v", [32, 32]), ("attn_output", [32, 32]),
      ("ffn_norm", [32]), ("ffn_gate", [32, 64]), ("ffn_up", [32, 64]), ("ffn_down", [64, 32]),
    ].map { ("blk.0.\($0.0).weight", $0.1) }

  /// Vectors are F32, matrices of a type.
  ///
  /// - Parameters:
  ///   - type: the number of the type: 1 for F16, 8 for Q8_0.
  ///   - bytesOfBlock: bytes of 32 numbers.
  ///   - tokenizer: `gpt2` or `llama`.
  /// - Returns: the file.
  static func file(type: UInt32, bytesOfBlock: Int, tokenizer: String) -> [UInt8] {
    let members = metadata(tokenizer)
    var header = Array("GGUF".utf8) + little(UInt32(3)) + little(UInt64(shapes.count)) + little(UInt64(members.count))
    header += members.joined()
    var place = 0
    for (name, sides) in shapes {
      let count = sides.reduce(1, *)
      header += text(name) + little(UInt32(sides.count)) + sides.flatMap { little(UInt64($0)) }
      header += little(sides.count == 1 ? UInt32(0) : type) + little(UInt64(place))
      place += sides.count == 1 ? 4 * count : count / 32 * bytesOfBlock
    }
    return header + [UInt8](repeating: 0, count: (32 - header.count % 32) % 32 + place)
  }

  private static func metadata(_ tokenizer: String) -> [[UInt8]] {
    let sizes = [
      ("block_count", 1), ("context_length", 64), ("embedding_length", 32), ("feed_forward_length", 64),
      ("attention.head_count", 4), ("attention.head_count_kv", 4), ("rope.dimension_count", 8),
    ].map { text("llama.\($0.0)") + little(UInt32(4)) + little(UInt32($0.1)) }
    let tokens = ["<unk>", "<s>", "</s>"] + "abcdefghijkl".map { "\($0)" } + ["ab"]
    let key = { (name: String) in text("tokenizer.ggml." + name) }
    let list = { (type: UInt32, count: Int) in little(UInt32(9)) + little(type) + little(UInt64(count)) }
    return [text("general.architecture") + little(UInt32(8)) + text("llama")] + sizes + [
      text("llama.attention.layer_norm_rms_epsilon") + little(UInt32(6)) + little(Float(1e-5).bitPattern),
      key("model") + little(UInt32(8)) + text(tokenizer), key("pre") + little(UInt32(8)) + text("gpt-2"),
      key("tokens") + list(8, tokens.count) + tokens.flatMap(text),
      key("scores") + list(6, tokens.count) + tokens.indices.flatMap { little(Float($0).bitPattern) },
      key("token_type") + list(5, tokens.count) + tokens.indices.flatMap { little(UInt32($0 < 3 ? 3 : 1)) },
      key("merges") + list(8, 1) + text("a b"), key("eos_token_id") + little(UInt32(4)) + little(UInt32(2)),
      key("bos_token_id") + little(UInt32(4)) + little(UInt32(1)),
      key("unknown_token_id") + little(UInt32(4)) + little(UInt32(0)),
    ]
  }

  private static func text(_ text: String) -> [UInt8] { little(UInt64(text.utf8.count)) + text.utf8 }

  private static func little<Number: FixedWidthInteger>(_ number: Number) -> [UInt8] {
    withUnsafeBytes(of: number.littleEndian, Array.init)
  }
}
