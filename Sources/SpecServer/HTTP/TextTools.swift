import SpecFiles
import SpecModel

/// Questions about texts and tokens, in llama-server's form and vLLM's.
enum TextTools {
  /// A text's tokens: `content` as llama-server takes it, or `prompt` as vLLM does.
  static func tokenize(_ model: OfferedModel, _ body: JSONField<Refusal>) throws(Refusal) -> JSONValue {
    if let tokens = try vLLMTokens(model, body) {
      return [
        "count": .integer(tokens.count), "max_model_len": .integer(model.configuration.contextLength),
        "tokens": .tokens(tokens),
      ]
    }
    let text = try body.member("content").string()
    let adds = try body.member("add_special").unlessNull?.boolean() ?? false
    let parses = try body.member("parse_special").unlessNull?.boolean() ?? true
    let begins: Bool? = adds ? nil : false
    let tokens =
      parses
      ? model.encoder.encode(text, begins: begins) : model.encoder.encode(PromptText(quoting: text), begins: begins)
    guard try body.member("with_pieces").unlessNull?.boolean() == true else { return ["tokens": .tokens(tokens)] }
    return [
      "tokens": .array(
        tokens.map { token in
          let bytes = model.tokenizer.bytes(of: token)
          let piece: JSONValue = String(validating: bytes, as: UTF8.self).map { .text($0) } ?? .bytes(bytes)
          return ["id": .integer(Int(token)), "piece": piece]
        }
      )
    ]
  }

  /// The tokens of vLLM's `prompt` or `messages`; nil where there is neither.
  private static func vLLMTokens(_ model: OfferedModel, _ body: JSONField<Refusal>) throws(Refusal) -> [Token]? {
    if let prompt = try body.member("prompt").unlessNull {
      let adds = try body.member("add_special_tokens").unlessNull?.boolean()
      return model.encoder.encode(try prompt.string(), begins: adds == false ? false : nil)
    }
    guard try body.member("messages").unlessNull != nil else { return nil }
    let written = try ChatAnswer.prompt(body, model)
    return model.encoder.encode(written.prompt, begins: written.begins)
  }

  /// The text of `tokens`.
  static func detokenize(_ model: OfferedModel, _ body: JSONField<Refusal>) throws(Refusal) -> JSONValue {
    ["content": .text(model.tokenizer.decode(try body.member("tokens").tokens(), skippingSpecialTokens: false))]
  }

  /// The prompt that `messages` become, as a text.
  static func applyTemplate(_ model: OfferedModel, _ body: JSONField<Refusal>) throws(Refusal) -> JSONValue {
    let written = try ChatAnswer.prompt(body, model)
    let text = written.prompt.text
    let begin =
      model.configuration.beginToken.map { String(decoding: model.tokenizer.bytes(of: $0), as: UTF8.self) } ?? ""
    // As of llama-server: what the tokenizer puts in front by itself is no part of the text.
    if model.tokenizer.addsBeginToken == true {
      return ["prompt": .text(!begin.isEmpty && text.hasPrefix(begin) ? String(text.dropFirst(begin.count)) : text)]
    }
    return ["prompt": .text(written.begins ? begin + text : text)]
  }
}

extension JSONField<Refusal> {
  /// A list of token ids.
  func tokens() throws(Refusal) -> [Token] {
    try elements().map { (element) throws(Refusal) in
      guard let token = Token(exactly: try element.integer()) else { throw element.mismatch(expected: "a token id") }
      return token
    }
  }
}

extension JSONValue {
  /// A list of token ids.
  static func tokens(_ tokens: some Sequence<Token>) -> JSONValue { .array(tokens.map { .integer(Int($0)) }) }

  /// A list of bytes as numbers.
  static func bytes(_ bytes: some Sequence<UInt8>) -> JSONValue { .array(bytes.map { .integer(Int($0)) }) }

  /// An object whose members keep their order; those without a value are left out.
  static func present(_ members: KeyValuePairs<String, JSONValue?>) -> JSONValue {
    .object(members.compactMap { name, value in value.map { JSONMember(key: ArraySlice(name.utf8), value: $0) } })
  }
}
