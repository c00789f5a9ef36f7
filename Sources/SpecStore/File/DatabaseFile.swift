import Foundation
import SpecFiles

internal import GRDB

/// Opens a database file, having first made sure that it is one of SpecBench's.
struct DatabaseFile {
  /// What the user calls it, for messages.
  let path: String
  /// The file itself, without links: SQLite keeps what is new in files beside it.
  let file: String
  let busyTimeout: Duration

  /// - Parameters:
  ///   - path: a path, which may lead over links.
  ///   - access: whether rows will be written.
  ///   - mustExist: whether a missing file is an error rather than made. A link that leads nowhere is a missing file.
  ///   - busyTimeout: how long to wait for another process that holds the file locked.
  /// - Throws: a `StoreError` where no database can be.
  init(
    _ path: String,
    for access: BenchmarkStore.Access,
    mustExist: Bool,
    busyTimeout: Duration
  ) throws(StoreError) {
    self.path = path
    self.busyTimeout = busyTimeout
    do throws(SystemProblem) {
      file = try FilePlace.resolved(path)
    } catch {
      if mustExist, [ENOENT, ENOTDIR].contains(error.code) { throw .missing(path: path) }
      throw access == .writing ? .unwritable(path: path, error) : .failed(path: path, reason: "\(error)")
    }
    switch FilePlace.kind(at: file) {
    // SQLite keeps what is new beside the name that a file is measured into; another name has nothing of it.
    case .file:
      if size(of: file + "-wal") == nil, WholeFileLock.isMeasuredUnderAnotherName(file) { throw .measuring(path: path) }
      if let name = Self.nameWithNewestRows(besides: file) { throw .rowsUnderAnotherName(path: path, name: name) }
    case nil: if mustExist { throw .missing(path: path) }
    case let kind?: throw .notAFile(path: path, kind: kind.name)
    }
  }

  /// Opens the file.
  ///
  /// - Parameters:
  ///   - access: whether rows will be written.
  ///   - mustExist: whether a missing file is an error rather than made.
  /// - Returns: a connection to a database with the current schema.
  /// - Throws: a `StoreError`, or SQLite's error.
  func open(for access: BenchmarkStore.Access, mustExist: Bool) throws -> DatabaseQueue {
    let size = size(of: file)
    // The check comes before anything is written: a file of another program must stay as it is, down to its journal
    // mode. An empty file is what SQLite itself takes for a new database.
    guard let size, size > 0 || mustExist else { return try openForWriting() }
    let existing = try openForReading()
    if try existing.read(isJustBegun) {
      // Its rows may be beside another name in another folder: with what were written here they would damage the file.
      if FileIdentity(path: file)?.hasOtherNames == true { throw StoreError.emptyUnderThisName(path: path) }
      if access == .writing { return try openForWriting() }
    }
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

  private func size(of path: String) -> Int? {
    guard let attributes = try? FileManager.default.attributesOfItem(atPath: path) else { return nil }
    return attributes[.size] as? Int
  }

  /// Whether a process was ended when it had made the file and nothing in it yet.
  private func isJustBegun(_ database: Database) throws -> Bool {
    guard try Int32.fetchOne(database, sql: "PRAGMA application_id") == 0 else { return false }
    let tables = try String.fetchAll(database, sql: "SELECT name FROM sqlite_schema WHERE name NOT LIKE 'sqlite_%'")
    guard tables.allSatisfy({ $0 == "grdb_migrations" }) else { return false }
    return try tables.isEmpty || Int.fetchOne(database, sql: "SELECT count(*) FROM grdb_migrations") == 0
  }

  private func checkedToBeCurrent(_ database: Database) throws -> Bool {
    guard try Int32.fetchOne(database, sql: "PRAGMA application_id") == Migration.applicationID else {
      throw StoreError.notABenchmark(path: path)
    }
    if try Migration.migrator.hasBeenSuperseded(database) { throw StoreError.newerSchema(path: path) }
    return try Migration.migrator.hasCompletedMigrations(database)
  }

  private func openForWriting() throws -> DatabaseQueue {
    var configuration = configuration
    configuration.journalMode = .wal
    let isNew = FilePlace.kind(at: file) == nil
    do {
      let queue = try connected(configuration)
      try Migration.migrator.migrate(queue)
      return queue
    } catch {
      let failure = StoreError(error, path: path, file: file, access: .writing)
      // What a full disk kept from being begun is not left behind.
      if isNew, failure == .diskFull(path: path), size(of: file) == 0 {
        for suffix in ["", "-wal", "-shm"] { unlink(file + suffix) }
      }
      throw failure
    }
  }

  /// GRDB asks for the size of the `-wal` file once it has seen it. Another process that closes the database in between,
  /// such as a shell that has looked into it, takes that file away: then the next try makes it anew.
  private func connected(_ configuration: Configuration, tries: Int = 10) throws -> DatabaseQueue {
    do {
      return try DatabaseQueue(path: file, configuration: configuration)
    } catch let error as CocoaError where tries > 1 && [.fileReadNoSuchFile, .fileNoSuchFile].contains(error.code) {
      return try connected(configuration, tries: tries - 1)
    }
  }

  /// Opens without `readonly`, although nothing is written: a read-only connection to a WAL database cannot tidy up
  /// after itself and would leave its helper files behind. SQLite falls back to reading a file it may not write.
  ///
  /// In a folder that cannot be written there is no place for the helper files; then the file is opened as immutable,
  /// which is right only if it is all there is: a `-wal` file with contents beside it holds committed rows.
  private func openForReading() throws -> DatabaseQueue {
    do {
      return try readable(DatabaseQueue(path: file, configuration: configuration))
    } catch let error as DatabaseError where [.SQLITE_CANTOPEN, .SQLITE_READONLY].contains(error.resultCode) {
      guard size(of: file + "-wal") ?? 0 == 0 else { throw error }
      var components = URLComponents()
      components.scheme = "file"
      components.path = file
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

/// What tells a file from all others, whatever its names.
struct FileIdentity: Hashable {
  private let device: UInt64
  private let number: UInt64
  /// Whether the file had more than one name, as hard links give it.
  let hasOtherNames: Bool

  /// Nil where nothing is open.
  init?(descriptor: Int32) {
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { return nil }
    self.init(status)
  }

  /// Nil where there is nothing at the path.
  init?(path: String) {
    var status = stat()
    guard stat(path, &status) == 0 else { return nil }
    self.init(status)
  }

  private init(_ status: stat) {
    device = UInt64(truncatingIfNeeded: status.st_dev)
    number = UInt64(truncatingIfNeeded: status.st_ino)
    hasOtherNames = status.st_nlink > 1
  }

  static func == (one: FileIdentity, other: FileIdentity) -> Bool {
    one.device == other.device && one.number == other.number
  }

  func hash(into hasher: inout Hasher) {
    hasher.combine(device)
    hasher.combine(number)
  }
}

extension BenchmarkStore {
  /// Whether another store is of the same file, by whatever path or link it was opened.
  ///
  /// - Parameter other: the other store.
  /// - Returns: false, too, where a file can no longer be found.
  package func isOfSameFile(as other: BenchmarkStore) -> Bool {
    guard let mine = FileIdentity(path: path), let its = FileIdentity(path: other.path) else {
      return path == other.path
    }
    return mine == its
  }
}

extension DatabaseFile {
  /// The name, in the same folder, beside which the newest rows of a file lie that has another name as well: SQLite keeps
  /// them in a file that is named after the one that was measured into, as long as nobody has closed it in order.
  ///
  /// - Parameter file: a file, without links.
  /// - Returns: the other name, without its folder; nil where there is none, or where the rows lie beside this name.
  static func nameWithNewestRows(besides file: String) -> String? {
    guard let identity = FileIdentity(path: file), identity.hasOtherNames, !hasRows(beside: file) else { return nil }
    let folder = FilePlace.folder(of: file)
    // A folder that cannot be listed hides what it holds; then there is nothing to be said against the file.
    guard let names = try? FileManager.default.contentsOfDirectory(atPath: folder) else { return nil }
    return names.sorted().lazy.filter { $0.hasSuffix(logSuffix) }.map { String($0.dropLast(logSuffix.count)) }
      .first { name in
        let other = folder + "/" + name
        return other != file && FileIdentity(path: other) == identity && hasRows(beside: other)
      }
  }

  /// What stands behind a database's name in that of the file with its newest rows.
  private static let logSuffix = "-wal"

  private static func hasRows(beside file: String) -> Bool {
    var status = stat()
    return stat(file + logSuffix, &status) == 0 && status.st_size > 0
  }
}
