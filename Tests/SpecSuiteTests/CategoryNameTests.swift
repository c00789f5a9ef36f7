import SpecCore
import SpecSuite
import Testing

@Suite struct CategoryNameTests {
  @Test(arguments: [
    "writing", "roleplay", "reasoning", "math", "coding", "extraction", "stem", "humanities", "mt_bench",
    "conversation",
  ])
  func conversationsCountAsOneCategory(name: String) {
    #expect(Category(questionCategory: name) == .multiTurnConversation)
  }

  @Test func anyOtherNameIsACategoryOfItsOwn() {
    #expect(Category(questionCategory: "rag") == .retrievalAugmentedGeneration)
    for name in ["humaneval", "QA", "maths", "Übersetzung", "代码", "a,b"] {
      #expect(Category(questionCategory: name)?.rawValue == name)
    }
    #expect(Category(questionCategory: " gsm8k ")?.rawValue == "gsm8k")
  }

  @Test(arguments: [
    "", " ", "overall", "Overall", "a\nb", "a\u{1B}[1m", "\u{202E}abc", "a\u{2028}b", String(repeating: "x", count: 65),
  ])
  func aNameThatCouldUpsetATableIsRefused(name: String) {
    #expect(Category(questionCategory: name) == nil)
  }

  @Test func aUsersListIsSortedAndEachNameCountsOnce() throws {
    #expect(
      try Category.named(["rag", " qa", "translation", "qa"]) == [
        .translation, .questionAnswering, .retrievalAugmentedGeneration,
      ]
    )
  }

  @Test func ownNamesComeAfterTheUsualOnesInTheirOrder() throws {
    #expect(try Category.named(["zebra", "qa", "alpha"]).map(\.rawValue) == ["qa", "zebra", "alpha"])
  }

  @Test(arguments: ["", "overall", "a\tb"])
  func aUsersListWithWhatCanBeNoNameIsRefused(name: String) {
    let error = failure { () throws(SuiteError) in _ = try Category.named(["qa", name], place: "--categories") }
    #expect(error.place == "--categories" && error.found.hasPrefix("the category \""))
  }
}
