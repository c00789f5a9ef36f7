import Foundation
import SpecSuite
import Testing

@Suite struct SuiteLocatorTests {
  private let workspace: Workspace

  init() throws {
    workspace = try Workspace()
    for folder in ["project/deep/er", "tools/bin"] {
      try FileManager.default.createDirectory(
        atPath: workspace.path + "/" + folder,
        withIntermediateDirectories: true
      )
    }
  }

  private func locate(_ name: String, environment: [String: String] = [:]) throws(SuiteError) -> String {
    try SuiteLocator.locate(
      name,
      environment: environment,
      workingDirectory: workspace.path + "/project/deep/er",
      executable: workspace.path + "/tools/bin/specbench"
    )
  }

  private func addSuite(_ folder: String) throws -> String {
    try workspace.write(Workspace.line(1), to: folder + "/question.jsonl")
    return workspace.path + "/" + folder
  }

  @Test func theNearestPlaceWins() throws {
    let byExecutable = try addSuite("tools/Suites/demo")
    #expect(try locate("demo") == byExecutable)
    let farther = try addSuite("project/Suites/demo")
    #expect(try locate("demo") == farther)
    let nearer = try addSuite("project/deep/er/Suites/demo")
    #expect(try locate("demo") == nearer)
    let byVariable = try addSuite("elsewhere/demo")
    let environment = ["SPECBENCH_SUITES": workspace.path + "/elsewhere"]
    #expect(try locate("demo", environment: environment) == byVariable)
    let byPath = try addSuite("project/deep/er/demo")
    #expect(try locate("demo", environment: environment) == byPath)
  }

  @Test func aPathIsTakenFromTheWorkingDirectory() throws {
    let suite = try addSuite("project/mine")
    #expect(try locate("../../mine") == suite)
    #expect(try locate(suite) == suite)
    #expect(try locate("../../mine/question.jsonl") == suite + "/question.jsonl")
    #expect(try locate(".") == workspace.path + "/project/deep/er")
  }

  @Test func theFolderOfTheVariableMayBeRelative() throws {
    let suite = try addSuite("project/collection/demo")
    #expect(try locate("demo", environment: ["SPECBENCH_SUITES": "../../collection"]) == suite)
    let withoutValue = failure { () throws(SuiteError) in _ = try locate("demo", environment: ["SPECBENCH_SUITES": ""])
    }
    #expect(!withoutValue.found.contains("nothing at /demo"))
  }

  @Test func theExecutableMayBeALink() throws {
    let suite = try addSuite("tools/Suites/demo")
    let program = try workspace.write("", to: "tools/bin/specbench")
    try FileManager.default.createDirectory(atPath: workspace.path + "/links", withIntermediateDirectories: true)
    let link = workspace.path + "/links/specbench"
    try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: program)
    let found = try SuiteLocator.locate("demo", environment: [:], workingDirectory: "/", executable: link)
    #expect(found == suite)
  }

  @Test func oneErrorListsThePlacesTried() {
    let error = failure { () throws(SuiteError) in
      _ = try locate("demmo", environment: ["SPECBENCH_SUITES": "/collection"])
    }
    let root = workspace.path
    let places = [
      "\(root)/project/deep/er/demmo", "/collection/demmo", "\(root)/project/deep/er/Suites/demmo",
      "\(root)/project/deep/Suites/demmo", "\(root)/project/Suites/demmo", "\(root)/Suites/demmo",
    ]
    #expect(error.found.hasPrefix("nothing at " + places.joined(separator: ", ")))
    #expect(error.found.contains("\(root)/tools/bin/Suites/demmo, \(root)/tools/Suites/demmo"))
    #expect(error.found.components(separatedBy: "\(root)/Suites/demmo").count == 2)
    #expect(error.place == "the suite \"demmo\"")
  }

  @Test func aPathIsNotLookedForAsAName() {
    let error = failure { () throws(SuiteError) in _ = try locate("./none") }
    #expect(error.found == "nothing at \(workspace.path)/project/deep/er/none")
  }

  @Test func anEmptyNameIsRefused() {
    let error = failure { () throws(SuiteError) in _ = try locate(" ") }
    #expect(error.found == "an empty name")
  }
}
