import SpecKernels
import SpecModel

/// Greedy acceptance, for chains and trees alike: a drafted token is accepted if it is what the target chooses after
/// the accepted tokens before it.
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

  /// How many drafted tokens of a chain the target agrees with.
  ///
  /// - Parameters:
  ///   - draft: the drafted tokens.
  ///   - choices: the target's choice before each of them.
  /// - Returns: their number.
  static func prefix(of draft: [Token], choices: [Token]) -> Int {
    zip(draft, choices).prefix { $0 == $1 }.count
  }
}

extension Transformer {
  /// The target's greedy tokens after some rows.
  ///
  /// - Parameters:
  ///   - rows: the residual stream after the last layer; at most ``Transformer/largestTree`` rows.
  ///   - normalized: takes the rows' final states.
  /// - Returns: one token for each row.
  func greedyTokens(after rows: ActivationRows, normalized: ActivationRows) -> [Token] {
    normalizeFinal(rows, into: normalized)
    return context.choose(logits(of: normalized), withProbability: false).map { Token($0.index) }
  }
}
