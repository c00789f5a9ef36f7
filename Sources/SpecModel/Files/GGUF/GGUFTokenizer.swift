import SpecFiles

/// The tokenizer in a GGUF file's metadata, in the members of Hugging Face's `tokenizer.json`, so that one reader judges
/// both.
struct GGUFTokenizer {
  /// The kinds of tokens, under the numbers that the format gives them.
  private enum Kind: Int {
    case normal = 1, unknown, control, userDefined, unused, byte
  }

  /// A token of the vocabulary.
  private struct Entry {
    let id: Int
    let text: ArraySlice<UInt8>
    let kind: Kind
  }

  private let file: GGUFFile
  private let prefix = "tokenizer.ggml."
  private let entries: [Entry]
  private let model: String

  /// Reads the vocabulary.
  ///
  /// - Parameter file: the file with the metadata, the first one of several.
  /// - Throws: ``ModelError`` if there is no tokenizer, or one of a kind that is not read.
  init(_ file: GGUFFile) throws(ModelError) {
    self.file = file
    guard let model = try file.text("tokenizer.ggml.model"), let texts = try file.texts("tokenizer.ggml.tokens") else {
      throw .malformedFile(path: file.path, problem: "there is no tokenizer in its metadata")
    }
    guard model == "gpt2" || model == "llama" else {
      throw .unsupportedFeature(
        path: file.path,
        feature: "the tokenizer \(quoted(model))",
        supported: "'gpt2', byte-level BPE, and 'llama', BPE of SentencePiece, are"
      )
    }
    self.model = model
    let kinds = try file.numbers("tokenizer.ggml.token_type")
    guard kinds.map({ $0.count == texts.count }) ?? true else {
      throw file.mismatch("tokenizer.ggml.token_type", "a list of \(texts.count) numbers, one for each token")
    }
    entries = texts.enumerated().compactMap { id, text in
      // Rows of the embedding that no token has are filled up so.
      if text.elementsEqual("[PAD\(id)]".utf8) { return nil }
      return Entry(id: id, text: text, kind: kinds.flatMap { Kind(rawValue: Int($0[id])) } ?? .normal)
    }
  }

  /// The members of `tokenizer.json`.
  ///
  /// - Returns: an object.
  /// - Throws: ``ModelError`` for what is malformed or not supported.
  func members() throws(ModelError) -> JSONValue {
    model == "gpt2" ? try byteLevel() : try sentencePiece()
  }

  /// Byte-level BPE.
  private func byteLevel() throws(ModelError) -> JSONValue {
    let name = try file.text(prefix + "pre")
    guard let pipeline = GGUFWordPatterns.pipeline(name) else {
      throw .unsupportedFeature(
        path: file.path,
        feature: "the way \(quoted(name ?? "")) to cut text into words, 'tokenizer.ggml.pre',",
        supported: "\(GGUFWordPatterns.examples) are"
      )
    }
    let merges = try file.texts(prefix + "merges") ?? []
    let special = Set(entries.filter { $0.kind == .control || $0.kind == .userDefined }.map(\.text))
    // A token that stands for itself is part of the vocabulary only where merges make it.
    let made = Self.results(of: merges, among: special)
    let words = entries.filter { !special.contains($0.text) || made.contains($0.text) }
    return [
      "normalizer": pipeline.normalizer, "pre_tokenizer": pipeline.preTokenizer, "decoder": ["type": "ByteLevel"],
      "post_processor": try postProcessor(addsBegin: pipeline.ignoresMerges), "added_tokens": try addedTokens(),
      "model": [
        "type": "BPE", "ignore_merges": .boolean(pipeline.ignoresMerges), "vocab": Self.vocabulary(words),
        "merges": .array(merges.map { .string($0) }),
      ],
    ]
  }

  /// BPE as SentencePiece does it.
  private func sentencePiece() throws(ModelError) -> JSONValue {
    let scores = try file.numbers(prefix + "scores") ?? []
    guard entries.allSatisfy({ $0.id < scores.count }), scores.allSatisfy({ !$0.isNaN }) else {
      throw file.mismatch(prefix + "scores", "a list with a number for each token")
    }
    let addsSpace = try file.boolean(prefix + "add_space_prefix") ?? true
    let replace: JSONValue = ["type": "Replace", "pattern": ["String": " "], "content": "▁"]
    let back: JSONValue = ["type": "Replace", "pattern": ["String": "▁"], "content": " "]
    let normalizers = addsSpace ? [["type": "Prepend", "prepend": "▁"], replace] : [replace]
    let strip: [JSONValue] =
      addsSpace ? [["type": "Strip", "content": " ", "start": .integer(1), "stop": .integer(0)]] : []
    let merges = GGUFMerges(pieces: entries.map { ($0.text, $0.id) }, scores: scores)
    return [
      "normalizer": ["type": "Sequence", "normalizers": .array(normalizers)], "pre_tokenizer": .null,
      "decoder": [
        "type": "Sequence", "decoders": .array([back, ["type": "ByteFallback"], ["type": "Fuse"]] + strip),
      ],
      "post_processor": try postProcessor(addsBegin: true), "added_tokens": try addedTokens(),
      "model": [
        "type": "BPE", "byte_fallback": true, "fuse_unk": true, "unk_token": try unknownToken(),
        "vocab": Self.vocabulary(entries),
        "merges": .array(merges.pairs.map { .array([.string($0.left), .string($0.right)]) }),
      ],
    ]
  }

  private static func vocabulary(_ entries: [Entry]) -> JSONValue {
    .object(entries.map { JSONMember(key: $0.text, value: .integer($0.id)) })
  }

  /// Those of some texts that merges make.
  private static func results(
    of merges: [ArraySlice<UInt8>],
    among texts: Set<ArraySlice<UInt8>>
  ) -> Set<ArraySlice<UInt8>> {
    let lengths = Set(texts.map { $0.count + 1 })
    var results: Set<ArraySlice<UInt8>> = []
    for merge in merges where lengths.contains(merge.count) {
      guard let space = merge.firstIndex(of: UInt8(ascii: " ")) else { continue }
      let joined = merge[..<space] + merge[(space + 1)...]
      if texts.contains(joined) { results.insert(joined) }
    }
    return results
  }

  private func text(_ key: String) throws(ModelError) -> (id: Int, text: ArraySlice<UInt8>)? {
    guard let id = try file.integer(prefix + key) else { return nil }
    guard let entry = entries.first(where: { $0.id == id }) else {
      throw file.mismatch(prefix + key, "a token of the vocabulary, but \(id)")
    }
    return (id, entry.text)
  }

  private func unknownToken() throws(ModelError) -> JSONValue {
    if let unknown = try text("unknown_token_id") { return .string(unknown.text) }
    return entries.first { $0.kind == .unknown }.map { .string($0.text) } ?? .null
  }

  private func addedTokens() throws(ModelError) -> JSONValue {
    // Phi-3's own files say so of their tokens; the format has no place for it.
    let architecture = try file.text("general.architecture")
    let isPhi3 = model == "llama" && architecture == "phi3"
    let plain = ["<unk>", "<s>", "<|endoftext|>"].map { ArraySlice($0.utf8) }
    return .array(
      entries.compactMap { entry in
        let isSpecial = entry.kind == .control || entry.kind == .unknown && model == "llama"
        guard isSpecial || entry.kind == .userDefined, !entry.text.isEmpty else { return nil }
        return [
          "id": .integer(entry.id), "content": .string(entry.text), "special": .boolean(isSpecial), "normalized": false,
          "single_word": false, "lstrip": false, "rstrip": .boolean(isPhi3 && !plain.contains(entry.text)),
        ]
      }
    )
  }

  /// What is put around a text.
  ///
  /// - Parameter addsBegin: whether the begin token is, where the file does not say it.
  /// - Returns: the post-processor.
  /// - Throws: ``ModelError`` if a token is none of the vocabulary.
  private func postProcessor(addsBegin: Bool) throws(ModelError) -> JSONValue {
    let says = (begin: try file.boolean(prefix + "add_bos_token"), end: try file.boolean(prefix + "add_eos_token"))
    let begin = says.begin ?? addsBegin ? try text("bos_token_id") : nil
    let end = says.end ?? false ? try text("eos_token_id") : nil
    func part(_ token: (id: Int, text: ArraySlice<UInt8>)) -> JSONValue {
      ["SpecialToken": ["id": .string(token.text), "type_id": .integer(0)]]
    }
    let tokens = [begin, end].compactMap(\.self)
    let itself: JSONValue = ["Sequence": ["id": "A", "type_id": .integer(0)]]
    let single = [begin.map(part), itself, end.map(part)].compactMap(\.self)
    return [
      "type": "TemplateProcessing", "single": .array(single), "pair": .array([]),
      "special_tokens": .object(
        tokens.map { token in
          JSONMember(
            key: token.text,
            value: [
              "id": .string(token.text), "ids": .array([.integer(token.id)]), "tokens": .array([.string(token.text)]),
            ]
          )
        }
      ),
    ]
  }
}
