import SpecCore
import Testing

@Suite struct CategoryTests {
  @Test func namesAndTitlesAreInTheOrderOfTheTables() {
    let names = ["mt_bench", "translation", "summarization", "qa", "math_reasoning", "rag"]
    #expect(Category.tasks.map(\.rawValue) == names)
    #expect(
      Category.tasks.map(\.title) == ["Multi-turn", "Translation", "Summarization", "QA", "Math", "RAG"]
    )
    #expect(Category.overall.title == "Overall" && Category(rawValue: "humaneval").title == "humaneval")
  }

  @Test func ownCategoriesFollowInTheOrderInWhichTheyAppear() {
    let found = ["zebra", "rag", "alpha", "mt_bench", "zebra", "rag"].map(Category.init)
    #expect(Category.inOrder(found).map(\.rawValue) == ["mt_bench", "rag", "zebra", "alpha"])
  }
}
