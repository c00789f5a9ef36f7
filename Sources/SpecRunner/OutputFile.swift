import Foundation

/// A file that could not be written.
public struct UnwritableFile: Error, CustomStringConvertible {
  /// The file.
  public let path: String

  /// One sentence that names the file.
  public var description: String {
    "\(path) cannot be written: check that its folder exists and allows writing, or name another path"
  }
}

/// Files that appear whole or not at all.
public enum OutputFile {
  /// Fails early: before an hour of work rather than after it.
  ///
  /// - Parameter path: the file to be written.
  /// - Throws: ``UnwritableFile``.
  public static func check(_ path: String) throws(UnwritableFile) {
    let folder = URL(fileURLWithPath: path).deletingLastPathComponent().path
    var isDirectory: ObjCBool = false
    let isThere = FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory)
    let isWritable = FileManager.default.isWritableFile(atPath: isThere ? path : folder)
    guard isWritable, !(isThere && isDirectory.boolValue) else { throw UnwritableFile(path: path) }
  }

  /// Writes a text through a temporary file in the same folder.
  ///
  /// - Parameters:
  ///   - text: the content.
  ///   - path: the file.
  /// - Throws: ``UnwritableFile``.
  public static func write(_ text: String, to path: String) throws(UnwritableFile) {
    do {
      try Data(text.utf8).write(to: URL(fileURLWithPath: path), options: .atomic)
    } catch {
      throw UnwritableFile(path: path)
    }
  }
}
