import Foundation
import GRDB
import SpecTestSupport
import Testing

/// What the commands say of runs that were stopped, and how they end.
@Suite final class UnfinishedRunTests: ProgramTests {
  override init() throws {
    try super.init()
    let run = try Program.run([
      "run", "--model", model.directory, "--suite", Fixtures.package.appending(path: "Suites/essentials").path,
      "--limit", "9", "--max-new-tokens", "8", "--repeats", "3", "--decoders", "kangaroo:threshold=0.01", "--database",
      database, "--report", scratch.path("report.md"),
    ])
    try #require(run.status == 0, "\(run.errors)")
    try FileManager.default.copyItem(atPath: database, toPath: scratch.path("after.sqlite"))
  }

  private var database: String { scratch.path("runs.sqlite") }

  private func breakOff(keeping repeats: Int) throws {
    try DatabaseQueue(path: scratch.path("after.sqlite")).write {
      try $0.execute(sql: "UPDATE run SET finished_at = NULL; DELETE FROM generation WHERE repeat >= \(repeats)")
    }
  }

  private func compare(_ options: [String] = []) throws -> Program.Result {
    try Program.run(["compare", database, scratch.path("after.sqlite")] + options)
  }

  /// A pipeline must not take what is half measured for good.
  @Test func unfinishedSidesAreNotJudged() throws {
    let gates = [["--fail-if-slower", "99%"], ["--require-lossless"]]
    for gate in gates { #expect(try compare(gate).status == 0) }
    try breakOff(keeping: 2)
    #expect(try compare().status == 0)
    for gate in gates {
      let refused = try compare(gate)
      #expect(refused.status == 2 && refused.errors.contains("the second run is unfinished: "), "\(refused)")
      #expect(try compare(gate + ["--anyway"]).status == 0)
    }
  }

  @Test func nothingMeasuredIsOneSentence() throws {
    try breakOff(keeping: 0)
    let after = ["--database", scratch.path("after.sqlite")]
    for command in [
      ["compare", database, scratch.path("after.sqlite")], ["compare", "1/vanilla", "1/kangaroo"] + after,
      ["export", "--output", scratch.path("answers")] + after,
    ] {
      let refused = try Program.run(command)
      #expect(refused.status == 2 && refused.output.isEmpty, "\(refused)")
      #expect(refused.errors.split(separator: "\n").count == 1 && refused.errors.contains("--resume"), "\(refused)")
    }
    #expect(!FileManager.default.fileExists(atPath: scratch.path("answers")))
    // A report of it says so.
    let report = try Program.run(["report"] + after)
    #expect(report.status == 0 && report.output.contains("This run holds no generation"))
  }
}
