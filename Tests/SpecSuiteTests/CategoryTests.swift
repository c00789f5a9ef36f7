import SpecSuite
import Testing

@Suite struct CategoryTests {
  @Test func namesAndTitlesAreInTheOrderOfTheTables() {
    let names = ["mt_bench", "translation", "summarization", "qa", "math_reasoning", "rag"]
    #expect(Category.allCases.map(\.rawValue) == names)
    #expect(
      Category.allCases.map(\.title) == [
        "Multi-turn Conversation", "Translation", "Summarization", "Question Answering", "Mathematical Reasoning",
        "Retrieval-augmented Generation",
      ]
    )
  }

  @Test(arguments: [
    "writing", "roleplay", "reasoning", "math", "coding", "extraction", "stem", "humanities", "mt_bench",
    "conversation",
  ])
  func conversationsCountAsOneCategory(name: String) {
    #expect(Category(questionCategory: name) == .multiTurnConversation)
  }

  @Test func anUnknownNameIsNoCategory() {
    #expect(Category(questionCategory: "maths") == nil)
    #expect(Category(questionCategory: "QA") == nil)
    #expect(Category(questionCategory: "rag") == .retrievalAugmentedGeneration)
  }

  @Test func aUsersListIsSortedAndEachNameCountsOnce() throws {
    #expect(
      try Category.named(["rag", " qa", "translation", "qa"]) == [
        .translation, .questionAnswering, .retrievalAugmentedGeneration,
      ]
    )
  }

  @Test func aUsersListWithAnUnknownNameListsTheKnown() {
    let error = failure { () throws(SuiteError) in _ = try Category.named(["qa", "poetry"], place: "--categories") }
    #expect(
      error.description
        == "--categories: found the category \"poetry\", expected one of mt_bench, translation, summarization, qa, "
        + "math_reasoning, rag; correct or remove this name."
    )
  }
}
