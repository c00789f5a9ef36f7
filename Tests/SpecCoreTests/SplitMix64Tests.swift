import SpecCore
import Testing

@Suite struct SplitMix64Tests {
  /// The numbers that Vigna's reference implementation gives.
  @Test func theNumbersAreThoseOfTheReference() {
    var random = SplitMix64(seed: 1_234_567)
    let expected: [UInt64] = [6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423]
    #expect((0..<3).map { _ in random.next() } == expected)
    var other = SplitMix64(seed: 0)
    #expect(other.next() == 0xe220_a839_7b1d_cdaf)
  }

  @Test func theFirstNumberIsTheMixedSeed() {
    var random = SplitMix64(seed: 7)
    #expect(random.next() == SplitMix64.mixed(7))
  }

  @Test func keysNameAPlaceByTheirOrder() {
    func first(_ keys: [Int]) -> UInt64 {
      var random = SplitMix64(keys: keys)
      return random.next()
    }
    #expect(first([1, 2]) == first([1, 2]))
    #expect(Set([[1, 2], [2, 1], [1], [1, 2, 0], [-1, 2]].map(first)).count == 5)
  }

  @Test func everyNumberBelowABoundIsReachedAndNoOther() {
    var random = SplitMix64(seed: 1)
    #expect(Set((0..<200).map { _ in random.below(7) }) == Set(0..<7))
    #expect((0..<20).allSatisfy { _ in random.below(1) == 0 })
  }
}
