import Foundation
import SpecCore
import SpecFiles
import SpecSuite
import SpecTestSupport
import Testing

@Suite struct SuiteTests {
  private let manifest = #"{"name": "own", "version": "3", "question_file": "data/q.jsonl", "chat_template": "zephyr"}"#

  @Test func readsAFolderWithAManifest() throws {
    let workspace = try Workspace()
    try workspace.write(manifest, to: "suite.json")
    let questions = Workspace.line(1) + Workspace.line(2, "stem")
    try workspace.write(questions, to: "data/q.jsonl")
    let suite = try SpecSuite.Suite(path: workspace.path + "/")
    #expect(suite.directory == workspace.path)
    #expect(suite.manifest.name == "own")
    #expect(suite.template == .parts(.zephyr))
    #expect(suite.questions.map(\.questionID) == [1, 2])
    #expect(suite.categories == [.multiTurnConversation, .questionAnswering])
    #expect(suite.questionPath == workspace.path + "/data/q.jsonl")
    #expect(suite.contentHash == SHA256.hexDigest(of: Data((manifest + questions).utf8)))
  }

  @Test func readsAFolderWithOnlyQuestions() throws {
    let workspace = try Workspace()
    try workspace.write(Workspace.line(1), to: "evening/question.jsonl")
    let suite = try SpecSuite.Suite(path: workspace.path + "/evening")
    #expect(suite.manifest.name == "evening")
    #expect(suite.manifest.version == "unversioned")
    #expect(suite.manifest.maxNewTokens == 128)
    #expect(suite.template == .plain)
    #expect(suite.contentHash == SHA256.hexDigest(of: Data(Workspace.line(1).utf8)))
  }

  @Test func readsAQuestionFileAndLeavesAManifestBesideItAlone() throws {
    let workspace = try Workspace()
    try workspace.write("broken", to: "evening/suite.json")
    let usual = try workspace.write(Workspace.line(1), to: "evening/question.jsonl")
    let named = try workspace.write(Workspace.line(1), to: "evening/riddles.JSONL")
    #expect(try SpecSuite.Suite(path: usual).manifest.name == "evening")
    #expect(try SpecSuite.Suite(path: named).manifest.name == "riddles")
    #expect(try SpecSuite.Suite(path: named).directory == workspace.path + "/evening")
  }

  @Test func theManifestsCategoriesSelectTheQuestions() throws {
    let workspace = try Workspace()
    try workspace.write(#"{"name": "a", "version": "1", "categories": ["qa"]}"#, to: "suite.json")
    try workspace.write(Workspace.line(1, "rag") + Workspace.line(2), to: "question.jsonl")
    #expect(try SpecSuite.Suite(path: workspace.path).questions.map(\.questionID) == [2])
    try workspace.write(#"{"name": "a", "version": "1", "categories": ["translation"]}"#, to: "suite.json")
    let error = failure { () throws(SuiteError) in _ = try SpecSuite.Suite(path: workspace.path) }
    #expect(error.place == workspace.path + "/question.jsonl")
    #expect(error.found == "no question of the category translation")
    #expect(error.expected == "one or more of qa, rag")
  }

  @Test func aPathWithoutASuiteIsRefused() throws {
    let workspace = try Workspace()
    let empty = failure { () throws(SuiteError) in _ = try SpecSuite.Suite(path: workspace.path) }
    #expect(empty.found == "neither suite.json nor question.jsonl")
    let missing = failure { () throws(SuiteError) in _ = try SpecSuite.Suite(path: workspace.path + "/none") }
    #expect(missing.found == "no such file or folder")
    let nameless = failure { () throws(SuiteError) in _ = try SpecSuite.Suite(path: "") }
    #expect(nameless.found == "an empty path")
    let text = try workspace.write("hello", to: "notes.txt")
    let other = failure { () throws(SuiteError) in _ = try SpecSuite.Suite(path: text) }
    #expect(other.found == "a file that does not end in .jsonl or .json")
    #expect(other.place == text)
  }

  @Test func aManifestWithoutItsQuestionFileIsRefused() throws {
    let workspace = try Workspace()
    try workspace.write(manifest, to: "suite.json")
    let error = failure { () throws(SuiteError) in _ = try SpecSuite.Suite(path: workspace.path) }
    #expect(error.place == workspace.path + "/data/q.jsonl")
    #expect(error.found == "no such file")
  }

  @Test func questionsMayBeThoseOfTheSuiteBesideIt() throws {
    let workspace = try Workspace()
    let own = #"{"name": "own", "version": "1", "questions_of": "asked"}"#
    let path = try workspace.write(own, to: "own/suite.json")
    func refusal() -> SuiteError {
      failure { () throws(SuiteError) in _ = try SpecSuite.Suite(path: workspace.path + "/own") }
    }
    #expect(refusal().found == #""questions_of": "asked", but no such folder"#)
    // Without a manifest, with one, and with one that names a third.
    let questions = Workspace.line(1) + Workspace.line(2, "rag")
    try workspace.write(questions, to: "asked/question.jsonl")
    let suite = try SpecSuite.Suite(path: workspace.path + "/own")
    #expect(suite.questions.count == 2 && suite.directory == workspace.path + "/own")
    #expect(suite.questionPath == workspace.path + "/asked/question.jsonl")
    #expect(suite.contentHash == SHA256.hexDigest(of: Data((own + questions).utf8)))
    let contents = try SuiteContents(path: path)
    #expect(contents.files.map(\.name) == ["suite.json", "question.jsonl"])
    #expect(contents.contentHash == suite.contentHash && contents.files[1].bytes == Array(questions.utf8))
    try workspace.write(#"{"name": "a", "version": "1", "question_file": "data/q.jsonl"}"#, to: "asked/suite.json")
    try workspace.write(Workspace.line(7), to: "asked/data/q.jsonl")
    #expect(try SpecSuite.Suite(path: workspace.path + "/own").questions.map(\.questionID) == [7])
    try workspace.write(#"{"name": "a", "version": "1", "questions_of": "own"}"#, to: "asked/suite.json")
    #expect(refusal().found == "questions of a third suite in \(workspace.path)/asked/suite.json")
    #expect(refusal().place == path)
  }

  @Test func theEssentialsSuiteIsComplete() throws {
    let suite = try SpecSuite.Suite(path: Fixtures.essentials)
    #expect(suite.manifest.name == "essentials")
    #expect(suite.manifest.maxNewTokens == 96)
    #expect(suite.template == .plain)
    #expect(suite.questions.map(\.questionID) == Array(1...180))
    for category in SpecCore.Category.tasks {
      #expect(suite.questions.count { $0.category == category } == 30)
    }
    let conversations = suite.questions.filter { $0.category == .multiTurnConversation }
    #expect(Set(conversations.map(\.subcategory)).count == 8)
    for question in suite.questions {
      #expect(question.turns.count == (question.category == .multiTurnConversation ? 2 : 1))
      #expect(question.turns.joined().count <= 900)
      let needsReference = [.mathematicalReasoning, .retrievalAugmentedGeneration].contains(question.category)
      #expect(!needsReference || question.reference?.isEmpty == false)
    }
    #expect(Set(suite.questions.flatMap(\.turns)).count == 210)
  }
}
