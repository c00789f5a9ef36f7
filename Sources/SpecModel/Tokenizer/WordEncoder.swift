/// Turns the words of a text into tokens. A word that comes again is only looked up.
struct WordEncoder: Sendable {
  private let pairs: BytePairEncoder
  /// A word may be cut before each of these that does not follow another one: no merge reaches across.
  private let boundary: [UInt8]?

  init(_ definition: TokenizerDefinition, symbolsAreBytes: Bool) {
    switch definition.model {
    case .bytePair(let model):
      pairs = BytePairEncoder(model, vocabulary: definition.vocabulary, symbolsAreBytes: symbolsAreBytes)
      boundary = symbolsAreBytes ? nil : Self.boundary(of: model, definition.vocabulary)
    }
  }

  /// The tokens of all words, one after the other.
  func encode(_ cut: WordCut, into tokens: inout [Token]) {
    var workspace = BytePairEncoder.Workspace()
    var cache = WordCache(textLength: cut.text.count)
    for word in cut.words {
      guard let boundary else {
        encode(word, of: cut.text, into: &tokens, &workspace, &cache)
        continue
      }
      var start = word.lowerBound
      while start < word.upperBound {
        let end = nextBoundary(boundary, in: cut.text, start..<word.upperBound)
        encode(start..<end, of: cut.text, into: &tokens, &workspace, &cache)
        start = end
      }
    }
  }

  private func encode(
    _ word: Range<Int>,
    of text: [UInt8],
    into tokens: inout [Token],
    _ workspace: inout BytePairEncoder.Workspace,
    _ cache: inout WordCache
  ) {
    guard let slot = cache.slot(of: word, in: text) else {
      return pairs.encode(word, of: text, into: &tokens, workspace: &workspace)
    }
    if let known = cache.tokens(at: slot, word, in: text) {
      for index in known { tokens.append(tokens[index]) }
      return
    }
    let start = tokens.count
    pairs.encode(word, of: text, into: &tokens, workspace: &workspace)
    cache.note(word, start..<tokens.count, at: slot)
  }

  /// The first place where a boundary begins that follows something else.
  private func nextBoundary(_ boundary: [UInt8], in text: [UInt8], _ range: Range<Int>) -> Int {
    var position = range.lowerBound
    var isBehindBoundary = true
    while position < range.upperBound {
      if text[position] == boundary[0], text[position..<range.upperBound].starts(with: boundary) {
        if !isBehindBoundary { return position }
        position += boundary.count
      } else {
        isBehindBoundary = false
        position += 1
      }
    }
    return range.upperBound
  }

  /// The mark of a space in SentencePiece vocabularies, if it is a symbol and no merge makes a token with it behind
  /// something else. Then words do not depend on what stands before such a mark.
  private static func boundary(of model: BytePairModel, _ vocabulary: Vocabulary) -> [UInt8]? {
    let mark = Array("\u{2581}".utf8)
    guard vocabulary.token(for: mark) != nil, !model.ignoresMerges, model.continuationPrefix.isEmpty,
      model.wordSuffix.isEmpty
    else { return nil }
    for merge in model.merges {
      var text = vocabulary[merge.result]
      while text.starts(with: mark) { text = text.dropFirst(mark.count) }
      var position = text.startIndex
      while position + mark.count <= text.endIndex {
        if text[position] == mark[0], text[position...].starts(with: mark) { return nil }
        position += 1
      }
    }
    return mark
  }
}

/// Where words of a text that came before have their tokens.
private struct WordCache {
  private struct Entry {
    var word: Range<Int>
    var tokens: Range<Int>
  }

  private static let longestWord = 32
  private var entries: [Entry] = []

  /// A cache for the words of a text; short texts do not repay one.
  init(textLength: Int) {
    if textLength < 512 { return }
    var size = 256
    while size < textLength / 16, size < 1 << 14 { size *= 2 }
    entries = Array(repeating: Entry(word: 0..<0, tokens: 0..<0), count: size)
  }

  /// Where a word has its place, nil if it is not kept.
  func slot(of word: Range<Int>, in text: [UInt8]) -> Int? {
    if entries.isEmpty || word.count > Self.longestWord { return nil }
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    for position in word { hash = (hash ^ UInt64(text[position])) &* 0x100_0000_01B3 }
    return Int(truncatingIfNeeded: hash ^ hash >> 32) & (entries.count - 1)
  }

  /// The places of the tokens of a word that came before.
  func tokens(at slot: Int, _ word: Range<Int>, in text: [UInt8]) -> Range<Int>? {
    let known = entries[slot].word
    guard known.count == word.count else { return nil }
    for offset in 0..<word.count where text[known.lowerBound + offset] != text[word.lowerBound + offset] { return nil }
    return entries[slot].tokens
  }

  mutating func note(_ word: Range<Int>, _ tokens: Range<Int>, at slot: Int) {
    entries[slot] = Entry(word: word, tokens: tokens)
  }
}
