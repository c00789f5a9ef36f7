import SpecDecoding
import SpecModel
import SpecTestSupport
import Testing

/// What n-grams make likely, and the tree that grows from it.
@Suite struct NgramTests {
  private static let order = 4

  /// How often each token followed an end, by looking at every place.
  private static func followers(of end: ArraySlice<Token>, in text: [Token]) -> [Token: Float] {
    var counts: [Token: Float] = [:]
    for place in text.indices.dropFirst(end.count) where text[place - end.count..<place].elementsEqual(end) {
      counts[text[place], default: 0] += 1
    }
    return counts
  }

  @Test func countsAreThoseOfPlainSearch() {
    for text in RepeatedTextTests.texts(30, length: 80) {
      var counts = NgramCounts(order: Self.order)
      for place in text.indices { counts.add(text[place], after: TextEnds(of: text[..<place], order: Self.order)) }
      for count in text.indices {
        let ends = TextEnds(of: text[..<count], order: Self.order).hashes
        #expect(ends.count == min(count, Self.order))
        for (place, end) in ends.enumerated() {
          let expected = Self.followers(of: text[..<count].suffix(place + 1), in: text)
          let found = counts[end]
          #expect(Dictionary(uniqueKeysWithValues: (found?.known ?? []).map { ($0.token, $0.count) }) == expected)
          #expect(found?.total ?? 0 == expected.values.reduce(0, +) && found?.kinds ?? 0 == Float(expected.count))
        }
      }
    }
  }

  @Test func theMostFrequentFollowersAreKept() {
    var followers = NgramCounts.Followers()
    for token in Token(0)..<40 { followers.add(token) }
    for _ in 0..<3 { for token in [Token(5), 50, 60] { followers.add(token) } }
    #expect(followers.known.count == NgramCounts.Followers.most && followers.total == 49)
    #expect(followers.known.filter { $0.count == 3 }.map(\.token).sorted() == [5, 50, 60])
  }

  /// A mixture that has read a text.
  private static func mixture(_ text: [Token], store: Datastore? = nil) -> NgramMixture {
    var mixture = NgramMixture(order: order, store: store)
    for place in text.indices { mixture.read(text[place], after: text[..<place]) }
    return mixture
  }

  @Test func guessesAreADistribution() {
    for text in RepeatedTextTests.texts(40, length: 60) {
      var mixture = NgramMixture(order: Self.order)
      for place in text.indices {
        let chances = mixture.guesses(after: text[..<place]).map(\.chance)
        #expect(chances == chances.sorted(by: >) && chances.allSatisfy { (0...1).contains($0) })
        mixture.learn(text[place], after: text[..<place])
      }
    }
  }

  /// The longer end decides: 2 follows 1 more often, but not after 9.
  @Test func theLongerEndCounts() throws {
    var mixture = Self.mixture([1, 2, 7, 1, 2, 8, 1, 2, 9, 1, 3, 6, 9, 1, 3, 5])
    #expect(mixture.guesses(after: [4, 1]).first?.token == 2)
    #expect(mixture.guesses(after: [9, 1]).first?.token == 3)
    #expect(mixture.guesses(after: [11]).isEmpty)
  }

  @Test func guessesThatNeverComeTrueAreWorthLess() throws {
    var mixture = Self.mixture([1, 2, 1, 2, 1, 2])
    let before = try #require(mixture.guesses(after: [1]).first)
    for other in Token(10)..<30 {
      mixture.learn(1, after: [other])
      mixture.learn(other + 100, after: [other, 1])
    }
    let after = try #require(mixture.guesses(after: [1]).first { $0.token == 2 })
    #expect(before.token == 2 && after.chance < before.chance / 2)
  }

  @Test func answersAreRememberedUntilTheyAreForgotten() {
    var mixture = NgramMixture(order: Self.order)
    mixture.beginText(remembering: [1, 2, 3])
    #expect(mixture.guesses(after: [1]).first?.token == 2)
    mixture.beginText()
    #expect(mixture.guesses(after: [1, 2]).first?.token == 3)
    mixture.forget()
    #expect(mixture.guesses(after: [1]).isEmpty)
  }

  /// The datastore serves where the text has nothing; where the text has something, it has the last word.
  @Test func theDatastoreIsAskedFirst() throws {
    let folder = try TemporaryFolder()
    let texts = [[Token]](repeating: [1, 2, 3, 4], count: 9) + [[1, 2, 5]]
    let store = try Datastore(path: folder.write(Datastore.bytes(of: texts, vocabulary: 16), to: "store"))
    var mixture = Self.mixture([8, 2, 7, 8, 2, 7], store: store)
    #expect(mixture.guesses(after: [1]).first?.token == 2)
    #expect(mixture.guesses(after: [3]).first?.token == 4)
    #expect(mixture.guesses(after: [1, 2]).first?.token == 7)
    #expect(mixture.guesses(after: [4]).isEmpty, "nothing follows a text's last token")
    mixture.forget()
    #expect(mixture.guesses(after: [1, 2]).first?.token == 3)
  }
}
