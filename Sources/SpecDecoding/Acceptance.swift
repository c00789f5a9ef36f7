import SpecKernels
import SpecModel

/// What the target makes of a draft.
struct Verdict: Equatable {
  /// Drafted tokens that were accepted.
  var accepted: Int
  /// The accepted tokens and the target's own after them.
  var tokens: [Token]
}

/// Acceptance by agreement, for trees: a drafted token is accepted if it is what the target chooses after the accepted
/// tokens before it.
enum Acceptance {
  /// The nodes that the target agrees with, from the root (which is already committed) on.
  ///
  /// - Parameters:
  ///   - tree: the verified nodes; node 0 is the last committed token.
  ///   - tokens: each node's token.
  ///   - choices: the target's choice after each node.
  /// - Returns: the accepted nodes, the root first.
  static func path(in tree: TokenTree, tokens: [Token], choices: [Token]) -> [Int] {
    var path = [0]
    for node in tree.parents.indices.dropFirst() {
      // A parent comes before its children, so one pass over the nodes meets the path in order.
      guard let last = path.last else { break }
      if tree.parents[node] == last, tokens[node] == choices[last] { path.append(node) }
    }
    return path
  }
}

extension TokenChooser {
  /// Judges a drafted chain: by agreement with the target's own choices, or by rejection if sampling asks for that.
  ///
  /// - Parameters:
  ///   - draft: the drafted tokens.
  ///   - logits: one row of the target's logits before each drafted token, and one after the last.
  ///   - position: the position of the first drafted token.
  /// - Returns: the accepted tokens and the target's own.
  /// - Throws: ``NotFiniteLogits`` for the target's.
  func judge(
    _ draft: [DraftedToken],
    _ logits: ActivationRows,
    at position: Int
  ) throws(NotFiniteLogits) -> Verdict {
    if !sampling.isLossless { return try judgeByRejection(draft, logits, at: position) }
    let choices = try tokens(logits, at: Array(position...position + draft.count))
    let accepted = zip(draft, choices).prefix { $0.token == $1 }.count
    return Verdict(accepted: accepted, tokens: Array(choices[...accepted]))
  }

  /// Speculative sampling (Leviathan et al. 2023, Algorithm 1; Chen et al. 2023, Algorithm 2): a token x drafted from q
  /// is accepted with probability min(1, p(x)/q(x)); the first that is not is replaced by a draw from max(0, p − q).
  private func judgeByRejection(
    _ draft: [DraftedToken],
    _ logits: ActivationRows,
    at position: Int
  ) throws(NotFiniteLogits) -> Verdict {
    var accepted: [Token] = []
    for (index, drafted) in draft.enumerated() {
      let p = try distribution(logits[index..<index + 1], of: .target, at: position + index)
      let token = Int(drafted.token)
      let q = drafted.distribution?[token] ?? 1
      if uniform(position + index, .acceptance) * q < p[token] {
        accepted.append(drafted.token)
        continue
      }
      let residual = p.indices.map { max(0, p[$0] - (drafted.distribution?[$0] ?? ($0 == token ? 1 : 0))) }
      return Verdict(accepted: index, tokens: accepted + [draw(from: residual, at: position + index)])
    }
    let last = logits[draft.count..<draft.count + 1]
    return Verdict(accepted: draft.count, tokens: accepted + (try tokens(last, at: [position + draft.count])))
  }

  /// A draw from weights that need not add up to 1.
  private func draw(from weights: [Float], at position: Int) -> Token {
    var rest = uniform(position, .residual) * weights.reduce(0, +)
    var drawn = 0
    for (token, weight) in weights.enumerated() where weight > 0 {
      drawn = token
      rest -= weight
      if rest < 0 { break }
    }
    return Token(drawn)
  }
}

extension Cycle {
  /// The cycle of a drafted chain.
  ///
  /// - Parameters:
  ///   - draft: the drafted tokens.
  ///   - verdict: what the target made of them.
  ///   - times: where the time went.
  init(_ draft: [DraftedToken], _ verdict: Verdict, times: PhaseTimes) {
    self.init(
      drafted: draft.count,
      nodes: draft.count,
      accepted: verdict.accepted,
      tokens: verdict.tokens,
      confidences: draft.compactMap(\.confidence),
      times: times
    )
  }

  /// The cycle of a drafted tree.
  ///
  /// - Parameters:
  ///   - tree: the verified nodes; node 0 is the last committed token.
  ///   - tokens: each node's token.
  ///   - path: the accepted nodes, the root first.
  ///   - bonus: the target's own token after them.
  ///   - times: where the time went.
  init(_ tree: TokenTree, tokens: [Token], path: [Int], bonus: Token, times: PhaseTimes) {
    self.init(
      drafted: tree.depth,
      nodes: tree.count - 1,
      accepted: path.count - 1,
      tokens: path.dropFirst().map { tokens[$0] } + [bonus],
      times: times
    )
  }
}
