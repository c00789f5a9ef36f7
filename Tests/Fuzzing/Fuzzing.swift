import ForeignFormats
import Foundation
import SpecTestSupport

/// What libFuzzer damages: one format, which `SPECBENCH_FUZZING` names, in a folder of its own.
private struct Fuzzing {
  let format: ForeignFormat
  let folder: TinyCheckpoint

  /// - Throws: what writing the folder throws, or a sentence for an unknown format.
  init(named name: String) throws {
    guard let format = ForeignFormat.all.first(where: { $0.name == name }) else {
      throw UnknownFormat(name: name)
    }
    (self.format, folder) = (format, try TinyCheckpoint())
  }

  /// Writes the files that damage begins with.
  func writeSeeds(to directory: String) throws {
    try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
    for (number, seed) in try format.seeds(folder).enumerated() {
      try Data(seed).write(to: URL(fileURLWithPath: "\(directory)/seed-\(number)"))
    }
  }

  /// Ends the process where a file is neither read nor refused in one line that names it.
  func read(_ input: Data) {
    do { try folder.write(input, to: format.file) } catch { fatalError("the folder cannot be written: \(error)") }
    if let problem = format.problem(in: folder.directory) { fatalError(problem) }
  }

  /// No format has this name.
  private struct UnknownFormat: Error, CustomStringConvertible {
    let name: String
    var description: String {
      "'\(name)' is no format; there are \(ForeignFormat.all.map(\.name).joined(separator: ", "))"
    }
  }
}

/// libFuzzer calls from one thread.
nonisolated(unsafe) private var fuzzing: Fuzzing?

/// Called once, before inputs are read.
@_cdecl("LLVMFuzzerInitialize")
public func initialize(_ count: UnsafeMutableRawPointer, _ arguments: UnsafeMutableRawPointer) -> CInt {
  let environment = ProcessInfo.processInfo.environment
  do {
    let chosen = try Fuzzing(named: environment["SPECBENCH_FUZZING"] ?? "")
    if let directory = environment["SPECBENCH_FUZZING_SEEDS"] { try chosen.writeSeeds(to: directory) }
    fuzzing = chosen
  } catch {
    FileHandle.standardError.write(Data("\(error)\n".utf8))
    exit(2)
  }
  return 0
}

/// Called for every input.
@_cdecl("LLVMFuzzerTestOneInput")
public func testOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  fuzzing?.read(start.map { Data(bytes: $0, count: count) } ?? Data())
  return 0
}
