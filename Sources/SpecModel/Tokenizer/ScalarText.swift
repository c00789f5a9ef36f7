/// Valid UTF-8 that is read one Unicode scalar at a time.
///
/// `String` compares by canonical equivalence and iterates by grapheme; a byte-level tokenizer must do neither.
package struct ScalarText {
  /// The text as UTF-8.
  package let bytes: [UInt8]

  /// The scalars of a text.
  package init(_ text: String) {
    bytes = Array(text.utf8)
  }

  /// The scalars of UTF-8 that is known to be valid.
  init(_ bytes: [UInt8]) { self.bytes = bytes }

  /// The scalar that starts at a byte, and the byte after its last one.
  func scalar(at start: Int) -> (scalar: Unicode.Scalar, next: Int) {
    let lead = bytes[start]
    if lead < 0x80 { return (Unicode.Scalar(lead), start + 1) }
    let length = lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4
    let next = min(start + length, bytes.count)
    var value = UInt32(lead) & (0x7F >> UInt32(length))
    for byte in bytes[start + 1..<next] { value = value << 6 | UInt32(byte & 0x3F) }
    return (Unicode.Scalar(value) ?? "\u{FFFD}", next)
  }

  /// The scalar that ends just before a byte, and its first byte.
  func scalar(before end: Int) -> (scalar: Unicode.Scalar, start: Int) {
    var start = end - 1
    while start > 0, bytes[start] & 0xC0 == 0x80 { start -= 1 }
    return (scalar(at: start).scalar, start)
  }
}

extension Unicode.Scalar {
  /// The classes that the GPT-2 split pattern tells apart.
  enum SplitClass {
    /// `\p{L}`
    case letter
    /// `\p{N}`
    case number
    /// `\s`
    case whitespace
    /// `[^\s\p{L}\p{N}]`
    case other
  }

  var splitClass: SplitClass {
    switch value {
    case 0x61...0x7A, 0x41...0x5A: return .letter
    case 0x30...0x39: return .number
    case 0x20, 0x09...0x0D: return .whitespace
    case 0..<0x80: return .other
    default: break
    }
    let traits = ScalarTraits(value)
    return traits.isLetter ? .letter : traits.isNumber ? .number : traits.isWhitespace ? .whitespace : .other
  }

  /// `\w` of Unicode regular expressions (UTS #18, annex C), which is not quite that of ``ScalarTraits``.
  var isWordScalar: Bool {
    let traits = ScalarTraits(value)
    let isJoiner = 0x200C...0x200D ~= value
    return isJoiner || traits.isWord && (!traits.isNumber || value > 0xFF || isASCII)
  }
}
