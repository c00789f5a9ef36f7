/// Splits text into words where GPT-2's pattern does:
/// `'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+`
///
/// Every scalar belongs to exactly one word.
package struct GPT2Splitter: Sequence, IteratorProtocol {
  private let text: ScalarText
  private let end: Int
  private var position: Int

  /// Splits a stretch of a text as if nothing were around it.
  package init(_ text: ScalarText, range: Range<Int>) {
    self.text = text
    position = range.lowerBound
    end = range.upperBound
  }

  /// The byte range of the next word.
  package mutating func next() -> Range<Int>? {
    guard position < end else { return nil }
    let start = position
    position = contractionEnd(from: start) ?? runEnd(from: start) ?? whitespaceEnd(from: start)
    return start..<position
  }

  private func contractionEnd(from start: Int) -> Int? {
    guard text.bytes[start] == UInt8(ascii: "'"), start + 1 < end else { return nil }
    let second = text.bytes[start + 1]
    if "stmd".utf8.contains(second) { return start + 2 }
    guard start + 2 < end else { return nil }
    switch (second, text.bytes[start + 2]) {
    case (UInt8(ascii: "r"), UInt8(ascii: "e")), (UInt8(ascii: "v"), UInt8(ascii: "e")),
      (UInt8(ascii: "l"), UInt8(ascii: "l")):
      return start + 3
    default: return nil
    }
  }

  /// The end of a run of letters, numbers or other characters, which may have one space before it.
  private func runEnd(from start: Int) -> Int? {
    let hasSpace = text.bytes[start] == 0x20 && start + 1 < end
    let (first, afterFirst) = text.scalar(at: hasSpace ? start + 1 : start)
    let splitClass = first.splitClass
    guard splitClass != .whitespace else { return nil }
    return endOfRun(of: splitClass, from: afterFirst)
  }

  /// The end of a run of white space, less its last scalar where something else follows: that one is left to
  /// the next word. A single scalar has nothing to leave.
  private func whitespaceEnd(from start: Int) -> Int {
    let runEnd = endOfRun(of: .whitespace, from: start)
    guard runEnd < end else { return runEnd }
    let lastStart = text.scalar(before: runEnd).start
    return lastStart > start ? lastStart : runEnd
  }

  private func endOfRun(of splitClass: Unicode.Scalar.SplitClass, from start: Int) -> Int {
    var position = start
    while position < end {
      let (scalar, next) = text.scalar(at: position)
      guard scalar.splitClass == splitClass else { break }
      position = next
    }
    return position
  }
}
