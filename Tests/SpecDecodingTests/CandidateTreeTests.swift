import SpecDecoding
import SpecModel
import Testing

@Suite struct CandidateTreeTests {
  /// The best tree of n nodes by the shipped order is the first n paths of it.
  @Test(arguments: CandidateTree.shippedNames) func everyCutOfAShippedTreeIsATree(_ name: String) throws {
    let whole = try CandidateTree(named: name).shape.count
    for nodes in 1..<whole {
      let cut = try CandidateTree(named: name, nodes: nodes)
      #expect(cut.shape.count == nodes + 1)
      #expect(cut.depth <= nodes && cut.candidates.count == cut.depth)
    }
    #expect(try CandidateTree(named: name, nodes: whole + 5).shape.count == whole)
  }

  @Test func theChainTakesEachHeadsBestToken() throws {
    let chain = try CandidateTree(named: "chain", nodes: 3)
    #expect(chain.shape == TokenTree(parents: [-1, 0, 1, 2]))
    #expect(chain.candidates == [1, 1, 1])
  }
}

/// Trees from files that nobody has checked.
@Suite struct HostileTreeTests {
  @Test(arguments: [
    [[0], []], [[]], [[], []], [[0], [0]], [[1, 2]], [[-1]], [[65536]], [[Int.max]], [[Int.min], [0]], [],
    Array(repeating: [0], count: 200), (0..<128).map { [$0] }, (1...200).map { Array(repeating: 0, count: $0) },
    [[0], Array(repeating: 7, count: 100_000)],
  ])
  func impossiblePathsAreRefused(_ paths: [[Int]]) throws {
    let error = #expect(throws: DecodingError.self) { try CandidateTree(paths: paths, source: "tree.json") }
    #expect("\(error.map { "\($0)" } ?? "")".utf8.count < 400)
  }

  @Test func theOrderOfPathsDoesNotMatter() throws {
    let paths = [[0], [0, 0], [1], [0, 1], [2], [0, 0, 0]]
    let tree = try CandidateTree(paths: paths.reversed(), source: "tree.json")
    #expect(try tree.shape == CandidateTree(paths: paths, source: "tree.json").shape)
  }
}
