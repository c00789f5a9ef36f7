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
    if let conflict { return "\(path) is \(conflict) and would be overwritten: name another path" }
    return "\(path) cannot be written: check that its folder exists and allows writing, or name another path"
  }
}

/// Files that appear whole or not at all.
public enum OutputFile {
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
    guard isWritable, !(isThere && isDirectory.boolValue) else { throw UnwritableFile(path: path) }
    for other in keeping where resolved(other.path).path == target.path {
      throw UnwritableFile(path: path, conflict: other.role)
    }
  }

  /// Writes a text through a temporary file in the same folder, so that a reader never sees half of it. A link leads to
  /// the file that is written; what is not a regular file, such as a terminal, is written directly.
  ///
  /// - Parameters:
  ///   - text: the content.
  ///   - path: the file.
  /// - Throws: ``UnwritableFile``.
  public static func write(_ text: String, to path: String) throws(UnwritableFile) {
    let target = resolved(path)
    do {
      let attributes = try? FileManager.default.attributesOfItem(atPath: target.path)
      let type = attributes?[.type] as? FileAttributeType
      guard type == nil || type == .typeRegular else {
        let handle = try FileHandle(forWritingTo: URL(fileURLWithPath: path))
        try handle.write(contentsOf: Data(text.utf8))
        try handle.close()
        return
      }
      try Data(text.utf8).write(to: target, options: .atomic)
      if let mode = attributes?[.posixPermissions] {
        try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: target.path)
      }
    } catch {
      throw UnwritableFile(path: path)
    }
  }

  private static func resolved(_ path: String) -> URL {
    URL(fileURLWithPath: path).standardizedFileURL.resolvingSymlinksInPath()
  }
}
