import Foundation
internal import GRDB

/// What can go wrong with a benchmark database. Every case names the file; its description is one sentence for a user.
public enum StoreError: Error, Equatable, CustomStringConvertible {
  /// There is no file at this path.
  case missing(path: String)
  /// The file is not an SQLite database.
  case notADatabase(path: String)
  /// The file is an SQLite database that SpecBench did not make.
  case notABenchmark(path: String)
  /// The file was written by a newer version of SpecBench.
  case newerSchema(path: String)
  /// The file or its folder cannot be written.
  case unwritable(path: String)
  /// The file cannot be read.
  case unreadable(path: String)
  /// Another process kept the file locked for longer than the busy timeout.
  case busy(path: String)
  /// Another process measures into the file.
  case measuring(path: String)
  /// The disk that holds the file is full.
  case diskFull(path: String)
  /// The file is damaged.
  case damaged(path: String)
  /// A row contradicts the schema, for example the same generation twice; `reason` is SQLite's own message.
  case rejected(path: String, reason: String)
  /// The database holds no run with this id.
  case noSuchRun(path: String, run: Int64)
  /// Any other failure; `reason` is the message of SQLite or of the system.
  case failed(path: String, reason: String)

  /// One sentence that names the file and says what to do.
  public var description: String {
    switch self {
    case .missing(let path):
      "There is no database at \(path): check the path, or make one with `specbench run`."
    case .notADatabase(let path):
      "\(path) is not an SQLite database: name a file that `specbench run` has written."
    case .notABenchmark(let path):
      "\(path) is an SQLite database but not one of SpecBench: name a file that `specbench run` has written."
    case .newerSchema(let path):
      "\(path) was written by a newer version of SpecBench: update SpecBench to read it."
    case .unwritable(let path):
      "\(path) cannot be written: check that its folder exists and that both allow writing, or name another path."
    case .unreadable(let path):
      "\(path) cannot be read: check its permissions, or copy it, with any file of the same name ending in -wal, to "
        + "a folder that allows writing."
    case .busy(let path):
      "\(path) is locked by another process: wait until that process has finished, or name another path."
    case .measuring(let path):
      "Another process is measuring into \(path): wait until it has finished, or name another database."
    case .diskFull(let path):
      "The disk that holds \(path) is full: free some space, then go on with `--resume`."
    case .damaged(let path):
      "\(path) is damaged: restore a copy, or save what is left with `sqlite3 \(path) .recover`."
    case .rejected(let path, let reason):
      "\(path) does not accept a row (\(reason)): the measurement contradicts what is stored, please report this."
    case .noSuchRun(let path, let run):
      "\(path) holds no run \(run): choose one of the runs that it lists."
    case .failed(let path, let reason):
      "\(path) cannot be used (\(reason)): check the file and its folder."
    }
  }
}

extension StoreError {
  /// Translates what SQLite reports about the file at `path` while it was opened or used for `access`.
  init(_ error: any Error, path: String, access: BenchmarkStore.Access) {
    guard let error = error as? DatabaseError else {
      self = (error as? StoreError) ?? .failed(path: path, reason: error.localizedDescription)
      return
    }
    let denied: StoreError = access == .writing ? .unwritable(path: path) : .unreadable(path: path)
    switch error.resultCode {
    case .SQLITE_NOTADB: self = .notADatabase(path: path)
    case .SQLITE_CANTOPEN, .SQLITE_READONLY, .SQLITE_PERM, .SQLITE_AUTH: self = denied
    case .SQLITE_BUSY, .SQLITE_LOCKED: self = .busy(path: path)
    case .SQLITE_FULL: self = .diskFull(path: path)
    case .SQLITE_CORRUPT: self = .damaged(path: path)
    case .SQLITE_CONSTRAINT: self = .rejected(path: path, reason: error.message ?? "constraint")
    default: self = .failed(path: path, reason: error.message ?? "SQLite error \(error.resultCode.rawValue)")
    }
  }
}
