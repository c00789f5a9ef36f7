import SpecModel

/// For each token the likeliest tokens after it when it was last computed.
package final class RecycledTokens {
  /// How many tokens are kept after each.
  let width: Int
  /// Width tokens for each of the vocabulary.
  private var followers: [RankedToken]
  private var known: [Bool]
  /// Which tokens have entries, so that to forget a few costs little.
  private var entries: [Token] = []

  /// - Parameters:
  ///   - vocabulary: entries of the vocabulary.
  ///   - width: how many tokens are kept after each.
  package init(vocabulary: Int, width: Int) {
    self.width = width
    followers = [RankedToken](repeating: RankedToken(0), count: vocabulary * width)
    known = [Bool](repeating: false, count: vocabulary)
  }

  /// An empty table.
  ///
  /// - Parameters:
  ///   - settings: has `width`.
  ///   - files: the target's shape.
  /// - Throws: ``DecodingError`` where more tokens are wanted than there are.
  convenience init(_ settings: SettingValues, _ files: TargetFiles) throws(DecodingError) {
    let (width, vocabulary) = (try settings.integer("width"), files.configuration.vocabularySize)
    guard width <= vocabulary else { throw settings.invalid("width", "at most the vocabulary of \(vocabulary) tokens") }
    self.init(vocabulary: vocabulary, width: width)
  }

  /// A token that is likely after another; nil where nothing is known.
  ///
  /// - Parameters:
  ///   - token: the token before.
  ///   - rank: 0 for the likeliest.
  subscript(token: Token, rank: Int) -> Token? {
    known[Int(token)] && rank < width ? followers[Int(token) * width + rank].token : nil
  }

  /// What is likely after a token, best first; empty where nothing is known.
  func followers(of token: Token) -> ArraySlice<RankedToken> {
    known[Int(token)] ? followers[Int(token) * width..<(Int(token) + 1) * width] : []
  }

  /// Takes in what was likely after each node of a draft; of nodes with the same token the last counts.
  func learn(_ kept: Kept) {
    for (token, next) in kept.likeliestInText { learn(next, after: token) }
    for (node, tokens) in zip(kept.draft.nodes, kept.likeliest) { learn(tokens, after: node.token) }
  }

  /// Takes in what is likely after a token, best first.
  package func learn(_ tokens: [RankedToken], after token: Token) {
    if !known[Int(token)] { entries.append(token) }
    known[Int(token)] = true
    for (rank, next) in tokens.prefix(width).enumerated() { followers[Int(token) * width + rank] = next }
  }

  /// Forgets everything.
  func clear() {
    for token in entries { known[Int(token)] = false }
    entries.removeAll(keepingCapacity: true)
  }
}
