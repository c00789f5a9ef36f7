import Foundation
import Synchronization

/// SHA-256 of whole files, read piece by piece. A file that was hashed before in this process and has not changed since
/// is not read again.
public enum FileHash {
  private static let pieceSize = 4 << 20
  private static let known = Mutex<[FileStamp: String]>([:])

  /// The hash of a file.
  ///
  /// - Parameters:
  ///   - path: the file.
  ///   - stamp: what it was when it was opened; nil takes it as it is.
  ///   - progress: called after each piece with its bytes; what it throws ends the reading.
  /// - Returns: 64 hexadecimal digits in lower case.
  /// - Throws: ``ChangedFile`` if it is another file than it was, or cannot be read any more; what `progress` throws.
  public static func sha256(
    of path: String,
    stamp: FileStamp? = nil,
    progress: (Int) throws -> Void = { _ in }
  ) throws -> String {
    guard let before = FileStamp(path: path), stamp == nil || stamp == before else { throw ChangedFile(path: path) }
    if let hash = known.withLock({ $0[before] }) {
      try progress(before.size)
      return hash
    }
    guard let handle = FileHandle(forReadingAtPath: path) else { throw ChangedFile(path: path) }
    var hash = SHA256()
    while let piece = try piece(of: handle, path) {
      hash.update(piece)
      try progress(piece.count)
    }
    guard FileStamp(path: path) == before else { throw ChangedFile(path: path) }
    let digest = hash.hexDigest()
    known.withLock { $0[before] = digest }
    return digest
  }

  private static func piece(of handle: FileHandle, _ path: String) throws(ChangedFile) -> Data? {
    do {
      let piece = try handle.read(upToCount: pieceSize)
      return piece?.isEmpty == false ? piece : nil
    } catch {
      throw ChangedFile(path: path)
    }
  }
}

extension InputLog {
  /// A file by content.
  public struct Fingerprint: Sendable, Equatable {
    /// Where it lies, absolute.
    public let path: String
    /// SHA-256 of its bytes, in hexadecimal.
    public let sha256: String
  }

  /// What was opened, by content.
  ///
  /// - Parameters:
  ///   - entries: the files.
  ///   - progress: called with bytes read and bytes in all; what it throws ends the reading.
  /// - Returns: a fingerprint for each, in their order.
  /// - Throws: ``ChangedFile`` if a file has changed since it was opened; what `progress` throws.
  public static func fingerprints(
    of entries: [Entry],
    progress: (Int, Int) throws -> Void
  ) throws -> [Fingerprint] {
    let total = entries.reduce(0) { $0 + ($1.sha256 == nil ? $1.stamp.size : 0) }
    var done = 0
    return try entries.map { entry in
      let hash =
        try entry.sha256
        ?? FileHash.sha256(of: entry.path, stamp: entry.stamp) { bytes in
          done += bytes
          try progress(done, total)
        }
      return Fingerprint(path: entry.path, sha256: hash)
    }
  }
}

/// A file that was changed or removed while it was in use.
public struct ChangedFile: Error, Equatable, CustomStringConvertible {
  /// The file.
  public let path: String

  /// One sentence that says what to do.
  public var description: String {
    "\(path): the file was changed or removed while it was in use; leave it alone, and begin again"
  }
}
