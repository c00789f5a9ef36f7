import SpecModel

/// The suffix automaton of a text that grows token by token (Blumer et al. 1985; as SAM-Decoding uses it, Hu et al. 2024,
/// arXiv 2411.10666, §3.1): the smallest automaton that reads every part of the text. It knows, after each token, the longest
/// end of the text that stood in it before.
///
/// Appending a token takes amortized constant time, but for the edges of a state that is split.
package struct SuffixAutomaton {
  /// An empty text.
  package init() {}

  /// A part of the text that ends where reading has come to.
  package struct Match {
    /// The state that has read it.
    package fileprivate(set) var state = 0
    /// How many tokens it has.
    package fileprivate(set) var length = 0
  }

  private struct State {
    /// The longest part that its state reads.
    var length: Int32
    /// The state of the longest end of that part that more places have in common; −1 for the first state.
    var link: Int32
    /// How many tokens stood in the text where the part first ended.
    var firstEnd: Int32
    /// The newest of its edges; −1 for none.
    var newestEdge: Int32 = -1
  }

  /// An edge, chained to the one that its state had before.
  private struct Edge {
    let token: Token
    let previous: Int32
  }

  private var states = [State(length: 0, link: -1, firstEnd: 0)]
  private var edges: [Edge] = []
  private var targets: [UInt64: Int32] = [:]
  private var last = 0

  /// How many tokens the text has.
  package private(set) var count = 0
  /// The longest end of the text that stood in it before.
  package private(set) var match = Match()

  /// Appends a token to the text.
  package mutating func append(_ token: Token) {
    match = moved(match, by: token)
    count += 1
    let new = addState(State(length: states[last].length + 1, link: 0, firstEnd: Int32(count)))
    var state = last
    while state >= 0, target(of: state, token) == nil {
      addEdge(from: state, token, to: new)
      state = Int(states[state].link)
    }
    if state >= 0, let next = target(of: state, token) { states[new].link = Int32(split(next, after: state, token)) }
    last = new
  }

  /// What a match becomes when a token follows it: the longest end of both that stands in the text.
  ///
  /// - Parameters:
  ///   - match: a part of the text.
  ///   - token: what follows it.
  /// - Returns: the longer part, or a shorter one that can be gone on with, or nothing.
  package func moved(_ match: Match, by token: Token) -> Match {
    var (state, length) = (match.state, match.length)
    while state != 0, target(of: state, token) == nil {
      state = Int(states[state].link)
      length = Int(states[state].length)
    }
    return target(of: state, token).map { Match(state: $0, length: length + 1) } ?? Match()
  }

  /// How many tokens stood in the text where a match first ended: what followed it stands from there on.
  package func firstEnd(of match: Match) -> Int { Int(states[match.state].firstEnd) }

  /// A shorter match, whose first place may lie earlier in the text; nil if there is none but the empty one.
  package func shorter(_ match: Match) -> Match? {
    let link = Int(states[match.state].link)
    return link > 0 ? Match(state: link, length: Int(states[link].length)) : nil
  }

  /// The state that an edge leads to, so that the edge reads nothing longer than its state's longest part and the token.
  private mutating func split(_ next: Int, after state: Int, _ token: Token) -> Int {
    if states[next].length == states[state].length + 1 { return next }
    let copy = addState(
      State(length: states[state].length + 1, link: states[next].link, firstEnd: states[next].firstEnd)
    )
    var edge = states[next].newestEdge
    while edge >= 0 {
      let old = edges[Int(edge)]
      if let target = target(of: next, old.token) { addEdge(from: copy, old.token, to: target) }
      edge = old.previous
    }
    states[next].link = Int32(copy)
    var before = state
    while before >= 0, target(of: before, token) == next {
      targets[Self.key(before, token)] = Int32(copy)
      before = Int(states[before].link)
    }
    return copy
  }

  private mutating func addState(_ state: State) -> Int {
    states.append(state)
    return states.count - 1
  }

  private mutating func addEdge(from state: Int, _ token: Token, to target: Int) {
    targets[Self.key(state, token)] = Int32(target)
    edges.append(Edge(token: token, previous: states[state].newestEdge))
    states[state].newestEdge = Int32(edges.count - 1)
  }

  private func target(of state: Int, _ token: Token) -> Int? { targets[Self.key(state, token)].map(Int.init) }

  private static func key(_ state: Int, _ token: Token) -> UInt64 {
    UInt64(state) << 32 | UInt64(UInt32(bitPattern: token))
  }
}
