/// Turns tokens into text one at a time, without ever showing half a character.
///
/// The pieces, `finish()` included, put together are exactly what `Tokenizer.decode` makes of all the tokens.
public struct TextStream: Sendable {
  private let tokenizer: Tokenizer
  private let skipsSpecialTokens: Bool
  private var pending: [UInt8] = []

  /// Starts an empty stream.
  ///
  /// - Parameters:
  ///   - tokenizer: what the tokens belong to.
  ///   - skippingSpecialTokens: whether special tokens such as `</s>` are left out of the text.
  public init(_ tokenizer: Tokenizer, skippingSpecialTokens: Bool = false) {
    self.tokenizer = tokenizer
    skipsSpecialTokens = skippingSpecialTokens
  }

  /// Adds a token and tells what text is certain now.
  ///
  /// - Parameter token: the next token; one that the vocabulary does not have adds nothing.
  /// - Returns: the new text, which is empty while the bytes of a character are incomplete.
  public mutating func append(_ token: Token) -> String {
    pending.append(contentsOf: tokenizer.storedBytes(of: token, skippingSpecialTokens: skipsSpecialTokens))
    let certain = pending.dropLast(TextStream.incompleteTailLength(of: pending))
    let text = String(decoding: certain, as: UTF8.self)
    pending.removeFirst(certain.count)
    return text
  }

  /// Ends the stream, which is empty and can be used anew afterwards.
  ///
  /// - Returns: U+FFFD if the bytes of a character are still incomplete, otherwise nothing.
  public mutating func finish() -> String {
    defer { pending.removeAll() }
    return String(decoding: pending, as: UTF8.self)
  }

  /// How many bytes at the end are the beginning of a character that further bytes could complete.
  private static func incompleteTailLength(of bytes: [UInt8]) -> Int {
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
