import Foundation
import SpecFiles
import SpecStore

/// What can be known of a database before a model is loaded.
enum DatabaseCheck {
  /// Fails early where a database cannot be used: before minutes of loading rather than after them. No file is made.
  ///
  /// - Parameter path: the database.
  /// - Throws: `StoreError` or `UnwritableFile`.
  static func beforeLoading(_ path: String) throws {
    let size = try? FileManager.default.attributesOfItem(atPath: path)[.size] as? Int
    // An empty file becomes a database.
    guard let size, size > 0 else { return try OutputFile.check(path) }
    _ = try BenchmarkStore(openingAt: path, for: .writing)
  }
}
