import SpecModel

/// A tree of recycled tokens that grows where it is expected to pay: the node with the best chance first, as long as that
/// chance is worth a position of the pass.
///
/// The chance that a recycled token is right, if its parent is, is estimated from the rank and the probability that the
/// target gave it when the row was last computed, and from whether the row's first token was right when it was last needed.
/// How often such tokens were right is counted over the output, whether or not they were drafted, so that nothing has to be
/// drafted only to learn.
package struct RecycledGrowth {
  /// Most nodes, the root not counted.
  package let nodes: Int
  /// The least chance with which a token is drafted, but for the first one (``DraftPace/worth(ofPlace:least:)``).
  let least: Float
  private var counts = [Count](repeating: Count(), count: Fate.allCases.count * 2 * Self.bins)
  private var fates: [Token: Fate] = [:]

  /// Parts that probabilities are divided into.
  private static let bins = 10

  /// What became of a row's first token when the row was last needed.
  private enum Fate: Int, CaseIterable {
    case unknown, right, wrong
  }

  /// How often tokens of a kind were looked at, and were right.
  private struct Count {
    var judged: Float = 0
    var right: Float = 0
    /// How many looks the first guess counts as.
    static let weight: Float = 4
  }

  /// - Parameters:
  ///   - nodes: most nodes, the root not counted.
  ///   - least: the least chance with which a further token than the first is drafted.
  package init(nodes: Int, least: Float) { (self.nodes, self.least) = (nodes, least) }

  /// Grows a tree.
  ///
  /// - Parameters:
  ///   - table: what is likely after each token.
  ///   - root: the draft that the tree grows from.
  ///   - limit: the most tokens on a path.
  /// - Returns: the draft.
  package func draft(_ table: RecycledTokens, from root: Draft, limit: Int) -> Draft {
    TreeGrowth(nodes: nodes, least: least).grown(from: root, limit: limit) { draft in
      let token = draft.nodes[draft.newest].token
      let fate = fate(of: token)
      return table.followers(of: token).enumerated().map { ($1.token, chance(fate, $0, $1.probability)) }
    }
  }

  /// Hears the output: what followed each token is compared with the token's row.
  ///
  /// - Parameters:
  ///   - tokens: the tokens of a cycle, the root first.
  ///   - table: what was likely after each, before it learns from this cycle.
  package mutating func judge(_ tokens: [Token], _ table: RecycledTokens) {
    for (token, next) in zip(tokens, tokens.dropFirst()) {
      let followers = table.followers(of: token)
      for (rank, follower) in followers.enumerated() {
        let cell = cell(fate(of: token), rank, follower.probability)
        counts[cell].judged += 1
        if follower.token == next { counts[cell].right += 1 }
      }
      if let first = followers.first { fates[token] = first.token == next ? .right : .wrong }
    }
  }

  /// Forgets what was counted.
  package mutating func forget() { self = RecycledGrowth(nodes: nodes, least: least) }

  private func fate(of token: Token) -> Fate { fates[token, default: .unknown] }

  private func chance(_ fate: Fate, _ rank: Int, _ probability: Float) -> Float {
    let count = counts[cell(fate, rank, probability)]
    return (count.right + Self.guess(fate, rank, probability) * Count.weight) / (count.judged + Count.weight)
  }

  /// The first guess of a chance.
  private static func guess(_ fate: Fate, _ rank: Int, _ probability: Float) -> Float {
    guard rank == 0 else { return 0.5 * probability }
    return switch fate {
    case .unknown: 0.7 * probability
    case .right: 0.3 + 0.6 * probability
    case .wrong: 0.4 * probability
    }
  }

  private func cell(_ fate: Fate, _ rank: Int, _ probability: Float) -> Int {
    let bin = min(Self.bins - 1, max(0, Int(probability * Float(Self.bins))))
    return (fate.rawValue * 2 + min(rank, 1)) * Self.bins + bin
  }
}
