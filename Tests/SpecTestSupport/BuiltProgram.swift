import Foundation

/// An executable of the package, run as a user runs it.
package struct BuiltProgram: Sendable {
  /// How a program ended, and what it wrote.
  package struct Result {
    package let status: Int32
    package let output: String
    package let errors: String
  }

  /// The executable's file.
  package let path: String

  /// - Parameter name: the executable's name; it lies beside the test bundle.
  package init(_ name: String) {
    let tests = URL(fileURLWithPath: Bundle.main.executablePath ?? CommandLine.arguments[0])
    let arguments = URL(fileURLWithPath: CommandLine.arguments[0])
    let bundles = CommandLine.arguments.filter { $0.hasSuffix(".xctest") }.map { URL(fileURLWithPath: $0) }
    let candidates = ([tests, arguments] + bundles).flatMap { bundle in
      [bundle.deletingLastPathComponent(), bundle.deletingLastPathComponent().deletingLastPathComponent()]
    }
    let builds = ["release", "debug"].map { Fixtures.package.appending(path: ".build/\($0)") }
    path =
      (candidates + builds).map { $0.appending(path: name).path }
      .first { FileManager.default.isExecutableFile(atPath: $0) } ?? name
  }

  /// Runs the program to its end, in a folder.
  package func run(_ arguments: [String], in folder: URL = Fixtures.package) throws -> Result {
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
