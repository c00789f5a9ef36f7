import SpecFiles

/// A GPT-2 style byte-level BPE tokenizer, read from a Hugging Face checkpoint.
///
/// It makes the same tokens as Hugging Face `tokenizers` does. Settings for truncation and padding in the file are
/// ignored, and no begin or end token is added by itself.
public struct Tokenizer: Sendable {
  /// Whether the checkpoint wants a begin token in front of every text, nil if its files do not say.
  ///
  /// `add_bos_token` in `tokenizer_config.json` decides; without it, whether the template in `tokenizer.json` starts
  /// with a special token.
  public let addsBeginToken: Bool?

  private let encoder: BytePairEncoder
  private let addedTokens: AddedTokens
  private let tokenBytes: TokenBytes
  private let specialTokens: Set<Token>
  private let words: TokenizerFile.Words

  /// Reads `tokenizer.json` and, if it is there, `tokenizer_config.json`.
  ///
  /// - Parameter directory: the path of a checkpoint folder.
  /// - Throws: `TokenizerError` if a file cannot be read, is malformed, or asks for a feature that is not supported.
  public init(directory: String) throws(TokenizerError) {
    try self.init(TokenizerFile(directory: directory))
  }

  /// Reads a model's tokenizer.
  ///
  /// - Parameter location: where the model lies.
  /// - Throws: `TokenizerError`, or ``ModelError`` for a GGUF file that cannot be read.
  package init(_ location: ModelLocation) throws {
    switch location.format {
    case .folder: try self.init(directory: location.path)
    case .gguf: try self.init(GGUFFile(path: location.path))
    }
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

  /// Reads the tokenizer in a GGUF file's metadata.
  init(_ file: GGUFFile) throws {
    try self.init(TokenizerFile(TokenizerField(GGUFTokenizer(file).members(), file: file.path)))
  }

  private init(_ file: TokenizerFile) {
    addsBeginToken = file.addsBeginToken
    encoder = file.vocabulary.encoder
    addedTokens = AddedTokens(file.addedTokens)
    tokenBytes = file.vocabulary.tokenBytes
    specialTokens = Set(file.addedTokens.lazy.filter(\.isSpecial).map(\.token))
    words = file.words
  }

  /// The highest token id + 1.
  public var vocabularySize: Int { tokenBytes.count }

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
    var workspace = BytePairEncoder.Workspace()
    for piece in addedTokens.split(text, quoted: quoted) {
      switch piece {
      case .token(let token): tokens.append(token)
      case .text(let range): encode(text, range, into: &tokens, workspace: &workspace)
      }
    }
    return tokens
  }

  /// Turns tokens into text.
  ///
  /// - Parameters:
  ///   - tokens: the tokens; those that the vocabulary does not have stand for nothing.
  ///   - skippingSpecialTokens: whether special tokens such as `</s>` are left out.
  /// - Returns: the text, with U+FFFD for each maximal part of it that is not UTF-8.
  public func decode(_ tokens: some Sequence<Token>, skippingSpecialTokens: Bool = false) -> String {
    var bytes: [UInt8] = []
    for token in tokens {
      bytes.append(contentsOf: storedBytes(of: token, skippingSpecialTokens: skippingSpecialTokens))
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// Finds the token of a text that is one token as a whole, such as `</s>`.
  ///
  /// - Parameter text: the content of an added token, or the text of an entry of the vocabulary.
  /// - Returns: the token, nil if there is none; an added token comes before an ordinary one.
  public func token(for text: String) -> Token? {
    addedTokens.token(for: text) ?? tokenBytes.token(for: text.utf8)
  }

  /// Tells what a token stands for.
  ///
  /// - Parameter token: any token.
  /// - Returns: the bytes, which need not be whole characters; none if the vocabulary does not have the token.
  public func bytes(of token: Token) -> [UInt8] {
    Array(tokenBytes[token])
  }

  func storedBytes(of token: Token, skippingSpecialTokens: Bool) -> ArraySlice<UInt8> {
    skippingSpecialTokens && specialTokens.contains(token) ? [] : tokenBytes[token]
  }

  private func encode(
    _ text: ScalarText,
    _ range: Range<Int>,
    into tokens: inout [Token],
    workspace: inout BytePairEncoder.Workspace
  ) {
    var text = text
    var range = range
    if words.startWithSpace, text.bytes[range.lowerBound] != 0x20 {
      text = ScalarText(spaceBefore: text.bytes[range])
      range = 0..<text.bytes.count
    }
    guard words.areSplit else {
      return encoder.encode(text.bytes[range], into: &tokens, workspace: &workspace)
    }
    for word in GPT2Splitter(text, range: range) {
      encoder.encode(text.bytes[word], into: &tokens, workspace: &workspace)
    }
  }
}
