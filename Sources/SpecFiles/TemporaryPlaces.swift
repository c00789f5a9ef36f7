import Foundation
import Synchronization

/// Files and folders that must not outlive the process, however it is ended from inside.
public enum TemporaryPlaces {
  /// What a place is.
  public enum Kind: Sendable {
    /// A file.
    case file
    /// A folder with all that is in it.
    case folder
    /// A folder that stays if something is in it.
    case folderIfEmpty
  }

  private static let places = Mutex<[String: Kind]>([:])
  /// Held while files get their final names.
  private static let naming = Mutex<Void>(())

  /// Remembers a place.
  ///
  /// - Parameters:
  ///   - path: a file or folder that is about to be made.
  ///   - kind: which of them.
  public static func add(_ path: String, as kind: Kind = .file) { places.withLock { $0[path] = kind } }

  /// Forgets a place, which has been removed or has got its final name.
  ///
  /// - Parameter path: the file or folder.
  public static func forget(_ path: String) { places.withLock { $0[path] = nil } }

  /// Does something that must not be broken off half way, such as giving several files their final names. It must be
  /// short.
  ///
  /// - Parameter body: what to do.
  /// - Returns: what `body` returns.
  public static func whole<Result: Sendable>(_ body: () -> sending Result) -> Result { naming.withLock { _ in body() } }

  /// Removes all that is remembered, and lets nothing get its final name any more: for a process that ends in the middle
  /// of its work. It does not return.
  ///
  /// - Parameter end: ends the process.
  public static func removeAll(thenEnd end: () -> Never) -> Never {
    naming.withLock { _ in
      removeAll()
      end()
    }
  }

  /// Removes all that is remembered. There is nobody to tell of what stays.
  public static func removeAll() { remove(places.withLock { Array($0.keys) }) }

  /// Removes some of what is remembered, and forgets it.
  ///
  /// - Parameter paths: files and folders.
  public static func remove(_ paths: [String]) {
    // The innermost first, and files before the folders that they lie in.
    for path in paths.sorted(by: { $0.utf8.count > $1.utf8.count }) {
      switch places.withLock({ $0.removeValue(forKey: path) }) {
      case .file: unlink(path)
      case .folder: try? FileManager.default.removeItem(atPath: path)
      case .folderIfEmpty: rmdir(path)
      case nil: break
      }
    }
  }
}
