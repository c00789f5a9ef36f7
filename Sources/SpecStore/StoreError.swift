import Foundation
internal import GRDB
import SpecFiles

/// What can go wrong with a benchmark database. Every case names the file; its description is one sentence for a user.
package enum StoreError: Error, Equatable, CustomStringConvertible {
  /// What a full disk leaves of the work at hand.
  package enum Kept: Sendable {
    /// Nothing was begun, or it keeps nothing.
    case nothing
    /// A run that can be gone on with.
    case run
    /// A part of an import, which cannot be gone on with.
    case partOfImport
  }

  /// There is no file at this path.
  case missing(path: String)
  /// The file is not an SQLite database.
  case notADatabase(path: String)
  /// The file is an SQLite database that SpecBench did not make.
  case notABenchmark(path: String)
  /// The file was written by a newer version of SpecBench.
  case newerSchema(path: String)
  /// What is at the path is no file but, for example, a folder.
  case notAFile(path: String, kind: String)
  /// The file or its folder cannot be written; the reason is nil where the system gives none.
  case unwritable(path: String, SystemProblem? = nil)
  /// The file cannot be read.
  case unreadable(path: String)
  /// Another process kept the file locked for longer than the busy timeout.
  case busy(path: String)
  /// Another process measures into the file.
  case measuring(path: String)
  /// The newest rows lie beside another name of the file, in the same folder.
  case rowsUnderAnotherName(path: String, name: String)
  /// There is nothing in the file, which has other names, beside which its rows may lie.
  case emptyUnderThisName(path: String)
  /// The system cannot lock the file.
  case unlockable(path: String, SystemProblem)
  /// The disk that holds the file is full; `kept` says what of the work at hand is in the file.
  case diskFull(path: String, kept: Kept = .nothing)
  /// The file is damaged.
  case damaged(path: String)
  /// A row contradicts the schema, for example the same generation twice; `reason` is SQLite's own message.
  case rejected(path: String, reason: String)
  /// A run has a number that no measurement gives.
  case impossibleNumber(path: String, run: Int64, table: String)
  /// The database holds no run with this id.
  case noSuchRun(path: String, run: Int64)
  /// Any other failure; `reason` is the message of SQLite or of the system.
  case failed(path: String, reason: String)

  /// One sentence that names the file and says what to do.
  package var description: String {
    switch self {
    case .missing(let path):
      "\(path): there is no database; check the path, or make one with 'specbench run'"
    case .notADatabase(let path):
      "\(path): it is not an SQLite database; name a file that 'specbench run' has written"
    case .notABenchmark(let path):
      "\(path): it is an SQLite database but not one of SpecBench; name a file that 'specbench run' has written"
    case .newerSchema(let path):
      "\(path): it was written by a newer version of SpecBench; update SpecBench to read it"
    case .notAFile(let path, let kind):
      "\(path): this is \(kind), not a database; name a file that 'specbench run' has written"
    case .unwritable(let path, let problem?):
      "\(path): \(problem)"
    case .unwritable(let path, nil):
      "\(path): it cannot be written; check that the file and its folder allow writing, or name another path"
    case .unreadable(let path):
      "\(path): it cannot be read; check its permissions, or copy it, with any file of the same name ending in -wal, to "
        + "a folder that allows writing"
    case .busy(let path):
      "\(path): it is locked by another process; wait until that process has finished, or name another path"
    case .measuring(let path):
      "\(path): another process is measuring into it; wait until it has finished, or name another database"
    case .rowsUnderAnotherName(let path, let name):
      "\(path): its newest rows are kept under the file's other name \(name), where a run was stopped; use that name, or "
        + "run 'specbench runs' on it once, which joins them"
    case .emptyUnderThisName(let path):
      "\(path): nothing of SpecBench is in it, and the file has other names, which its rows may be kept under; use the "
        + "name that it was measured into"
    case .unlockable(let path, let problem):
      "\(path): it cannot be locked, so that another process could measure into it at once: \(problem)"
    case .diskFull(let path, .nothing):
      "\(path): \(SystemProblem(code: ENOSPC))"
    case .diskFull(let path, .run):
      "\(path): the disk is full; free some space, and --resume goes on with what was measured"
    case .diskFull(let path, .partOfImport):
      "\(path): the disk is full; free some space, and import the files again, since what is there of them stays an "
        + "unfinished run"
    case .damaged(let path):
      "\(path): it is damaged; restore a copy, or save what is left with 'sqlite3 \(path) .recover'"
    case .rejected(let path, let reason):
      "\(path): it does not accept a row (\(reason)), which contradicts what is stored; please report this"
    case .impossibleNumber(let path, let run, let table):
      "\(path): run \(run) has a number in the table '\(table)' that no measurement gives; restore a copy of the file, or "
        + "delete the run"
    case .noSuchRun(let path, let run):
      "\(path): it holds no run \(run); choose one of the runs that it lists"
    case .failed(let path, let reason):
      "\(path): it cannot be used (\(reason)); check the file and its folder"
    }
  }
}

extension StoreError {
  /// Translates what SQLite reports about a file while it was opened or used for `access`.
  ///
  /// - Parameters:
  ///   - error: what was thrown.
  ///   - path: what the user calls the file.
  ///   - file: the file, without links.
  ///   - access: what for.
  init(_ error: any Error, path: String, file: String, access: BenchmarkStore.Access) {
    guard let error = error as? DatabaseError else {
      self = (error as? StoreError) ?? .failed(path: path, reason: error.localizedDescription)
      return
    }
    let obstacle = FilePlace.obstacle(toWriting: file)
    let denied: StoreError =
      access == .writing
      ? .unwritable(path: path, obstacle) : .unreadable(path: path)
    switch error.resultCode {
    case .SQLITE_NOTADB: self = .notADatabase(path: path)
    case .SQLITE_CANTOPEN, .SQLITE_READONLY, .SQLITE_PERM, .SQLITE_AUTH:
      self = access == .writing && obstacle == nil && Self.isDiskFull(file) ? .diskFull(path: path) : denied
    case .SQLITE_BUSY, .SQLITE_LOCKED: self = .busy(path: path)
    case .SQLITE_FULL: self = .diskFull(path: path)
    case .SQLITE_CORRUPT: self = .damaged(path: path)
    case .SQLITE_CONSTRAINT: self = .rejected(path: path, reason: error.message ?? "constraint")
    // On a full disk the files beside the database cannot grow, which SQLite tells as a failure of the disk.
    case .SQLITE_IOERR where Self.isDiskFull(file): self = .diskFull(path: path)
    default: self = .failed(path: path, reason: error.message ?? "SQLite error \(error.resultCode.rawValue)")
    }
  }

  /// Whether the disk has no room for what SQLite keeps beside a database.
  private static func isDiskFull(_ file: String) -> Bool {
    var system = statvfs()
    guard statvfs(FilePlace.folder(of: file), &system) == 0 else { return false }
    return UInt64(system.f_bavail) * UInt64(system.f_frsize) < 64 << 10
  }
}
