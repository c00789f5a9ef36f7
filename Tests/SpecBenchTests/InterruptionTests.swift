import Foundation
import GRDB
import SpecTestSupport
import Testing

/// Long work hears that it is to end, in every phase, says what is kept and how to go on, and leaves nothing half done.
@Suite final class InterruptionTests: ProgramTests {
  /// A machine that tests run on may be busy; the program itself waits less than a second.
  private static let patience = 5.0

  private var run: [String] {
    [
      "run", "--model", model.directory, "--suite", Fixtures.package.appending(path: "Suites/essentials").path,
      "--limit", "12", "--max-new-tokens", "200", "--repeats", "500", "--decoders", "kangaroo:threshold=0.01,medusa",
      "--database", scratch.path("runs.sqlite"), "--report", scratch.path("report.md"),
    ]
  }

  /// Starts the program, waits until something has come about, sends a signal and waits for the end.
  private func stop(
    _ arguments: [String],
    by number: Int32 = SIGINT,
    environment: [String: String] = [:],
    once isTime: (RunningProgram) throws -> Bool
  ) throws -> (status: Int32, seconds: Double, errors: String) {
    let program = try RunningProgram(arguments, in: scratch, environment: environment)
    try program.wait { try isTime(program) }
    let start = Date()
    program.send(number)
    let status = program.end(within: 4 * Self.patience)
    return (status, Date().timeIntervalSince(start), try program.errors)
  }

  private func generations() throws -> Int {
    try DatabaseQueue(path: scratch.path("runs.sqlite")).read {
      try Int.fetchOne($0, sql: "SELECT count(*) FROM generation") ?? 0
    }
  }

  private func hasMeasured() -> Bool { ((try? generations()) ?? 0) > 3 }

  @Test(arguments: [(SIGINT, 130), (SIGTERM, 143), (SIGHUP, 129)] as [(Int32, Int32)])
  func eachSignalHasItsCode(number: Int32, code: Int32) throws {
    let stopped = try stop(run, by: number) { _ in hasMeasured() }
    #expect(stopped.status == code && stopped.seconds < Self.patience, "\(stopped)")
    #expect(stopped.errors.hasSuffix("Stopped: the same command with --resume goes on from here.\n"))
    #expect(try generations() > 3)
    let report = try Program.run(["report", "--database", scratch.path("runs.sqlite")])
    #expect(report.status == 0, "\(report.errors)")
    // It goes on: the same run, with what was measured.
    let before = try generations()
    let resumed = try stop(run + ["--resume"]) { _ in (try? generations()) ?? 0 > before + 3 }
    #expect(resumed.status == 130 && resumed.errors.contains("Going on with run 1."), "\(resumed)")
    #expect(
      try FileManager.default.contentsOfDirectory(atPath: scratch.folder.path).allSatisfy {
        !$0.hasSuffix(".partial") && !$0.hasSuffix("-lock")
      }
    )
  }

  /// With plain C kernels the warm-up of the demo model takes minutes.
  @Test func warmUpHearsIt() throws {
    let arguments = [
      "run", "--database", scratch.path("runs.sqlite"), "--report", scratch.path("report.md"), "--limit", "6",
    ]
    let stopped = try stop(arguments, environment: ["SPECBENCH_KERNELS": "reference"]) { _ in
      let runs = try? DatabaseQueue(path: scratch.path("runs.sqlite")).read {
        try Int.fetchOne($0, sql: "SELECT count(*) FROM run")
      }
      return runs == 1
    }
    #expect(stopped.status == 130 && stopped.seconds < Self.patience, "\(stopped)")
    #expect(stopped.errors.contains("Stopped: the same command with --resume goes on from here."))
    // Even in the middle of a repeat, which takes longer than anybody waits, the database is closed.
    #expect(!FileManager.default.fileExists(atPath: scratch.path("runs.sqlite-wal")))
  }

  @Test(arguments: [["bench"], ["bench", "--shape", "tinyllama-1.1b"], ["verify"], ["train", "model"]])
  func otherWorkHearsIt(command: [String]) throws {
    try scratch.write(String(repeating: "The bell rings. \n\n", count: 500), to: "a.txt")
    let data = ["--tokenizer", model.directory, "--data", scratch.path("a.txt"), "--output", scratch.path("made")]
    let start = Date()
    // Any moment will do: loading, measuring, or whatever a machine is at by then.
    let stopped = try stop(command + (command[0] == "train" ? data + ["--steps", "100000"] : [])) { _ in
      Date().timeIntervalSince(start) > 1.5
    }
    #expect(stopped.status == 130 && stopped.seconds < Self.patience, "\(stopped)")
    #expect(stopped.errors.contains("Stopped: "), "\(stopped.errors)")
  }

  /// In the middle of a step that takes seconds nothing can end in order; the first request would be waited for.
  @Test func aSecondCtrlCEndsAtOnce() throws {
    try scratch.write(
      String(repeating: String(repeating: "The bell rings. ", count: 60) + "\n\n", count: 60),
      to: "a.txt"
    )
    let program = try RunningProgram(
      [
        "train", "model", "--tokenizer", model.directory, "--data", scratch.path("a.txt"), "--output",
        scratch.path("made"), "--layers", "4", "--width", "256", "--batch-tokens", "8192", "--steps", "1000",
      ],
      in: scratch
    )
    let folder = scratch.path("made/checkpoint")
    try program.wait { FileManager.default.fileExists(atPath: folder) }
    let begun = Date()
    try program.wait { Date().timeIntervalSince(begun) > 0.3 }
    program.send(SIGINT)
    let asked = Date()
    try program.wait { Date().timeIntervalSince(asked) > 0.15 }
    program.send(SIGTERM)
    #expect(program.end(within: Self.patience) == 143)
    #expect(try !program.errors.contains("Stopped"))
    // Nothing was saved yet: what was made for it is gone.
    #expect(!FileManager.default.fileExists(atPath: scratch.path("made")))
  }

  /// As under `nohup`.
  @Test func aTerminalThatIsToBeIgnoredIsIgnored() throws {
    let program = try RunningProgram(run, in: scratch, under: ["/bin/sh", "-c", "trap '' HUP; exec \"$0\" \"$@\""])
    try program.wait { hasMeasured() }
    program.send(SIGHUP)
    let before = try generations()
    try program.wait { try generations() > before + 6 }
    program.send(SIGTERM)
    #expect(program.end(within: 4 * Self.patience) == 143)
  }

  @Test func answersThatWereWrittenAreKept() throws {
    let talk = #"{"messages": [{"role": "user", "content": "When?"}, {"role": "assistant", "content": "At noon."}]}"#
    try scratch.write(String(repeating: talk + "\n", count: 4000), to: "talk.jsonl")
    let train = [
      "train", "medusa", "--model", model.directory, "--data", scratch.path("talk.jsonl"), "--self-distill", "--output",
      scratch.path("heads"), "--steps", "2", "--batch-tokens", "128", "--document-tokens", "64", "--heads", "1",
    ]
    let stopped = try stop(train) { _ in try answers() > 20 }
    #expect(stopped.status == 130 && stopped.seconds < Self.patience, "\(stopped)")
    #expect(stopped.errors.hasSuffix("is kept, and the same command goes on from there.\n"), "\(stopped.errors)")
    let kept = try answers()
    #expect(kept > 20 && kept < 4000)
    // A line that was being written is no answer.
    let name = try #require(try answerFiles().first)
    let file = try FileHandle(forWritingTo: URL(fileURLWithPath: name))
    try file.seekToEnd()
    try file.write(contentsOf: Data("[1,2,".utf8))
    try file.close()
    let again = try stop(train) { _ in try answers() > kept + 20 }
    #expect(again.status == 130, "\(again)")
    #expect(try answerFiles() == [name])
    #expect(again.errors.contains(" of 4000 answers written by the target"))
    // Other data are other answers.
    try scratch.write(String(repeating: talk + "\n", count: 3000), to: "talk.jsonl")
    _ = try stop(train) { _ in try answerFiles().count == 2 }
  }

  @Test func oneTrainingAtATimeGoesIntoAFolder() throws {
    let talk = #"{"messages": [{"role": "user", "content": "When?"}, {"role": "assistant", "content": "At noon."}]}"#
    try scratch.write(String(repeating: talk + "\n", count: 4000), to: "talk.jsonl")
    let train = [
      "train", "medusa", "--model", model.directory, "--data", scratch.path("talk.jsonl"), "--self-distill", "--output",
      scratch.path("heads"), "--steps", "2", "--batch-tokens", "128", "--document-tokens", "64", "--heads", "1",
    ]
    let first = try RunningProgram(train, in: scratch)
    try first.wait { try answers() > 0 }
    let second = try Program.run(train)
    #expect(second.status == 2 && second.errors.contains("another process is working in it"), "\(second.errors)")
    first.send(SIGKILL)
    _ = first.end(within: 4 * Self.patience)
    // The claim goes with the process.
    let kept = try answers()
    let third = try stop(train) { _ in try answers() > kept }
    #expect(third.status == 130, "\(third)")
  }

  private func answerFiles() throws -> [String] {
    let folder = scratch.path("heads/checkpoint")
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    return names.filter { $0.hasPrefix("answers-") }.map { folder + "/" + $0 }.sorted()
  }

  private func answers() throws -> Int {
    guard let file = try answerFiles().first else { return 0 }
    return try String(contentsOfFile: file, encoding: .utf8).split(separator: "\n").count - 1
  }

  @Test func aReaderThatGoesIsNoFailure() throws {
    let done = try Program.run([
      "run", "--model", model.directory, "--suite", Fixtures.package.appending(path: "Suites/essentials").path,
      "--limit", "6", "--max-new-tokens", "8", "--decoders", "kangaroo:threshold=0.01", "--database",
      scratch.path("runs.sqlite"), "--report", scratch.path("report.md"),
    ])
    #expect(done.status == 0, "\(done.errors)")
    for arguments in [["report", "--database", scratch.path("runs.sqlite")], ["methods"], ["--help"], ["doctor"]] {
      let closed = try RunningProgram(
        arguments,
        in: scratch,
        under: ["/bin/sh", "-c", "(sleep 0.2; \"$0\" \"$@\"; echo $? >\"$STATUS\") | true"],
        environment: ["STATUS": scratch.path("status")]
      )
      _ = closed.end(within: 4 * Self.patience)
      #expect(try scratch.read("status") == "141\n", "\(arguments)")
      #expect(try closed.errors.isEmpty, "\(arguments)")
    }
  }

  @Test(.enabled(if: FileManager.default.fileExists(atPath: "/dev/full"))) func aFullDiskIsToldAsSuch() throws {
    for arguments in [["methods"], ["--help"], ["doctor"]] {
      let full = try RunningProgram(arguments, in: scratch, under: ["/bin/sh", "-c", "exec \"$0\" \"$@\" >/dev/full"])
      #expect(full.end(within: 4 * Self.patience) == 2)
      #expect(try full.errors.hasPrefix("specbench: standard output: the disk is full; "))
    }
    // What would be told is lost, and nothing else.
    let unheard = try RunningProgram(
      ["methods"],
      in: scratch,
      under: ["/bin/sh", "-c", "exec \"$0\" \"$@\" 2>&- </dev/null"]
    )
    #expect(unheard.end(within: 4 * Self.patience) == 0)
  }
}
