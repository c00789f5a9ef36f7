import Foundation
import GRDB
import SpecTestSupport
import Testing

/// A run in one file, and what a check of it finds.
@Suite final class BundleTests: ProgramTests {
  override init() throws {
    try super.init()
    try scratch.write(
      """
      {"question_id": 1, "category": "qa", "turns": ["Why is it?", "And how?"]}
      {"question_id": 2, "category": "rag", "turns": ["Who was it?"]}
      """,
      to: "question.jsonl"
    )
    let run = try program([
      "run", "--model", model.directory, "--suite", "question.jsonl", "--max-new-tokens", "7", "--threads", "1",
      "--decoders", "kangaroo:threshold=0.01,medusa,prompt-lookup", "--repeats", "2", "--database", "runs.sqlite",
    ])
    try #require(run.status == 0, "\(run.errors)")
  }

  private func program(_ arguments: [String]) throws -> Program.Result {
    try Program.run(arguments, in: scratch.folder)
  }

  private func bundle(_ name: String = "run.bundle", _ options: [String] = []) throws -> Program.Result {
    try program(["bundle", "1", "--database", "runs.sqlite", "--output", name] + options)
  }

  /// Changes something in a copy of the bundle, and checks it.
  private func check(after change: (Database) throws -> Void) throws -> Program.Result {
    try? FileManager.default.removeItem(atPath: scratch.path("changed.bundle"))
    try FileManager.default.copyItem(atPath: scratch.path("run.bundle"), toPath: scratch.path("changed.bundle"))
    try DatabaseQueue(path: scratch.path("changed.bundle")).write(change)
    return try program(["check", "changed.bundle"])
  }

  /// Replaces a text in one of the bundle's files by another of the same length.
  private func replace(_ old: String, by new: String, in name: String, _ database: Database) throws {
    let data = try #require(
      try Data.fetchOne(database, sql: "SELECT data FROM sqlar WHERE name = ?", arguments: [name])
    )
    let text = String(decoding: data, as: UTF8.self)
    let place = try #require(text.range(of: old))
    let changed = text.replacingCharacters(in: place, with: new)
    try database.execute(sql: "UPDATE sqlar SET data = ? WHERE name = ?", arguments: [Data(changed.utf8), name])
  }

  @Test func aBundleIsWholeAndAgreesWithItself() throws {
    let written = try bundle()
    #expect(written.status == 0 && written.output.contains("whose SHA-256 is"), "\(written.errors)")
    #expect(
      try FileManager.default.contentsOfDirectory(atPath: scratch.folder.path).allSatisfy { !$0.contains("partial") }
    )
    // The suite, the model and the database are not needed.
    for name in ["question.jsonl", "runs.sqlite"] {
      try FileManager.default.moveItem(atPath: scratch.path(name), toPath: scratch.path("old-" + name))
    }
    let bytes = try Data(contentsOf: URL(fileURLWithPath: scratch.path("run.bundle")))
    let checked = try program(["check", "run.bundle"])
    #expect(checked.status == 0 && checked.output.contains("run 1 agrees"), "\(checked.output) \(checked.errors)")
    #expect(checked.output.contains("3 prompts: of the suite"))
    #expect(checked.output.contains("30 generations"))
    let again = try program(["check", "run.bundle", "--model", model.directory, "--sample", "2", "--threads", "1"])
    #expect(again.status == 0, "\(again.output) \(again.errors)")
    #expect(again.output.contains("2 prompts decoded again, 16 outputs compared"), "\(again.output)")
    // Any tool reads it, and nothing that reads it changes it.
    let report = try program(["report", "--database", "run.bundle"])
    #expect(report.status == 0 && report.output.contains("# SpecBench report"))
    let names = try DatabaseQueue(path: scratch.path("run.bundle")).read {
      try String.fetchAll($0, sql: "SELECT name FROM sqlar WHERE sz = length(data) ORDER BY name")
    }
    #expect(
      names == [
        "README.txt", "SHA256SUMS", "environment.json", "inputs.sha256", "report.html", "report.json", "report.md",
        "rows.sha256", "settings.json", "suite/question.jsonl",
      ]
    )
    #expect(try Data(contentsOf: URL(fileURLWithPath: scratch.path("run.bundle"))) == bytes)
  }

  @Test func whatWasChangedIsNamed() throws {
    #expect(try bundle().status == 0)
    let changes: [((Database) throws -> Void, [String])] = [
      // A time.
      (
        {
          try $0.execute(
            sql: "UPDATE token SET available_ns = available_ns + 1 WHERE generation_id = 3 AND position = 2"
          )
        },
        ["generation 3 (question 1, turn 1, ", "its rows are not those that were bundled"]
      ),
      (
        { try $0.execute(sql: "UPDATE cycle SET verify_ns = verify_ns / 2 WHERE generation_id = 4 AND ordinal = 1") },
        ["generation 4 (question 1", "report.json: "]
      ),
      (
        { try $0.execute(sql: "UPDATE cycle SET draft_ns = 1 << 61 WHERE generation_id = 4 AND ordinal = 1") },
        [
          "generation 4 (question 1", "the table 'cycle' has a number that no measurement gives",
          "no report can be made",
        ]
      ),
      // A token.
      (
        { try $0.execute(sql: "UPDATE token SET token_id = token_id + 1 WHERE generation_id = 5 AND position = 1") },
        ["generation 5 (question 1", "its tokens are not the ids of its output"]
      ),
      (
        { try $0.execute(sql: "UPDATE prompt SET token_ids = json_set(token_ids, '$[0]', 9) WHERE id = 2") },
        ["prompt 2 (question 1, turn 2): its token ids are not those that its hash names"]
      ),
      // A figure.
      (
        { try self.replace("\"tokens\" : ", by: "\"tokens\" : 9", in: "report.json", $0) },
        ["report.json is not the file that was bundled", "report.json: ", "tokens is the number 9"]
      ),
      (
        { try self.replace("x |", by: "9 |", in: "report.md", $0) },
        ["report.md is not the file that was bundled", "report.md, line "]
      ),
      // A question.
      (
        { try self.replace("Who was it?", by: "Who is this", in: "suite/question.jsonl", $0) },
        [
          "suite/question.jsonl is not the file that was bundled", "not those that the run names by their hash",
          "question 2, turn 1: what was asked is not what the suite in the bundle asks",
        ]
      ),
      // What things are called, and what there is.
      (
        { try $0.execute(sql: "DROP VIEW speedup; CREATE VIEW speedup AS SELECT 2 AS speedup") },
        ["view speedup is not defined as this program defines it"]
      ),
      ({ try $0.execute(sql: "DELETE FROM generation WHERE id = 6") }, ["generation 6 is missing"]),
      (
        { try $0.execute(sql: "UPDATE environment SET governor = 'performance'") },
        ["the table 'environment'", "environment.json"]
      ),
      (
        { try $0.execute(sql: "UPDATE run_input SET sha256 = 'ab'") },
        ["the table 'run_input'", "inputs.sha256, line 1"]
      ),
    ]
    for (change, words) in changes {
      let checked = try check(after: change)
      #expect(checked.status == 1, "\(checked.output) \(checked.errors)")
      for word in words { #expect(checked.output.contains(word), "\(word): \(checked.output)") }
    }
  }

  /// Who changes rows before they are bundled gets hashes that fit.
  @Test func rowsThatContradictEachOtherAreFound() throws {
    let queue = try DatabaseQueue(path: scratch.path("runs.sqlite"))
    try queue.write { try $0.execute(sql: "UPDATE generation SET decode_ns = decode_ns / 2 WHERE id = 7") }
    #expect(try bundle().status == 0)
    let times = try program(["check", "run.bundle"])
    #expect(times.status == 1 && times.output.contains("its times are not those of its tokens"), "\(times.output)")
    // The same other token everywhere agrees with itself, but not with the model.
    try queue.write { database in
      try database.execute(
        sql: """
          UPDATE generation SET decode_ns = (
            SELECT max(available_ns) - min(available_ns) FROM token WHERE generation_id = generation.id
          ) WHERE id = 7;
          UPDATE token SET token_id = 5 WHERE position = 3;
          UPDATE generation SET output_ids = (
            SELECT json_group_array(token_id) FROM (
              SELECT token_id FROM token WHERE generation_id = generation.id ORDER BY position
            )
          )
          """
      )
    }
    #expect(try bundle("other.bundle").status == 0)
    #expect(try program(["check", "other.bundle"]).status == 0)
    let decoded = try program(["check", "other.bundle", "--model", model.directory, "--threads", "1"])
    #expect(decoded.status == 1 && decoded.output.contains("decoded again, token 4 is "), "\(decoded.output)")
    // Another model is named, and nothing is decoded with it.
    var weights = try model.read("model.safetensors")
    weights[weights.count - 2] ^= 1
    try model.write(weights, to: "model.safetensors")
    let model = try program(["check", "other.bundle", "--model", model.directory])
    #expect(model.status == 1 && model.output.contains("model.safetensors has another content"), "\(model.output)")
    #expect(!model.output.contains("decoded again"))
  }

  @Test func whatCannotBeBundledOrCheckedIsOneSentence() throws {
    func expect(_ result: Program.Result, _ status: Int32, _ words: String) {
      #expect(result.status == status && result.errors.contains(words), "\(words): \(result)")
      #expect(result.errors.split(separator: "\n").count == 1, "\(result.errors)")
    }
    expect(try program(["check", "runs.sqlite"]), 2, "it is a database but no bundle")
    expect(try program(["check", "nothing.bundle"]), 2, "nothing.bundle: there is no database")
    expect(try program(["check", "question.jsonl"]), 2, "question.jsonl: it is not an SQLite database")
    expect(try bundle("runs.sqlite"), 2, "runs.sqlite: it is the database")
    #expect(try bundle().status == 0)
    expect(try bundle(), 2, "run.bundle: it is a database, which is not to be overwritten")
    expect(try program(["bundle", "9", "--database", "runs.sqlite"]), 2, "it holds no run 9")
    try FileManager.default.createDirectory(atPath: scratch.path("old"), withIntermediateDirectories: true)
    try FileManager.default.copyItem(atPath: scratch.path("question.jsonl"), toPath: scratch.path("old/question.jsonl"))
    try scratch.write(try scratch.read("question.jsonl") + "\n", to: "question.jsonl")
    expect(try bundle("new.bundle"), 2, "the suite's files are not those that run 1 was measured with")
    #expect(!FileManager.default.fileExists(atPath: scratch.path("new.bundle")))
    #expect(try bundle("new.bundle", ["--suite", "old"]).status == 0)
  }
}
