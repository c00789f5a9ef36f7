import Foundation
import GRDB
import SpecTestSupport
import Testing

/// Shards, copies and old runs through the program itself.
@Suite final class ShardCommandTests: ProgramTests {
  override init() throws {
    try super.init()
    let lines = (1...5).map { #"{"question_id": \#($0), "category": "qa", "turns": ["Why \#($0)?"]}"# }
    try scratch.write(lines.joined(separator: "\n"), to: "question.jsonl")
  }

  private func run(_ command: String...) throws -> Program.Result { try Program.run(command, in: scratch.folder) }

  private func measure(_ options: [String]) throws -> Program.Result {
    try Program.run(
      [
        "run", "--model", model.directory, "--suite", "question.jsonl", "--max-new-tokens", "6", "--threads", "1",
        "--decoders", "prompt-lookup",
      ] + options,
      in: scratch.folder
    )
  }

  @Test func shardsAreMeasuredJoinedCopiedAndDeleted() throws {
    for shard in 1...2 {
      let result = try measure([
        "--shard", "\(shard)/2", "--database", "\(shard).sqlite", "--report", "\(shard).md", "--resume",
      ])
      #expect(result.status == 0, "\(result.errors)")
      #expect(result.errors.contains("This is shard \(shard)/2 alone"))
    }
    let report = try scratch.read("1.md")
    #expect(report.contains("shard 1/2") && report.contains("The run measured 3 questions"))
    #expect(try run("runs", "--database", "2.sqlite").output.contains("6 of 6 generations of shard 2/2"))
    // A job that is started again finds its shard finished.
    let again = try measure(["--shard", "1/2", "--database", "1.sqlite", "--report", "1.md", "--resume"])
    #expect(again.status == 0 && again.errors.contains("Going on with run 1."), "\(again.errors)")
    // Nor does another shard go on with it.
    let other = try measure(["--shard", "2/2", "--database", "1.sqlite", "--report", "1.md", "--resume"])
    #expect(other.status == 2 && other.errors.contains(#"the shard is "1/2" there and "2/2" now"#), "\(other.errors)")

    let half = try run("merge", "out.sqlite", "1.sqlite")
    #expect(half.output.contains("1.sqlite: shard 1/2 is joined."), "\(half.errors)")
    #expect(half.output.contains("Run 1 in out.sqlite has 1 of 2 shards, from 1 host: 9 of 15 generations."))
    #expect(half.output.contains("Missing is shard 2.\n2 of 5 questions are not measured whole: 2, 4."))
    #expect(
      try run("report", "--database", "out.sqlite").output.contains("The run is joined from shards, and not whole.")
    )
    let whole = try run("merge", "out.sqlite", "1.sqlite", "2.sqlite", "out.sqlite")
    #expect(whole.output.contains("1.sqlite: shard 1/2 was joined already.\n2.sqlite: shard 2/2 is joined."))
    #expect(whole.output.contains("has 2 of 2 shards, from 1 host: 15 of 15 generations."))
    #expect(whole.errors.contains("out.sqlite is where the shards are joined"))
    #expect(try run("report", "--database", "out.sqlite").output.contains("## Shards"))

    #expect(
      try run("copy", "1", "--database", "out.sqlite", "--to", "all.sqlite").output
        == "Run 1 of out.sqlite is copied: it is run 1 in all.sqlite.\n"
    )
    #expect(
      try run("copy", "1", "--database", "1.sqlite", "--to", "all.sqlite").output.contains("it is run 2 in all.sqlite")
    )
    #expect(
      try run("copy", "1", "--database", "out.sqlite", "--to", "all.sqlite").output.contains(
        "was copied already: it is run 1"
      )
    )
    let dry = try run("prune", "--older-than", "0h", "--database", "all.sqlite", "--dry-run")
    #expect(dry.output.contains("would be deleted") && dry.output.split(separator: "\n").count == 2)
    #expect(try run("prune", "2", "--database", "all.sqlite").output.contains("1 run deleted"))
    #expect(try run("vacuum", "--database", "all.sqlite").status == 0)
    #expect(try run("runs", "--database", "all.sqlite").output.contains("15 of 15 generations"))
    #expect(try run("prune", "--older-than", "1d", "--database", "all.sqlite").output == "No run is to be deleted.\n")
  }

  @Test(arguments: [
    (
      ["--shard", "3/2"], "--shard is '3/2'; write i/n with i from 1 to n, like 2/8 for the second of eight shards", 64
    ),
    (["--shard", "0/2"], "--shard is '0/2'; write i/n", 64), (["--shard", "two"], "--shard is 'two'; write i/n", 64),
    (
      ["--shard", "6/6"],
      "--shard 6/6: found 5 questions, expected at least one for each shard; choose at most 5 shards", 2
    ),
    (
      ["--shard", "1/2", "--precision", "2%"], "--precision asks for repeats until all questions together are precise",
      64
    ),
    (
      ["--shard", "1/2", "--decoders", "llama-server:url=http://127.0.0.1:1"],
      "--shard divides runs of the package's own decoders", 64
    ),
  ])
  func nonsenseIsRefused(options: [String], message: String, status: Int32) throws {
    let result = try measure(options)
    #expect(result.status == status && result.errors.contains("specbench: \(message)"), "\(result.errors)")
  }

  @Test func unfinishedAndAbsentRunsAreNamed() throws {
    #expect(try measure(["--database", "a.sqlite"]).status == 0)
    #expect(try run("merge", "out.sqlite", "a.sqlite").errors.contains("a.sqlite: it holds no shard of a run"))
    #expect(try run("merge", "out.sqlite", "none.sqlite").status == 2)
    #expect(try run("copy", "1", "--database", "a.sqlite", "--to", "a.sqlite").errors.contains("are the same file"))
    #expect(try run("copy", "4", "--database", "a.sqlite", "--to", "b.sqlite").errors.contains("it holds no run 4"))
    #expect(try !FileManager.default.contentsOfDirectory(atPath: scratch.folder.path).contains("b.sqlite"))
    try scratch.unfinish("a.sqlite")
    #expect(try run("prune", "1", "--database", "a.sqlite").errors.contains("run 1 is unfinished; give --unfinished"))
    let old = try run("prune", "--older-than", "0h", "--database", "a.sqlite")
    #expect(old.output == "No run is to be deleted.\n" && old.errors.contains("Run 1 is unfinished and stays"))
    #expect(try run("prune", "1", "--unfinished", "--database", "a.sqlite").output.contains("1 run deleted"))
    #expect(try run("prune", "--database", "a.sqlite").errors.contains("nothing says which runs to delete"))
    #expect(
      try run("prune", "--older-than", "30", "--database", "a.sqlite").errors.contains("write a number with h, d or w")
    )
  }
}

extension Scratch {
  /// As a killed process leaves a run.
  fileprivate func unfinish(_ name: String) throws {
    try DatabaseQueue(path: path(name)).write { try $0.execute(sql: "UPDATE run SET finished_at = NULL") }
  }
}
