import Foundation

/// A normalization form of Unicode (UAX #15). Scalars that are newer than Unicode 9.0 stay as they are, as in Hugging Face
/// tokenizers, whose tables are of that version.
package enum UnicodeForm: String, Sendable {
  case composed = "NFC"
  case decomposed = "NFD"
  case compatibilityComposed = "NFKC"
  case compatibilityDecomposed = "NFKD"

  /// The least scalar that the form may change. All below are left alone, whatever follows, unless a scalar above
  /// follows directly.
  private var leastChanged: UInt32 {
    switch self {
    case .composed: 0x300
    case .decomposed: 0xC0
    case .compatibilityComposed, .compatibilityDecomposed: 0xA0
    }
  }

  /// Brings a text into the form.
  func apply(to text: inout TextBuffer) {
    // ASCII is in every form.
    guard text.bytes.contains(where: { $0 >= 0x80 }) else { return }
    var out = TextBuffer(likeEmpty: text)
    var (position, untouched) = (0, 0)
    let end = text.bytes.count
    // Stretches of a scalar that no form changes and all that follow it are normalized each by itself.
    while position < end {
      let start = position
      let (first, second) = scalarValue(in: text.bytes, at: position, end: end)
      var next = second
      var isPlain = first < leastChanged || Self.isNew(first)
      while next < end {
        let (scalar, after) = scalarValue(in: text.bytes, at: next, end: end)
        if scalar < leastChanged || Self.isNew(scalar) { break }
        // Nothing joins what is newer.
        if Self.isNew(first) { break }
        isPlain = false
        next = after
      }
      position = next
      if isPlain { continue }
      let stretch = text.bytes[start..<next]
      let normalized = Array(normalized(String(decoding: stretch, as: UTF8.self)).utf8)
      if stretch.elementsEqual(normalized) { continue }
      out.append(text, untouched..<start)
      out.append(normalized, for: start..<next, of: text)
      untouched = next
    }
    guard untouched > 0 else { return }
    out.append(text, untouched..<end)
    text = out
  }

  /// Whether a scalar came after Unicode 9.0.
  static func isNew(_ scalar: UInt32) -> Bool {
    guard scalar >= 0x300, let age = Unicode.Scalar(scalar)?.properties.age else { return false }
    return age.major > 9
  }

  private func normalized(_ text: String) -> String {
    switch self {
    case .composed: text.precomposedStringWithCanonicalMapping
    case .decomposed: text.decomposedStringWithCanonicalMapping
    case .compatibilityComposed: text.precomposedStringWithCompatibilityMapping
    case .compatibilityDecomposed: text.decomposedStringWithCompatibilityMapping
    }
  }
}
