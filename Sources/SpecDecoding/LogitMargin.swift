import SpecKernels
import SpecModel

/// How clearly the target decides for a token: what it likes best, what second best, and how far they are apart.
public struct LogitMargin: Sendable, Equatable {
  /// The target's token.
  public let first: Token
  /// What it would be without that one.
  public let second: Token
  /// The first's logit minus the second's, after temperature, limits and noise where tokens are drawn; infinite where the
  /// limits leave one token only.
  public let margin: Float

  /// Whether both are equally good to the bit, so that the lower token id decides.
  public var isTie: Bool { margin == 0 }

  /// Computes the target's logits after some tokens, in one pass over all of them.
  ///
  /// - Parameters:
  ///   - prompt: token ids, at least one.
  ///   - output: the output so far.
  ///   - target: the model.
  ///   - sampling: how tokens are chosen.
  /// - Throws: `KernelError` if there is not enough memory, ``NotFiniteLogits``.
  public init(
    after prompt: [Token],
    output: some Collection<Token>,
    target: Transformer,
    sampling: Sampling
  ) throws {
    let model = try CachedModel(target)
    let sampler = try Sampler(sampling, target: target)
    sampler.begin(prompt)
    let text = prompt + output
    model.run(text, Draft(root: text[text.count - 1]))
    let logits = model.logits(after: 0..<1)
    try sampler.prepare(logits, at: text.count)
    let best = target.context.top(2, of: logits)
    (first, second) = (Token(best[0]), Token(best[1]))
    margin = logits.owner[logits.range.lowerBound, best[0]] - logits.owner[logits.range.lowerBound, best[1]]
  }
}
