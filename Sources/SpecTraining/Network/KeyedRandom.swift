/// SplitMix64 over whole numbers only, so every platform draws the same weights, orders and documents.
package struct KeyedRandom: Sendable {
  private var state: UInt64

  /// A generator whose numbers follow from the seed.
  package init(seed: UInt64) { state = seed }

  /// A generator for one place among many, unrelated to those of its neighbors.
  ///
  /// - Parameter keys: the numbers that name the place, such as seed, stream, index and attempt.
  package init(keys: [UInt64]) {
    state = 0x5bd1_e995_7f4a_7c15
    for key in keys {
      state ^= key
      state = next()
    }
  }

  /// The next 64 random bits.
  package mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var z = state
    z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
    return z ^ (z >> 31)
  }

  /// A number from 0 up to, not including, the bound, all equally likely.
  package mutating func below(_ bound: Int) -> Int {
    Int(next().multipliedFullWidth(by: UInt64(max(bound, 1))).high)
  }

  /// A number of the range, all equally likely.
  package mutating func number(in range: ClosedRange<Int>) -> Int {
    range.lowerBound + below(range.upperBound - range.lowerBound + 1)
  }

  /// Whether an event happens that happens in so many cases of a hundred.
  package mutating func chance(_ percent: Int) -> Bool { below(100) < percent }

  /// One of the elements, all equally likely; nil where there is none.
  package mutating func element<Element>(of elements: [Element]) -> Element? {
    elements.isEmpty ? nil : elements[below(elements.count)]
  }

  /// An index below the count that prefers small ones as 1, 1/2, 1/3, …: the way words are chosen in real language.
  package mutating func skewedIndex(_ count: Int) -> Int {
    guard count > 1 else { return 0 }
    var rest = below((1...count).reduce(0) { $0 + Self.weight($1) })
    for rank in 1...count {
      rest -= Self.weight(rank)
      if rest < 0 { return rank - 1 }
    }
    return count - 1
  }

  /// The elements in random order.
  package mutating func shuffled<Element>(_ elements: [Element]) -> [Element] {
    var result = elements
    for index in result.indices.reversed() { result.swapAt(index, below(index + 1)) }
    return result
  }

  private static func weight(_ rank: Int) -> Int { 27_720 / rank }
}

/// The 64-bit FNV-1a hash of a text.
///
/// - Parameters:
///   - text: what to hash.
///   - start: the state before the first byte.
/// - Returns: the same number on every platform.
package func stableHash(_ text: String, from start: UInt64 = 0xcbf2_9ce4_8422_2325) -> UInt64 {
  text.utf8.reduce(start) { ($0 ^ UInt64($1)) &* 0x0000_0100_0000_01b3 }
}
