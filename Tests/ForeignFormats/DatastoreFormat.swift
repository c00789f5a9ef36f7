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
}
