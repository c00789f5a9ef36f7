import SpecModel

/// A tree of drafted tokens that grows; node 0 is the last committed token.
struct DraftTree {
  /// Each node's token.
  private(set) var tokens: [Token]
  /// Each node's parent; −1 for the root.
  private(set) var parents: [Int] = [-1]

  init(root: Token) { tokens = [root] }

  /// How many nodes, the root included.
  var count: Int { tokens.count }

  /// The tree's form.
  var shape: TokenTree { TokenTree(parents: parents) }

  /// Appends a node.
  ///
  /// - Parameters:
  ///   - token: its token.
  ///   - parent: a node that is there already.
  /// - Returns: its number.
  @discardableResult
  mutating func append(_ token: Token, to parent: Int) -> Int {
    tokens.append(token)
    parents.append(parent)
    return count - 1
  }

  /// Appends a chain of tokens below a node, sharing the nodes of its beginning that are there already.
  ///
  /// - Parameters:
  ///   - chain: the tokens.
  ///   - parent: where the chain begins.
  mutating func merge(_ chain: some Sequence<Token>, below parent: Int) {
    var parent = parent
    for token in chain {
      let known = (parent + 1..<max(count, parent + 1)).first { parents[$0] == parent && tokens[$0] == token }
      parent = known ?? append(token, to: parent)
    }
  }

  /// Keeps some nodes, whose parents are kept too.
  ///
  /// - Parameter nodes: the root and others, rising.
  mutating func keep(_ nodes: [Int]) {
    let numbers = Dictionary(uniqueKeysWithValues: nodes.enumerated().map { ($1, $0) })
    parents = nodes.map { numbers[parents[$0]] ?? -1 }
    tokens = nodes.map { tokens[$0] }
  }
}
