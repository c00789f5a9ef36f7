import SpecCore
import SpecSuite
import Testing

@Suite struct SuiteShardTests {
  /// Questions of three categories, mixed, the last with two turns.
  private func suite(_ questions: Int) throws -> SpecSuite.Suite {
    let categories = ["qa", "rag", "qa", "own", "qa"]
    let lines = (1...questions).map { number in
      let category = categories[number % 5]
      return Workspace.line(number, category, turns: category == "own" ? ["Who?", "Why?"] : ["Who?"])
    }
    let workspace = try Workspace()
    return try SpecSuite.Suite(path: workspace.write(lines.joined(), to: "question.jsonl"))
  }

  /// Every question is in one shard, with all its turns; shards are as large as each other, of each category too.
  @Test(arguments: [(5, 5), (23, 4), (40, 3), (40, 1), (61, 7)])
  func questionsAreDividedEvenly(questions: Int, count: Int) throws {
    let whole = try suite(questions)
    let shards = try (1...count).map { try whole.selecting(#require(Shard(number: $0, count: count))) }
    #expect(shards.flatMap(\.questions).sorted { $0.questionID < $1.questionID } == whole.questions)
    #expect(shards.allSatisfy { $0.contentHash == whole.contentHash })
    for category in whole.categories.map(Optional.some) + [nil] {
      let sizes = shards.map { $0.questions.count { category == nil || $0.category == category } }
      #expect((sizes.max() ?? 0) - (sizes.min() ?? 0) <= 1, "\(sizes)")
    }
    for shard in shards { #expect(shard.questions.map(\.questionID) == shard.questions.map(\.questionID).sorted()) }
  }

  @Test func moreShardsThanQuestionsAreRefused() throws {
    let whole = try suite(5)
    let error = failure { () throws(SuiteError) in
      if let shard = Shard(number: 1, count: 6) { _ = try whole.selecting(shard) }
    }
    #expect(
      error.description
        == "--shard 1/6: found 5 questions, expected at least one for each shard; choose at most 5 shards"
    )
  }
}
