import Foundation
internal import GRDB
import SpecCore

/// A file that a run's results depend on.
package struct RunInput: Codable, Equatable, Sendable {
  /// What the file is, unique in the run: its path inside the model's folder, or its whole path elsewhere.
  package var role: String
  /// Where it was read from, absolute.
  package var path: String
  /// SHA-256 of its bytes, in hexadecimal.
  package var sha256: String

  /// Makes an input; the properties say what each value means.
  package init(role: String, path: String, sha256: String) {
    self.role = role
    self.path = path
    self.sha256 = sha256
  }
}

extension RunInput: StoredRecord {
  static let databaseTableName = "run_input"
}

extension BenchmarkStore {
  /// The files that a run's results depend on.
  ///
  /// - Parameter run: the run's id.
  /// - Returns: the files by role; none for a run of an older version.
  /// - Throws: a ``StoreError``.
  package func inputs(of run: Int64) throws(StoreError) -> [RunInput] {
    try read { database in
      try RunInput.fetchAll(database, sql: "SELECT * FROM run_input WHERE run_id = ? ORDER BY role", arguments: [run])
    }
  }

  /// Opens a run that another attempt goes on with: rows that lost their parent go, it counts as unfinished again, and what the environment of this
  /// attempt makes doubtful is noted beside what is noted already.
  ///
  /// - Parameters:
  ///   - run: the run's id.
  ///   - repeats: how many repeats it is to have.
  ///   - warnings: one sentence each; those that are noted already are left out.
  /// - Throws: a ``StoreError``, for example when there is no such run; nothing is written then.
  package func reopenRun(_ run: Int64, repeats: Int, warnings: [String]) throws(StoreError) {
    let environment = try environment(of: run)
    let all = warnings.reduce(into: environment.warnings) { if !$0.contains($1) { $0.append($1) } }
    try write { database in
      try OrphanRows.delete(database)
      try database.execute(
        sql: "UPDATE run SET finished_at = NULL, repeats = ? WHERE id = ?",
        arguments: [repeats, run]
      )
      let text = try JSONText.line(all)
      try database.execute(sql: "UPDATE environment SET warnings = ? WHERE id = ?", arguments: [text, environment.id])
    }
  }

  /// Notes a run's plan in the place of the one that is stored.
  ///
  /// - Parameters:
  ///   - plan: the plan, as the runner reads it.
  ///   - run: the run's id.
  /// - Throws: a ``StoreError``.
  package func recordPlan(_ plan: String, run: Int64) throws(StoreError) {
    try write { try $0.execute(sql: "UPDATE run SET plan = ? WHERE id = ?", arguments: [plan, run]) }
  }

  /// Notes the time at which a decoder's warm-up had settled.
  ///
  /// - Parameters:
  ///   - nanoseconds: the time of one generation of the warm-up.
  ///   - decoder: the decoder's id.
  /// - Throws: a ``StoreError``.
  package func recordWarmUp(_ nanoseconds: Int, decoder: Int64) throws(StoreError) {
    try write { database in
      try database.execute(
        sql: "UPDATE decoder SET warm_up_ns = ? WHERE id = ?",
        arguments: [nanoseconds, decoder]
      )
    }
  }

  /// The times at which the warm-up of a run's decoders had settled.
  ///
  /// - Parameter run: the run's id.
  /// - Returns: nanoseconds by the decoder's id, for those that had settled.
  /// - Throws: a ``StoreError``.
  package func warmUps(of run: Int64) throws(StoreError) -> [Int64: Int] {
    let sql = "SELECT id, warm_up_ns FROM decoder WHERE run_id = ? AND warm_up_ns IS NOT NULL"
    return try read { database in
      try Row.fetchAll(database, sql: sql, arguments: [run]).reduce(into: [:]) { times, row in
        times[try row.decode(Int64.self, forColumn: "id")] = try row.decode(Int.self, forColumn: "warm_up_ns")
      }
    }
  }
}
