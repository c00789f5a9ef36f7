import SpecModel

/// Trains a byte-level BPE vocabulary (Sennrich et al. 2016, §3.2, over bytes as in GPT-2): starts from the 256 bytes
/// and joins the most frequent pair of neighbors inside words again and again.
///
/// Words are those that ``SpecModel/Tokenizer`` cuts the same text into. The result follows from the texts and their
/// order alone: of equally frequent pairs the one with the lower ids comes first.
package struct BytePairTrainer {
  private let vocabularySize: Int
  private let specialTokens: SpecialTokens
  private let splitsDigits: Bool
  private let minimumCount: Int
  private let specialTokenFinder: AddedTokens
  private var words: [ArraySlice<UInt8>] = []
  private var counts: [Int] = []
  private var indexOfWord: [ArraySlice<UInt8>: Int] = [:]

  /// A trainer that has seen no text yet.
  ///
  /// - Parameters:
  ///   - vocabularySize: the most tokens, special ones included; fewer where the text has no more pairs.
  ///   - specialTokens: tokens with a meaning of their own; where they stand in a text, words end.
  ///   - splitsDigits: whether every digit stays a token of its own: no merge then has one of 0 to 9 on either side.
  ///   - minimumCount: how often a pair must occur to become a token.
  /// - Throws: ``TokenizerTrainingError`` if the size or a special token is impossible.
  package init(
    vocabularySize: Int,
    specialTokens: SpecialTokens = SpecialTokens(),
    splitsDigits: Bool = true,
    minimumCount: Int = 2
  ) throws(TokenizerTrainingError) {
    try specialTokens.check()
    let least = specialTokens.contents.count + 256
    guard vocabularySize >= least else { throw .vocabularyTooSmall(size: vocabularySize, least: least) }
    self.vocabularySize = vocabularySize
    self.specialTokens = specialTokens
    self.splitsDigits = splitsDigits
    self.minimumCount = max(1, minimumCount)
    let added = specialTokens.contents.enumerated().map { AddedToken(special: $1, token: Token($0)) }
    specialTokenFinder = AddedTokens(added)
  }

  /// Counts the words of a text, which ends where the next one begins.
  ///
  /// - Parameter text: any text.
  package mutating func add(_ text: String) {
    let text = ScalarText(text)
    for case .text(let range) in specialTokenFinder.split(text) {
      for word in GPT2Splitter(text, range: range) { count(text.bytes[word]) }
    }
  }

  private mutating func count(_ word: ArraySlice<UInt8>) {
    // A word with a digit is a run of numbers with at most a space before it: leaving it out leaves its digits alone.
    if splitsDigits, word.contains(where: { UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 }) { return }
    if let index = indexOfWord[word] {
      counts[index] += 1
    } else {
      // A slice would keep the whole text in memory.
      let copy = Array(word)[...]
      indexOfWord[copy] = words.count
      words.append(copy)
      counts.append(1)
    }
  }

  /// Makes the vocabulary of what was counted so far.
  package func train() -> TrainedTokenizer {
    let firstByte = specialTokens.contents.count
    var entries = (UInt8.min...UInt8.max).map { [$0] }
    var tokenOfEntry: [[UInt8]: Token] = [:]
    var merges: [TrainedTokenizer.Merge] = []
    var known: Set<TrainedTokenizer.Merge> = []
    // A special token may read like a word of the byte alphabet, and no other entry may have its name.
    let reserved = Set(specialTokens.contents.compactMap { ByteAlphabet.bytes(of: ArraySlice($0.utf8)) })
    var pairs = PairCounts(words: words, counts: counts, firstByte: firstByte)
    while firstByte + entries.count < vocabularySize, let pair = pairs.popMostFrequent(atLeast: minimumCount) {
      let joined = entries[Int(pair.left) - firstByte] + entries[Int(pair.right) - firstByte]
      if reserved.contains(joined) { continue }
      // Two merges may end in the same bytes: a vocabulary has them once.
      let token = tokenOfEntry[joined] ?? Token(firstByte + entries.count)
      if tokenOfEntry.updateValue(token, forKey: joined) == nil { entries.append(joined) }
      // Only beside a token that two merges end in can a pair come up again, and its first rank holds.
      if known.insert(pair).inserted { merges.append(pair) }
      pairs.join(pair, into: token)
    }
    return TrainedTokenizer(specialTokens: specialTokens, entries: entries, merges: merges)
  }
}
