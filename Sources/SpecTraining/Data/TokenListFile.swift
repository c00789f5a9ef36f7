import Foundation
import SpecFiles
import SpecModel

/// Lists of token ids in a file, a line of JSON each, after a line that says whose they are.
struct TokenListFile {
  /// The lists that it holds.
  private(set) var lists: [[Token]] = []
  private let descriptor: OwnedDescriptor
  private let path: String

  /// Opens a file, or begins it. Half a line at its end is cut off.
  ///
  /// - Parameters:
  ///   - name: what the file's name begins with.
  ///   - folder: where it lies.
  ///   - identity: a hash of all that the lists depend on.
  /// - Throws: ``TrainingError`` if it is something else, `UnwritableFile`.
  init(_ name: String, folder: String, identity: String) throws {
    path = "\(folder)/\(name)-\(identity.prefix(16)).jsonl"
    descriptor = OwnedDescriptor(open(path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0o666))
    guard descriptor.number >= 0 else { throw UnwritableFile(path: path, SystemProblem.last) }
    let header = "{\"\(name)_of\":\"\(identity)\"}"
    let bytes = [UInt8](FileManager.default.contents(atPath: path) ?? Data())
    // What a process was writing when it was ended is no line yet.
    let whole = bytes.lastIndex(of: 0x0A).map { $0 + 1 } ?? 0
    guard whole == bytes.count || ftruncate(descriptor.number, off_t(whole)) == 0 else {
      throw UnwritableFile(path: path, SystemProblem.last)
    }
    let lines = bytes.prefix(whole).split(separator: 0x0A)
    guard let first = lines.first else {
      try append(line: header)
      return
    }
    guard String(decoding: first, as: UTF8.self) == header else { throw malformed("it is of another target") }
    lists = try lines.dropFirst().map { line in
      do {
        return try JSONDecoder().decode([Token].self, from: Data(line))
      } catch {
        throw malformed("it does not hold lists of tokens")
      }
    }
  }

  /// Writes a list behind the others.
  ///
  /// - Parameter list: token ids.
  /// - Throws: `UnwritableFile`.
  mutating func append(_ list: [Token]) throws {
    try append(line: "[" + list.map(String.init).joined(separator: ",") + "]")
    lists.append(list)
  }

  private func append(line: String) throws {
    if let problem = RawOutput.write(Array((line + "\n").utf8), to: descriptor.number) {
      throw UnwritableFile(path: path, problem)
    }
  }

  private func malformed(_ problem: String) -> TrainingError { .malformedCheckpoint(path: path, problem: problem) }
}
