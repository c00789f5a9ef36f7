import Foundation
import SpecTestSupport

/// The built program, run as a user runs it.
enum Program {
  typealias Result = BuiltProgram.Result

  private static let built = BuiltProgram("specbench")

  /// The executable.
  static var path: String { built.path }

  /// Runs the program to its end, in a folder.
  static func run(_ arguments: [String], in folder: URL = Fixtures.package) throws -> Result {
    try built.run(arguments, in: folder)
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

/// What most tests of the program share: an empty folder and a tiny checkpoint.
class ProgramTests {
  let scratch: Scratch
  let model: TinyCheckpoint

  init() throws {
    scratch = try Scratch()
    model = try TinyCheckpoint()
  }

  deinit { model.remove() }
}
