import Foundation
import GRDB
import SpecFiles
import SpecTestSupport
import Testing

/// Going on with a run through the program itself.
@Suite final class ResumeCommandTests: ProgramTests {
  override init() throws {
    try super.init()
    for name in ["here", "elsewhere"] {
      try FileManager.default.createDirectory(atPath: scratch.path(name), withIntermediateDirectories: true)
    }
    try FileManager.default.copyItem(atPath: model.directory + "/kangaroo", toPath: scratch.path("here/adapter"))
    try scratch.write(
      """
      {"question_id": 1, "category": "qa", "turns": ["Why?"]}
      {"question_id": 2, "category": "qa", "turns": ["How?"]}
      {"question_id": 3, "category": "rag", "turns": ["Who?"]}
      """,
      to: "here/question.jsonl"
    )
  }

  /// The options of the plan, as given in the folder `here`.
  private var plan: [String] {
    [
      "--model", model.directory, "--suite", "question.jsonl", "--limit", "2", "--max-new-tokens", "9", "--threads",
      "1",
      "--decoders", "kangaroo:adapter=adapter,steps=3", "--temperature", "0.7", "--seed", "5", "--no-noise-floor",
      "--kernels", "reference", "--dtype", "int8", "--repeats", "2",
    ]
  }

  private var database: String { scratch.path("runs.sqlite") }

  private func run(_ options: [String], in folder: String = "here") throws -> Program.Result {
    try Program.run(["run", "--database", database] + options, in: scratch.folder.appending(path: folder))
  }

  /// As a killed process leaves it: not finished, and the second repeat missing.
  private func breakOff(_ run: Int = 1) throws {
    try DatabaseQueue(path: database).write { database in
      try database.execute(
        sql: """
          UPDATE run SET finished_at = NULL WHERE id = ?;
          DELETE FROM generation WHERE repeat = 1 AND decoder_id IN (SELECT id FROM decoder WHERE run_id = ?)
          """,
        arguments: [run, run]
      )
    }
  }

  private func counts() throws -> [Int] {
    try DatabaseQueue(path: database).read {
      try Int.fetchAll(
        $0,
        sql: "SELECT count(*) FROM generation JOIN decoder ON decoder.id = decoder_id GROUP BY run_id ORDER BY run_id"
      )
    }
  }

  @Test func resumeAloneGoesOnWithTheStoredPlanFromAnyFolder() throws {
    let first = try run(plan)
    #expect(first.status == 0, "\(first.errors)")
    try breakOff()
    // Another finished run is in the way of neither.
    let other = try run(plan + ["--report", "other.md", "--top-k", "7"])
    #expect(other.status == 0, "\(other.errors)")
    try FileManager.default.removeItem(atPath: scratch.path("here/specbench-report.md"))
    let resumed = try run(["--resume"], in: "elsewhere")
    #expect(resumed.status == 0, "\(resumed.errors)")
    #expect(resumed.errors.contains("Going on with the stored plan of run 1"))
    #expect(try counts() == [8, 8])
    // The report goes where it was to go.
    #expect(FileManager.default.fileExists(atPath: scratch.path("here/specbench-report.md")))
    #expect(try FileManager.default.contentsOfDirectory(atPath: scratch.path("elsewhere")).isEmpty)
    let again = try run(["--resume"], in: "elsewhere")
    #expect(again.status == 2 && again.errors.contains("no unfinished run"), "\(again.errors)")
  }

  @Test func theSameOptionsGoOnAndOthersAreNamed() throws {
    #expect(try run(plan).status == 0)
    try breakOff()
    #expect(try run(plan + ["--top-k", "7"]).status == 0)
    let options = plan.map { $0 == "9" ? "10" : $0 }
    let longer = try run(options + ["--resume"])
    #expect(longer.status == 2)
    #expect(longer.errors.contains("run 1, the newest that can be gone on with"), "\(longer.errors)")
    #expect(longer.errors.contains("the most new tokens is 9 there and 10 now; start without --resume"))
    #expect(try run(plan + ["--resume"]).status == 0)
    #expect(try counts() == [8, 8])
    let more = try run(plan.dropLast() + ["3", "--resume"])
    #expect(more.status == 0, "\(more.errors)")
    #expect(try counts() == [12, 8])
  }

  @Test func aFileThatChangedIsNamedByABareResume() throws {
    #expect(try run(plan).status == 0)
    try breakOff()
    let path = scratch.path("here/adapter/config.json")
    try Data(contentsOf: URL(fileURLWithPath: path)).appending(" ").write(to: URL(fileURLWithPath: path))
    let changed = try run(["--resume"], in: "elsewhere")
    #expect(changed.status == 2 && changed.errors.contains("here/adapter/config.json has another content"))
    #expect(try counts() == [4])
  }

  /// The same files in another place are the same: the plan goes where they are now.
  @Test func movedFilesAreFoundByALaterBareResume() throws {
    #expect(try run(plan).status == 0)
    try breakOff()
    let manager = FileManager.default
    try manager.moveItem(atPath: scratch.path("here"), toPath: scratch.path("moved"))
    let lost = try run(["--resume"], in: "elsewhere")
    #expect(lost.status != 0 && lost.errors.contains("here/question.jsonl"), "\(lost.errors)")
    let resumed = try run(plan + ["--resume"], in: "moved")
    #expect(resumed.status == 0 && resumed.errors.contains("Going on with run 1."), "\(resumed.errors)")
    try breakOff()
    let bare = try run(["--resume"], in: "elsewhere")
    #expect(bare.status == 0 && bare.output.contains("moved/specbench-report.md"), "\(bare.errors)")
    #expect(try counts() == [8])
    // Another file of the same name is another one.
    try breakOff()
    let path = scratch.path("moved/adapter/config.json")
    try Data(contentsOf: URL(fileURLWithPath: path)).appending(" ").write(to: URL(fileURLWithPath: path))
    try manager.moveItem(atPath: scratch.path("moved"), toPath: scratch.path("here"))
    let changed = try run(plan + ["--resume"], in: "here")
    #expect(changed.status == 2 && changed.errors.contains("adapter/config.json"), "\(changed.errors)")
  }

  /// A retrained adapter under the same path is measured again by a sweep, which says so.
  @Test func aSweepMeasuresARetrainedAdapterAgain() throws {
    let sweep = [
      "sweep", "--model", model.directory, "--suite", "question.jsonl", "--limit", "2", "--max-new-tokens", "9",
      "--grid", "kangaroo:steps=2+3", "--repeats", "1", "--dtypes", "bf16,int8", "--database", database, "--report",
      "sweep.md",
    ]
    let here = scratch.folder.appending(path: "here")
    let first = try Program.run(sweep + ["--resume"], in: here)
    #expect(first.status == 2 && first.errors.contains("no database"), "\(first.errors)")
    #expect(!FileManager.default.fileExists(atPath: database))
    #expect(try Program.run(sweep, in: here).status == 0)
    let same = try Program.run(sweep + ["--resume"], in: here)
    #expect(same.status == 0 && same.output.contains("Runs 1, 2 are in"), "\(same.errors)")
    var adapter = try model.read("kangaroo/model.safetensors")
    adapter[adapter.count - 2] ^= 1
    try model.write(adapter, to: "kangaroo/model.safetensors")
    let again = try Program.run(sweep + ["--resume"], in: here)
    #expect(again.status == 0 && again.output.contains("Runs 3, 4 are in"), "\(again.errors)")
    #expect(again.errors.contains("Run 1 has the same settings, but") && again.errors.contains("another content"))
  }

  /// What was built is told, not what lies around the program when it runs.
  @Test func theCommitIsThatOfTheBuild() throws {
    for name in ["Sources/CSpecKernels", ".git", "bin"] {
      try FileManager.default.createDirectory(atPath: scratch.path(name), withIntermediateDirectories: true)
    }
    for name in ["Package.swift", "Sources/CSpecKernels/reference.c"] { try scratch.write("", to: name) }
    try scratch.write(String(repeating: "1", count: 40), to: ".git/HEAD")
    let copy = scratch.folder.appending(path: "bin/specbench")
    try FileManager.default.copyItem(at: URL(fileURLWithPath: Program.path), to: copy)
    #expect(try run(plan).status == 0)
    let process = Process()
    (process.executableURL, process.currentDirectoryURL) = (copy, scratch.folder.appending(path: "here"))
    process.arguments = ["run", "--database", database] + plan
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    try process.run()
    process.waitUntilExit()
    #expect(process.terminationStatus == 0)
    let rows = try DatabaseQueue(path: database).read {
      try Row.fetchAll($0, sql: "SELECT source_commit, executable_hash FROM environment")
    }
    let commits = rows.map { $0["source_commit"] as String? }
    #expect(commits.count == 2 && commits[0] == commits[1])
    if let commit = commits[0] { #expect(commit.wholeMatch(of: /[0-9a-f]{40}(-dirty)?/) != nil) }
    let hash = try FileHash.sha256(of: copy.path)
    #expect(rows.map { $0["executable_hash"] as String? } == [hash, hash])
  }
}

extension Data {
  fileprivate func appending(_ text: String) -> Data { self + Data(text.utf8) }
}
