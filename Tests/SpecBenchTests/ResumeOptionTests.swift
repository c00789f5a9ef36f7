import Foundation
import GRDB
import SpecTestSupport
import Testing

/// What `--resume` finds in the database, and what it does with further options.
@Suite final class ResumeOptionTests: ProgramTests {
  private static let adapters = "kangaroo:steps=3"

  override init() throws {
    try super.init()
    try scratch.write(
      """
      {"question_id": 1, "category": "qa", "turns": ["Why?"]}
      {"question_id": 2, "category": "qa", "turns": ["How?"]}
      """,
      to: "question.jsonl"
    )
    try FileManager.default.createDirectory(atPath: scratch.path("elsewhere"), withIntermediateDirectories: true)
  }

  private var database: String { scratch.path("runs.sqlite") }

  private func program(_ arguments: [String], in folder: String = "") throws -> Program.Result {
    try Program.run(arguments + ["--database", database], in: scratch.folder.appending(path: folder))
  }

  private func run(_ options: [String] = [], in folder: String = "") throws -> Program.Result {
    let plan = [
      "--model", model.directory, "--suite", "question.jsonl", "--max-new-tokens", "6", "--threads", "1", "--decoders",
      Self.adapters, "--kernels", "reference", "--repeats", "2", "--no-noise-floor",
    ]
    return try program(["run"] + plan + options, in: folder)
  }

  private func resume(_ options: [String] = []) throws -> Program.Result {
    try program(["run", "--resume"] + options, in: "elsewhere")
  }

  /// As killed processes leave runs: not finished, and without their second repeat.
  private func breakOff(_ runs: [Int]) throws {
    let list = runs.map(String.init).joined(separator: ",")
    try DatabaseQueue(path: database).write { database in
      try database.execute(
        sql: """
          UPDATE run SET finished_at = NULL WHERE id IN (\(list));
          DELETE FROM generation WHERE repeat > 0 AND decoder_id IN (SELECT id FROM decoder WHERE run_id IN (\(list)))
          """
      )
    }
  }

  private func counts() throws -> [Int] {
    try DatabaseQueue(path: database).read {
      try Int.fetchAll(
        $0,
        sql: """
          SELECT count(generation.id) FROM decoder LEFT JOIN generation ON decoder.id = decoder_id
          GROUP BY run_id ORDER BY run_id
          """
      )
    }
  }

  @Test func aRunIsNamedByItsNumber() throws {
    for seed in ["1", "2"] { #expect(try run(["--seed", seed]).status == 0) }
    try breakOff([1, 2])
    let listed = try program(["runs"])
    #expect(listed.output.contains("unfinished: 4 of 8 generations"), "\(listed.output)")
    let first = try resume(["1"])
    #expect(first.status == 0 && first.errors.contains("Going on with the stored plan of run 1"), "\(first.errors)")
    #expect(try counts() == [8, 4])
    // It is finished, and there are no others of its number.
    let again = try resume(["1"])
    #expect(again.status == 2 && again.errors.contains("run 1, which is of this plan, is finished"), "\(again.errors)")
    let none = try resume(["7"])
    #expect(none.status == 2 && none.errors.contains("it holds no run 7"), "\(none.errors)")
    let more = try program(["run", "--resume", "1", "--repeats", "3"], in: "elsewhere")
    #expect(more.status == 0, "\(more.errors)")
    #expect(try counts() == [12, 4])
    // Repeats that were added are part of what a later attempt goes on with.
    try breakOff([1])
    #expect(try resume(["1"]).status == 0)
    #expect(try counts() == [12, 4])
  }

  @Test func furtherOptionsHaveToAgree() throws {
    #expect(try run(["--temperature", "0.7"]).status == 0)
    try breakOff([1])
    let options = [
      (["--temperature", "0.9"], "the temperature is 0.7 there and 0.9 now"),
      (["--top-k", "5"], "top-k is 0 there and 5 now"),
      (["--limit", "1"], #"the list of questions is "1-2" there and "1" now"#),
      (["--decoders", "medusa"], "the list of decoders is kangaroo:"),
      (["--repeats", "1"], "the number of repeats is 2 there"),
      (["--noise-floor"], "vanilla is not measured a second time there"),
    ]
    for (given, difference) in options {
      for named in [[], ["1"]] {
        let refused = try resume(named + given)
        #expect(refused.status == 2 && refused.errors.contains(difference), "\(refused.errors)")
        #expect(refused.errors.split(separator: "\n").count == 1, "\(refused.errors)")
      }
    }
    #expect(try counts() == [4])
    let agreed = try resume(["--temperature", "0.7", "--repeats", "3", "--seed", "1"])
    #expect(agreed.status == 0, "\(agreed.errors)")
    #expect(try counts() == [12])
  }

  /// The newest run agrees, too, with options that leave open what it was given.
  @Test func theNearestOfSeveralPlansIsTaken() throws {
    #expect(try run().status == 0)
    #expect(try run(["--top-k", "4"]).status == 0)
    try breakOff([1, 2])
    let same = try run(["--resume"])
    #expect(same.status == 0 && same.errors.contains("Going on with run 1."), "\(same.errors)")
    #expect(try counts() == [8, 4])
  }

  @Test func whatHasChangedIsAcceptedWhenTold() throws {
    #expect(try run().status == 0)
    try breakOff([1])
    try scratch.write(try scratch.read("question.jsonl") + "\n", to: "question.jsonl")
    let changed = try resume()
    #expect(changed.status == 2 && changed.errors.contains("the suite's files in"), "\(changed.errors)")
    #expect(changed.errors.contains("give --accept-changes, too"), "\(changed.errors)")
    let accepted = try resume(["--accept-changes"])
    #expect(accepted.status == 0, "\(accepted.errors)")
    #expect(try counts() == [8])
    let report = try scratch.read("specbench-report.md")
    #expect(report.contains("Attempt 2 went on with the run although the suite's files in"), "\(report.prefix(2000))")
    // Settings and the machine are never joined.
    try breakOff([1])
    let settings = try resume(["--accept-changes", "--top-k", "3"])
    #expect(settings.status == 2 && settings.errors.contains("top-k is 0 there and 3 now"), "\(settings.errors)")
    try DatabaseQueue(path: database).write { try $0.execute(sql: "UPDATE environment SET host_name = 'other'") }
    let machine = try resume(["--accept-changes"])
    #expect(machine.status == 2 && machine.errors.contains("the machine is \"other\" there"), "\(machine.errors)")
    #expect(!machine.errors.contains("--accept-changes"))
    let alone = try run(["--accept-changes"])
    #expect(alone.status == 64 && alone.errors.contains("--accept-changes goes with --resume"), "\(alone.errors)")
  }

  @Test func aSweepGoesOnFromItsStoredPlan() throws {
    let sweep = [
      "sweep", "--model", model.directory, "--suite", "question.jsonl", "--max-new-tokens", "6", "--repeats", "2",
      "--grid", "kangaroo:steps=2+3", "--dtypes", "bf16,int8", "--report", "sweep.md",
    ]
    #expect(try program(sweep).status == 0)
    // The second run was not begun, and the first one not finished.
    try DatabaseQueue(path: database).write { try $0.execute(sql: "DELETE FROM run WHERE id = 2") }
    try breakOff([1])
    let other = try resume()
    #expect(other.status == 2 && other.errors.contains("'specbench sweep --resume 1'"), "\(other.errors)")
    try FileManager.default.removeItem(atPath: scratch.path("sweep.md"))
    let resumed = try program(["sweep", "--resume"], in: "elsewhere")
    #expect(resumed.status == 0 && resumed.output.contains("Runs 1, 2 are in"), "\(resumed.errors)")
    #expect(try counts() == [16, 16])
    #expect(FileManager.default.fileExists(atPath: scratch.path("sweep.md")))
    let done = try program(["sweep", "--resume"], in: "elsewhere")
    #expect(done.status == 2 && done.errors.contains("no unfinished sweep"), "\(done.errors)")
    let wrong = try program(["sweep", "--resume", "2", "--seed", "9"], in: "elsewhere")
    #expect(wrong.status == 2 && wrong.errors.contains("the seed is 1 there and 9 now"), "\(wrong.errors)")
    let more = try program(["sweep", "--resume", "2", "--repeats", "3"], in: "elsewhere")
    #expect(more.status == 0, "\(more.errors)")
    #expect(try counts() == [24, 24])
    let none = try program(["sweep"])
    #expect(none.status == 64 && none.errors.contains("--grid is missing"), "\(none.errors)")
  }
}
