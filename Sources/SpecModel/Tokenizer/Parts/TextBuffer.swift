/// A text on its way to tokens, as UTF-8, with what of it is quoted.
struct TextBuffer {
  var bytes: [UInt8]
  /// Whether each byte is quoted; empty where none is.
  var isQuoted: [Bool]

  /// A stretch of a text.
  ///
  /// - Parameters:
  ///   - bytes: the text.
  ///   - range: the stretch.
  ///   - quoted: quoted stretches of the text by rising positions.
  init(_ bytes: [UInt8], _ range: Range<Int>, quoted: [Range<Int>] = []) {
    self.bytes = range == 0..<bytes.count ? bytes : Array(bytes[range])
    isQuoted = []
    for stretch in quoted {
      let part = stretch.clamped(to: range)
      if part.isEmpty { continue }
      if isQuoted.isEmpty { isQuoted = Array(repeating: false, count: range.count) }
      for index in part { isQuoted[index - range.lowerBound] = true }
    }
  }

  /// An empty text that will be filled from another one.
  init(likeEmpty other: TextBuffer) {
    (bytes, isQuoted) = ([], [])
    bytes.reserveCapacity(other.bytes.count + other.bytes.count / 2)
    if !other.isQuoted.isEmpty { isQuoted.reserveCapacity(other.bytes.count) }
  }

  var isEmpty: Bool { bytes.isEmpty }

  /// Appends a stretch of another text as it is.
  mutating func append(_ other: TextBuffer, _ range: Range<Int>) {
    bytes.append(contentsOf: other.bytes[range])
    if !other.isQuoted.isEmpty { isQuoted.append(contentsOf: other.isQuoted[range]) }
  }

  /// Appends what a stretch of another text becomes. It is quoted if any byte of the stretch is.
  mutating func append(_ replacement: some Collection<UInt8>, for range: Range<Int>, of other: TextBuffer) {
    bytes.append(contentsOf: replacement)
    guard !other.isQuoted.isEmpty else { return }
    isQuoted.append(contentsOf: repeatElement(other.isQuoted[range].contains(true), count: replacement.count))
  }

  /// Keeps only a stretch.
  mutating func keep(_ range: Range<Int>) {
    guard range != 0..<bytes.count else { return }
    bytes = Array(bytes[range])
    if !isQuoted.isEmpty { isQuoted = Array(isQuoted[range]) }
  }

  /// Puts bytes in front, which are nobody's words.
  mutating func prepend(_ prefix: [UInt8]) {
    bytes.insert(contentsOf: prefix, at: 0)
    if !isQuoted.isEmpty { isQuoted.insert(contentsOf: repeatElement(false, count: prefix.count), at: 0) }
  }

  /// The quoted stretches by rising positions.
  var quotedRanges: [Range<Int>] {
    var ranges: [Range<Int>] = []
    var start: Int?
    for (index, isQuoted) in isQuoted.enumerated() {
      if isQuoted {
        start = start ?? index
      } else if let first = start {
        ranges.append(first..<index)
        start = nil
      }
    }
    if let start { ranges.append(start..<isQuoted.count) }
    return ranges
  }
}
