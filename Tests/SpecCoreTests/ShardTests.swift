import SpecCore
import Testing

@Suite struct ShardTests {
  @Test func isReadAsItIsWritten() throws {
    for text in ["1/1", "2/8", "8/8", "1000/1000"] { #expect(Shard(rawValue: text)?.rawValue == text) }
    #expect(Shard(rawValue: "02/8")?.rawValue == "2/8")
  }

  @Test(arguments: [
    "", "2", "0/4", "5/4", "-1/4", "1/0", "1/-2", "1/2/3", "/2", "1/", "a/b", "1 / 2", "1.5/2", "9999999999999999999/9",
  ])
  func whatIsNoPartIsRefused(text: String) { #expect(Shard(rawValue: text) == nil) }

  /// Each item belongs to one part, and parts differ by one item at most.
  @Test(arguments: [(0, 3), (1, 3), (7, 3), (9, 3), (120, 7), (5, 5)])
  func itemsAreDealt(items: Int, count: Int) throws {
    let parts = try (1...count).map { try #require(Shard(number: $0, count: count)).dealt(Array(0..<items)) }
    #expect(parts.joined().sorted() == Array(0..<items))
    let sizes = parts.map(\.count)
    #expect((sizes.max() ?? 0) - (sizes.min() ?? 0) <= 1)
    #expect(parts.allSatisfy { $0 == $0.sorted() })
  }
}
