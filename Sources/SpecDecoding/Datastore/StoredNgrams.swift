import SpecModel

/// What followed the ends of a text in a datastore.
struct StoredNgrams {
  private let store: Datastore
  /// What was looked for before: the store does not change.
  private var found: [UInt64: NgramCounts.Followers?] = [:]

  /// Most places of an end that are looked at; more are thinned out evenly.
  private static let mostPlaces = 64
  /// Most ends that are remembered.
  private static let mostFound = 1 << 16

  init(_ store: Datastore) { self.store = store }

  /// What followed an end.
  ///
  /// - Parameters:
  ///   - end: its tokens.
  ///   - hash: its hash.
  /// - Returns: nil if nothing follows it in the store.
  mutating func followers(of end: some Collection<Token>, hash: UInt64) -> NgramCounts.Followers? {
    if let known = found[hash] { return known }
    if found.count >= Self.mostFound { found.removeAll() }
    let followers = store.followers(of: Array(end), places: Self.mostPlaces)
    found[hash] = .some(followers)
    return followers
  }
}

extension Datastore {
  /// What follows some tokens in the store.
  ///
  /// - Parameters:
  ///   - end: the tokens, at least one.
  ///   - places: the most places that are looked at.
  /// - Returns: nil if nothing follows them in it.
  fileprivate func followers(of end: [Token], places: Int) -> NgramCounts.Followers? {
    withNumbers { numbers in
      let orders = numbers.orders(of: end[...])
      var followers = NgramCounts.Followers()
      let looks = min(orders.count, places)
      for number in 0..<looks {
        let place = numbers.place(at: orders.lowerBound + number * orders.count / looks) + end.count
        if let token = numbers.continuation(from: place, 1).first { followers.add(token) }
      }
      return followers.total > 0 ? followers : nil
    }
  }
}
