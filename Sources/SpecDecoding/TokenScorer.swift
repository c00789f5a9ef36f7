import Foundation
import SpecKernels
import SpecModel

/// How likely the target held a token of an output, and what else it might have said there.
public struct TokenScore: Sendable, Equatable {
  /// A token with the natural logarithm of its probability, before temperature and limits.
  public struct Candidate: Sendable, Equatable {
    /// The token.
    public let token: Token
    /// The logarithm of its probability.
    public let logProbability: Double
  }

  /// The token of the output.
  public let chosen: Candidate
  /// The likeliest tokens there, best first, whether or not the output's is one of them.
  public let likeliest: [Candidate]
}

/// Computes the log probabilities of an output's tokens, with passes and caches of its own: decoding is the same with it and
/// without, whatever the method.
public final class TokenScorer {
  private let model: CachedModel
  /// The prompt and the tokens that were scored.
  private var text: [Token] = []

  /// - Parameter target: the model.
  /// - Throws: `KernelError` if there is not enough memory.
  public init(_ target: Transformer) throws { model = try CachedModel(target) }

  /// Forgets the text before.
  ///
  /// - Parameters:
  ///   - prompt: at least one token.
  ///   - positions: most tokens of prompt and output together.
  /// - Throws: `KernelError` if there is not enough memory for them.
  public func begin(_ prompt: [Token], positions: Int) throws(KernelError) {
    try model.reserve(positions: positions)
    model.reset()
    text = prompt
  }

  /// Scores tokens that follow on the prompt and on those that were scored before.
  ///
  /// - Parameters:
  ///   - tokens: the output's next tokens.
  ///   - count: how many of the likeliest tokens are wanted beside each.
  /// - Returns: a score for each token.
  public func score(_ tokens: some Collection<Token>, likeliest count: Int) -> [TokenScore] {
    var scores: [TokenScore] = []
    var rest = Array(tokens)[...]
    while !rest.isEmpty {
      let part = rest.prefix(Transformer.largestTree)
      rest = rest.dropFirst(part.count)
      var draft = Draft(root: text[text.count - 1])
      draft.merge(part.dropLast())
      model.run(text, draft)
      let logits = model.logits(after: 0..<draft.count)
      for (row, token) in zip(logits.range, part) {
        scores.append(Self.score(token, logits.owner, row: row, likeliest: count, model.model.context))
      }
      text += part
    }
    return scores
  }

  private static func score(
    _ token: Token,
    _ logits: Activations,
    row: Int,
    likeliest count: Int,
    _ context: ComputeContext
  ) -> TokenScore {
    let values = logits[row]
    let largest = Double(values.max() ?? 0)
    let norm = largest + log(values.reduce(0.0) { $0 + exp(Double($1) - largest) })
    func candidate(_ token: Token) -> TokenScore.Candidate {
      TokenScore.Candidate(token: token, logProbability: Double(values[Int(token)]) - norm)
    }
    let best = count > 0 ? context.top(count, of: logits[rows: row..<row + 1]) : []
    return TokenScore(chosen: candidate(token), likeliest: best.map { candidate(Token($0)) })
  }
}
