import Foundation
import GRDB
import SpecTestSupport
import Testing

/// `specbench tune`: from a sweep to the best settings, and to a suite that measures them again.
@Suite final class TuneCommandTests: ProgramTests {
  private var suite: String { Fixtures.package.appending(path: "Suites/essentials").path }
  private var database: String { scratch.path("runs.sqlite") }

  private func sweep(_ grid: String = "kangaroo:steps=2+4,threshold=0.01,medusa:nodes=3+7") throws {
    let result = try Program.run([
      "sweep", "--model", model.directory, "--suite", suite, "--limit", "12", "--max-new-tokens", "12", "--database",
      database, "--report", scratch.path("sweep.md"), "--grid", grid,
    ])
    #expect(result.status == 0, "\(result.errors)")
    // Times of a tiny model on a busy machine show nothing: these make steps=4 the faster one.
    try DatabaseQueue(path: database).write { database in
      try database.execute(
        sql: """
          UPDATE generation SET decode_ns = 1000000 + 10 * id;
          UPDATE generation SET decode_ns = decode_ns / 2
          WHERE decoder_id IN (SELECT id FROM decoder WHERE spec LIKE '%steps=4%');
          """
      )
    }
  }

  private func tune(_ arguments: String...) throws -> Program.Result {
    try Program.run(["tune", "--database", database] + arguments)
  }

  @Test func aSweepBecomesASuiteThatRunsTheBestAgain() throws {
    try sweep()
    let manifest = scratch.path("tuned/suite.json")
    let tuned = try tune("--output", manifest)
    #expect(tuned.status == 0, "\(tuned.errors)")
    #expect(tuned.output.contains("Of 4 lossless settings the best overall is `kangaroo:"))
    let json = try #require(
      try JSONSerialization.jsonObject(with: Data(contentsOf: URL(fileURLWithPath: manifest))) as? [String: Any]
    )
    let decoders = try #require(json["decoders"] as? [String])
    #expect(decoders.count == 2 && decoders[0].hasPrefix("kangaroo:") && decoders[0].contains("steps=4"))
    #expect(decoders[1].hasPrefix("medusa:"))
    #expect(json["name"] as? String == "essentials" && json["max_new_tokens"] as? Int == 12 && json["model"] == nil)
    // The command that is told measures the same questions with these decoders.
    let command = try #require(tuned.output.split(separator: "\n").last { $0.hasPrefix("  specbench run ") })
    let arguments = command.split(separator: " ").dropFirst().map(String.init)
    #expect(arguments.contains("--limit") && arguments.contains(model.directory))
    let again = try Program.run(arguments + ["--database", database, "--report", scratch.path("again.md")])
    #expect(again.status == 0, "\(again.errors)")
    try DatabaseQueue(path: database).read { database in
      let specs = try String.fetchAll(
        database,
        sql: "SELECT spec FROM decoder WHERE run_id = 2 AND method <> 'vanilla' ORDER BY ordinal"
      )
      #expect(specs == decoders)
      let questions = try (1...2).map { run in
        try Set(Int.fetchAll(database, sql: "SELECT question_id FROM prompt WHERE run_id = ?", arguments: [run]))
      }
      #expect(questions[0] == questions[1] && questions[0].count == 12)
    }
    // The questions are there now: a second choice leaves them as they are.
    #expect(try tune("1", "--output", manifest).status == 0)
  }

  @Test func outputsOverwriteNothing() throws {
    try sweep("kangaroo:steps=2+4,threshold=0.01")
    let original = try tune("--output", suite + "/suite.json")
    #expect(original.status == 2 && original.errors.contains("not to be overwritten"), "\(original.errors)")
    try FileManager.default.createDirectory(atPath: scratch.path("own"), withIntermediateDirectories: true)
    try scratch.write("{}", to: "own/question.jsonl")
    let other = try tune("--output", scratch.path("own/suite.json"))
    #expect(other.status == 2 && other.errors.contains("it is another file of questions"), "\(other.errors)")
    #expect(try scratch.read("own/question.jsonl") == "{}")
    let name = try tune("--output", scratch.path("tuned.json"))
    #expect(name.status == 64 && name.errors.contains("a suite's manifest is called suite.json"), "\(name.errors)")
    try DatabaseQueue(path: database).write { try $0.execute(sql: "UPDATE run SET suite_hash = 'other'") }
    let changed = try tune("--output", scratch.path("tuned/suite.json"))
    #expect(changed.status == 2 && changed.errors.contains("other manifest or questions"), "\(changed.errors)")
    #expect(!FileManager.default.fileExists(atPath: scratch.path("tuned")))
  }

  @Test func anUnfinishedSweepIsNotChosenFrom() throws {
    try sweep("kangaroo:steps=2+4,threshold=0.01")
    try DatabaseQueue(path: database).write { try $0.execute(sql: "UPDATE run SET finished_at = NULL") }
    let result = try tune()
    #expect(result.status == 2 && result.errors.contains("run 1: it is unfinished"), "\(result.errors)")
    let missing = try tune("7")
    #expect(missing.status == 2 && missing.errors.contains("holds no run 7"), "\(missing.errors)")
  }
}
