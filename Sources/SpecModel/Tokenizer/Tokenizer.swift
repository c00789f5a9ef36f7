import SpecFiles

/// A tokenizer, read from a Hugging Face checkpoint or made of a ``TokenizerDefinition``.
///
/// It makes the same tokens as Hugging Face `tokenizers` does. Settings for truncation and padding in the file are
/// ignored, and no begin or end token is added by itself.
public struct Tokenizer: Sendable {
  /// Whether the checkpoint wants a begin token in front of every text, nil if its files do not say.
  ///
  /// `add_bos_token` in `tokenizer_config.json` decides; without it, whether the template in `tokenizer.json` starts
  /// with a special token.
  public let addsBeginToken: Bool?
  /// What comes before a text where special tokens are added to it.
  package let prefix: [Token]
  /// What comes behind a text where special tokens are added to it.
  package let suffix: [Token]

  private let vocabulary: Vocabulary
  private let wordEncoder: WordEncoder
  private let normalizers: [Normalizer]
  private let preTokenizers: [PreTokenizer]
  private let addedTokens: AddedTokens
  private let addedTexts: [Token: ArraySlice<UInt8>]
  private let specialTokens: Set<Token>
  private let decoders: [TokenDecoder]

  /// Reads `tokenizer.json` and, if it is there, `tokenizer_config.json`.
  ///
  /// - Parameter directory: the path of a checkpoint folder.
  /// - Throws: `TokenizerError` if a file cannot be read, is malformed, or asks for a feature that is not supported.
  public init(directory: String) throws(TokenizerError) {
    try self.init(TokenizerFile(directory: directory))
  }

  /// Reads the tokenizer of a checkpoint folder or a GGUF file, or a `tokenizer.json` by itself.
  ///
  /// - Parameter path: the path of any of them.
  /// - Throws: `TokenizerError`, or ``ModelError`` for a GGUF file that cannot be read.
  public init(path: String) throws {
    if FilePlace.kind(at: path) == .folder || ModelLocation(path).format == .gguf {
      try self.init(ModelLocation(path))
    } else {
      try self.init(TokenizerFile(TokenizerField(file: path)))
    }
  }

  /// Reads a model's tokenizer.
  ///
  /// - Parameter location: where the model lies.
  /// - Throws: as ``init(path:)``.
  package init(_ location: ModelLocation) throws {
    switch location.format {
    case .folder: try self.init(directory: location.path)
    case .gguf: try self.init(GGUFFile(path: location.path))
    }
  }

  /// Reads the tokenizer in a GGUF file's metadata.
  init(_ file: GGUFFile) throws {
    let members = try GGUFTokenizer(file).members()
    try self.init(TokenizerFile(TokenizerField(members, file: file.path)))
  }

  /// The tokenizer of a model without a `tokenizer.json`, in the members of such a file.
  ///
  /// - Parameter location: where the model lies.
  /// - Returns: the members; nil for a folder, which has the file itself.
  /// - Throws: ``ModelError`` for a GGUF file that cannot be read.
  package static func description(in location: ModelLocation) throws(ModelError) -> JSONValue? {
    guard location.format == .gguf else { return nil }
    return try GGUFTokenizer(GGUFFile(path: location.path)).members()
  }

  private init(_ file: TokenizerFile) { self.init(definition: file.definition) }

  /// Makes a tokenizer of its parts.
  package init(definition: TokenizerDefinition) {
    addsBeginToken = definition.addsBeginToken
    (prefix, suffix) = (definition.prefix, definition.suffix)
    vocabulary = definition.vocabulary
    normalizers = definition.normalizers
    decoders = definition.decoders
    decoderChain = DecoderChain(definition.decoders)
    addedTokens = AddedTokens(definition.addedTokens, normalizers: definition.normalizers)
    // Those that are looked for in normalized text stand for what they are there.
    let texts = definition.addedTokens.map {
      ($0.token, $0.isNormalized ? $0.normalizedContent(definition.normalizers) : $0.content)
    }
    addedTexts = Dictionary(texts) { first, _ in first }
    specialTokens = Set(definition.addedTokens.lazy.filter(\.isSpecial).map(\.token))
    // Where nothing comes behind the letters of bytes, the bytes themselves do as well.
    let symbolsAreBytes = definition.preTokenizers.last == .byteLetters
    preTokenizers = symbolsAreBytes ? definition.preTokenizers.dropLast() : definition.preTokenizers
    wordEncoder = WordEncoder(definition, symbolsAreBytes: symbolsAreBytes)
    vocabularySize = max(definition.vocabulary.count, Int(definition.addedTokens.map(\.token).max() ?? -1) + 1)
  }

  /// The highest token id + 1.
  public let vocabularySize: Int

  /// The decoders before their first token.
  let decoderChain: DecoderChain

  /// Turns text into tokens. Added tokens such as `</s>` are recognized inside the text.
  ///
  /// - Parameter text: any text; canonically equivalent texts may have different tokens.
  /// - Returns: the tokens, without a begin or end token that the text does not contain itself.
  public func encode(_ text: String) -> [Token] { encode(text, quoted: []) }

  /// Turns a prompt into tokens: those of its whole text, except that no added token that could end or begin a turn is
  /// recognized in what the prompt quotes.
  ///
  /// - Parameter prompt: a text and what of it is quoted.
  /// - Returns: the tokens, without a begin or end token.
  public func encode(_ prompt: PromptText) -> [Token] { encode(prompt.text, quoted: prompt.quoted) }

  private func encode(_ text: String, quoted: [Range<Int>]) -> [Token] {
    let text = ScalarText(text)
    var tokens: [Token] = []
    tokens.reserveCapacity(text.bytes.count / 3)
    for piece in addedTokens.splitRaw(text, quoted: quoted) {
      switch piece {
      case .token(let token): tokens.append(token)
      case .text(let range):
        let buffer = TextBuffer(text.bytes, range, quoted: quoted)
        encode(buffer, isFirst: range.lowerBound == 0, into: &tokens)
      }
    }
    return tokens
  }

  private func encode(_ raw: TextBuffer, isFirst: Bool, into tokens: inout [Token]) {
    var buffer = raw
    for normalizer in normalizers { normalizer.apply(to: &buffer) }
    let text = ScalarText(buffer.bytes)
    for piece in addedTokens.splitNormalized(text, quoted: buffer.quotedRanges) {
      switch piece {
      case .token(let token): tokens.append(token)
      case .text(let range):
        let isWhole = range == 0..<text.bytes.count
        var cut = WordCut(isWhole ? text.bytes : Array(text.bytes[range]), isFirst: isFirst && range.lowerBound == 0)
        for step in preTokenizers { cut.apply(step) }
        wordEncoder.encode(cut, into: &tokens)
      }
    }
  }

  /// Turns tokens into text.
  ///
  /// - Parameters:
  ///   - tokens: the tokens; those that the vocabulary does not have stand for nothing.
  ///   - skippingSpecialTokens: whether special tokens such as `</s>` are left out.
  /// - Returns: the text. Where bytes are tokens, U+FFFD stands for what is not UTF-8, as in Hugging Face tokenizers.
  public func decode(_ tokens: some Sequence<Token>, skippingSpecialTokens: Bool = false) -> String {
    var chain = decoderChain
    var bytes: [UInt8] = []
    var known = DecodedTexts(tokenCount: tokens.underestimatedCount)
    var isSteady = chain.isSteady
    for token in tokens {
      if isSteady, let earlier = known.text(of: token) {
        for index in earlier { bytes.append(bytes[index]) }
        continue
      }
      let start = bytes.count
      if let text = text(of: token, skippingSpecialTokens: skippingSpecialTokens) { bytes += chain.append(text) }
      let wasSteady = isSteady
      isSteady = chain.isSteady
      if wasSteady, isSteady { known.note(start..<bytes.count, of: token) }
    }
    return String(decoding: bytes + chain.finish(), as: UTF8.self)
  }

  /// Finds the token of a text that is one token as a whole, such as `</s>`.
  ///
  /// - Parameter text: the content of an added token, or the text of an entry of the vocabulary.
  /// - Returns: the token, nil if there is none; an added token comes before an ordinary one.
  public func token(for text: String) -> Token? {
    if let token = addedTokens.token(for: text) { return token }
    if decoders.contains(.byteLevel), let token = vocabulary.token(for: ByteAlphabet.word(of: text.utf8)) {
      return token
    }
    return vocabulary.token(for: Array(text.utf8))
  }

  /// Tells what a token stands for.
  ///
  /// - Parameter token: any token.
  /// - Returns: the bytes, which need not be whole characters; none if the vocabulary does not have the token. What
  ///   decoders do at the ends of a text is not done.
  public func bytes(of token: Token) -> [UInt8] {
    guard let text = text(of: token, skippingSpecialTokens: false) else { return [] }
    var bytes = text
    for decoder in decoders {
      switch decoder {
      case .byteLevel: bytes = (ByteAlphabet.bytes(of: bytes) ?? Array(bytes))[...]
      case .byteFallback: bytes = byteOfName(bytes).map { [$0] } ?? bytes
      case .metaspace(let replacement, _):
        bytes = TextPattern(text: Array(String(Character(replacement)).utf8)[...]).replaced(in: bytes, by: [0x20])
      case .replace(let pattern, let content): bytes = pattern.replaced(in: bytes, by: content)
      case .wordSuffix(let suffix): bytes = TextPattern(text: suffix[...]).replaced(in: bytes, by: [0x20])
      case .fuse, .strip, .joinWithSpaces: break
      }
    }
    return Array(bytes)
  }

  /// A token as the file spells it; nil if it is left out or there is none.
  func text(of token: Token, skippingSpecialTokens: Bool) -> ArraySlice<UInt8>? {
    if skippingSpecialTokens, specialTokens.contains(token) { return nil }
    return addedTexts[token] ?? (vocabulary.contains(token) ? vocabulary[token] : nil)
  }
}
