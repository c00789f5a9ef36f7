import SpecModel

/// How often each token followed the ends of a text: those of one token, of two, and so on.
///
/// An end is known by a hash of its tokens. Of what followed it, the most frequent tokens are kept: a draft needs no others.
package struct NgramCounts {
  /// What followed an end.
  package struct Followers {
    /// The most frequent of them, in the order in which they came up.
    package private(set) var known: [(token: Token, count: Float)] = []
    /// How often the end occurred.
    package private(set) var total: Float = 0
    /// How many different tokens followed it; an upper bound once some are no longer kept.
    package private(set) var kinds: Float = 0

    /// Most tokens that are kept after an end.
    package static let most = 8

    /// Nothing has followed.
    package init() {}

    /// Counts a token.
    ///
    /// - Parameters:
    ///   - token: what followed.
    ///   - count: how often.
    package mutating func add(_ token: Token, count: Float = 1) {
      total += count
      if let place = known.firstIndex(where: { $0.token == token }) {
        known[place].count += count
        return
      }
      kinds += 1
      if known.count == Self.most {
        // Of the rarest the one that came up first makes room, if none is more frequent than the new one.
        guard let rarest = known.indices.min(by: { known[$0].count < known[$1].count }), known[rarest].count <= count
        else { return }
        known.remove(at: rarest)
      }
      known.append((token, count))
    }
  }

  /// The longest end that is counted, in tokens.
  package let order: Int
  private var followers: [UInt64: Followers] = [:]

  /// Nothing is counted.
  ///
  /// - Parameter order: the longest end that is counted, in tokens.
  package init(order: Int) { self.order = order }

  /// Counts what follows a text.
  ///
  /// - Parameters:
  ///   - token: the token that follows.
  ///   - ends: the text's ends, the shortest first.
  package mutating func add(_ token: Token, after ends: TextEnds) {
    for hash in ends.hashes.prefix(order) { followers[hash, default: Followers()].add(token) }
  }

  /// What followed an end.
  ///
  /// - Parameter end: the hash of ``TextEnds``.
  /// - Returns: nil if it has not occurred.
  package subscript(_ end: UInt64) -> Followers? { followers[end] }
}

/// The ends of a text, as hashes: that of its last token, of its last two, and so on.
package struct TextEnds {
  /// One for each end, the shortest first.
  package let hashes: [UInt64]

  /// - Parameters:
  ///   - text: the text.
  ///   - order: the longest end, in tokens.
  package init(of text: some BidirectionalCollection<Token>, order: Int) {
    var (hash, hashes) = (Self.start, [UInt64]())
    hashes.reserveCapacity(order)
    for token in text.reversed().prefix(order) {
      hash = Self.mixed(hash ^ UInt64(UInt32(bitPattern: token)))
      hashes.append(hash)
    }
    self.hashes = hashes
  }

  private static let start: UInt64 = 0x9E37_79B9_7F4A_7C15

  /// The finalizer of MurmurHash3: every bit of the result depends on every bit of the number.
  private static func mixed(_ number: UInt64) -> UInt64 {
    var hash = number
    hash = (hash ^ (hash >> 33)) &* 0xFF51_AFD7_ED55_8CCD
    hash = (hash ^ (hash >> 33)) &* 0xC4CE_B9FE_1A85_EC53
    return hash ^ (hash >> 33)
  }
}
