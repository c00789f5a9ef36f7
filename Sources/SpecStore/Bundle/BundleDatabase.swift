import Foundation
import SpecFiles
internal import GRDB

/// A file of a bundle.
package struct BundledFile: Equatable, Sendable {
  /// Its path inside the bundle.
  package let name: String
  /// Its content.
  package let bytes: [UInt8]

  /// Makes a file; the properties say what each value means.
  package init(name: String, bytes: [UInt8]) { (self.name, self.bytes) = (name, bytes) }
}

/// A database of one run that carries files as well, in SQLite's own archive format: a table `sqlar`, which
/// `sqlite3 FILE -Ax` unpacks. Nothing of it is migrated here, so that it is seen as it was written.
package struct BundleDatabase {
  /// The file.
  package let path: String
  private let queue: DatabaseQueue
  /// More files than any bundle has.
  private static let mostFiles = 10_000

  /// Opens a bundle, or a copy of a run that is to become one.
  ///
  /// - Parameter path: the file.
  /// - Throws: a ``StoreError`` when there is none, or it is no database of this program.
  package init(path: String) throws(StoreError) {
    self.path = path
    do {
      guard FilePlace.kind(at: path) == .file else { throw StoreError.missing(path: path) }
      queue = try DatabaseQueue(path: path)
      let id = try queue.read { try Int32.fetchOne($0, sql: "PRAGMA application_id") }
      guard id == Migration.applicationID else { throw StoreError.notABenchmark(path: path) }
    } catch {
      throw StoreError(error, path: path, file: path, access: .reading)
    }
  }

  /// The runs that it holds.
  ///
  /// - Returns: their ids.
  /// - Throws: a ``StoreError``.
  package func runs() throws(StoreError) -> [Int64] { try read { try Int64.fetchAll($0, sql: "SELECT id FROM run") } }

  /// The files that it carries.
  ///
  /// - Returns: the files by name; nil where it is no archive.
  /// - Throws: a ``StoreError``.
  package func files() throws(StoreError) -> [BundledFile]? {
    try read { database in
      guard try database.tableExists("sqlar") else { return nil }
      let sql = "SELECT name, data FROM sqlar WHERE data IS NOT NULL ORDER BY name LIMIT ?"
      return try Row.fetchAll(database, sql: sql, arguments: [Self.mostFiles]).compactMap { row in
        guard let name = String.fromDatabaseValue(row[0]), let data = Data.fromDatabaseValue(row[1]) else { return nil }
        return BundledFile(name: name, bytes: [UInt8](data))
      }
    }
  }

  /// Digests of the rows of a run.
  ///
  /// - Parameters:
  ///   - run: the run's id.
  ///   - body: takes the name of each piece, as `generation 12`, and its SHA-256 in hexadecimal.
  /// - Throws: a ``StoreError``.
  package func forEachRowDigest(of run: Int64, _ body: (String, String) -> Void) throws(StoreError) {
    try read { try RowDigests($0, run: run).forEach(body) }
  }

  /// Adds the files and makes one closed file of all: no other lies beside it, whoever opens it.
  ///
  /// - Parameter files: the files.
  /// - Throws: a ``StoreError``.
  package func finish(with files: [BundledFile]) throws(StoreError) {
    do {
      try queue.write { database in
        try database.execute(
          sql: "CREATE TABLE sqlar (name TEXT PRIMARY KEY, mode INT, mtime INT, sz INT, data BLOB)"
        )
        for file in files {
          try database.execute(
            sql: "INSERT INTO sqlar VALUES (?, ?, ?, ?, ?)",
            arguments: [file.name, 0o100644, Int(Date().timeIntervalSince1970), file.bytes.count, Data(file.bytes)]
          )
        }
      }
      try queue.writeWithoutTransaction { database in
        _ = try String.fetchOne(database, sql: "PRAGMA journal_mode = DELETE")
      }
      try queue.close()
    } catch {
      throw StoreError(error, path: path, file: path, access: .writing)
    }
  }

  private func read<Value>(_ body: (Database) throws -> Value) throws(StoreError) -> Value {
    do {
      return try queue.read(body)
    } catch {
      throw StoreError(error, path: path, file: path, access: .reading)
    }
  }
}
