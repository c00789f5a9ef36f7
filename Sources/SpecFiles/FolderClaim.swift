import Foundation

/// Keeps a second process from working in the same folder, by whatever name it calls it. The system lets go of the claim
/// when the process ends, however it ends.
public final class FolderClaim {
  private let descriptor: Int32

  /// Does something in a folder that is claimed meanwhile. The folder is made if it is not there, and goes again if the
  /// work fails and leaves nothing in it.
  ///
  /// - Parameters:
  ///   - path: the folder.
  ///   - body: the work.
  /// - Returns: what `body` returns.
  /// - Throws: ``FolderInUse`` where another process holds it, at once; ``UnwritableFile`` if it cannot be made; what `body`
  ///   throws.
  public static func during<Result>(_ path: String, _ body: () throws -> Result) throws -> Result {
    try OutputFile.withFolder(path) {
      let claim = try FolderClaim(path)
      defer { withExtendedLifetime(claim) {} }
      return try body()
    }
  }

  private init(_ path: String) throws {
    descriptor = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else { throw UnwritableFile(path: path, SystemProblem.last) }
    while flock(descriptor, LOCK_EX | LOCK_NB) != 0 {
      switch errno {
      case EINTR: continue
      case EWOULDBLOCK: throw FolderInUse(path: path)
      // Some file systems lock no folders; the work is as good there, with nothing to guard it.
      default: return
      }
    }
  }

  deinit { if descriptor >= 0 { close(descriptor) } }
}

/// Another process works in a folder.
public struct FolderInUse: Error, Equatable, CustomStringConvertible {
  /// The folder.
  public let path: String

  /// One sentence.
  public var description: String {
    "\(printablePath(path)): another process is working in it; wait until it has finished, or name another folder"
  }
}
