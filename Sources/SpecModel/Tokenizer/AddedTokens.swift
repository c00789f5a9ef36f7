/// A token that is recognized inside text before the text is split into words, such as `</s>`.
package struct AddedToken: Sendable {
  /// Its id.
  package var token: Token
  /// What it looks like, as UTF-8.
  package var content: ArraySlice<UInt8>
  /// Left out on request when decoding.
  package var isSpecial = false
  /// Counts only where no word character touches it.
  package var isSingleWord = false
  /// Swallows the white space before it.
  package var stripsLeft = false
  /// Swallows the white space after it.
  package var stripsRight = false
  /// Looked for in normalized text, that is, only after all tokens that are looked for in raw text.
  package var isNormalized = false
}

extension AddedToken {
  /// Whether it may steer a model. Some checkpoints do not call their own markers special, so that what is written like
  /// one counts too; ordinary words and stretches of white space do not.
  var isControl: Bool {
    isSpecial || (content.first == UInt8(ascii: "<") && content.last == UInt8(ascii: ">") && content.count > 2)
  }

  /// A special token that is found wherever its content stands.
  package init(special content: String, token: Token) {
    self.init(content: content, token: token, isSpecial: true)
  }

  /// A token that is found wherever its content stands in raw text.
  package init(content: String, token: Token, isSpecial: Bool) {
    self.init(token: token, content: ArraySlice(content.utf8), isSpecial: isSpecial)
  }
}

/// Finds added tokens in text, with the precedence of Hugging Face tokenizers.
package struct AddedTokens: Sendable {
  /// A part of a text.
  package enum Piece: Equatable {
    /// An added token.
    case token(Token)
    /// The bytes between added tokens.
    case text(Range<Int>)
  }

  private let tokens: [AddedToken]
  private let isControl: [Bool]
  private let rawTrie: ByteTrie
  /// The order of the two searches matters where tokens overlap, without a normalizer too.
  private let normalizedTrie: ByteTrie

  /// Tokens with contents that differ.
  ///
  /// - Parameters:
  ///   - tokens: the tokens.
  ///   - normalizers: what is done to text before those are looked for that are normalized; it is done to them too.
  package init(_ tokens: [AddedToken], normalizers: [Normalizer] = []) {
    self.tokens = tokens
    rawTrie = ByteTrie(tokens.indices.filter { !tokens[$0].isNormalized }.map { (tokens[$0].content, $0) })
    // Where two are the same when normalized, the first counts, special ones before others.
    let (special, others) = (tokens.indices.filter { tokens[$0].isSpecial }, tokens.indices.filter { !tokens[$0].isSpecial })
    let normalized = (special + others).filter { tokens[$0].isNormalized }
    normalizedTrie = ByteTrie(
      normalized.map { index in
        var content = TextBuffer(Array(tokens[index].content), 0..<tokens[index].content.count)
        for normalizer in normalizers { normalizer.apply(to: &content) }
        return (content.bytes[...], index)
      }
    )
    isControl = tokens.map(\.isControl)
  }

  func token(for content: String) -> Token? {
    tokens.first { $0.content.elementsEqual(content.utf8) }?.token
  }

  /// Cuts a whole text that nothing normalizes into added tokens and the non-empty stretches between them.
  ///
  /// - Parameters:
  ///   - text: the text.
  ///   - quoted: stretches, by rising positions, in which no token that may steer a model is found, not even in part.
  /// - Returns: the pieces in order.
  package func split(_ text: ScalarText, quoted: [Range<Int>] = []) -> [Piece] {
    let quotation = Quotation(quoted)
    return splitRaw(text, quoted: quoted).flatMap { piece in
      switch piece {
      case .token: [piece]
      case .text(let range): pieces(of: text, in: range, trie: normalizedTrie, quotation)
      }
    }
  }

  /// Cuts a raw text at the tokens that are looked for in it.
  func splitRaw(_ text: ScalarText, quoted: [Range<Int>]) -> [Piece] {
    pieces(of: text, in: 0..<text.bytes.count, trie: rawTrie, Quotation(quoted))
  }

  /// Cuts a normalized text at the tokens that are looked for in it.
  func splitNormalized(_ text: ScalarText, quoted: [Range<Int>]) -> [Piece] {
    pieces(of: text, in: 0..<text.bytes.count, trie: normalizedTrie, Quotation(quoted))
  }

  private func pieces(
    of text: ScalarText,
    in range: Range<Int>,
    trie: ByteTrie,
    _ quotation: Quotation
  ) -> [Piece] {
    let counts = { (match: Range<Int>, token: Int) in !isControl[token] || !quotation.touches(match) }
    var pieces: [Piece] = []
    var consumed = range.lowerBound
    var position = range.lowerBound
    while let match = trie.firstMatch(in: text.bytes, range: position..<range.upperBound, where: counts) {
      position = match.range.upperBound
      let token = tokens[match.value]
      if token.isSingleWord, touchesWord(match.range, of: text, in: range) { continue }
      var start = match.range.lowerBound
      var end = match.range.upperBound
      while token.stripsLeft, start > consumed {
        let before = text.scalar(before: start)
        guard before.scalar.properties.isWhitespace else { break }
        start = before.start
      }
      while token.stripsRight, end < range.upperBound {
        let after = text.scalar(at: end)
        guard after.scalar.properties.isWhitespace else { break }
        end = after.next
      }
      if consumed < start { pieces.append(.text(consumed..<start)) }
      pieces.append(.token(token.token))
      // A match inside white space that the token before has swallowed still counts, but gives nothing back.
      consumed = max(consumed, end)
    }
    if consumed < range.upperBound { pieces.append(.text(consumed..<range.upperBound)) }
    return pieces
  }

  private func touchesWord(_ match: Range<Int>, of text: ScalarText, in range: Range<Int>) -> Bool {
    (match.lowerBound > range.lowerBound && text.scalar(before: match.lowerBound).scalar.isWordScalar)
      || (match.upperBound < range.upperBound && text.scalar(at: match.upperBound).scalar.isWordScalar)
  }
}

/// Stretches of a text that are somebody else's.
private struct Quotation {
  private let ranges: [Range<Int>]

  /// - Parameter ranges: the stretches by rising positions.
  init(_ ranges: [Range<Int>]) { self.ranges = ranges }

  /// Whether any byte of a stretch is quoted.
  func touches(_ match: Range<Int>) -> Bool {
    var (low, high) = (0, ranges.count)
    while low < high {
      let middle = (low + high) / 2
      if ranges[middle].upperBound <= match.lowerBound { low = middle + 1 } else { high = middle }
    }
    return low < ranges.count && ranges[low].overlaps(match)
  }
}

/// A set of byte strings with a value each, searched for the leftmost and there the longest match.
private struct ByteTrie: Sendable {
  private var children: [Int: Int] = [:]
  private var values: [Int?] = [nil]
  /// Most bytes of a text start no added token; this table dismisses them at once.
  private var startsSomething = [Bool](repeating: false, count: 256)

  init(_ entries: [(bytes: ArraySlice<UInt8>, value: Int)]) {
    for entry in entries {
      var node = 0
      for byte in entry.bytes {
        let key = ByteTrie.edge(from: node, over: byte)
        let child = children[key] ?? values.count
        if child == values.count {
          children[key] = child
          values.append(nil)
        }
        node = child
      }
      if node != 0, values[node] == nil { values[node] = entry.value }
      if let first = entry.bytes.first { startsSomething[Int(first)] = true }
    }
  }

  func firstMatch(
    in bytes: [UInt8],
    range: Range<Int>,
    where counts: (Range<Int>, Int) -> Bool
  ) -> (range: Range<Int>, value: Int)? {
    if children.isEmpty { return nil }
    for start in range where startsSomething[Int(bytes[start])] {
      var node = 0
      var longest: (range: Range<Int>, value: Int)?
      for position in start..<range.upperBound {
        guard let child = children[ByteTrie.edge(from: node, over: bytes[position])] else { break }
        node = child
        if let value = values[node], counts(start..<position + 1, value) { longest = (start..<position + 1, value) }
      }
      if let longest { return longest }
    }
    return nil
  }

  private static func edge(from node: Int, over byte: UInt8) -> Int {
    node << 8 | Int(byte)
  }
}
