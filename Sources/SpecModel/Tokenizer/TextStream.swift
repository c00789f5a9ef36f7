/// Turns tokens into text one at a time, without ever showing half a character.
///
/// The pieces, `finish()` included, put together are exactly what `Tokenizer.decode` makes of all the tokens.
public struct TextStream: Sendable {
  private let tokenizer: Tokenizer
  private let skipsSpecialTokens: Bool
  private var chain: DecoderChain

  /// Starts an empty stream.
  ///
  /// - Parameters:
  ///   - tokenizer: what the tokens belong to.
  ///   - skippingSpecialTokens: whether special tokens such as `</s>` are left out of the text.
  public init(_ tokenizer: Tokenizer, skippingSpecialTokens: Bool = false) {
    self.tokenizer = tokenizer
    skipsSpecialTokens = skippingSpecialTokens
    chain = tokenizer.decoderChain
  }

  /// Adds a token and tells what text is certain now.
  ///
  /// - Parameter token: the next token; one that the vocabulary does not have adds nothing.
  /// - Returns: the new text, which is empty while it depends on the next tokens: the bytes of a character are
  ///   incomplete, or a run of byte tokens has not ended.
  public mutating func append(_ token: Token) -> String {
    guard let text = tokenizer.text(of: token, skippingSpecialTokens: skipsSpecialTokens) else { return "" }
    return String(decoding: chain.append(text), as: UTF8.self)
  }

  /// Ends the stream, which is empty and can be used anew afterwards.
  ///
  /// - Returns: what was held back, with U+FFFD for characters that are still incomplete.
  public mutating func finish() -> String { String(decoding: chain.finish(), as: UTF8.self) }
}
