import SpecFiles

/// Turns whole texts into tokens. The token that begins a text is put in front here and nowhere else.
public struct TextEncoder: Sendable {
  private let tokenizer: Tokenizer
  private let beginToken: Token?

  /// - Parameters:
  ///   - tokenizer: the model's.
  ///   - configuration: names the token that begins a text.
  public init(tokenizer: Tokenizer, configuration: ModelConfiguration) {
    self.tokenizer = tokenizer
    beginToken = configuration.beginToken
  }

  /// For a model that is not computed here, so that nothing but its tokenizer need be known: the token that begins a text
  /// is then the one that the tokenizer puts in front by itself.
  ///
  /// - Parameter tokenizer: the model's.
  package init(tokenizer: Tokenizer) {
    self.tokenizer = tokenizer
    beginToken = tokenizer.prefix.first
  }

  /// The tokens of a text.
  ///
  /// - Parameters:
  ///   - text: the text.
  ///   - begins: whether the begin token comes first, if the model has one; nil does as the tokenizer's files ask for.
  /// - Returns: the tokens.
  public func encode(_ text: String, begins: Bool? = nil) -> [Token] { begin(begins) + tokenizer.encode(text) }

  /// The tokens of a prompt. Special tokens do not count in what it quotes.
  ///
  /// - Parameters:
  ///   - prompt: the prompt.
  ///   - begins: as of a text.
  /// - Returns: the tokens.
  public func encode(_ prompt: PromptText, begins: Bool? = nil) -> [Token] { begin(begins) + tokenizer.encode(prompt) }

  private func begin(_ isWanted: Bool?) -> [Token] {
    isWanted ?? tokenizer.addsBeginToken ?? false ? beginToken.map { [$0] } ?? [] : []
  }
}
