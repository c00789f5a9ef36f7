/// One part of a run whose questions are divided among several machines: `2/8` is the second of eight.
package struct Shard: RawRepresentable, Hashable, Codable, Sendable {
  /// Which part, from 1.
  package let number: Int
  /// How many parts there are.
  package let count: Int

  /// Nil comes of numbers that no part has.
  ///
  /// - Parameters:
  ///   - number: which part, from 1.
  ///   - count: how many parts there are.
  package init?(number: Int, count: Int) {
    guard count >= 1, (1...count).contains(number) else { return nil }
    (self.number, self.count) = (number, count)
  }

  /// Reads a part as people write it; nil comes of any other text, and of numbers that no part has.
  ///
  /// - Parameter rawValue: the text, like `2/8`.
  package init?(rawValue: String) {
    let numbers = rawValue.split(separator: "/", omittingEmptySubsequences: false).map { Int($0) }
    guard numbers.count == 2, let number = numbers[0], let count = numbers[1] else { return nil }
    self.init(number: number, count: count)
  }

  /// The part as people write it.
  package var rawValue: String { "\(number)/\(count)" }

  /// Takes this part of some items that are dealt like cards: each part gets as many as the others, or one fewer.
  ///
  /// - Parameter items: all items.
  /// - Returns: every item whose turn is this part's, in order.
  package func dealt<Item>(_ items: [Item]) -> [Item] {
    stride(from: number - 1, to: items.count, by: count).map { items[$0] }
  }
}
