/// A stream of random numbers that is the same on every platform (SplitMix64; Steele, Lea and Flood 2014).
package struct RandomStream: RandomNumberGenerator {
  private var state: UInt64

  /// - Parameters:
  ///   - seed: what the stream follows from.
  ///   - name: makes streams of one seed differ.
  package init(seed: UInt64, name: String) {
    state = 0xcbf2_9ce4_8422_2325 ^ seed
    for byte in name.utf8 { state = (state ^ UInt64(byte)) &* 0x100_0000_01b3 }
    state ^= seed &* 0x9e37_79b9_7f4a_7c15
  }

  package mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
    return mixed ^ (mixed >> 31)
  }

  /// A number that is normally distributed but for its tails: the sum of twelve uniform ones (Irwin–Hall), which needs
  /// no platform's logarithm or cosine.
  package mutating func normal() -> Double {
    var sum = -6.0
    for _ in 0..<12 { sum += Double(next() >> 11) * 0x1p-53 }
    return sum
  }

  /// A whole number below `bound`.
  package mutating func below(_ bound: Int) -> Int {
    Int(next().multipliedFullWidth(by: UInt64(bound)).high)
  }

  /// Puts items into a random order (Fisher and Yates).
  package mutating func shuffle<Item>(_ items: inout [Item]) {
    for index in stride(from: items.count - 1, to: 0, by: -1) { items.swapAt(index, below(index + 1)) }
  }
}
