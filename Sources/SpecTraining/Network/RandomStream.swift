/// A stream of random numbers of its own for each name: the generator, keyed by a seed and a name.
package struct RandomStream: Sendable {
  private var random: KeyedRandom

  /// - Parameters:
  ///   - seed: what the stream follows from.
  ///   - name: makes streams of one seed differ.
  package init(seed: UInt64, name: String) {
    let state = stableHash(name, from: 0xcbf2_9ce4_8422_2325 ^ seed)
    random = KeyedRandom(seed: state ^ (seed &* 0x9e37_79b9_7f4a_7c15))
  }

  /// A number that is normally distributed but for its tails: the sum of twelve uniform ones (Irwin–Hall), which needs
  /// no platform's logarithm or cosine.
  package mutating func normal() -> Double {
    var sum = -6.0
    for _ in 0..<12 { sum += Double(random.next() >> 11) * 0x1p-53 }
    return sum
  }

  /// A whole number below `bound`.
  package mutating func below(_ bound: Int) -> Int { random.below(bound) }

  /// Items in a random order.
  package mutating func shuffled<Item>(_ items: [Item]) -> [Item] { random.shuffled(items) }
}
