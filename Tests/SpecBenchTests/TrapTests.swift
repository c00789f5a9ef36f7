import Foundation
import GRDB
import SpecTestSupport
import Testing

/// Inputs that once ended the program with a trap, and their like: each gives a sentence and an exit code.
@Suite final class TrapTests: ProgramTests {
  override init() throws {
    try super.init()
    try FileManager.default.createDirectory(atPath: scratch.path("suite"), withIntermediateDirectories: true)
  }

  private func expectSentence(_ result: Program.Result, _ status: Int32 = 2, _ words: String...) {
    #expect(result.status == status, "\(result.errors)")
    for word in words { #expect(result.errors.contains(word), "\(result.errors)") }
    #expect(status == 64 || result.errors.split(separator: "\n").count == 1, "\(result.errors)")
  }

  @Test(arguments: ["[[0], []]", "[[]]", "[[0], [0]]", "[[], []]"]) func emptyAndRepeatedPaths(_ tree: String) throws {
    try scratch.write(tree, to: "tree.json")
    try scratch.write(#"{"id": 1, "prompt_ids": [1, 2, 3]}"#, to: "in.jsonl")
    let result = try Program.run([
      "decode", "--model", model.directory, "--decoder", "medusa:tree=\(scratch.path("tree.json"))", "--input",
      scratch.path("in.jsonl"), "--output", scratch.path("out.jsonl"),
    ])
    expectSentence(result, 2, "tree.json", "empty or stands there twice")
  }

  private func run(_ extra: String...) throws -> Program.Result {
    try Program.run(
      [
        "run", "--model", model.directory, "--suite", scratch.path("suite"), "--decoders", "kangaroo", "--repeats", "1",
        "--max-new-tokens", "2", "--threads", "1", "--database", scratch.path("runs.sqlite"), "--report",
        scratch.path("r.md"),
      ] + extra
    )
  }

  @Test func questionIdsAtTheEndsOfTheIntegers() throws {
    let ids = ["9223372036854775807", "-9223372036854775808", "9223372036854775806"]
    let lines = ids.map { "{\"question_id\": \($0), \"category\": \"qa\", \"turns\": [\"Why?\"]}" }
    try scratch.write(lines.joined(separator: "\n"), to: "suite/question.jsonl")
    #expect(try run().status == 0)
    expectSentence(try run("--resume"), 2, "finished")
    #expect(try run("--resume", "--repeats", "2").status == 0)
  }

  @Test func trainingShapes() throws {
    try scratch.write("Some text. And more of it.", to: "a.txt")
    let data = ["--data", scratch.path("a.txt"), "--output", scratch.path("trained")]
    for extra in ["--heads=0", "--heads=-3", "--context=0", "--context=-5"] {
      let result = try Program.run(["train", "model", "--tokenizer", model.directory, extra] + data)
      expectSentence(result, 64, String(extra.prefix { $0 != "=" }))
    }
    expectSentence(try Program.run(["train", "tokenizer", "--context=-1"] + data), 64, "--context")
    expectSentence(try Program.run(["train", "tokenizer", "--vocabulary=-1"] + data), 64, "--vocabulary")
  }

  /// Sums of such numbers overflow, and what goes through every length of a draft takes all memory.
  @Test func numbersInADatabaseThatNoMeasurementGives() throws {
    try scratch.write(#"{"question_id": 1, "category": "qa", "turns": ["Why?"]}"#, to: "suite/question.jsonl")
    #expect(try run().status == 0)
    let whole = try Data(contentsOf: scratch.folder.appending(path: "runs.sqlite"))
    let largest = Int.max
    for (table, column, number) in [
      ("generation", "decode_ns", largest), ("generation", "preempted_steps", largest), ("cycle", "nodes", largest),
      ("cycle", "drafted", 1 << 30), ("cycle", "accept_length", 1 << 20), ("cycle", "verify_ns", largest),
      ("token", "available_ns", largest), ("run", "repeats", largest), ("decoder", "added_parameters", largest),
    ] {
      let path = scratch.path("hostile.sqlite")
      for suffix in ["", "-wal", "-shm"] { try? FileManager.default.removeItem(atPath: path + suffix) }
      try whole.write(to: URL(fileURLWithPath: path))
      let update = "PRAGMA ignore_check_constraints = 1; UPDATE \(table) SET \(column) = \(number)"
      try DatabaseQueue(path: path).write { try $0.execute(sql: update) }
      for command in [["report"], ["runs"]] {
        expectSentence(try Program.run(command + ["--database", path]), 2, "hostile.sqlite", "'\(table)'")
      }
    }
  }
}
