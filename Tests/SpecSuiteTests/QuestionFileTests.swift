import Foundation
import SpecCore
import SpecSuite
import SpecTestSupport
import Testing

@Suite struct QuestionFileTests {
  private func parse(_ text: String) throws(SuiteError) -> [Question] {
    try QuestionFile.parse(Array(text.utf8), place: "questions.jsonl")
  }

  @Test func readsAQuestionWithAllItsParts() throws {
    let questions = try parse(
      #"{"question_id": 7, "category": "math", "turns": ["A\n1", "Bä"], "reference": ["x", "y"], "source": [1, {}]}"#
    )
    let question = try #require(questions.first)
    #expect(questions.count == 1)
    #expect(question.questionID == 7)
    #expect(question.category == .multiTurnConversation)
    #expect(question.subcategory == "math")
    #expect(question.turns == ["A\n1", "Bä"])
    #expect(question.reference == ["x", "y"])
  }

  @Test(
    arguments: [
      ("", nil),
      (#", "reference": null"#, nil),
      (#", "reference": "one""#, ["one"]),
      (#", "reference": []"#, []),
      (#", "reference": ["one", "", "two"]"#, ["one", "", "two"]),
      (#", "reference": [["one", "two"], ["three"]]"#, ["one", "two", "three"]),
    ] as [(String, [String]?)]
  )
  func readsEveryFormOfReference(ending: String, expected: [String]?) throws {
    let questions = try parse(#"{"question_id": 1, "category": "qa", "turns": ["Who?"]"# + ending + "}")
    #expect(questions.map(\.reference) == [expected])
  }

  @Test func acceptsBlankLinesCarriageReturnsAndAByteOrderMark() throws {
    let lines = "\u{FEFF}\r\n" + Workspace.line(1).replacingOccurrences(of: "\n", with: "\r\n") + " \t\r\n\n"
    let last = Workspace.line(-2, "rag").trimmingCharacters(in: .newlines)
    let questions = try parse(lines + last)
    #expect(questions.map(\.questionID) == [1, -2])
  }

  @Test func keepsSeparatorsInsideALine() throws {
    let questions = try parse(Workspace.line(1, turns: ["one\u{2028}two\u{85}three"]))
    #expect(questions.first?.turns == ["one\u{2028}two\u{85}three"])
  }

  @Test(arguments: [
    (#"{"question_id": 2,"#, "the end of the text at column 19"),
    (#"{"question_id": 2, "category": "qa", "turns": ["a"]} {}"#, #""{" at column 54"#),
    (#"{"question_id": 2, "category": "qa", "turns": ["\ud800"]}"#, "half of a surrogate pair at column 49"),
    ("[1, 2]", "a list"),
    ("3", "the number 3"),
    (#"{"question_id": 2.5, "category": "qa", "turns": ["a"]}"#, #"the number 2.5 as "question_id""#),
    (#"{"question_id": " ", "category": "qa", "turns": ["a"]}"#, #"the string " " as "question_id""#),
    (#"{"question_id": NaN, "category": "qa", "turns": ["a"]}"#, #"the number NaN as "question_id""#),
    (#"{"question_id": 2, "category": "a\tb", "turns": ["a"]}"#, #"the category "a"#),
    (#"{"question_id": 2, "category": "overall", "turns": ["a"]}"#, #"the category "overall""#),
    (#"{"question_id": 2, "category": "qa", "turns": [NaN]}"#, #"the number NaN as entry 1 of "turns""#),
    (#"{"question_id": 2, "messages": [{"role": "alien", "content": "a"}]}"#, #"the string "alien" as "messages"#),
    (#"{"question_id": 2, "messages": [{"role": "assistant", "content": "a"}]}"#, "a conversation in which no user"),
    (#"{"question_id": 2, "messages": [{"role": "user", "content": " "}]}"#, "a blank turn"),
    (#"{"question_id": true, "category": "qa", "turns": ["a"]}"#, #"true as "question_id""#),
    (#"{"question_id": 2, "category": 5, "turns": ["a"]}"#, #"the number 5 as "category""#),
    (#"{"question_id": 2, "category": "qa"}"#, #"no "turns""#),
    (#"{"question_id": 2, "category": "qa", "turns": null}"#, #"null as "turns""#),
    (#"{"question_id": 2, "category": "qa", "turns": []}"#, #"an empty list as "turns""#),
    (#"{"question_id": 2, "category": "qa", "turns": "a"}"#, #"the string "a" as "turns""#),
    (#"{"question_id": 2, "category": "qa", "turns": ["a", 3]}"#, #"the number 3 as entry 2 of "turns""#),
    (#"{"question_id": 2, "category": "qa", "turns": [""]}"#, #"an empty string as entry 1 of "turns""#),
    (#"{"question_id": 2, "category": "qa", "turns": ["\n "]}"#, #"the string "\n " as entry 1 of "turns""#),
  ])
  func aMalformedLineIsNamed(line: String, found: String) {
    let error = failure { () throws(SuiteError) in _ = try parse(Workspace.line(1) + "\n" + line + "\n") }
    #expect(error.place == "questions.jsonl")
    #expect(error.line == 3)
    #expect(error.found.hasPrefix(found), "\(error)")
    #expect(error.description.hasPrefix("questions.jsonl, line 3: found "))
  }

  @Test func aRepeatedNumberNamesBothLines() {
    let text = Workspace.line(4) + "\n" + Workspace.line(5) + Workspace.line(4, "rag")
    let error = failure { () throws(SuiteError) in _ = try parse(text) }
    #expect(error.line == 4)
    #expect(error.found == "the question_id 4, which line 1 has already")
  }

  @Test func bytesThatAreNotUTF8AreNamed() {
    let bytes = Array(Workspace.line(1).utf8) + [0x7B, 0xFF, 0x0A]
    let error = failure { () throws(SuiteError) in _ = try QuestionFile.parse(bytes, place: "q.jsonl") }
    #expect(error.line == 2)
    #expect(error.found == "bytes that are not UTF-8")
  }

  @Test(arguments: ["", "\n\n", "\u{FEFF}", " \r\n"])
  func aFileWithoutQuestionsIsRefused(text: String) {
    let error = failure { () throws(SuiteError) in _ = try parse(text) }
    #expect(error.found == "no question")
    #expect(error.line == nil)
  }

  @Test func deepNestingIsAnErrorAndNoCrash() {
    let deep = String(repeating: "[", count: 100_000)
    let error = failure { () throws(SuiteError) in _ = try parse(deep) }
    #expect(error.line == 1)
  }

  @Test func aLongOrUnprintableValueIsShownShort() {
    let name = String(repeating: "x", count: 5000) + "\\u0007"
    let error = failure { () throws(SuiteError) in _ = try parse(Workspace.line(1, name)) }
    #expect(error.found.count < 100)
    let bell = failure { () throws(SuiteError) in _ = try parse(Workspace.line(1, "\\u0007\\u001b[1m")) }
    #expect(bell.found == #"the category "\u{07}\u{1B}[1m""#)
  }

  @Test func aMissingFileAFolderAndAPipeAreErrors() throws {
    let workspace = try Workspace()
    let missing = failure { () throws(SuiteError) in _ = try QuestionFile.read(path: workspace.path + "/none.jsonl") }
    #expect(missing.found == "no such file")
    let folder = failure { () throws(SuiteError) in _ = try QuestionFile.read(path: workspace.path) }
    #expect(folder.found == "a folder")
    let device = failure { () throws(SuiteError) in _ = try QuestionFile.read(path: "/dev/zero") }
    #expect(device.found == "a device")
  }

  @Test(.enabled(if: Fixtures.officialQuestions != nil, "spec-bench-question.jsonl is not on this machine"))
  func theOfficialFileLoadsUnchanged() throws {
    let path = try #require(Fixtures.officialQuestions).path
    let questions = try QuestionFile.read(path: path)
    #expect(questions.count == 480)
    for category in SpecCore.Category.tasks {
      #expect(questions.count { $0.category == category } == 80)
    }
    #expect(questions.filter { $0.category == .multiTurnConversation }.allSatisfy { $0.turns.count == 2 })
    #expect(questions.first?.subcategory == "writing")
    #expect(questions.last?.reference == ["around 9 days after ovulation"])
  }

  @Test(.enabled(if: Fixtures.officialQuestions != nil, "spec-bench-question.jsonl is not on this machine"))
  func theOfficialFileIsASuiteByItself() throws {
    let suite = try SpecSuite.Suite(path: #require(Fixtures.officialQuestions).path)
    #expect(suite.questions.count == 480)
    #expect(suite.manifest.name == "spec-bench-question")
    #expect(suite.template == .plain)
    #expect(suite.categories == SpecCore.Category.tasks)
  }
}
