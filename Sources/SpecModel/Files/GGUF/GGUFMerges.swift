/// The merges of a SentencePiece vocabulary, which has none: pieces are merged in the order of their scores. They are told as
/// Hugging Face's converter tells them, so that both make the same tokens.
struct GGUFMerges {
  /// A merge of two pieces.
  private struct Merge {
    let left: ArraySlice<UInt8>
    let right: ArraySlice<UInt8>
    let score: Double
    /// The ids of both, which decide among the ways to make one piece.
    let ids: (Int, Int)
    /// Unicode scalars of both.
    let lengths: (Int, Int)
  }

  /// The merges, in their order.
  let pairs: [(left: ArraySlice<UInt8>, right: ArraySlice<UInt8>)]

  /// - Parameters:
  ///   - pieces: the vocabulary, by id; each text once.
  ///   - scores: one for each piece.
  init(pieces: [(text: ArraySlice<UInt8>, id: Int)], scores: [Double]) {
    let ids = Dictionary(pieces.map { ($0.text, $0.id) }) { first, _ in first }
    var merges: [Merge] = []
    for (piece, id) in pieces {
      let count = Self.scalars(piece)
      var ways: [Merge] = []
      var place = 0
      // A cut lies before a byte that begins a character.
      for cut in piece.indices.dropFirst() where piece[cut] & 0xC0 != 0x80 {
        place += 1
        let (left, right) = (piece[..<cut], piece[cut...])
        guard let first = ids[left], let second = ids[right] else { continue }
        let lengths = (place, count - place)
        ways.append(Merge(left: left, right: right, score: scores[id], ids: (first, second), lengths: lengths))
      }
      merges += ways.sorted { $0.ids < $1.ids }
    }
    // Equals keep their order.
    let order = merges.indices.sorted { first, second in
      let (a, b) = (merges[first], merges[second])
      if a.score != b.score { return a.score > b.score }
      return a.lengths == b.lengths ? first < second : a.lengths > b.lengths
    }
    pairs = order.map { (merges[$0].left, merges[$0].right) }
  }

  private static func scalars(_ text: ArraySlice<UInt8>) -> Int { text.reduce(0) { $0 + ($1 & 0xC0 != 0x80 ? 1 : 0) } }
}
