/// The decoders of a tokenizer, fed with one token after the other. It shows text as soon as it is certain.
struct DecoderChain: Sendable {
  private var stages: [DecoderStage]

  init(_ decoders: [TokenDecoder]) {
    var isOneText = false
    stages = (decoders.isEmpty ? [.joinWithSpaces] : decoders).map { decoder in
      defer { isOneText = isOneText || decoder.makesOneText }
      return DecoderStage(decoder, getsOneText: isOneText)
    }
  }

  /// Adds the text of a token.
  ///
  /// - Returns: the text that is certain now.
  mutating func append(_ text: ArraySlice<UInt8>) -> [UInt8] { pass([text], from: 0) }

  /// Whether what came before no longer tells what a token becomes: nothing is held back, and no stage is at its start.
  var isSteady: Bool { stages.allSatisfy(\.isSteady) }

  /// Ends the text. The chain can be used anew afterwards.
  ///
  /// - Returns: the rest of the text.
  mutating func finish() -> [UInt8] {
    var text: [UInt8] = []
    for index in stages.indices {
      let rest = stages[index].finish()
      text += pass(rest, from: index + 1)
    }
    return text
  }

  private mutating func pass(_ texts: [ArraySlice<UInt8>], from first: Int) -> [UInt8] {
    var texts = texts
    for index in stages.indices.dropFirst(first) {
      if texts.isEmpty { return [] }
      var next: [ArraySlice<UInt8>] = []
      for text in texts { stages[index].append(text, to: &next) }
      texts = next
    }
    return texts.count == 1 ? Array(texts[0]) : texts.flatMap { $0 }
  }
}

/// One decoder with what it holds back.
private struct DecoderStage: Sendable {
  private let decoder: TokenDecoder
  /// What comes in are pieces of one text, not texts of their own.
  private let getsOneText: Bool
  private var held: [UInt8] = []
  /// How many texts have come in, or, where it strips one text, how many scalars have gone.
  private var count = 0
  private var hasBegun = false

  init(_ decoder: TokenDecoder, getsOneText: Bool) {
    (self.decoder, self.getsOneText) = (decoder, getsOneText)
  }

  /// Only the whole of one text tells what becomes of it.
  private var waitsForAll: Bool {
    guard getsOneText else { return false }
    switch decoder {
    case .byteLevel, .byteFallback, .wordSuffix: return true
    case .replace(let pattern, _):
      if case .expression = pattern.source { return true }
      return false
    default: return false
    }
  }

  /// Whether the next text becomes what it would become after any other text that leaves the stage like this.
  var isSteady: Bool {
    guard held.isEmpty, hasBegun else { return false }
    if case .strip = decoder { return !getsOneText || count < 0 }
    return true
  }

  mutating func append(_ text: ArraySlice<UInt8>, to out: inout [ArraySlice<UInt8>]) {
    if waitsForAll {
      held += text
    } else {
      process(text, &out)
      hasBegun = true
    }
  }

  private mutating func process(_ text: ArraySlice<UInt8>, _ out: inout [ArraySlice<UInt8>]) {
    switch decoder {
    case .byteLevel:
      held += ByteAlphabet.bytes(of: text) ?? Array(text)
      let certain = held.count - BrokenText.incompleteTailLength(of: held)
      out.append(BrokenText.repaired(held[..<certain]))
      held.removeFirst(certain)
    case .byteFallback:
      if let byte = byteOfName(text) {
        held.append(byte)
      } else {
        out += flushedBytes()
        out.append(text)
      }
    case .metaspace(let replacement, let dropsFirst):
      let content: [UInt8] = dropsFirst && (!hasBegun || getsOneText) ? [] : [0x20]
      out.append(TextPattern(text: Array(String(Character(replacement)).utf8)[...]).replaced(in: text, by: content))
    case .fuse: out.append(text)
    case .strip(let scalar, let start, let stop): strip(text, scalar, start, stop, &out)
    case .replace(let pattern, let content):
      if getsOneText {
        replaceAcross(text, pattern, content, &out)
      } else {
        out.append(pattern.replaced(in: text, by: content))
      }
    case .wordSuffix(let suffix):
      if hasBegun { out.append(TextPattern(text: suffix[...]).replaced(in: held[...], by: [0x20])) }
      held = Array(text)
    case .joinWithSpaces: out.append(hasBegun && !getsOneText ? [0x20] + text : text)
    }
  }

  /// Ends the text, and shows what was held back.
  mutating func finish() -> [ArraySlice<UInt8>] {
    defer { (held, count, hasBegun) = ([], 0, false) }
    switch decoder {
    case .byteLevel:
      return [BrokenText.repaired(getsOneText ? (ByteAlphabet.bytes(of: held[...]) ?? held)[...] : held[...])]
    case .byteFallback:
      if !getsOneText { return flushedBytes() }
      guard let byte = byteOfName(held[...]) else { return [held[...]] }
      return [BrokenText.repaired([byte])]
    case .wordSuffix(let suffix): return [TextPattern(text: suffix[...]).replaced(in: held[...], by: [])]
    case .replace(let pattern, let content):
      return waitsForAll ? [pattern.replaced(in: held[...], by: content)] : [held[...]]
    // What one text ends in is what it is stripped of.
    default: return []
    }
  }

  /// The text of a run of byte tokens: if it is not valid as a whole, each byte becomes U+FFFD.
  private mutating func flushedBytes() -> [ArraySlice<UInt8>] {
    if held.isEmpty { return [] }
    defer { held = [] }
    if String(validating: held, as: UTF8.self) != nil { return [held[...]] }
    return held.map { _ in BrokenText.replacement[...] }
  }

  private mutating func strip(
    _ text: ArraySlice<UInt8>,
    _ scalar: Unicode.Scalar,
    _ start: Int,
    _ stop: Int,
    _ out: inout [ArraySlice<UInt8>]
  ) {
    let content = Array(String(Character(scalar)).utf8)
    var rest = text
    if getsOneText { rest = held + text } else { count = 0 }
    while !rest.isEmpty, count >= 0, count < start, rest.starts(with: content) {
      rest = rest.dropFirst(content.count)
      count += 1
    }
    // Once something else has come, nothing more is at the start.
    if !rest.isEmpty { count = -1 }
    var tail = 0
    while tail < stop, rest.count >= content.count, rest.suffix(content.count).elementsEqual(content) {
      rest = rest.dropLast(content.count)
      tail += 1
    }
    held = getsOneText ? (0..<tail).flatMap { _ in content } : []
    out.append(rest)
  }

  /// Replaces in one text that comes in pieces: a match may begin in one piece and end in another.
  private mutating func replaceAcross(
    _ text: ArraySlice<UInt8>,
    _ pattern: TextPattern,
    _ content: [UInt8],
    _ out: inout [ArraySlice<UInt8>]
  ) {
    guard case .text(let wanted) = pattern.source else { return }
    let all = held + text
    var done = 0
    var result: [UInt8] = []
    pattern.forEachMatch(in: all, 0..<all.count) { match in
      result += all[done..<match.lowerBound]
      result += content
      done = match.upperBound
    }
    let rest = all[done...]
    let kept =
      (0..<max(1, wanted.count)).reversed().first {
        $0 <= rest.count && rest.suffix($0).elementsEqual(wanted.prefix($0))
      } ?? 0
    result += rest.dropLast(kept)
    held = Array(rest.suffix(kept))
    out.append(result[...])
  }
}

extension TextPattern {
  /// A text whose matches are replaced.
  func replaced(in text: ArraySlice<UInt8>, by content: [UInt8]) -> ArraySlice<UInt8> {
    let bytes = Array(text)
    var (result, done): ([UInt8], Int) = ([], 0)
    forEachMatch(in: bytes, 0..<bytes.count) { match in
      result += bytes[done..<match.lowerBound]
      result += content
      done = match.upperBound
    }
    return done == 0 && result.isEmpty ? text : (result + bytes[done...])[...]
  }
}

/// Bytes that need not be UTF-8.
enum BrokenText {
  /// U+FFFD.
  static let replacement: [UInt8] = [0xEF, 0xBF, 0xBD]

  /// The bytes with U+FFFD for each maximal part that is not UTF-8.
  static func repaired(_ bytes: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
    if bytes.allSatisfy({ $0 < 0x80 }) { return bytes }
    return ArraySlice(String(decoding: bytes, as: UTF8.self).utf8)
  }

  /// How many bytes at the end are the beginning of a character that further bytes could complete.
  static func incompleteTailLength(of bytes: [UInt8]) -> Int {
    for length in 1...3 where length <= bytes.count {
      let lead = bytes[bytes.count - length]
      if lead & 0xC0 == 0x80 { continue }
      let second = length > 1 ? bytes[bytes.count - length + 1] : nil
      return length < expectedLength(lead: lead, second: second) ? length : 0
    }
    return 0
  }

  /// How many bytes a character takes that starts like this, 0 if none does (Unicode standard, table 3-7).
  private static func expectedLength(lead: UInt8, second: UInt8?) -> Int {
    let seconds: ClosedRange<UInt8>
    let length: Int
    switch lead {
    case 0xC2...0xDF: (length, seconds) = (2, 0x80...0xBF)
    case 0xE0: (length, seconds) = (3, 0xA0...0xBF)
    case 0xED: (length, seconds) = (3, 0x80...0x9F)
    case 0xE1...0xEF: (length, seconds) = (3, 0x80...0xBF)
    case 0xF0: (length, seconds) = (4, 0x90...0xBF)
    case 0xF1...0xF3: (length, seconds) = (4, 0x80...0xBF)
    case 0xF4: (length, seconds) = (4, 0x80...0x8F)
    default: return 0
    }
    guard let second else { return length }
    return seconds.contains(second) ? length : 0
  }
}
