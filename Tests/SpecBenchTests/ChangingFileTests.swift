import Foundation
import GRDB
import SpecTestSupport
import Testing

/// A model's file that changes while a run reads it ends the run with a sentence, and never with a signal.
@Suite final class ChangingFileTests: ProgramTests {
  override init() throws {
    try super.init()
    try FileManager.default.createDirectory(atPath: scratch.path("suite"), withIntermediateDirectories: true)
    try scratch.write(#"{"question_id": 7, "category": "qa", "turns": ["Why?"]}"#, to: "suite/question.jsonl")
  }

  private var database: String { scratch.path("runs.sqlite") }

  private func generations() -> Int {
    let count = try? DatabaseQueue(path: database).read { connection in
      try Int.fetchOne(connection, sql: "SELECT count(*) FROM generation")
    }
    return (count ?? nil) ?? 0
  }

  /// Starts a run that would take hours, changes a file once something is measured, and waits for the end.
  private func run(decoders: String, changing change: () throws -> Void) throws -> (status: Int32, errors: String) {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: Program.path)
    process.arguments = [
      "run", "--model", model.directory, "--suite", scratch.path("suite"), "--decoders", decoders, "--repeats", "10000",
      "--max-new-tokens", "3", "--threads", "1", "--database", database, "--report", scratch.path("r.md"),
    ]
    try scratch.write("", to: "errors")
    process.standardError = try FileHandle(forWritingTo: scratch.folder.appending(path: "errors"))
    process.standardOutput = FileHandle.nullDevice
    process.standardInput = FileHandle.nullDevice
    try process.run()
    defer { if process.isRunning { process.terminate() } }
    let deadline = Date(timeIntervalSinceNow: 120)
    while process.isRunning, generations() < 4, Date() < deadline { usleep(20_000) }
    try change()
    while process.isRunning, Date() < deadline { usleep(20_000) }
    guard !process.isRunning else { return (-1, try scratch.read("errors")) }
    #expect(process.terminationReason == .exit)
    return (process.terminationStatus, try scratch.read("errors"))
  }

  @Test(arguments: [("model.safetensors", "vanilla"), ("draft/model.safetensors", "draft-model")])
  func aFileThatShrinksEndsTheRun(_ file: String, _ decoders: String) throws {
    let path = model.directory + "/" + file
    let result = try run(decoders: decoders) {
      let handle = try FileHandle(forWritingTo: URL(fileURLWithPath: path))
      try handle.truncate(atOffset: 16)
      try handle.close()
    }
    #expect(result.status == 2, "\(result.errors)")
    let last = result.errors.split(separator: "\n").last.map(String.init) ?? ""
    #expect(last.contains(path) && last.contains("shorter") && last.contains("--resume"), "\(result.errors)")
    // What was measured is whole.
    let check = try DatabaseQueue(path: database).read { try String.fetchOne($0, sql: "PRAGMA integrity_check") }
    #expect(check == "ok" && generations() >= 4)
  }

  @Test func aFileThatIsWrittenToEndsTheRun() throws {
    let path = model.directory + "/model.safetensors"
    let result = try run(decoders: "vanilla") {
      let handle = try FileHandle(forUpdating: URL(fileURLWithPath: path))
      try handle.seek(toOffset: 20_000)
      try handle.write(contentsOf: Data([1, 2, 3]))
      try handle.close()
    }
    #expect(result.status == 2 && result.errors.contains("\(path): it was written to"), "\(result.errors)")
  }

  /// An answer in the terminal has no row that could be left out: what was shown is told not to be one.
  @Test(.enabled(if: FileManager.default.fileExists(atPath: "/proc/self/wchan")))
  func aFileThatIsWrittenToSpoilsAnAnswer() throws {
    let program = Process()
    program.executableURL = URL(fileURLWithPath: Program.path)
    program.arguments = [
      "generate", "abc", "--model", model.directory, "--max-new-tokens", "20", "--threads", "1", "--decoder", "vanilla",
    ]
    // A pipe that is full holds the program at its first token (F_SETPIPE_SZ, which Swift does not import).
    let output = Pipe()
    try #require(fcntl(output.fileHandleForWriting.fileDescriptor, 1031, 4096) == 4096)
    try output.fileHandleForWriting.write(contentsOf: Data(repeating: 0x2E, count: 4096))
    try scratch.write("", to: "errors")
    program.standardOutput = output
    program.standardError = try FileHandle(forWritingTo: scratch.folder.appending(path: "errors"))
    program.standardInput = FileHandle.nullDevice
    try program.run()
    let place = "/proc/\(program.processIdentifier)/wchan"
    let deadline = Date(timeIntervalSinceNow: 60)
    while Date() < deadline, !((try? String(contentsOfFile: place, encoding: .utf8)) ?? "").contains("pipe_write") {
      usleep(10_000)
    }
    let path = model.directory + "/model.safetensors"
    let handle = try FileHandle(forUpdating: URL(fileURLWithPath: path))
    try handle.seek(toOffset: 20_000)
    try handle.write(contentsOf: Data([1, 2, 3]))
    try handle.close()
    let shown = try #require(try output.fileHandleForReading.readToEnd())
    program.waitUntilExit()
    let errors = try scratch.read("errors")
    #expect(program.terminationStatus == 2 && errors.contains("\(path): it was written to"), "\(errors)")
    #expect(shown.count > 4096)
  }
}
