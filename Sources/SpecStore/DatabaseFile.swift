import Foundation
internal import GRDB

/// Opens a database file, having first made sure that it is one of SpecBench's.
struct DatabaseFile {
  let path: String
  let busyTimeout: Duration

  /// Opens the file.
  ///
  /// - Parameters:
  ///   - access: Whether rows will be written.
  ///   - mustExist: Whether a missing file is an error rather than made.
  /// - Returns: A connection to a database with the current schema.
  /// - Throws: A `StoreError`, or SQLite's error.
  func open(for access: BenchmarkStore.Access, mustExist: Bool) throws -> DatabaseQueue {
    let size = sizeOnDisk
    if mustExist, size == nil { throw StoreError.missing(path: path) }
    // The check comes before anything is written: a file of another program must stay as it is, down to its journal
    // mode. An empty file is what SQLite itself takes for a new database.
    guard let size, size > 0 || mustExist else { return try openForWriting() }
    let existing = try openForReading()
    let isCurrent = try existing.read(checkedToBeCurrent)
    switch access {
    case .reading where isCurrent:
      return existing
    case .reading:
      _ = try openForWriting()
      return try openForReading()
    case .writing:
      return try openForWriting()
    }
  }

  private var sizeOnDisk: Int? {
    size(of: path)
  }

  private func size(of path: String) -> Int? {
    guard let attributes = try? FileManager.default.attributesOfItem(atPath: path) else { return nil }
    return attributes[.size] as? Int
  }

  private func checkedToBeCurrent(_ database: Database) throws -> Bool {
    guard try Int32.fetchOne(database, sql: "PRAGMA application_id") == Schema.applicationID else {
      throw StoreError.notABenchmark(path: path)
    }
    if try Migrations.migrator.hasBeenSuperseded(database) { throw StoreError.newerSchema(path: path) }
    return try Migrations.migrator.hasCompletedMigrations(database)
  }

  private func openForWriting() throws -> DatabaseQueue {
    var configuration = configuration
    configuration.journalMode = .wal
    do {
      let queue = try DatabaseQueue(path: path, configuration: configuration)
      try Migrations.migrator.migrate(queue)
      return queue
    } catch {
      throw StoreError(error, path: path, access: .writing)
    }
  }

  /// Opens without `readonly`, although nothing is written: a read-only connection to a WAL database cannot tidy up
  /// after itself and would leave its helper files behind. SQLite falls back to reading a file it may not write.
  ///
  /// In a folder that cannot be written there is no place for the helper files; then the file is opened as immutable,
  /// which is right only if it is all there is: a `-wal` file with contents beside it holds committed rows.
  private func openForReading() throws -> DatabaseQueue {
    do {
      return try readable(DatabaseQueue(path: path, configuration: configuration))
    } catch let error as DatabaseError where [.SQLITE_CANTOPEN, .SQLITE_READONLY].contains(error.resultCode) {
      guard size(of: path + "-wal") ?? 0 == 0 else { throw error }
      var components = URLComponents()
      components.scheme = "file"
      components.path = URL(fileURLWithPath: path).path
      components.queryItems = [URLQueryItem(name: "immutable", value: "1")]
      guard let location = components.string else { throw error }
      return try readable(DatabaseQueue(path: location, configuration: configuration))
    }
  }

  /// SQLite opens lazily: only the first query tells whether the file can be read.
  private func readable(_ queue: DatabaseQueue) throws -> DatabaseQueue {
    _ = try queue.read { try Int.fetchOne($0, sql: "SELECT count(*) FROM sqlite_schema") }
    return queue
  }

  private var configuration: Configuration {
    var configuration = Configuration()
    let (seconds, attoseconds) = busyTimeout.components
    configuration.busyMode = .timeout(Double(seconds) + Double(attoseconds) * 1e-18)
    // Sorting a million latencies is a fifth faster with a second thread to help.
    configuration.prepareDatabase { try $0.execute(sql: "PRAGMA threads = 2") }
    return configuration
  }
}
