import SpecDecoding
import SpecModel
import SpecTestSupport

/// What methods draft from.
extension ForeignFormat {
  static let datastore = ForeignFormat(
    name: "datastore",
    file: "rest.datastore",
    seeds: { _ in [Datastore.bytes(of: [[1, 2, 3, 1, 2, 4], [1, 2, 3, 5], []], vocabulary: 6)] }
  ) { folder in
    let store = try Datastore(path: folder + "/rest.datastore")
    try store.checkContent()
    for end in 0...5 as ClosedRange<Token> {
      _ = store.grown(Draft(root: end), after: [3, 1, 2, end], Datastore.Query())
    }
  }

  static let frequencies = ForeignFormat(
    name: TokenFrequencies.fileName,
    file: TokenFrequencies.fileName,
    seeds: { _ in [Array(TokenFrequencies(of: [[1, 2, 3, 1, 2], [4]], vocabularySize: 6).document.utf8)] }
  ) { folder in
    let counts = try TokenFrequencies(path: folder + "/" + TokenFrequencies.fileName, vocabularySize: 6)
    for count in 1...7 { _ = (counts.likeliest(count), counts.share(of: count)) }
  }
}
