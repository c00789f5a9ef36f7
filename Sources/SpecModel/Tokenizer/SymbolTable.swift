/// The tokens that the characters or bytes of a word begin as, before any merge.
struct SymbolTable: Sendable {
  private let vocabulary: Vocabulary
  private let model: BytePairModel
  private let symbolsAreBytes: Bool
  /// The token of every byte where symbols are bytes, otherwise of every scalar below U+0800; -1 where there is none.
  private let small: [Token]
  /// The tokens of `<0x00>` to `<0xFF>`, where characters may fall back to them.
  private let bytes: [Token?]
  /// Words that become one token before any merge is looked at, in raw bytes where symbols are bytes.
  private let wholeWords: Vocabulary?

  /// - Parameters:
  ///   - model: the rules.
  ///   - vocabulary: texts in the letters of ``ByteAlphabet`` where symbols are bytes.
  ///   - symbolsAreBytes: whether words are raw bytes, each a symbol.
  init(_ model: BytePairModel, vocabulary: Vocabulary, symbolsAreBytes: Bool) {
    (self.vocabulary, self.symbolsAreBytes) = (vocabulary, symbolsAreBytes)
    var rules = model
    rules.merges = []
    self.model = rules
    if symbolsAreBytes {
      small = (UInt8.min...UInt8.max).map { vocabulary.token(for: ByteAlphabet.letter(of: $0)) ?? -1 }
    } else {
      small = (UInt32(0)..<0x800).map { scalar in
        Unicode.Scalar(scalar).flatMap { vocabulary.token(for: Array(String(Character($0)).utf8)) } ?? -1
      }
    }
    bytes = model.fallsBackToBytes ? (UInt8.min...UInt8.max).map { vocabulary.token(for: byteName($0)) } : []
    guard model.ignoresMerges else {
      wholeWords = nil
      return
    }
    wholeWords = symbolsAreBytes ? vocabulary.inBytes : vocabulary
  }

  /// The token that a word becomes as a whole, before any merge is looked at.
  func wholeWord(_ word: ArraySlice<UInt8>) -> Token? { wholeWords?.token(for: word) }

  /// Appends the symbols of a word.
  func append(_ word: Range<Int>, of text: [UInt8], to tokens: inout [Token]) {
    var unknown = false
    var position = word.lowerBound
    let isPlain = model.continuationPrefix.isEmpty && model.wordSuffix.isEmpty
    while position < word.upperBound {
      let start = position
      position = symbolsAreBytes ? start + 1 : scalarValue(in: text, at: start, end: word.upperBound).next
      let token = isPlain ? token(text, start..<position) : affixed(text, start..<position, in: word)
      if let token {
        flush(&unknown, to: &tokens)
        tokens.append(token)
      } else if !appendBytes(text[start..<position], to: &tokens) {
        if !model.fusesUnknown { flush(&unknown, to: &tokens) }
        unknown = true
      }
    }
    flush(&unknown, to: &tokens)
  }

  private func flush(_ unknown: inout Bool, to tokens: inout [Token]) {
    if unknown, let token = model.unknownToken { tokens.append(token) }
    unknown = false
  }

  @inline(__always)
  private func token(_ text: [UInt8], _ symbol: Range<Int>) -> Token? {
    let lead = text[symbol.lowerBound]
    let found: Token
    if symbolsAreBytes || lead < 0x80 {
      found = small[Int(lead)]
    } else if symbol.count == 2 {
      found = small[Int(lead & 0x1F) << 6 | Int(text[symbol.lowerBound + 1] & 0x3F)]
    } else {
      return vocabulary.token(for: text[symbol])
    }
    return found < 0 ? nil : found
  }

  private func affixed(_ text: [UInt8], _ symbol: Range<Int>, in word: Range<Int>) -> Token? {
    var spelt: [UInt8] = []
    if symbol.lowerBound > word.lowerBound { spelt += model.continuationPrefix }
    spelt += symbolsAreBytes ? ByteAlphabet.word(of: text[symbol]) : Array(text[symbol])
    if symbol.upperBound == word.upperBound { spelt += model.wordSuffix }
    return vocabulary.token(for: spelt)
  }

  /// Appends the tokens of bytes, all or none.
  private func appendBytes(_ character: ArraySlice<UInt8>, to tokens: inout [Token]) -> Bool {
    guard model.fallsBackToBytes else { return false }
    let spelt = symbolsAreBytes ? ByteAlphabet.word(of: character)[...] : character
    let found = spelt.compactMap { bytes[Int($0)] }
    guard found.count == spelt.count else { return false }
    tokens += found
    return true
  }
}

/// The name of the token that a byte falls back to.
func byteName(_ byte: UInt8) -> [UInt8] {
  let digits = Array("0123456789ABCDEF".utf8)
  return Array("<0x".utf8) + [digits[Int(byte >> 4)], digits[Int(byte & 15)], UInt8(ascii: ">")]
}

/// The byte that a token of such a name stands for, nil for any other.
func byteOfName(_ name: ArraySlice<UInt8>) -> UInt8? {
  guard name.count == 6, name.starts(with: "<0x".utf8), name.last == UInt8(ascii: ">") else { return nil }
  return UInt8(String(decoding: name.dropFirst(3).dropLast(), as: UTF8.self), radix: 16)
}
