import SpecModel

extension Datastore {
  /// What is looked for, and how much of what is found makes a draft.
  package struct Query {
    /// The most tokens of a text's end that are looked for.
    package var span: Int
    /// How many places of those that are found count.
    package var hits: Int
    /// Tokens that follow each place.
    package var length: Int
    /// Most nodes of the tree.
    package var nodes: Int

    /// Makes a query; the properties say what each value means.
    package init(span: Int = 16, hits: Int = 5000, length: Int = 10, nodes: Int = 64) {
      (self.span, self.hits, self.length, self.nodes) = (span, hits, length, nodes)
    }
  }

  /// The tokens that follow the longest end of a text that is in the store, as a tree (He et al. 2023, §3.2 and §3.3).
  ///
  /// Of the beginnings of what follows, those are taken that occur most often; among equals those with lower ids, and the
  /// shorter of two of which one begins the other. So the same store gives the same tree always.
  ///
  /// - Parameters:
  ///   - draft: the root that the tree grows from.
  ///   - text: the text, which ends in the root.
  ///   - query: how much is looked for.
  /// - Returns: the draft; the root alone where not even the last two tokens are found.
  package func grown(_ draft: Draft, after text: [Token], _ query: Query) -> Draft {
    withNumbers { numbers in
      guard let (length, orders) = numbers.longestEnd(of: text, query.span) else { return draft }
      var counts = PrefixCounts()
      // More places than may count are thinned out evenly, so that no continuation is left out for its ids.
      for number in 0..<min(orders.count, query.hits) {
        let order = orders.lowerBound + number * orders.count / min(orders.count, query.hits)
        counts.add(numbers.continuation(from: numbers.place(at: order) + length, query.length))
      }
      return counts.grown(draft, nodes: query.nodes)
    }
  }
}

extension Datastore.Numbers {
  /// The shortest end that is looked for.
  static let shortestEnd = 2

  /// The longest end of a text that is in the store.
  ///
  /// - Parameters:
  ///   - text: the text.
  ///   - span: the most tokens of it.
  /// - Returns: its length, and which of the sorted places begin with it; nil if there is none.
  func longestEnd(of text: [Token], _ span: Int) -> (length: Int, orders: Range<Int>)? {
    // Whoever has a longer end has the shorter ones, too: the longest is found by halving.
    var (shortest, longest) = (Self.shortestEnd, min(span, text.count))
    var best: (length: Int, orders: Range<Int>)?
    while shortest <= longest {
      let middle = (shortest + longest + 1) / 2
      let orders = orders(of: text.suffix(middle))
      if orders.isEmpty {
        longest = middle - 1
      } else {
        best = (middle, orders)
        shortest = middle + 1
      }
    }
    return best
  }

  /// Which of the sorted places begin with some tokens.
  func orders(of tokens: ArraySlice<Token>) -> Range<Int> {
    let first = firstOrder { comparison(ofPlace: $0, with: tokens) >= 0 }
    let end = firstOrder(from: first) { comparison(ofPlace: $0, with: tokens) > 0 }
    return first..<end
  }

  /// The first of the sorted places from which on a condition holds.
  private func firstOrder(from start: Int = 0, _ holds: (Int) -> Bool) -> Int {
    var (low, high) = (start, count)
    while low < high {
      let middle = (low + high) / 2
      if holds(place(at: middle)) { high = middle } else { low = middle + 1 }
    }
    return low
  }

  /// How what stands at a place compares with some tokens: below 0 if it comes before them, 0 if it begins with them.
  private func comparison(ofPlace place: Int, with tokens: ArraySlice<Token>) -> Int {
    for (offset, token) in tokens.enumerated() {
      guard place + offset < count else { return -1 }
      let (id, wanted) = (id(at: place + offset), UInt32(bitPattern: token))
      if id != wanted { return id < wanted ? -1 : 1 }
    }
    return 0
  }

  /// What follows from a place on, up to the text's end.
  func continuation(from place: Int, _ length: Int) -> [Token] {
    var tokens: [Token] = []
    for place in place..<max(place, min(place + length, count)) {
      let id = id(at: place)
      if id == Datastore.separator { break }
      tokens.append(Token(bitPattern: id))
    }
    return tokens
  }
}

/// How often texts begin alike. They come sorted, so that those that begin alike come after one another.
struct PrefixCounts {
  private struct Node {
    let token: Token
    /// The node of the beginning that is one token shorter; −1 for the empty one.
    let parent: Int
    var count = 1
  }

  /// A beginning comes after those that are less, and after its own beginnings.
  private var nodes: [Node] = []
  /// The nodes of the latest text.
  private var path: [Int] = []

  /// Nothing is counted.
  init() {}

  /// Counts the beginnings of a text.
  ///
  /// - Parameter text: it comes after the text before in the order of ids.
  mutating func add(_ text: [Token]) {
    var shared = 0
    while shared < min(path.count, text.count), nodes[path[shared]].token == text[shared] {
      nodes[path[shared]].count += 1
      shared += 1
    }
    path.removeLast(path.count - shared)
    for token in text[shared...] {
      nodes.append(Node(token: token, parent: path.last ?? -1))
      path.append(nodes.count - 1)
    }
  }

  /// A tree of the beginnings that occur most often.
  ///
  /// - Parameters:
  ///   - draft: the root that it grows from.
  ///   - most: how many nodes it gets at most.
  /// - Returns: the draft.
  func grown(_ draft: Draft, nodes most: Int) -> Draft {
    // A beginning occurs as often as whatever it begins, and comes before it: its node is taken first.
    let best = nodes.indices.sorted { (nodes[$0].count, $1) > (nodes[$1].count, $0) }.prefix(most).sorted()
    var draft = draft
    var numbers = [-1: 0]
    for node in best {
      guard let parent = numbers[nodes[node].parent] else { continue }
      numbers[node] = draft.append(DraftToken(nodes[node].token), to: parent)
    }
    return draft
  }
}
