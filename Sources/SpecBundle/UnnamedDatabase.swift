import Foundation
import SpecFiles

/// A database that gets its name when it is whole: SQLite makes the file itself, with others beside it.
enum UnnamedDatabase {
  private static let companions = ["", "-wal", "-shm", "-journal"]

  /// Makes a database in the folder of its place, and gives it its name.
  ///
  /// - Parameters:
  ///   - path: its place, which ``OutputFile/check(_:keeping:)`` has accepted.
  ///   - body: makes the file at the path that it is given, and closes it.
  /// - Throws: `UnwritableFile`; what `body` throws.
  static func write(to path: String, _ body: (String) throws -> Void) throws {
    let target: String
    do { target = try FilePlace.resolved(path) } catch { throw UnwritableFile(path: path, error) }
    let temporary = "\(FilePlace.folder(of: target))/\(UUID().uuidString).partial"
    let all = companions.map { temporary + $0 }
    for place in all { TemporaryPlaces.add(place) }
    defer { TemporaryPlaces.remove(all) }
    try body(temporary)
    let problem = TemporaryPlaces.whole { () -> SystemProblem? in
      guard rename(temporary, target) == 0 else { return SystemProblem.last }
      TemporaryPlaces.forget(temporary)
      return nil
    }
    if let problem { throw UnwritableFile(path: path, problem) }
  }
}
