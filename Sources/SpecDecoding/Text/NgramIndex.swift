import SpecCore
import SpecModel

/// Where the n-grams of a text that grows ended last. Taking in a token and looking for the end of the text cost as many
/// steps as there are lengths, however long the text is.
package struct NgramIndex {
  private let lengths: ClosedRange<Int>
  /// For each length the place behind the latest n-gram of a hash.
  private var places: [[UInt64: Int]]
  /// How many tokens of the text have been taken in.
  private var known = 0

  /// An empty text.
  ///
  /// - Parameter lengths: which n-grams are known, at least 1.
  package init(lengths: ClosedRange<Int>) {
    self.lengths = lengths
    places = Array(repeating: [:], count: lengths.count)
  }

  /// Takes a text in but for its last n-grams, which are what is looked for.
  ///
  /// - Parameter text: it continues the text of the last call.
  package mutating func read(_ text: [Token]) {
    for end in known..<max(known, text.count - 1) { note(text, end: end + 1) }
    known = max(known, text.count - 1)
  }

  /// Looks for the end of a text, and takes the text in.
  ///
  /// - Parameter text: it continues the text of the last call.
  /// - Returns: the length of the longest n-gram at its end that stood in it before, and the place behind the latest of
  ///   those; nil where none did.
  package mutating func repeatedEnd(of text: [Token]) -> (length: Int, place: Int)? {
    read(text)
    for length in lengths.reversed() where length < text.count {
      let hash = Self.hash(text[(text.count - length)...])
      // Another n-gram of the same hash is none.
      if let place = places[length - lengths.lowerBound][hash],
        text[place - length..<place].elementsEqual(text[(text.count - length)...])
      {
        return (length, place)
      }
    }
    return nil
  }

  private mutating func note(_ text: [Token], end: Int) {
    for length in lengths where length <= end {
      places[length - lengths.lowerBound][Self.hash(text[end - length..<end])] = end
    }
  }

  private static func hash(_ tokens: ArraySlice<Token>) -> UInt64 {
    tokens.reduce(0) { SplitMix64.mixed($0 ^ UInt64(UInt32(bitPattern: $1))) }
  }
}
