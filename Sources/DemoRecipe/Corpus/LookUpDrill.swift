import SpecTraining
import SpecModel

/// Drills that a model begins with: tokens drawn at random, and the same tokens again, in pieces whose order has
/// changed. Nothing in them can be foreseen but how a piece goes on, and that only by finding its beginning in the text
/// before, wherever it stands. So this is learned first; from the corpus alone a model first learns what is frequent,
/// and may never come to it.
package struct LookUpDrill {
  /// The seed that all drills follow from.
  let seed: UInt64
  /// The tokens to draw from.
  let vocabulary: Range<Int>
  /// What stands in front of the list, and what between it and its repetition.
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
    var random = KeyedRandom(keys: [seed, 0x6472_696c_6c, UInt64(index)])
    let list = (0..<random.number(in: 4...48)).map { _ in
      Token(vocabulary.lowerBound + random.below(vocabulary.count))
    }
    var pieces: [ArraySlice<Token>] = []
    var rest = list[...]
    while !rest.isEmpty {
      let length = random.number(in: 2...8)
      pieces.append(rest.prefix(length))
      rest = rest.dropFirst(length)
    }
    return [markers.first] + list + [markers.second] + random.shuffled(pieces).joined() + [end]
  }
}
