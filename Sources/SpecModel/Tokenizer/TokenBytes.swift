/// The bytes that each token stands for, in one flat buffer.
struct TokenBytes: Sendable {
  private var storage: [UInt8] = []
  private var ranges: [Range<Int>] = []

  /// Highest id + 1; ids between may be unused.
  var count: Int { ranges.count }

  subscript(token: Token) -> ArraySlice<UInt8> {
    guard let index = Int(exactly: token), ranges.indices.contains(index) else { return [] }
    return storage[ranges[index]]
  }

  mutating func set(_ bytes: some Sequence<UInt8>, for token: Token) {
    let index = Int(token)
    if index >= ranges.count { ranges.append(contentsOf: repeatElement(0..<0, count: index + 1 - ranges.count)) }
    let start = storage.count
    storage.append(contentsOf: bytes)
    ranges[index] = start..<storage.count
  }

  /// The lowest token with exactly these bytes.
  func token(for bytes: some Sequence<UInt8>) -> Token? {
    let wanted = Array(bytes)
    if wanted.isEmpty { return nil }
    return ranges.firstIndex { storage[$0].elementsEqual(wanted) }.map { Token($0) }
  }
}
