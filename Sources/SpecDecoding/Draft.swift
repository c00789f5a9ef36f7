import SpecModel

/// A token that a drafter proposes.
public struct DraftToken: Sendable {
  /// The token.
  public var token: Token
  /// The probability that the drafter gives it; nil where it gives none.
  public var confidence: Float?
  /// The distribution that it was drawn from, kept for rejection verification; nil means that it was certain.
  var distribution: [Float]?

  /// - Parameters:
  ///   - token: the token.
  ///   - confidence: the probability that the drafter gives it; nil where it gives none.
  public init(_ token: Token, confidence: Float? = nil) {
    self.token = token
    self.confidence = confidence
  }
}

/// What is verified in one pass: a tree of drafted tokens below the last committed one. A chain is a tree of width 1.
///
/// A node's parent comes before it. The first nodes are the candidates, which the target may accept; a drafter may let
/// the target run further nodes and hear what it chooses after some of them.
public struct Draft {
  /// Each node's token; node 0 is the last committed token.
  public private(set) var nodes: [DraftToken]
  /// Each node's parent; −1 for the root.
  public private(set) var parents: [Int] = [-1]
  /// Each node's distance from the root.
  public private(set) var depths: [Int] = [0]
  /// The nodes after which the drafter wants to hear the target's choice although they are no candidates.
  public var observed = 0..<0
  /// How many of the target's likeliest tokens after each node the drafter wants to hear.
  public var likeliest = 0
  /// Whether it wants to hear their probabilities, too.
  public var wantsProbabilities = false
  /// Whether it wants to hear them after each token of the text, too, that goes through the pass before the root: a
  /// prompt's. Each costs a pass of the head.
  public var wantsLikeliestInText = false
  /// The most candidates that are accepted; nil for all that agree.
  public var acceptedAtMost: Int?
  /// Whether the drafter had no room for the text any more, so that nothing could be drafted although tokens may still
  /// come.
  public var lacksRoom = false
  /// How many of the first nodes are candidates, the root included; nil for all.
  private var candidates: Int?
  /// The nodes that were left by ``prune(to:)``, by their numbers before.
  private(set) var survivors: [Int]?

  /// A draft without drafted tokens.
  ///
  /// - Parameter root: the last committed token.
  public init(root: Token) { nodes = [DraftToken(root)] }

  /// How many nodes, the root included.
  public var count: Int { nodes.count }

  /// The number of the newest node.
  public var newest: Int { count - 1 }

  /// How many nodes may be accepted, the root included.
  public var candidateCount: Int { candidates ?? count }

  /// The largest depth of a candidate.
  public var depth: Int { depths.prefix(candidateCount).max() ?? 0 }

  /// Whether each node continues the one before it.
  var isChain: Bool { depths[newest] == newest }

  /// The form of the tree.
  var shape: TokenTree { TokenTree(parents: parents) }

  /// The tokens from the root to a node.
  func path(to node: Int) -> [Token] {
    var tokens: [Token] = []
    var place = node
    while place >= 0 {
      tokens.append(nodes[place].token)
      place = parents[place]
    }
    return tokens.reversed()
  }

  /// Appends a node.
  ///
  /// - Parameters:
  ///   - token: its token.
  ///   - parent: a node that is there already; nil for the newest, as in a chain.
  /// - Returns: its number.
  @discardableResult
  public mutating func append(_ token: DraftToken, to parent: Int? = nil) -> Int {
    let parent = parent ?? newest
    precondition(parents.indices.contains(parent), "a node whose parent is not there")
    nodes.append(token)
    parents.append(parent)
    depths.append(depths[parent] + 1)
    return newest
  }

  /// Appends a chain of tokens below a node. It shares the nodes of its beginning that are there already.
  ///
  /// - Parameters:
  ///   - chain: the tokens.
  ///   - parent: where the chain begins.
  public mutating func merge(_ chain: some Sequence<Token>, below parent: Int = 0) {
    var parent = parent
    for token in chain {
      let known = (parent + 1..<max(count, parent + 1)).first { parents[$0] == parent && nodes[$0].token == token }
      parent = known ?? append(DraftToken(token), to: parent)
    }
  }

  /// Ends the candidates: nodes that are appended from now on are run, but not accepted.
  public mutating func endCandidates() { candidates = count }

  /// Leaves some nodes only. Their parents are among them.
  ///
  /// - Parameter kept: the root and others, rising.
  public mutating func prune(to kept: [Int]) {
    precondition(survivors == nil && candidates == nil, "a draft is pruned once, before its candidates end")
    var numbers = [Int](repeating: -1, count: count)
    for (number, node) in kept.enumerated() { numbers[node] = number }
    parents = kept.map { parents[$0] < 0 ? -1 : numbers[parents[$0]] }
    depths = kept.map { depths[$0] }
    nodes = kept.map { nodes[$0] }
    survivors = kept
  }

  /// Whether the drafter gives the newest token at least this probability, as it must for another to be drafted; true
  /// before the first.
  public func isSure(_ threshold: Float) -> Bool {
    count == 1 || nodes[newest].confidence.map { $0 >= threshold } ?? true
  }
}
