import SpecModel

/// How often two tokens stand next to each other inside words, kept up to date while pairs are joined.
struct PairCounts {
  typealias Pair = TrainedTokenizer.Merge

  private struct Entry {
    var count = 0
    /// The words that have held the pair, in any order, some perhaps more than once.
    var words: [Int] = []
  }

  /// The most frequent pair comes first, among equals the one with the lower ids.
  private struct Candidate: Comparable {
    let count: Int
    let pair: Pair

    static func < (left: Candidate, right: Candidate) -> Bool {
      left.count != right.count ? left.count > right.count : left.pair < right.pair
    }
  }

  /// The tokens of all words, one word after the other; a word that was joined fills only the front of its place.
  private var tokens: [Token] = []
  private var ranges: [Range<Int>] = []
  private let counts: [Int]
  private var entries: [Entry] = []
  private var indexOfPair: [Pair: Int] = [:]
  /// Holds every pair with a count at least as high as its present one.
  private var queue = PriorityQueue<Candidate>()

  /// - Parameters:
  ///   - words: words as bytes, each once.
  ///   - counts: how often each occurs.
  ///   - firstByte: the token of the byte 0.
  init(words: [ArraySlice<UInt8>], counts: [Int], firstByte: Int) {
    self.counts = counts
    for (index, word) in words.enumerated() {
      let start = tokens.count
      tokens.append(contentsOf: word.lazy.map { Token(firstByte + Int($0)) })
      ranges.append(start..<tokens.count)
      for position in start..<max(start, tokens.count - 1) {
        increase(Pair(left: tokens[position], right: tokens[position + 1]), in: index)
      }
    }
    for (pair, entry) in indexOfPair { queue.insert(Candidate(count: entries[entry].count, pair: pair)) }
  }

  /// The pair that stands most often in the words, which is then no longer waiting; nil if none is frequent enough.
  mutating func popMostFrequent(atLeast minimum: Int) -> Pair? {
    while let candidate = queue.popFirst(), candidate.count >= minimum {
      let count = indexOfPair[candidate.pair].map { entries[$0].count } ?? 0
      if count == candidate.count { return candidate.pair }
      // The pair has become rarer since it was queued.
      queue.insert(Candidate(count: count, pair: candidate.pair))
    }
    return nil
  }

  /// Replaces a pair by one token in all words, from left to right.
  mutating func join(_ pair: Pair, into token: Token) {
    guard let index = indexOfPair[pair] else { return }
    let words = entries[index].words
    entries[index].words = []
    var increased: Set<Pair> = []
    for word in words { join(pair, into: token, in: word, increased: &increased) }
    entries[index].count = 0
    for pair in increased {
      if let index = indexOfPair[pair] { queue.insert(Candidate(count: entries[index].count, pair: pair)) }
    }
  }

  private mutating func join(_ pair: Pair, into token: Token, in word: Int, increased: inout Set<Pair>) {
    let range = ranges[word]
    var read = range.lowerBound
    var end = range.lowerBound
    while read < range.upperBound {
      guard read + 1 < range.upperBound, tokens[read] == pair.left, tokens[read + 1] == pair.right else {
        tokens[end] = tokens[read]
        read += 1
        end += 1
        continue
      }
      if end > range.lowerBound {
        let before = tokens[end - 1]
        decrease(Pair(left: before, right: pair.left), in: word)
        increased.insert(increase(Pair(left: before, right: token), in: word))
      }
      if read + 2 < range.upperBound {
        let after = tokens[read + 2]
        decrease(Pair(left: pair.right, right: after), in: word)
        increased.insert(increase(Pair(left: token, right: after), in: word))
      }
      tokens[end] = token
      read += 2
      end += 1
    }
    ranges[word] = range.lowerBound..<end
  }

  @discardableResult
  private mutating func increase(_ pair: Pair, in word: Int) -> Pair {
    let index = indexOfPair[pair] ?? entries.count
    if index == entries.count {
      indexOfPair[pair] = index
      entries.append(Entry())
    }
    entries[index].count += counts[word]
    if entries[index].words.last != word { entries[index].words.append(word) }
    return pair
  }

  private mutating func decrease(_ pair: Pair, in word: Int) {
    if let index = indexOfPair[pair] { entries[index].count -= counts[word] }
  }
}
