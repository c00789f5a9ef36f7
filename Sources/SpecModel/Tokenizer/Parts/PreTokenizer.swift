/// A step that cuts a text into words (a part of the `pre_tokenizer` of `tokenizer.json`).
package enum PreTokenizer: Equatable, Sendable {
  /// What becomes of the matches of a pattern and the stretches between them.
  package enum Behavior: String, Sendable {
    /// Matches are thrown away.
    case removed = "Removed"
    /// Each match and each stretch between is a word.
    case isolated = "Isolated"
    /// A match goes with the stretch before it.
    case mergedWithPrevious = "MergedWithPrevious"
    /// A match goes with the stretch after it.
    case mergedWithNext = "MergedWithNext"
    /// Matches side by side are one word.
    case contiguous = "Contiguous"
  }

  /// Where a Metaspace is put in front of a text.
  package enum PrependScheme: String, Sendable {
    case always, never
    /// Only at the beginning of the whole text, not behind an added token.
    case first
  }

  /// What separates words that have no pattern of their own.
  package enum Separator: Sendable {
    case whitespace, number, punctuation, bertPunctuation
    case scalar(UInt32)
  }

  /// GPT-2's pattern, a word for each match.
  case gpt2
  /// Each word gets a space in front unless it has one.
  case prefixSpace
  /// Each byte becomes its letter of ``ByteAlphabet``.
  case byteLetters
  case split(TextPattern, Behavior, isInverted: Bool)
  /// As `split`, by the property of single scalars.
  case separate(Separator, Behavior)
  /// Spaces become a replacement, which may begin the text and may cut it.
  case metaspace(replacement: Unicode.Scalar, PrependScheme, splits: Bool)
}

extension PreTokenizer.Separator: Equatable {
  func contains(_ scalar: UInt32) -> Bool {
    switch self {
    case .whitespace: return ScalarTraits(scalar).isWhitespace
    case .number: return ScalarTraits(scalar).isNumber
    case .punctuation, .bertPunctuation:
      if ScalarTraits(scalar).isPunctuation { return true }
      switch scalar {
      case 0x21...0x2F, 0x3A...0x40, 0x5B...0x60, 0x7B...0x7E: return true
      default: return false
      }
    case .scalar(let wanted): return scalar == wanted
    }
  }
}

/// A text and the words that it is cut into.
struct WordCut {
  var text: [UInt8]
  /// The words, none of them empty, by rising positions.
  var words: [Range<Int>]
  /// Whether the text is the beginning of the whole one.
  let isFirst: Bool

  /// A text that is one word as yet.
  init(_ text: [UInt8], isFirst: Bool) {
    self.text = text
    self.isFirst = isFirst
    words = text.isEmpty ? [] : [0..<text.count]
  }

  mutating func apply(_ step: PreTokenizer) {
    let text = text
    switch step {
    case .gpt2:
      let scalars = ScalarText(text)
      divide { word, add in for part in GPT2Splitter(scalars, range: word) { add(part) } }
    case .prefixSpace:
      rebuild { word, _, out in
        if text[word.lowerBound] != 0x20 { out.append(0x20) }
        out.append(contentsOf: text[word])
      }
    case .byteLetters:
      rebuild { word, _, out in
        for byte in text[word] { out.append(contentsOf: ByteAlphabet.letter(of: byte)) }
      }
    case .split(let pattern, let behavior, let isInverted):
      cut(behavior, isInverted: isInverted) { word, found in pattern.forEachMatch(in: text, word, found) }
    case .separate(let separator, let behavior):
      cut(behavior, isInverted: false) { word, found in
        var position = word.lowerBound
        while position < word.upperBound {
          let (scalar, next) = scalarValue(in: text, at: position, end: word.upperBound)
          if separator.contains(scalar) { found(position..<next) }
          position = next
        }
      }
    case .metaspace(let replacement, let scheme, let splits):
      replaceSpaces(by: Array(String(Character(replacement)).utf8), scheme)
      guard splits else { return }
      apply(.separate(.scalar(replacement.value), .mergedWithNext))
    }
  }

  private mutating func replaceSpaces(by replacement: [UInt8], _ scheme: PreTokenizer.PrependScheme) {
    let text = text
    rebuild { word, isFirst, out in
      let startsAlready = text[word.lowerBound] == 0x20 || text[word].starts(with: replacement)
      if !startsAlready, scheme == .always || scheme == .first && isFirst { out.append(contentsOf: replacement) }
      for byte in text[word] {
        if byte == 0x20 { out.append(contentsOf: replacement) } else { out.append(byte) }
      }
    }
  }

  /// Replaces each word by its parts.
  private mutating func divide(_ body: (Range<Int>, (Range<Int>) -> Void) -> Void) {
    var parts: [Range<Int>] = []
    parts.reserveCapacity(max(words.count, words.count == 1 ? text.count / 5 : 0))
    for word in words { body(word) { if !$0.isEmpty { parts.append($0) } } }
    words = parts
  }

  /// Writes each word anew. The second argument tells whether it begins the whole text.
  private mutating func rebuild(_ body: (Range<Int>, Bool, inout [UInt8]) -> Void) {
    var out: [UInt8] = []
    out.reserveCapacity(text.count + text.count / 2 + 16)
    var rebuilt: [Range<Int>] = []
    rebuilt.reserveCapacity(words.count)
    for word in words {
      let start = out.count
      body(word, isFirst && word.lowerBound == 0, &out)
      rebuilt.append(start..<out.count)
    }
    (text, words) = (out, rebuilt)
  }

  private mutating func cut(
    _ behavior: PreTokenizer.Behavior,
    isInverted: Bool,
    _ find: (Range<Int>, (Range<Int>) -> Void) -> Void
  ) {
    var assembler = WordAssembler(behavior, capacity: max(words.count, text.count / 6))
    var matches: [Range<Int>] = []
    for word in words {
      matches.removeAll(keepingCapacity: true)
      find(word) { matches.append($0) }
      var done = word.lowerBound
      for match in matches {
        if done < match.lowerBound { assembler.add(done..<match.lowerBound, isMatch: isInverted) }
        assembler.add(match, isMatch: !isInverted)
        done = match.upperBound
      }
      if done < word.upperBound { assembler.add(done..<word.upperBound, isMatch: isInverted) }
      assembler.finish()
    }
    words = assembler.words
  }
}

/// Puts matches and the stretches between them together to words.
private struct WordAssembler {
  private(set) var words: [Range<Int>] = []
  private let behavior: PreTokenizer.Behavior
  private var open: Range<Int>?
  private var lastWasMatch = false

  init(_ behavior: PreTokenizer.Behavior, capacity: Int) {
    self.behavior = behavior
    words.reserveCapacity(capacity)
  }

  mutating func add(_ part: Range<Int>, isMatch: Bool) {
    switch behavior {
    case .removed:
      if !isMatch { emit(part) }
      return
    case .isolated:
      emit(part)
      return
    case .contiguous: join(part, if: isMatch == lastWasMatch)
    case .mergedWithPrevious: join(part, if: isMatch && !lastWasMatch)
    // A match waits for what follows it; of two matches side by side the first stays alone.
    case .mergedWithNext: join(part, if: lastWasMatch && !isMatch)
    }
    lastWasMatch = isMatch
  }

  /// Ends the word that is cut.
  mutating func finish() {
    if let open { emit(open) }
    open = nil
    lastWasMatch = false
  }

  private mutating func join(_ part: Range<Int>, if isJoined: Bool) {
    if isJoined, let start = open?.lowerBound {
      open = start..<part.upperBound
    } else {
      if let open { emit(open) }
      open = part
    }
  }

  private mutating func emit(_ word: Range<Int>) {
    if !word.isEmpty { words.append(word) }
  }
}
