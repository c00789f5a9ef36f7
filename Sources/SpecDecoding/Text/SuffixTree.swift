import SpecModel

/// All parts of some texts up to a length, with how often each occurs (SuffixDecoding, Oliaro et al. 2024, arXiv 2411.04975,
/// §3.1). A part that occurs once is not written out: its node names the place where it goes on.
///
/// Appending a token takes a step for each end of the text that has occurred before: at most as many as the longest part
/// has tokens, most often a few.
package struct SuffixTree {
  /// A part of the texts.
  private struct Node {
    /// How many tokens it has.
    let length: Int32
    /// How often it occurs.
    var count: Int32 = 1
    /// The place behind its first occurrence.
    let place: Int32
    /// The part with one token more that occurs most often, the first of them that was found; −1 where none is written out.
    var likeliest: Int32 = -1
    /// The last token of the part.
    let token: Token
  }

  /// Stands between texts: no token.
  private static let boundary: Token = -1

  /// The longest part that is kept, in tokens.
  private let depth: Int
  private var nodes = [Node(length: 0, count: 0, place: 0, token: boundary)]
  private var children: [UInt64: Int32] = [:]
  private var texts: [Token] = []
  /// The ends of the present text that have occurred before.
  package private(set) var ends = Ends()

  /// Ends of a text that occur in a tree, the shortest first.
  package struct Ends {
    fileprivate var parts: [Part] = []

    /// None: an empty text's.
    package init() {}

    fileprivate init(parts: [Part]) { self.parts = parts }
  }

  /// A part of the texts that need not be written out.
  fileprivate struct Part {
    /// The longest beginning of it that is.
    let node: Int32
    /// How many tokens follow; then the node occurs once.
    var further: Int32 = 0
  }

  /// How a text goes on after one of its ends.
  package struct Continuation {
    /// The likeliest tokens.
    package var tokens: [Token] = []
    /// For each the share of the occurrences so far that it goes on with it, multiplied along the way.
    package var shares: [Float] = []

    /// How many tokens are expected to be right.
    package var score: Float { shares.reduce(0, +) }
  }

  /// An empty tree.
  ///
  /// - Parameter depth: the longest part that is kept, in tokens.
  package init(depth: Int) { self.depth = depth }

  /// Appends a token to the present text.
  package mutating func append(_ token: Token) {
    texts.append(token)
    nodes[0].count += 1
    var longer: [Part] = []
    if let child = occur(token, after: 0) { longer.append(Part(node: child)) }
    for part in ends.parts where Int(nodes[Int(part.node)].length) < depth {
      if let child = occur(token, after: Int(part.node)) { longer.append(Part(node: child)) }
    }
    ends.parts = longer
  }

  /// Ends the present text: the next token begins another.
  package mutating func endText() {
    texts.append(Self.boundary)
    ends = Ends()
  }

  /// The ends of another text after one more token.
  ///
  /// - Parameters:
  ///   - ends: the ends before.
  ///   - token: the token.
  /// - Returns: those that occur in this tree.
  package func following(_ ends: Ends, _ token: Token) -> Ends {
    Ends(parts: ([Part(node: 0)] + ends.parts).compactMap { next(of: $0, token) })
  }

  private func next(of part: Part, _ token: Token) -> Part? {
    if let child = child(of: Int(part.node), token), part.further == 0 { return Part(node: child) }
    let place = Int(nodes[Int(part.node)].place + part.further)
    guard nodes[Int(part.node)].count == 1, length(of: part) < depth, place < texts.count, texts[place] == token
    else { return nil }
    return Part(node: part.node, further: part.further + 1)
  }

  private func length(of part: Part) -> Int { Int(nodes[Int(part.node)].length + part.further) }

  /// The best continuation of a text: the one with the most tokens that are expected to be right, among equals that of the
  /// longest end.
  ///
  /// - Parameters:
  ///   - ends: the text's ends in this tree.
  ///   - least: tokens of a smaller share, multiplied along the way, are left out.
  ///   - limit: the most tokens that an end of a length is gone on with.
  /// - Returns: the continuation, empty where nothing is known.
  package func continuation(after ends: Ends, least: Float, limit: (_ length: Int) -> Int) -> Continuation {
    var best = Continuation()
    for part in ends.parts.reversed() {
      let most = limit(length(of: part))
      // No share is above 1: such an end cannot be better.
      guard Float(most) > best.score else { continue }
      let next = continuation(of: part, least: least, limit: most)
      if next.score > best.score { best = next }
    }
    return best
  }

  private func continuation(of part: Part, least: Float, limit: Int) -> Continuation {
    var (next, node, share) = (Continuation(), Int(part.node), Float(1))
    while next.tokens.count < limit, nodes[node].likeliest >= 0 {
      let child = Int(nodes[node].likeliest)
      share *= Float(nodes[child].count) / Float(nodes[node].count)
      guard share >= least else { return next }
      next.tokens.append(nodes[child].token)
      next.shares.append(share)
      node = child
    }
    // What occurs once goes on as its text does.
    let first = Int(nodes[node].place)
    let end = first + depth - Int(nodes[node].length)
    var place = first + Int(part.further)
    while nodes[node].count == 1, next.tokens.count < limit, place < min(end, texts.count), texts[place] >= 0 {
      next.tokens.append(texts[place])
      next.shares.append(share)
      place += 1
    }
    return next
  }

  /// Counts a part and one token more.
  ///
  /// - Returns: the longer part, if it has occurred before.
  private mutating func occur(_ token: Token, after node: Int) -> Int32? {
    guard let found = child(of: node, token) else {
      addChild(token, to: node, place: texts.count)
      return nil
    }
    let child = Int(found)
    nodes[child].count += 1
    let place = Int(nodes[child].place)
    if nodes[child].count == 2, Int(nodes[child].length) < depth, texts[place] >= 0 {
      // Until now it was plain how it goes on.
      addChild(texts[place], to: child, place: place + 1)
    }
    prefer(child, of: node)
    return found
  }

  private mutating func addChild(_ token: Token, to node: Int, place: Int) {
    nodes.append(Node(length: nodes[node].length + 1, place: Int32(place), token: token))
    children[Self.key(node, token)] = Int32(nodes.count - 1)
    prefer(nodes.count - 1, of: node)
  }

  private mutating func prefer(_ child: Int, of node: Int) {
    let likeliest = Int(nodes[node].likeliest)
    if likeliest < 0 || nodes[child].count > nodes[likeliest].count { nodes[node].likeliest = Int32(child) }
  }

  private func child(of node: Int, _ token: Token) -> Int32? { children[Self.key(node, token)] }

  private static func key(_ node: Int, _ token: Token) -> UInt64 {
    UInt64(node) << 32 | UInt64(UInt32(bitPattern: token))
  }
}
