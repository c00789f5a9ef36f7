import SpecModel
import SpecTraining

/// Drills that a model begins with, of tokens drawn at random. Nothing in them can be foreseen but what stands in the text
/// before, wherever it stands. So looking up is learned first; from the corpus alone a model first learns what is frequent,
/// and may never come to it.
package struct TokenDrills {
  private let seed: UInt64
  private let vocabulary: Range<Int>
  private let markers: (first: Token, second: Token)
  private let end: Token

  /// - Parameters:
  ///   - seed: what all drills follow from.
  ///   - vocabulary: the tokens to draw from.
  ///   - markers: stand in front of the lists.
  ///   - end: stands at the end.
  package init(seed: UInt64, vocabulary: Range<Int>, markers: (first: Token, second: Token), end: Token) {
    self.seed = seed
    self.vocabulary = vocabulary
    self.markers = markers
    self.end = end
  }

  /// A list, and the same tokens again in pieces whose order has changed: how a piece goes on is found by its beginning.
  ///
  /// - Parameter index: which drill.
  /// - Returns: the tokens, always the same for the same seed and index.
  package func lookUp(at index: Int) -> [Token] {
    var random = KeyedRandom(keys: [seed, 0x6472_696c_6c, UInt64(index)])
    let list = tokens(random.number(in: 4...48), &random)
    var pieces: [ArraySlice<Token>] = []
    var rest = list[...]
    while !rest.isEmpty {
      let length = random.number(in: 2...8)
      pieces.append(rest.prefix(length))
      rest = rest.dropFirst(length)
    }
    return [markers.first] + list + [markers.second] + random.shuffled(pieces).joined() + [end]
  }

  /// Looking up what was looked up: pairs of a relay and a value, then pairs of a key and a relay, half of them with the
  /// relay's value behind it, and then either each key's relay again or, of the keys that were without, the value that
  /// their relay has.
  ///
  /// - Parameter index: which drill.
  /// - Returns: the tokens, always the same for the same seed and index.
  package func chain(at index: Int) -> [Token] {
    var random = KeyedRandom(keys: [seed, 0x6368_6169_6e, UInt64(index)])
    let relays = tokens(random.number(in: 2...12), &random)
    let values = tokens(relays.count, &random)
    let keys = tokens(random.number(in: 4...20), &random).map { (key: $0, relay: random.below(relays.count)) }
    var document = [markers.first]
    document += random.shuffled(Array(relays.indices)).flatMap { [relays[$0], values[$0]] }
    document.append(markers.first)
    var untold: [(key: Token, relay: Int)] = []
    for entry in keys {
      document += [entry.key, relays[entry.relay]]
      if random.chance(50) { document.append(values[entry.relay]) } else { untold.append(entry) }
    }
    if random.chance(70) {
      document += [markers.second, markers.second]
      document += random.shuffled(untold).flatMap { [$0.key, values[$0.relay]] }
    } else {
      document.append(markers.second)
      document += random.shuffled(keys).flatMap { [$0.key, relays[$0.relay]] }
    }
    return document + [end]
  }

  private func tokens(_ count: Int, _ random: inout KeyedRandom) -> [Token] {
    (0..<count).map { _ in Token(vocabulary.lowerBound + random.below(vocabulary.count)) }
  }
}
