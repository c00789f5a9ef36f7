/// A change of a text before it is cut into words (the `normalizer` of `tokenizer.json`).
package enum Normalizer: Equatable, Sendable {
  /// A Unicode normalization form.
  case form(UnicodeForm)
  /// Every scalar becomes its small letters.
  case lowercase
  /// Scalars of the category M go, those that are newer than Unicode 9.0 excepted.
  case stripAccents
  /// White space at the ends goes.
  case strip(left: Bool, right: Bool)
  /// A text that is not empty gets this in front.
  case prepend([UInt8])
  /// Each match becomes the content.
  case replace(TextPattern, content: [UInt8])
  /// Each byte becomes its letter of ``ByteAlphabet``.
  case byteLevel

  func apply(to text: inout TextBuffer) {
    switch self {
    case .form(let form): form.apply(to: &text)
    case .lowercase: lowercase(&text)
    case .stripAccents:
      let old = text
      map(&text) { scalar, range, out in
        if !ScalarTraits(scalar).isMark || UnicodeForm.isNew(scalar) { out.append(old, range) }
      }
    case .strip(let left, let right): strip(&text, left: left, right: right)
    case .prepend(let prefix): if !text.isEmpty { text.prepend(prefix) }
    case .replace(let pattern, let content): replace(pattern, content, in: &text)
    case .byteLevel:
      var out = TextBuffer(likeEmpty: text)
      for index in text.bytes.indices {
        out.append(ByteAlphabet.letter(of: text.bytes[index]), for: index..<(index + 1), of: text)
      }
      text = out
    }
  }

  private func map(_ text: inout TextBuffer, _ body: (UInt32, Range<Int>, inout TextBuffer) -> Void) {
    var out = TextBuffer(likeEmpty: text)
    var position = 0
    while position < text.bytes.count {
      let (scalar, next) = scalarValue(in: text.bytes, at: position, end: text.bytes.count)
      body(scalar, position..<next, &out)
      position = next
    }
    text = out
  }

  private func lowercase(_ text: inout TextBuffer) {
    let old = text
    map(&text) { scalar, range, out in
      if scalar < 0x80 {
        let isCapital = 0x41...0x5A ~= scalar
        out.append(CollectionOfOne(UInt8(isCapital ? scalar + 0x20 : scalar)), for: range, of: old)
      } else {
        let mapping = Unicode.Scalar(scalar)?.properties.lowercaseMapping ?? ""
        out.append(Array(mapping.utf8), for: range, of: old)
      }
    }
  }

  private func strip(_ text: inout TextBuffer, left: Bool, right: Bool) {
    let reader = ScalarText(text.bytes)
    var (start, end) = (0, text.bytes.count)
    while left, start < end {
      let (scalar, next) = reader.scalar(at: start)
      guard ScalarTraits(scalar.value).isWhitespace else { break }
      start = next
    }
    while right, end > start {
      let (scalar, first) = reader.scalar(before: end)
      guard ScalarTraits(scalar.value).isWhitespace else { break }
      end = first
    }
    text.keep(start..<end)
  }

  private func replace(_ pattern: TextPattern, _ content: [UInt8], in text: inout TextBuffer) {
    var out = TextBuffer(likeEmpty: text)
    var done = 0
    pattern.forEachMatch(in: text.bytes, 0..<text.bytes.count) { match in
      out.append(text, done..<match.lowerBound)
      out.append(content, for: match, of: text)
      done = match.upperBound
    }
    if done == 0, out.isEmpty { return }
    out.append(text, done..<text.bytes.count)
    text = out
  }
}
