/// The suffix array of a text: all its places, sorted by what follows from there on (Manber and Myers 1993, "Suffix arrays:
/// a new method for on-line string searches").
package enum SuffixArray {
  /// The most symbols of a text.
  static let longestText = Int(Int32.max) - 1

  /// Sorts by prefix doubling: places that are sorted by their first h symbols are sorted by 2h of them in one counting
  /// sort, until no two are equal. A place where the text ends sooner comes first.
  ///
  /// - Parameters:
  ///   - text: at most ``longestText`` symbols, each from 0 up to, not including, `symbols`.
  ///   - symbols: how many different ones there may be.
  ///   - progress: called before each round with how many symbols are compared; what it throws ends the work.
  /// - Returns: each place once.
  /// - Throws: what `progress` throws.
  package static func places<Failure>(
    of text: [UInt32],
    symbols: Int,
    progress: (Int) throws(Failure) -> Void
  ) throws(Failure) -> [UInt32] {
    guard !text.isEmpty else { return [] }
    // Equal places have one rank, lower than those of larger ones.
    var ranks = text
    var sorted = counted(Array(0..<UInt32(text.count)), by: ranks, below: symbols)
    var (classes, compared) = (rank(sorted, &ranks, after: 0), 1)
    while classes < text.count {
      try progress(compared)
      // Sorted by their second half: first those that have none.
      let bySecond =
        Array(UInt32(text.count - compared)..<UInt32(text.count))
        + sorted.lazy.filter { $0 >= compared }.map { $0 - UInt32(compared) }
      sorted = counted(bySecond, by: ranks, below: classes)
      classes = rank(sorted, &ranks, after: compared)
      compared *= 2
    }
    return sorted
  }

  /// Sorts places by a key; those with equal keys stay in their order.
  private static func counted(_ places: [UInt32], by keys: [UInt32], below bound: Int) -> [UInt32] {
    var starts = [UInt32](repeating: 0, count: bound + 1)
    for key in keys { starts[Int(key) + 1] += 1 }
    for key in 0..<bound { starts[key + 1] += starts[key] }
    var sorted = [UInt32](repeating: 0, count: places.count)
    for place in places {
      let key = Int(keys[Int(place)])
      sorted[Int(starts[key])] = place
      starts[key] += 1
    }
    return sorted
  }

  /// Numbers places that are sorted by two keys: their rank, and the rank of the place `half` further.
  ///
  /// - Returns: how many different ones there are.
  private static func rank(_ sorted: [UInt32], _ ranks: inout [UInt32], after half: Int) -> Int {
    var fresh = [UInt32](repeating: 0, count: ranks.count)
    var (number, previous) = (UInt32(0), sorted[0])
    for place in sorted.dropFirst() {
      if !areEqual(place, previous, ranks, half) { number += 1 }
      fresh[Int(place)] = number
      previous = place
    }
    ranks = fresh
    return Int(number) + 1
  }

  private static func areEqual(_ a: UInt32, _ b: UInt32, _ ranks: [UInt32], _ half: Int) -> Bool {
    guard ranks[Int(a)] == ranks[Int(b)] else { return false }
    let (a, b) = (Int(a) + half, Int(b) + half)
    guard a < ranks.count, b < ranks.count else { return a >= ranks.count && b >= ranks.count }
    return ranks[a] == ranks[b]
  }
}
