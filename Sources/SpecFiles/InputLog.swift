import Foundation
import Synchronization

/// Notes every file that is opened while something is made: what its results depend on. The functions that open files
/// tell the log by themselves, so that no reader can be forgotten.
public final class InputLog: Sendable {
  /// A file that was opened.
  public struct Entry: Sendable, Equatable {
    /// Where it lies, absolute.
    public let path: String
    /// Which file it was and in which state.
    public let stamp: FileStamp
    /// SHA-256 of its bytes, in hexadecimal; nil for a large file, which is hashed when all are asked for.
    public let sha256: String?
  }

  @TaskLocal static var current: InputLog?
  /// The log that was kept where this one was made: it hears of the same files.
  private let outer: InputLog?
  /// Whether it is asked for contents, or only for which files were opened.
  private let keepsHashes: Bool
  private let opened = Mutex<[String: Entry]>([:])

  /// A log of nothing, inside of the one that is kept.
  ///
  /// - Parameter keepsHashes: whether small files are hashed when they are read; without, only their places are known.
  public init(keepsHashes: Bool = true) {
    outer = Self.current
    self.keepsHashes = keepsHashes
  }

  /// Runs something whose files are to be noted here.
  public func recording<Result>(_ body: () throws -> Result) rethrows -> Result {
    try Self.$current.withValue(self, operation: body)
  }

  /// What was opened so far, by path.
  public var entries: [Entry] {
    opened.withLock { $0.values.sorted { $0.path < $1.path } }
  }

  /// Notes a file that was read whole, if anybody wants to know.
  public static func note(_ path: String, bytes: [UInt8]) {
    current?.note(path) { SHA256.hexDigest(of: bytes) }
  }

  /// Notes a file that was mapped into memory, if anybody wants to know.
  public static func note(mapped path: String) { current?.note(path) { nil } }

  /// Notes files beside those that were opened if they are there, although nothing has read them.
  ///
  /// - Parameters:
  ///   - names: their names.
  ///   - mark: the name of the file in whose folder they count.
  public func addCompanions(_ names: [String], beside mark: String) {
    for folder in entries.map(\.path).filter({ $0.hasSuffix("/" + mark) }).map({ String($0.dropLast(mark.count)) }) {
      for path in names.map({ folder + $0 }) where opened.withLock({ $0[path] == nil }) {
        // What is no ordinary file cannot be content.
        if FileStamp(path: path) != nil { note(path) { nil } }
      }
    }
  }

  private func note(_ path: String, _ digest: () -> String?) {
    let path = FilePlace.absolute(path)
    guard let stamp = FileStamp(path: path) else { return }
    let logs = Array(sequence(first: self) { $0.outer })
    let entry = Entry(path: path, stamp: stamp, sha256: logs.contains(where: \.keepsHashes) ? digest() : nil)
    for log in logs { log.opened.withLock { $0[path] = entry } }
  }
}

/// Which file lies at a path, and in which state: another one or a changed one has another stamp.
public struct FileStamp: Hashable, Sendable {
  private let device: UInt64
  private let inode: UInt64
  /// Bytes of the file.
  public let size: Int
  private let modifiedSeconds: Int
  private let modifiedNanoseconds: Int

  /// Nil where there is no ordinary file.
  public init?(path: String) {
    var status = stat()
    guard stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
    device = UInt64(truncatingIfNeeded: status.st_dev)
    inode = UInt64(truncatingIfNeeded: status.st_ino)
    size = Int(status.st_size)
    #if canImport(Darwin)
      let modified = status.st_mtimespec
    #else
      let modified = status.st_mtim
    #endif
    (modifiedSeconds, modifiedNanoseconds) = (Int(modified.tv_sec), Int(modified.tv_nsec))
  }
}
