import Foundation
import SpecCore
import SpecSuite
import Testing

@Suite struct SuiteSelectionTests {
  /// Four questions of qa, then two of rag, then one of translation, then one conversation.
  private func suite() throws -> SpecSuite.Suite {
    let workspace = try Workspace()
    let categories = ["qa", "qa", "qa", "qa", "rag", "rag", "translation", "coding"]
    let lines = categories.enumerated().map { Workspace.line($0.offset + 1, $0.element) }
    return try SpecSuite.Suite(path: workspace.write(lines.joined(), to: "question.jsonl"))
  }

  private func identifiers(_ categories: [SpecCore.Category]?, _ limit: Int?) throws -> [Int] {
    try suite().selecting(categories: categories, limit: limit).questions.map(\.questionID)
  }

  @Test(arguments: [
    (1, [8]), (2, [7, 8]), (3, [1, 7, 8]), (4, [1, 5, 7, 8]), (5, [1, 2, 5, 7, 8]), (6, [1, 2, 5, 6, 7, 8]),
    (7, [1, 2, 3, 5, 6, 7, 8]), (8, [1, 2, 3, 4, 5, 6, 7, 8]), (100, [1, 2, 3, 4, 5, 6, 7, 8]),
  ])
  func aLimitTakesTheCategoriesInTurn(limit: Int, expected: [Int]) throws {
    #expect(try identifiers(nil, limit) == expected)
  }

  @Test func categoriesAreChosenBeforeTheLimit() throws {
    #expect(try identifiers([.retrievalAugmentedGeneration, .questionAnswering], nil) == [1, 2, 3, 4, 5, 6])
    #expect(try identifiers([.retrievalAugmentedGeneration, .questionAnswering], 3) == [1, 2, 5])
    #expect(try identifiers(nil, nil) == Array(1...8))
  }

  @Test(arguments: [
    ("code, easy", ["code, easy"]), ("code, easy,b", ["code, easy", "b"]), ("b,code, easy", ["b", "code, easy"]),
    ("code, hard", ["code", " hard"]), ("a,b,c", ["a,b,c"]), ("a,b", ["a", "b"]), ("b,", ["b", ""]), ("", [""]),
  ])
  func aNameWithACommaCanBeChosen(list: String, names: [String]) throws {
    let workspace = try Workspace()
    let lines = ["code, easy", "b", "a,b,c"].enumerated().map { Workspace.line($0.offset + 1, $0.element) }
    let suite = try SpecSuite.Suite(path: workspace.write(lines.joined(), to: "question.jsonl"))
    #expect(suite.categoryNames(in: list) == names)
  }

  @Test func aSelectionKeepsTheRestOfTheSuite() throws {
    let whole = try suite()
    let part = try whole.selecting(categories: [.questionAnswering], limit: 2)
    #expect(part.contentHash == whole.contentHash)
    #expect(part.manifest == whole.manifest)
    #expect(part.categories == [.questionAnswering])
  }

  @Test func aSelectionOfNothingIsRefused() throws {
    let whole = try suite()
    let absent = failure { () throws(SuiteError) in
      _ = try whole.selecting(categories: [.questionAnswering, .summarization], limit: nil)
    }
    #expect(absent.found == "no question of the category summarization")
    #expect(absent.expected == "one or more of mt_bench, translation, qa, rag")
    let empty = failure { () throws(SuiteError) in _ = try whole.selecting(categories: [], limit: nil) }
    #expect(empty.found == "an empty list of categories")
    let zero = failure { () throws(SuiteError) in _ = try whole.selecting(categories: nil, limit: 0) }
    #expect(zero.expected == "at least 1")
  }
}
