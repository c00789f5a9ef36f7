import SpecFiles

/// What a GGUF file's metadata says of conversations: the template, and the tokens that end a turn.
struct GGUFChat {
  private let file: GGUFFile

  /// - Parameter file: the file with the metadata, the first one of several.
  init(_ file: GGUFFile) { self.file = file }

  /// Tokens that end a turn in the templates of families whose files may not name them.
  private static let turnEnds = ["<|im_end|>", "<|eot_id|>", "<|end|>", "<end_of_turn>", "<|eot|>"]

  /// The tokens that end a text: of the text, of a turn and of a message. Where the end of a turn is not named, it is the
  /// token of a known name that the chat template writes.
  ///
  /// - Returns: ids, each once.
  /// - Throws: ``ModelError`` for what is no number.
  func endTokens() throws(ModelError) -> [Int] {
    var ends: [Int] = []
    for key in ["eos_token_id", "eot_token_id", "eom_token_id"] {
      guard let id = try file.integer("tokenizer.ggml." + key), !ends.contains(id) else { continue }
      ends.append(id)
    }
    guard file.metadata["tokenizer.ggml.eot_token_id"] == nil, let template = try file.text("tokenizer.chat_template")
    else { return ends }
    let written = Self.turnEnds.filter { template.contains($0) }.map { ArraySlice($0.utf8) }
    guard !written.isEmpty, let tokens = try file.texts("tokenizer.ggml.tokens") else { return ends }
    for (id, token) in tokens.enumerated() where written.contains(token) && !ends.contains(id) { ends.append(id) }
    return ends
  }

  /// The template in Jinja; nil where there is none.
  func template() throws(ModelError) -> String? { try file.text("tokenizer.chat_template") }

  private static let tokenNames: KeyValuePairs = [
    "bos_token": "bos_token_id", "eos_token": "eos_token_id", "unk_token": "unknown_token_id",
    "sep_token": "seperator_token_id", "pad_token": "padding_token_id", "cls_token": "cls_token_id",
    "mask_token": "mask_token_id",
  ]

  /// The texts of the tokens that templates name, such as `bos_token`.
  func specialTokens() throws(ModelError) -> [String: String] {
    let texts = try file.texts("tokenizer.ggml.tokens") ?? []
    var tokens: [String: String] = [:]
    for (name, key) in Self.tokenNames {
      guard let id = try file.integer("tokenizer.ggml." + key), texts.indices.contains(id) else { continue }
      tokens[name] = String(decoding: texts[id], as: UTF8.self)
    }
    return tokens
  }
}

/// A chat template that a model's own file holds.
package struct EmbeddedTemplate: Sendable {
  /// The template in Jinja; nil where there is none.
  package let source: String?
  /// The texts of special tokens by their names, such as `bos_token`.
  package let specialTokens: [String: String]
}

extension ModelLocation {
  /// The chat template in the model's file.
  ///
  /// - Returns: nil for a folder, where it lies in a file of its own.
  /// - Throws: ``ModelError`` if the file cannot be read.
  package func embeddedTemplate() throws(ModelError) -> EmbeddedTemplate? {
    guard format == .gguf else { return nil }
    let chat = GGUFChat(try GGUFFile(path: path))
    return EmbeddedTemplate(source: try chat.template(), specialTokens: try chat.specialTokens())
  }
}
