import Foundation
import SpecFiles

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
