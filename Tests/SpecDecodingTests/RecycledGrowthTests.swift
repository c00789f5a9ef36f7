import SpecDecoding
import SpecModel
import Testing

/// Token Recycling's tree that grows where it is expected to pay.
@Suite struct RecycledGrowthTests {
  private let table = RecycledTokens(vocabulary: 8, width: 2)

  /// After each token the next one is nearly certain, and the one after that hardly possible.
  private func fill() {
    for token in Token(0)..<8 {
      let next = [RankedToken((token + 1) % 8, probability: 0.95), RankedToken((token + 2) % 8, probability: 0.02)]
      table.learn(next, after: token)
    }
  }

  @Test func nothingIsDraftedWhereNothingIsKnown() {
    let growth = RecycledGrowth(nodes: 5, least: 0)
    #expect(growth.draft(table, from: Draft(root: 3), limit: 10).count == 1)
  }

  @Test func noMoreIsDraftedThanThereIsRoomFor() {
    fill()
    for (nodes, limit) in [(5, 3), (2, 3), (9, 1), (4, 0)] {
      let draft = RecycledGrowth(nodes: nodes, least: 0).draft(table, from: Draft(root: 3), limit: limit)
      #expect(draft.depth <= limit && draft.count <= nodes + 1)
    }
  }

  @Test func aTokenIsDraftedWhileItsChanceIsWorthIt() {
    fill()
    var growth = RecycledGrowth(nodes: 8, least: 0.25)
    let before = growth.draft(table, from: Draft(root: 3), limit: 8).depth
    #expect(before >= 1, "a token that the target was sure of is tried")
    for _ in 0..<20 { growth.judge([0, 1, 2, 3, 4, 5, 6, 7, 0], table) }
    let draft = growth.draft(table, from: Draft(root: 3), limit: 8)
    #expect(
      draft.nodes.map(\.token) == [3, 4, 5, 6, 7, 0, 1, 2, 3],
      "what was always right is drafted as far as it goes"
    )
    for _ in 0..<100 { growth.judge([0, 3, 6, 1, 4, 7, 2, 5, 0], table) }
    #expect(growth.draft(table, from: Draft(root: 3), limit: 8).count == 1, "what has always been wrong is not drafted")
    growth.forget()
    #expect(growth.draft(table, from: Draft(root: 3), limit: 8).depth == before)
  }

  @Test func theChanceOfANodeIsTheProductOfItsPath() throws {
    fill()
    let draft = RecycledGrowth(nodes: 60, least: 0.001).draft(table, from: Draft(root: 3), limit: 8)
    for node in 1..<draft.count {
      let chance = try #require(draft.nodes[node].confidence)
      #expect(chance >= 0.001 && chance <= draft.nodes[draft.parents[node]].confidence ?? 1)
    }
    let chances = draft.nodes.dropFirst().compactMap(\.confidence)
    #expect(chances == chances.sorted(by: >), "the best node comes first")
  }
}
