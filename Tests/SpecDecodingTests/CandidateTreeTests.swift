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
