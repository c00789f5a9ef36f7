import Foundation

extension OutputFile {
  /// Makes a folder, and those it lies in, unless they are there.
  ///
  /// - Parameter path: the folder.
  /// - Throws: ``UnwritableFile``.
  public static func makeFolder(_ path: String) throws(UnwritableFile) { _ = try madeFolders(path) }

  /// Makes a folder, and those it lies in, for what is to be written there. If that fails, the folders that were made for
  /// it go again as far as they are empty.
  ///
  /// - Parameters:
  ///   - path: the folder.
  ///   - body: writes what is to lie in it.
  /// - Returns: what `body` returns.
  /// - Throws: ``UnwritableFile``, or what `body` throws.
  public static func withFolder<Result>(_ path: String, _ body: () throws -> Result) throws -> Result {
    let made = try madeFolders(path)
    for folder in made { TemporaryPlaces.add(folder, as: .folderIfEmpty) }
    defer { for folder in made { TemporaryPlaces.forget(folder) } }
    do {
      return try body()
    } catch {
      for folder in made.reversed() { rmdir(folder) }
      throw error
    }
  }

  /// Removes the files that a process was writing in a folder when it was killed. Only for a folder that no other process
  /// writes to.
  ///
  /// - Parameter folder: the folder; it need not be there.
  public static func removeLeftovers(in folder: String) {
    // What cannot be listed or removed harms nobody but by its size.
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    for name in names where isLeftover(name) && FilePlace.kind(at: folder + "/" + name) == .file {
      unlink(folder + "/" + name)
    }
  }

  /// The folders that had to be made, the outermost first.
  private static func madeFolders(_ path: String) throws(UnwritableFile) -> [String] {
    guard !path.isEmpty, !path.utf8.contains(0) else {
      throw UnwritableFile(path: path, SystemProblem(code: path.isEmpty ? ENOENT : EINVAL))
    }
    if FilePlace.kind(at: path) == .folder { return [] }
    if mkdir(path, 0o777) == 0 { return [path] }
    let parent = FilePlace.folder(of: trimmed(path))
    guard errno == ENOENT, parent != path else { return try unlessFolder(path, made: []) }
    let made: [String]
    do throws(UnwritableFile) {
      made = try madeFolders(parent)
    } catch {
      throw error.problem.map { UnwritableFile(path: path, $0) } ?? error
    }
    return mkdir(path, 0o777) == 0 ? made + [path] : try unlessFolder(path, made: made)
  }

  /// After a failure: another process may have made the folder at the same moment.
  private static func unlessFolder(_ path: String, made: [String]) throws(UnwritableFile) -> [String] {
    let problem = SystemProblem.last
    if FilePlace.kind(at: path) == .folder { return made }
    for folder in made.reversed() { rmdir(folder) }
    throw UnwritableFile(path: path, problem)
  }

  private static func trimmed(_ path: String) -> String {
    var path = path
    while path.count > 1, path.hasSuffix("/") { path.removeLast() }
    return path
  }
}
