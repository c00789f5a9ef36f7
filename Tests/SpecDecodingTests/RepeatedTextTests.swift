import SpecDecoding
import SpecModel
import SpecTestSupport
import Testing

/// The structures that find repeated text against plain search.
struct RepeatedTextTests {
  /// Random texts of few tokens, so that much repeats.
  static func texts(_ count: Int, length: Int) -> [[Token]] {
    var random = SeededRandom(seed: 5)
    return (0..<count).map { _ in
      let tokens = 1 + random.below(4)
      return (0..<length).map { _ in Token(random.below(tokens)) }
    }
  }

  /// The longest end of a text that stands in it before, and the place behind its first occurrence.
  static func longestRepeatedEnd(_ text: ArraySlice<Token>) -> (length: Int, firstEnd: Int)? {
    for length in stride(from: text.count - 1, to: 0, by: -1) {
      let end = text.suffix(length)
      for place in length..<text.count where text[place - length..<place].elementsEqual(end) { return (length, place) }
    }
    return nil
  }

  @Test func theAutomatonFindsTheLongestRepeatedEnd() {
    for text in Self.texts(60, length: 80) {
      var automaton = SuffixAutomaton()
      for count in 1...text.count {
        automaton.append(text[count - 1])
        let expected = Self.longestRepeatedEnd(text[..<count])
        #expect(automaton.match.length == expected?.length ?? 0)
        if let expected { #expect(automaton.firstEnd(of: automaton.match) == expected.firstEnd) }
      }
    }
  }

  @Test func theAutomatonMovesByATokenThatIsNotAppended() {
    for text in Self.texts(40, length: 60) {
      var automaton = SuffixAutomaton()
      for (index, token) in text.enumerated() {
        let moved = automaton.moved(automaton.match, by: token)
        automaton.append(token)
        #expect(moved.length == automaton.match.length, "\(index)")
      }
    }
  }

  @Test func theIndexFindsTheLatestOfTheLongestNgram() {
    for (number, text) in Self.texts(60, length: 70).enumerated() {
      let lengths = 1 + number % 3...3 + number % 5
      var index = NgramIndex(lengths: lengths)
      var count = 1
      while count <= text.count {
        let expected = lengths.reversed().lazy.compactMap { length -> (Int, Int)? in
          let end = text[..<count].suffix(length)
          let place = (length..<max(length, count)).last { text[$0 - length..<$0].elementsEqual(end) }
          return place.map { (length, $0) }
        }.first
        let found = index.repeatedEnd(of: Array(text[..<count]))
        #expect(found?.length == expected?.0 && found?.place == expected?.1, "\(text) \(count)")
        count += 1 + number % 4
      }
    }
  }

  /// How often a part stands in some texts.
  static func occurrences(of part: some Collection<Token>, in texts: [[Token]]) -> Int {
    texts.reduce(0) { sum, text in
      sum
        + (0...max(0, text.count - part.count)).filter { place in
          place + part.count <= text.count && text[place..<place + part.count].elementsEqual(part)
        }.count
    }
  }

  /// What a continuation of one end should be, by counting.
  static func continuation(
    of end: ArraySlice<Token>,
    in texts: [[Token]],
    least: Float,
    limit: Int,
    depth: Int
  ) -> [Float] {
    var (part, share, shares) = (Array(end), Float(1), [Float]())
    while shares.count < limit, part.count < depth {
      let here = occurrences(of: part, in: texts)
      let next = Set(texts.flatMap { $0 }).map { (token: $0, count: occurrences(of: part + [$0], in: texts)) }
      guard let best = next.max(by: { $0.count < $1.count }), best.count > 0 else { break }
      // Among equals the tree takes the one that was found first: then only shares can be compared.
      guard next.count(where: { $0.count == best.count }) == 1 else { break }
      share *= Float(best.count) / Float(here)
      guard share >= least else { break }
      part.append(best.token)
      shares.append(share)
    }
    return shares
  }

  @Test func theTreeCountsAsPlainSearchDoes() {
    for text in Self.texts(20, length: 40) {
      var tree = SuffixTree(depth: 6)
      for token in text { tree.append(token) }
      var other = SuffixTree.Ends()
      for token in text { other = tree.following(other, token) }
      for length in 1...5 {
        let expected = Self.continuation(of: text.suffix(length), in: [text], least: 0.2, limit: 4, depth: 6)
        let found = tree.continuation(after: tree.ends, least: 0.2) { $0 == length ? 4 : 0 }
        #expect(found.shares.starts(with: expected), "\(text) \(length)")
        // Another reader of the same text sees the same.
        let read = tree.continuation(after: other, least: 0.2) { $0 == length ? 4 : 0 }
        #expect(read.tokens == found.tokens || found.tokens.isEmpty, "\(text) \(length)")
      }
    }
  }

  /// Of all ends that one is gone on with of which most is expected, of equals the longest.
  @Test func theBestEndIsGoneOnWith() {
    for text in Self.texts(60, length: 50) {
      var tree = SuffixTree(depth: 9)
      for token in text { tree.append(token) }
      var best = tree.continuation(after: tree.ends, least: 0.1) { _ in 0 }
      for length in 1...9 {
        let next = tree.continuation(after: tree.ends, least: 0.1) { $0 == length ? min(2 * length, 7) : 0 }
        if !next.tokens.isEmpty, next.score >= best.score { best = next }
      }
      let found = tree.continuation(after: tree.ends, least: 0.1) { min(2 * $0, 7) }
      #expect(found.tokens == best.tokens && found.shares == best.shares)
    }
  }

  @Test func textsDoNotRunIntoEachOther() {
    var tree = SuffixTree(depth: 8)
    for text in [[1, 2, 3], [4, 5, 6]] as [[Token]] {
      for token in text { tree.append(token) }
      tree.endText()
    }
    let ends = [2, 3].reduce(SuffixTree.Ends()) { tree.following($0, $1) }
    #expect(tree.continuation(after: ends, least: 0) { _ in 8 }.tokens.isEmpty)
    let inner = [4].reduce(SuffixTree.Ends()) { tree.following($0, $1) }
    #expect(tree.continuation(after: inner, least: 0) { _ in 8 }.tokens == [5, 6])
  }
}
