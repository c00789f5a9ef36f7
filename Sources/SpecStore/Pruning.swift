import Foundation
internal import GRDB

// Databases that grow: runs go, and the space that they took is given back.
extension BenchmarkStore {
  /// Deletes runs with all their rows, in one transaction. The space that they took is used for later rows; ``compact()`` gives
  /// it back to the disk.
  ///
  /// - Parameter runs: the ids of the runs.
  /// - Throws: a ``StoreError``, for example when there is no such run; nothing is deleted then.
  package func deleteRuns(_ runs: [Int64]) throws(StoreError) {
    try write { database in
      for run in runs {
        try database.execute(sql: "DELETE FROM run WHERE id = ?", arguments: [run])
        if database.changesCount == 0 { throw StoreError.noSuchRun(path: path, run: run) }
      }
      try OrphanRows.delete(database)
    }
  }

  /// Writes the file anew without the space that deleted rows have left. It takes as much room on the disk, for a moment, as
  /// the rows that are left.
  ///
  /// - Throws: a ``StoreError``; the file is as before then.
  package func compact() throws(StoreError) {
    guard access == .writing else { throw .unwritable(path: path) }
    do {
      try queue.vacuum()
      // The rows are in the file beside the database until they are moved.
      _ = try queue.writeWithoutTransaction { try $0.checkpoint(.truncate) }
    } catch {
      throw StoreError(error, path: path, file: file, access: access)
    }
  }

  /// What the database takes on the disk, in bytes, with what SQLite keeps beside it.
  package var fileBytes: Int {
    ["", "-wal"].reduce(0) { sum, suffix in
      let size = try? FileManager.default.attributesOfItem(atPath: file + suffix)[.size] as? Int
      return sum + (size ?? 0)
    }
  }
}
