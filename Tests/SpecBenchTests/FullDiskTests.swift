import Foundation
import GRDB
import SpecTestSupport
import Testing

/// Disks of any size, for tests: a file system in memory that only one process sees.
private enum SmallDisk {
  /// What starts a program on such a disk, in the folder `small`.
  static func shell(kibibytes: Int) -> [String] {
    let script =
      "mount -t tmpfs -o size=\(kibibytes)k none small && cd small && \"$0\" \"$@\"; code=$?; "
      + "cp ./*.sqlite* ../kept/; exit $code"
    return ["/usr/bin/unshare", "-rm", "/bin/sh", "-c", script]
  }

  /// Not every system allows it.
  static let isThere: Bool = {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/unshare")
    process.arguments = ["-rm", "/bin/sh", "-c", "mount -t tmpfs -o size=64k none /mnt"]
    process.standardError = FileHandle.nullDevice
    guard (try? process.run()) != nil else { return false }
    process.waitUntilExit()
    return process.terminationStatus == 0
  }()
}

/// A report that cannot be written takes nothing away from what was measured.
@Suite(.enabled(if: FileManager.default.fileExists(atPath: "/dev/full"))) struct UnwritableReportTests {
  @Test(arguments: [
    (["run", "--decoders", "kangaroo"], "run 1 is whole in the database; 'specbench report 1 --database "),
    (["sweep", "--grid", "kangaroo:steps=2"], "is in the database; the same command with --resume makes it."),
  ])
  func whatWasMeasuredIsTold(command: [String], kept: String) throws {
    let (scratch, model) = (try Scratch(), try TinyCheckpoint())
    defer { model.remove() }
    let result = try Program.run(
      command + [
        "--model", model.directory, "--suite", Fixtures.package.appending(path: "Suites/essentials").path, "--limit",
        "6",
        "--max-new-tokens", "4", "--database", scratch.path("runs.sqlite"), "--report", "/dev/full",
      ]
    )
    #expect(result.status == 2 && result.errors.contains("There is no report, but "), "\(result.errors)")
    #expect(result.errors.contains(kept) && result.errors.contains("specbench: /dev/full: the disk is full; "))
    let report = try Program.run(["report", "--database", scratch.path("runs.sqlite")])
    #expect(report.status == 0, "\(report.errors)")
  }
}

/// What a full disk keeps is told as it is, whatever the moment.
@Suite(.enabled(if: SmallDisk.isThere)) final class FullDiskTests: ProgramTests {
  override init() throws {
    try super.init()
    for name in ["small", "kept"] {
      try FileManager.default.createDirectory(atPath: scratch.path(name), withIntermediateDirectories: true)
    }
  }

  private var measuring: [String] {
    [
      "--model", model.directory, "--suite", Fixtures.package.appending(path: "Suites/essentials").path, "--limit",
      "12",
      "--max-new-tokens", "60", "--database", "runs.sqlite", "--report", scratch.path("report.md"), "--repeats", "3",
    ]
  }

  private func errors(_ arguments: [String], kibibytes: Int) throws -> String {
    let program = try RunningProgram(arguments, in: scratch, under: SmallDisk.shell(kibibytes: kibibytes))
    let status = program.end(within: 60)
    let told = try program.errors
    #expect(status == 2, "\(told)")
    return try #require(told.split(separator: "\n").last { $0.hasPrefix("specbench: ") }.map(String.init))
  }

  private func keptRuns() throws -> Int {
    try DatabaseQueue(path: scratch.path("kept/runs.sqlite")).read {
      try Int.fetchOne($0, sql: "SELECT count(*) FROM run") ?? 0
    }
  }

  @Test(arguments: [["run", "--decoders", "kangaroo"], ["sweep", "--grid", "kangaroo:steps=2"]])
  func beforeARunThereIsNothingToGoOnWith(command: [String]) throws {
    let text = try errors(command + measuring, kibibytes: 128)
    #expect(text.hasPrefix("specbench: runs.sqlite: the disk is full; ") && !text.contains("--resume"), "\(text)")
  }

  @Test(arguments: [["run", "--decoders", "kangaroo"], ["sweep", "--grid", "kangaroo:steps=2"]])
  func whatWasMeasuredIsGoneOnWith(command: [String]) throws {
    let text = try errors(command + measuring, kibibytes: 1200)
    #expect(text.hasPrefix("specbench: runs.sqlite: the disk is full; ") && text.contains("--resume"), "\(text)")
    #expect(try keptRuns() == 1)
  }

  @Test func aPartOfAnImportIsToldAsSuch() throws {
    let line =
      #""choices": [{"index": 0, "turns": ["\#(String(repeating: "word ", count: 200))"], "decoding_steps": [9], "#
      + #""new_tokens": [200], "wall_time": [2.5], "accept_lengths": [\#(Array(repeating: "3", count: 60).joined(separator: ","))]}]"#
    let lines = (1...300).map { #"{"question_id": \#($0), "category": "qa", "model_id": "m", \#(line)}"# + "\n" }
      .joined()
    for name in ["a.jsonl", "b.jsonl"] { try scratch.write(lines, to: name) }
    let command = [
      "import", "--vanilla", scratch.path("a.jsonl"), scratch.path("b.jsonl"), "--database", "runs.sqlite",
    ]
    let before = try errors(command, kibibytes: 128)
    #expect(
      before.hasPrefix("specbench: runs.sqlite: the disk is full; ") && !before.contains("import the files again")
    )
    let after = try errors(command, kibibytes: 900)
    #expect(after.contains("import the files again") && !after.contains("--resume"), "\(after)")
    #expect(try keptRuns() == 1)
  }
}
