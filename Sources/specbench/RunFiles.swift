import Foundation
import SpecFiles
import SpecRunner
import SpecStore

/// The files that a stored run was made from.
enum RunFiles {
  /// What no output made from a run may overwrite: it could not be gone on with any more.
  ///
  /// - Parameters:
  ///   - store: the database.
  ///   - run: the run's id.
  /// - Returns: the paths, each with what it is.
  /// - Throws: `StoreError`.
  static func kept(_ store: BenchmarkStore, _ run: Int64) throws(StoreError) -> [(path: String, role: String)] {
    let record = try store.run(run).record
    // The run of an older version has no plan; its path may begin in another folder.
    let plan = StoredPlan(of: record)
    let suite = plan?.suite ?? record.suitePath
    let files = suite.isEmpty ? [] : [suite, suite + "/suite.json", suite + "/question.jsonl"]
    return (try store.inputs(of: run).map(\.path) + files).map { ($0, "an input of the run") }
  }
}

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
