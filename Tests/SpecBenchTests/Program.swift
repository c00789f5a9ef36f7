import Foundation
import SpecTestSupport

/// The built program, run as a user runs it.
enum Program {
  struct Result {
    let status: Int32
    let output: String
    let errors: String
  }

  /// The executable lies beside the test bundle.
  static let path: String = {
    let tests = URL(fileURLWithPath: Bundle.main.executablePath ?? CommandLine.arguments[0])
    let arguments = URL(fileURLWithPath: CommandLine.arguments[0])
    let bundles = CommandLine.arguments.filter { $0.hasSuffix(".xctest") }.map { URL(fileURLWithPath: $0) }
    let candidates = ([tests, arguments] + bundles).flatMap { bundle in
      [bundle.deletingLastPathComponent(), bundle.deletingLastPathComponent().deletingLastPathComponent()]
    }
    let builds = ["release", "debug"].map { Fixtures.package.appending(path: ".build/\($0)") }
    return (candidates + builds).map { $0.appending(path: "specbench").path }
      .first { FileManager.default.isExecutableFile(atPath: $0) } ?? "specbench"
  }()

  /// Runs the program to its end, in a folder.
  static func run(_ arguments: [String], in folder: URL = Fixtures.package) throws -> Result {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: path)
    process.arguments = arguments
    process.currentDirectoryURL = folder
    let scratch = FileManager.default.temporaryDirectory
    let files = [scratch.appending(path: UUID().uuidString), scratch.appending(path: UUID().uuidString)]
    defer { for file in files { try? FileManager.default.removeItem(at: file) } }
    for file in files { try Data().write(to: file) }
    process.standardOutput = try FileHandle(forWritingTo: files[0])
    process.standardError = try FileHandle(forWritingTo: files[1])
    process.standardInput = FileHandle.nullDevice
    try process.run()
    process.waitUntilExit()
    return Result(
      status: process.terminationStatus,
      output: try String(contentsOf: files[0], encoding: .utf8),
      errors: try String(contentsOf: files[1], encoding: .utf8)
    )
  }
}

/// The built program while it runs.
final class RunningProgram {
  private let process = Process()
  private let errorFile: String

  /// Starts the program.
  ///
  /// - Parameters:
  ///   - arguments: its arguments.
  ///   - scratch: where it runs, and what it tells is kept.
  ///   - shell: what starts it, given the program and its arguments; empty for nothing.
  ///   - environment: variables beside those of the tests.
  /// - Throws: if it cannot be started.
  init(
    _ arguments: [String],
    in scratch: Scratch,
    under shell: [String] = [],
    environment: [String: String] = [:]
  ) throws {
    errorFile = scratch.path("errors-\(UUID().uuidString)")
    let command = shell + [Program.path] + arguments
    process.executableURL = URL(fileURLWithPath: command[0])
    process.arguments = Array(command.dropFirst())
    process.currentDirectoryURL = scratch.folder
    process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
    try Data().write(to: URL(fileURLWithPath: errorFile))
    process.standardError = try FileHandle(forWritingTo: URL(fileURLWithPath: errorFile))
    process.standardOutput = FileHandle.nullDevice
    process.standardInput = FileHandle.nullDevice
    try process.run()
  }

  deinit { if process.isRunning { send(SIGKILL) } }

  /// What it has told so far.
  var errors: String {
    get throws { try String(contentsOfFile: errorFile, encoding: .utf8) }
  }

  func send(_ number: Int32) { kill(process.processIdentifier, number) }

  /// Looks again and again until something has come about, or the program has ended.
  func wait(for condition: () throws -> Bool) throws {
    let end = Date(timeIntervalSinceNow: 120)
    while process.isRunning, Date() < end, try !condition() { Thread.sleep(forTimeInterval: 0.01) }
    guard process.isRunning, Date() < end else { throw NothingCame(errors: try errors) }
  }

  /// The exit code; -1 if the program does not end in time.
  func end(within seconds: Double) -> Int32 {
    let end = Date(timeIntervalSinceNow: seconds)
    while process.isRunning, Date() < end { Thread.sleep(forTimeInterval: 0.01) }
    guard !process.isRunning else { return -1 }
    process.waitUntilExit()
    return process.terminationStatus
  }

  struct NothingCame: Error {
    let errors: String
  }
}

/// A temporary folder that goes with the object.
final class Scratch {
  let folder: URL

  init() throws {
    folder = FileManager.default.temporaryDirectory.appending(path: "specbench-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(at: folder) }

  func path(_ name: String) -> String { folder.appending(path: name).path }

  func write(_ text: String, to name: String) throws { try Data(text.utf8).write(to: folder.appending(path: name)) }

  func read(_ name: String) throws -> String { try String(contentsOf: folder.appending(path: name), encoding: .utf8) }
}
