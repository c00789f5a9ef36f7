import Foundation

/// A file that could not be written.
public struct UnwritableFile: Error, CustomStringConvertible {
  /// The file.
  public let path: String
  /// What it is already, where that is the reason.
  public let conflict: String?

  /// - Parameters:
  ///   - path: the file.
  ///   - conflict: what it is already, where that is the reason.
  public init(path: String, conflict: String? = nil) {
    self.path = path
    self.conflict = conflict
  }

  /// One sentence that names the file.
  public var description: String {
    if let conflict { return "\(path) is \(conflict), which is not to be overwritten: name another path" }
    return "\(path) cannot be written: check that its folder exists and allows writing, or name another path"
  }
}

/// Files that appear whole or not at all.
public enum OutputFile {
  /// Makes a folder, and those it lies in, unless they are there.
  ///
  /// - Parameter path: the folder.
  /// - Throws: ``UnwritableFile``.
  public static func makeFolder(_ path: String) throws(UnwritableFile) {
    do {
      try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    } catch {
      throw UnwritableFile(path: path)
    }
  }

  /// Fails early: before an hour of work rather than after it.
  ///
  /// - Parameters:
  ///   - path: the file to be written.
  ///   - keeping: files that must not be overwritten, each with what it is.
  /// - Throws: ``UnwritableFile``.
  public static func check(
    _ path: String,
    keeping: [(path: String, role: String)] = []
  ) throws(UnwritableFile) {
    let target = resolved(path)
    let folder = target.deletingLastPathComponent().path
    var isDirectory: ObjCBool = false
    let isThere = FileManager.default.fileExists(atPath: target.path, isDirectory: &isDirectory)
    let isWritable = FileManager.default.isWritableFile(atPath: isThere ? target.path : folder)
    if isThere, isDirectory.boolValue { throw UnwritableFile(path: path, conflict: "a folder") }
    guard isWritable else { throw UnwritableFile(path: path) }
    for other in keeping where resolved(other.path).path == target.path {
      throw UnwritableFile(path: path, conflict: other.role)
    }
  }

  /// Writes a text as ``write(to:_:)`` does.
  ///
  /// - Parameters:
  ///   - text: the content.
  ///   - path: the file.
  /// - Throws: ``UnwritableFile``.
  public static func write(_ text: String, to path: String) throws(UnwritableFile) {
    try write(to: path) { (file) throws(UnwritableFile) in try file.append(Array(text.utf8)) }
  }

  /// Writes a file piece by piece through a temporary file in the same folder, so that a reader never sees half of it.
  /// A link leads to the file that is written; what is not a regular file, such as a terminal, is written directly.
  ///
  /// - Parameters:
  ///   - path: the file.
  ///   - body: appends the content.
  /// - Throws: ``UnwritableFile``.
  public static func write(
    to path: String,
    _ body: (OpenFile) throws(UnwritableFile) -> Void
  ) throws(UnwritableFile) {
    let target = resolved(path).path
    let attributes = try? FileManager.default.attributesOfItem(atPath: target)
    let type = attributes?[.type] as? FileAttributeType
    guard type == nil || type == .typeRegular else {
      let file = try OpenFile(opening: path, flags: O_WRONLY, namedAs: path)
      try body(file)
      return try file.close()
    }
    let temporary = "\(target).\(UUID().uuidString).partial"
    let file = try OpenFile(opening: temporary, flags: O_WRONLY | O_CREAT | O_EXCL, namedAs: path)
    do throws(UnwritableFile) {
      try body(file)
      try file.synchronize()
      try file.close()
      if let mode = attributes?[.posixPermissions] as? NSNumber {
        guard chmod(temporary, mode_t(mode.uint32Value)) == 0 else { throw UnwritableFile(path: path) }
      }
      guard rename(temporary, target) == 0 else { throw UnwritableFile(path: path) }
    } catch {
      unlink(temporary)
      throw error
    }
  }

  private static func resolved(_ path: String) -> URL {
    URL(fileURLWithPath: path).standardizedFileURL.resolvingSymlinksInPath()
  }
}

/// A file that is being written.
public struct OpenFile {
  private let handle: FileHandle
  private let path: String

  fileprivate init(opening location: String, flags: Int32, namedAs path: String) throws(UnwritableFile) {
    let descriptor = open(location, flags | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else { throw UnwritableFile(path: path) }
    handle = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
    self.path = path
  }

  /// Writes bytes after those that were written before.
  ///
  /// - Parameter bytes: the next part of the content.
  /// - Throws: ``UnwritableFile``.
  public func append(_ bytes: [UInt8]) throws(UnwritableFile) {
    try checked { try handle.write(contentsOf: bytes) }
  }

  fileprivate func synchronize() throws(UnwritableFile) { try checked { try handle.synchronize() } }

  fileprivate func close() throws(UnwritableFile) { try checked { try handle.close() } }

  private func checked(_ operation: () throws -> Void) throws(UnwritableFile) {
    do { try operation() } catch { throw UnwritableFile(path: path) }
  }
}
