import SpecModel

/// Lookahead's pool: what has been seen to follow a token, the most recent continuations only.
struct NGramPool {
  private let length: Int
  private let capacity: Int
  private var continuations: [Token: [[Token]]] = [:]

  /// - Parameters:
  ///   - length: tokens of an n-gram without the one that it is found by.
  ///   - capacity: continuations kept for each token.
  init(length: Int, capacity: Int) {
    self.length = length
    self.capacity = capacity
  }

  /// The continuations of a token, the least recently stored first.
  subscript(token: Token) -> [[Token]] { continuations[token] ?? [] }

  /// Stores what follows a token; what was there already becomes the most recent.
  mutating func store(_ continuation: [Token], after token: Token) {
    var known = continuations[token] ?? []
    known.removeAll { $0 == continuation }
    known.append(continuation)
    if known.count > capacity { known.removeFirst() }
    continuations[token] = known
  }

  /// Stores every n-gram of a text.
  mutating func store(text: [Token]) {
    for start in stride(from: 0, to: text.count - length, by: 1) {
      store(Array(text[start + 1...start + length]), after: text[start])
    }
  }
}
