/// Which neighbors are joined, into what and with what precedence.
struct MergeTable: Sendable {
  /// What a pair of neighbors becomes.
  struct Merge: Sendable {
    /// Lower ranks come first.
    let rank: Int32
    let result: Token
  }

  /// Open addressing: both tokens of a pair in one key; all bits set where free.
  private var keys: [UInt64]
  private var merges: [Merge]
  private let mask: Int

  private static let free = UInt64.max

  /// - Parameter pairs: the pairs by rising rank. Of repeated pairs the last counts, as in Hugging Face tokenizers.
  init(_ pairs: [BytePairModel.Merge]) {
    var size = 16
    while size < 2 * pairs.count { size *= 2 }
    mask = size - 1
    keys = [UInt64](repeating: Self.free, count: size)
    merges = [Merge](repeating: Merge(rank: 0, result: 0), count: size)
    for (rank, pair) in pairs.enumerated() {
      let key = Self.key(pair.left, pair.right)
      var slot = Self.slot(key) & mask
      while keys[slot] != Self.free, keys[slot] != key { slot = (slot + 1) & mask }
      keys[slot] = key
      merges[slot] = Merge(rank: Int32(clamping: rank), result: pair.result)
    }
  }

  @inline(__always)
  func merge(_ left: Token, _ right: Token) -> Merge? {
    let key = Self.key(left, right)
    var slot = Self.slot(key) & mask
    while true {
      let found = keys[slot]
      if found == key { return merges[slot] }
      if found == Self.free { return nil }
      slot = (slot + 1) & mask
    }
  }

  @inline(__always)
  private static func key(_ left: Token, _ right: Token) -> UInt64 {
    UInt64(UInt32(bitPattern: left)) << 32 | UInt64(UInt32(bitPattern: right))
  }

  /// Fibonacci hashing; the high bits are the good ones.
  @inline(__always)
  private static func slot(_ key: UInt64) -> Int {
    let product = (key ^ key >> 32) &* 0x9E37_79B9_7F4A_7C15
    return Int(truncatingIfNeeded: product >> 32)
  }
}
