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

  /// The tokens of a text.
  ///
  /// - Parameters:
  ///   - text: the text.
  ///   - begins: whether the begin token comes first, if the model has one; nil does as the tokenizer's files ask for.
  /// - Returns: the tokens.
  public func encode(_ text: String, begins: Bool? = nil) -> [Token] {
    let isWanted = begins ?? tokenizer.addsBeginToken ?? false
    return (isWanted ? beginToken.map { [$0] } ?? [] : []) + tokenizer.encode(text)
  }
}
