import Foundation
internal import GRDB

/// A benchmark database: one SQLite file in WAL mode that holds runs, what they measured and the views over it.
///
/// A generation is written in one transaction, so a process killed at any moment loses at most the generation in
/// flight. The file is closed when the store is released.
package final class BenchmarkStore: Sendable {
  /// What a store is opened for.
  package enum Access: Sendable {
    /// Queries only. Works on files and folders that cannot be written, too.
    case reading
    /// Queries and new rows.
    case writing
  }

  /// The file's path, as given.
  package let path: String
  /// The file itself, without links.
  let file: String
  let access: Access
  let queue: DatabaseQueue

  /// Opens a database for writing; makes the file when there is none and brings an older one up to date.
  ///
  /// - Parameters:
  ///   - path: the file's path. Its folder must exist.
  ///   - busyTimeout: how long to wait for another process that holds the file locked.
  /// - Throws: a ``StoreError`` when the file is of another kind, newer than this program, locked or not writable.
  package convenience init(creatingAt path: String, busyTimeout: Duration = .seconds(10)) throws(StoreError) {
    try self.init(path: path, access: .writing, mustExist: false, busyTimeout: busyTimeout)
  }

  /// Opens an existing database, and brings one from an older version up to date.
  ///
  /// - Parameters:
  ///   - path: the file's path.
  ///   - access: whether rows will be written.
  ///   - busyTimeout: how long to wait for another process that holds the file locked.
  /// - Throws: a ``StoreError`` when there is no such file, when it is of another kind or newer than this program, or
  ///   when it is locked or cannot be opened.
  package convenience init(
    openingAt path: String,
    for access: Access = .reading,
    busyTimeout: Duration = .seconds(10)
  ) throws(StoreError) {
    try self.init(path: path, access: access, mustExist: true, busyTimeout: busyTimeout)
  }

  private init(path: String, access: Access, mustExist: Bool, busyTimeout: Duration) throws(StoreError) {
    self.path = path
    self.access = access
    let place = try DatabaseFile(path, for: access, mustExist: mustExist, busyTimeout: busyTimeout)
    file = place.file
    do {
      queue = try place.open(for: access, mustExist: mustExist)
    } catch {
      throw StoreError(error, path: path, file: place.file, access: access)
    }
    OpenStores.add(self)
  }

  deinit { OpenStores.forget(self) }

  /// Closes the file. Whoever uses the store afterwards gets an error.
  ///
  /// - Throws: a ``StoreError``.
  package func close() throws(StoreError) {
    do { try queue.close() } catch { throw StoreError(error, path: path, file: file, access: access) }
  }

  /// Runs queries in one snapshot of the database.
  func read<Value>(_ body: (Database) throws -> Value) throws(StoreError) -> Value {
    do {
      return try queue.read(body)
    } catch {
      throw StoreError(error, path: path, file: file, access: access)
    }
  }

  /// Runs changes in one transaction: all of them are kept, or none.
  func write<Value>(_ body: (Database) throws -> Value) throws(StoreError) -> Value {
    guard access == .writing else { throw .unwritable(path: path) }
    do {
      return try queue.write(body)
    } catch {
      throw StoreError(error, path: path, file: file, access: access)
    }
  }
}
