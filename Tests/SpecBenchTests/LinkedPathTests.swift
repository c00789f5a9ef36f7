import Foundation
import SpecTestSupport
import Testing

/// `LINK/../x` is beside what the link leads to, as it is for every other program.
@Suite final class LinkedPathTests: ProgramTests {
  override init() throws {
    try super.init()
    try FileManager.default.createDirectory(
      at: scratch.folder.appending(path: "store/inner"),
      withIntermediateDirectories: true
    )
    try FileManager.default.moveItem(atPath: model.directory, toPath: scratch.path("store/tiny"))
    try FileManager.default.createSymbolicLink(atPath: scratch.path("link"), withDestinationPath: "store/inner")
    try scratch.write(#"{"question_id": 1, "category": "qa", "turns": ["Hi"]}"# + "\n", to: "store/own.jsonl")
  }

  @Test func modelsSuitesAndReports() throws {
    let arguments = [
      "run", "--model", "link/../tiny", "--suite", "link/../own.jsonl", "--database", "link/../runs.sqlite", "--report",
      "link/../report.md", "--decoders", "kangaroo:exit=2", "--repeats", "1", "--max-new-tokens", "2",
    ]
    let first = try Program.run(arguments, in: scratch.folder)
    #expect(first.status == 0, "\(first.errors)")
    for name in ["runs.sqlite", "report.md"] {
      #expect(FileManager.default.fileExists(atPath: scratch.path("store/" + name)), "\(name)")
    }
  }

  /// What lies where the letters of the path lead is not taken for it.
  @Test func noOtherModelIsTaken() throws {
    try FileManager.default.moveItem(atPath: scratch.path("store/tiny"), toPath: scratch.path("tiny"))
    let result = try Program.run(
      ["verify", "--model", "link/../tiny", "--suite", "store/own.jsonl"],
      in: scratch.folder
    )
    #expect(result.status == 2 && result.errors.contains("there is no such"), "\(result.errors)")
  }
}
