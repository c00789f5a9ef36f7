import SpecTraining
import SpecModel

/// Drills in looking up what was looked up: pairs of a relay and a value, then pairs of a key and a relay, half of them
/// with the relay's value behind it, and then either each key's relay again or, of the keys that were without, the value
/// that their relay has.
package struct ChainDrill {
  /// The seed that all drills follow from.
  let seed: UInt64
  /// The tokens to draw from.
  let vocabulary: Range<Int>
  /// What stands in front of the lists: of values, of keys, and of each kind of answers.
  let markers: (first: Token, second: Token)
  /// Stands at the end.
  let end: Token

  /// Drills; the properties say what each value means.
  package init(seed: UInt64, vocabulary: Range<Int>, markers: (first: Token, second: Token), end: Token) {
    self.seed = seed
    self.vocabulary = vocabulary
    self.markers = markers
    self.end = end
  }

  /// One drill, always the same for the same seed and index.
  package func document(at index: Int) -> [Token] {
    var random = KeyedRandom(keys: [seed, 0x6368_6169_6e, UInt64(index)])
    func tokens(_ count: Int) -> [Token] {
      (0..<count).map { _ in Token(vocabulary.lowerBound + random.below(vocabulary.count)) }
    }
    let relays = tokens(random.number(in: 2...12))
    let values = tokens(relays.count)
    let keys = tokens(random.number(in: 4...20)).map { (key: $0, relay: random.below(relays.count)) }
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
}
