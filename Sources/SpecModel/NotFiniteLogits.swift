/// A model computed logits that are not all finite numbers: no token can be chosen from them, and nothing that follows
/// would mean anything.
public struct NotFiniteLogits: Error, Sendable, Equatable, CustomStringConvertible {
  /// Whose logits.
  public enum Source: String, Sendable {
    /// The model whose output is reproduced.
    case target
    /// What drafts for it: an adapter, heads, a draft model, or the target with fewer layers.
    case drafter
  }

  /// Whose logits.
  public let source: Source
  /// The position of the token that they are for, from 0.
  public let position: Int

  /// - Parameters:
  ///   - source: whose logits.
  ///   - position: the position of the token that they are for, from 0.
  public init(_ source: Source, at position: Int) {
    self.source = source
    self.position = position
  }

  /// One sentence that names the model and the position, and says what to do.
  public var description: String {
    "the \(source.rawValue)'s logits for the token at position \(position + 1) are not finite numbers: its weights are "
      + "damaged or too large for this arithmetic; fetch or train it again, or try another --dtype"
  }
}
