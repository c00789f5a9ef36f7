import Foundation

/// A file that could not be written.
public struct UnwritableFile: Error, CustomStringConvertible {
  /// The file.
  public let path: String
  /// What it is already, where that is the reason.
  public let conflict: String?
  /// What the system said, where that is the reason.
  public let problem: SystemProblem?

  /// - Parameters:
  ///   - path: the file.
  ///   - conflict: what it is already, where that is the reason.
  public init(path: String, conflict: String? = nil) {
    (self.path, self.conflict, problem) = (path, conflict, nil)
  }

  /// - Parameters:
  ///   - path: the file.
  ///   - problem: what the system said.
  public init(path: String, _ problem: SystemProblem) {
    (self.path, conflict, self.problem) = (path, nil, problem)
  }

  /// One sentence that names the file.
  public var description: String {
    if let conflict { return "\(path): it is \(conflict), which is not to be overwritten; name another path" }
    if let problem { return "\(path): \(problem)" }
    return "\(path): it cannot be written; check that its folder exists and allows writing, or name another path"
  }
}

/// Files that appear whole or not at all.
public enum OutputFile {
  /// Fails early: before an hour of work rather than after it. If an ``InputLog`` is kept, the files in it are inputs,
  /// which are not to be overwritten.
  ///
  /// - Parameters:
  ///   - path: the file to be written.
  ///   - keeping: files that must not be overwritten, each with what it is.
  /// - Throws: ``UnwritableFile``; also where the file is a database, whosever it is.
  public static func check(
    _ path: String,
    keeping: [(path: String, role: String)] = []
  ) throws(UnwritableFile) {
    if let descriptor = FilePlace.descriptor(namedBy: path) {
      _ = try OpenFile(sharing: descriptor, namedAs: path)
      return
    }
    let target = try resolved(path)
    if FilePlace.kind(at: target) == .folder { throw UnwritableFile(path: path, conflict: "a folder") }
    if let obstacle = FilePlace.obstacle(toWriting: target) { throw UnwritableFile(path: path, obstacle) }
    for other in keeping {
      // What has no place cannot be overwritten.
      guard let place = try? FilePlace.resolved(other.path), target.hasPrefix(place) else { continue }
      let rest = String(target.dropFirst(place.count))
      if rest.isEmpty { throw UnwritableFile(path: path, conflict: other.role) }
      if databaseCompanions.contains(rest) { throw UnwritableFile(path: path, conflict: "a part of \(other.role)") }
    }
    try refuseInput(target, namedAs: path)
    if isDatabase(target) { throw UnwritableFile(path: path, conflict: "a database") }
  }

  /// Refuses a file that the present work has read.
  private static func refuseInput(_ target: String, namedAs path: String) throws(UnwritableFile) {
    let inputs = InputLog.current?.entries ?? []
    if inputs.contains(where: { (try? FilePlace.resolved($0.path)) == target }) {
      throw UnwritableFile(path: path, conflict: "an input")
    }
  }

  /// What stands behind a database's name in the names of the files beside it that belong to it.
  private static let databaseCompanions: Set = ["-wal", "-shm", "-journal", "-lock"]

  /// Whether a file begins as all databases of SQLite do.
  private static func isDatabase(_ path: String) -> Bool {
    guard FilePlace.kind(at: path) == .file, let file = FileHandle(forReadingAtPath: path) else { return false }
    let mark = Data("SQLite format 3\0".utf8)
    // What cannot be read is told when it is to be written.
    return (try? file.read(upToCount: mark.count)) == mark
  }

  /// What ends the name of a file that is being written; an identifier of 36 characters stands before it.
  fileprivate static let unnamedSuffix = ".partial"

  /// Whether a file of this name was being written by this program, which was killed before it was done.
  static func isLeftover(_ name: String) -> Bool { nameBeingWritten(name) != nil }

  /// What stands before the identifier in the name of a file that is being written; nil for any other file.
  fileprivate static func nameBeingWritten(_ name: String) -> Substring? {
    guard name.hasSuffix(unnamedSuffix) else { return nil }
    let rest = name.dropLast(unnamedSuffix.count)
    guard let dot = rest.lastIndex(of: "."), UUID(uuidString: String(rest[rest.index(after: dot)...])) != nil else {
      return nil
    }
    return rest[..<dot]
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
  /// A link leads to the file that is written; what is not a regular file, such as a terminal, is written directly, and so
  /// is what the shell has opened, behind what was written there before.
  ///
  /// - Parameters:
  ///   - path: the file.
  ///   - body: appends the content.
  /// - Throws: ``UnwritableFile``.
  public static func write(
    to path: String,
    _ body: (OpenFile) throws(UnwritableFile) -> Void
  ) throws(UnwritableFile) {
    if let descriptor = FilePlace.descriptor(namedBy: path) {
      let file = try OpenFile(sharing: descriptor, namedAs: path)
      try body(file)
      return try file.close()
    }
    let target = try resolved(path)
    switch FilePlace.kind(at: target) {
    case nil, .file:
      let unnamed = try UnnamedFile(at: target, namedAs: path, body)
      try unnamed.takeName()
      removeLeftovers(of: [target])
    case .folder: throw UnwritableFile(path: path, SystemProblem(code: EISDIR))
    case .pipe, .socket, .device:
      let file = try OpenFile(opening: target, flags: O_WRONLY | O_NOCTTY, namedAs: path)
      try body(file)
      try file.close()
    }
  }

  /// Writes several texts: all are on the disk before the first of them gets its name, so that a disk that is full leaves
  /// what was there. None of them may be an input of the present work.
  ///
  /// - Parameter files: paths of regular files, or of none yet, each with its content.
  /// - Throws: ``UnwritableFile``.
  public static func writeAll(_ files: [(path: String, text: String)]) throws(UnwritableFile) {
    var unnamed: [UnnamedFile] = []
    var targets: [String] = []
    do throws(UnwritableFile) {
      for file in files {
        let target = try resolved(file.path)
        targets.append(target)
        try refuseInput(target, namedAs: file.path)
        if FilePlace.kind(at: target) == .folder {
          throw UnwritableFile(path: file.path, SystemProblem(code: EISDIR))
        }
        unnamed.append(
          try UnnamedFile(at: target, namedAs: file.path) { (open) throws(UnwritableFile) in
            try open.append(Array(file.text.utf8))
          }
        )
      }
    } catch {
      for file in unnamed { file.remove() }
      throw error
    }
    let failures = TemporaryPlaces.whole { [unnamed] in unnamed.compactMap { $0.rename() } }
    if let first = failures.first { throw first }
    removeLeftovers(of: targets)
  }

  /// Removes what processes that were killed have left of files which are now whole. What another process is writing at
  /// this moment is claimed by it and stays.
  ///
  /// - Parameter targets: files that were just written, without links.
  private static func removeLeftovers(of targets: [String]) {
    for (folder, files) in Dictionary(grouping: targets, by: { FilePlace.folder(of: $0) }) {
      let owners = Set(files.map { UnnamedFile.beginning(of: $0) })
      // What cannot be listed or removed harms nobody but by its size.
      for name in (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? [] {
        guard let owner = nameBeingWritten(name), owners.contains(String(owner)) else { continue }
        UnnamedFile.removeUnlessClaimed(folder + "/" + name)
      }
    }
  }

  /// The file that a path leads to, or that would be made.
  private static func resolved(_ path: String) throws(UnwritableFile) -> String {
    do { return try FilePlace.resolved(path) } catch { throw UnwritableFile(path: path, error) }
  }
}

/// A file that is whole but has not got its name yet. The process claims it by a lock until it has, so that others can tell
/// it from one whose process was killed.
private struct UnnamedFile: Sendable {
  private let temporary: String
  private let target: String
  private let path: String
  /// Keeps the claim when the file is closed.
  private let claim: Int32

  init(
    at target: String,
    namedAs path: String,
    _ body: (OpenFile) throws(UnwritableFile) -> Void
  ) throws(UnwritableFile) {
    let identified = "\(Self.beginning(of: target)).\(UUID().uuidString)\(OutputFile.unnamedSuffix)"
    temporary = FilePlace.folder(of: target) + "/" + identified
    (self.target, self.path) = (target, path)
    var claim: Int32 = -1
    TemporaryPlaces.add(temporary)
    do throws(UnwritableFile) {
      guard Self.name(of: target).utf8.count <= Int(NAME_MAX) else {
        throw UnwritableFile(path: path, SystemProblem(code: ENAMETOOLONG))
      }
      let file = try OpenFile(opening: temporary, flags: O_WRONLY | O_CREAT | O_EXCL, namedAs: path)
      claim = file.claimed()
      try body(file)
      try file.synchronize()
      try file.close()
      var status = stat()
      if stat(target, &status) == 0, chmod(temporary, status.st_mode & 0o7777) != 0 {
        throw UnwritableFile(path: path, SystemProblem.last)
      }
      self.claim = claim
    } catch {
      unlink(temporary)
      TemporaryPlaces.forget(temporary)
      if claim >= 0 { close(claim) }
      throw error
    }
  }

  private static func name(of target: String) -> String { target.split(separator: "/").last.map(String.init) ?? "" }

  /// What the name of the temporary file begins with. Many file systems take names of up to 255 bytes: a long one keeps its
  /// beginning only.
  ///
  /// - Parameter target: the file that is to be.
  /// - Returns: the beginning, behind which a dot and an identifier stand.
  static func beginning(of target: String) -> String {
    let name = Self.name(of: target)
    return name.utf8.count <= 180 ? name : String(decoding: name.utf8.prefix(180), as: UTF8.self)
  }

  /// Removes a temporary file that no process is writing. Where files cannot be locked it stays.
  ///
  /// - Parameter temporary: the file.
  static func removeUnlessClaimed(_ temporary: String) {
    let descriptor = open(temporary, O_RDWR | O_NONBLOCK | O_NOFOLLOW | O_CLOEXEC)
    guard descriptor >= 0 else { return }
    defer { close(descriptor) }
    if flock(descriptor, LOCK_EX | LOCK_NB) == 0, FilePlace.kind(at: temporary) == .file { unlink(temporary) }
  }

  /// Removes the file.
  func remove() {
    unlink(temporary)
    end()
  }

  /// The file has its name, or is gone.
  private func end() {
    TemporaryPlaces.forget(temporary)
    if claim >= 0 { close(claim) }
  }

  /// Takes the place of what is there.
  func takeName() throws(UnwritableFile) {
    if let failure = TemporaryPlaces.whole({ rename() }) { throw failure }
  }

  /// As ``takeName()``, for callers that see to it that it is not broken off.
  func rename() -> UnwritableFile? {
    guard Foundation.rename(temporary, target) == 0 else {
      let problem = SystemProblem.last
      remove()
      return UnwritableFile(path: path, problem)
    }
    end()
    return nil
  }
}

/// A file that is being written.
public final class OpenFile {
  private var descriptor: Int32
  private let path: String

  fileprivate init(opening location: String, flags: Int32, namedAs path: String) throws(UnwritableFile) {
    descriptor = open(location, flags | O_CLOEXEC, 0o666)
    self.path = path
    guard descriptor >= 0 else { throw UnwritableFile(path: path, SystemProblem.last) }
  }

  /// A descriptor that is open already, with its place in the file.
  fileprivate init(sharing number: Int32, namedAs path: String) throws(UnwritableFile) {
    self.path = path
    descriptor = fcntl(number, F_DUPFD_CLOEXEC, 0)
    guard descriptor >= 0 else { throw UnwritableFile(path: path, SystemProblem.last) }
    guard fcntl(descriptor, F_GETFL) & O_ACCMODE != O_RDONLY else {
      throw UnwritableFile(path: path, SystemProblem(code: EBADF))
    }
  }

  deinit { if descriptor >= 0 { Foundation.close(descriptor) } }

  /// Writes bytes after those that were written before.
  ///
  /// - Parameter bytes: the next part of the content.
  /// - Throws: ``UnwritableFile``.
  public func append(_ bytes: [UInt8]) throws(UnwritableFile) {
    if let problem = RawOutput.write(bytes, to: descriptor) { throw UnwritableFile(path: path, problem) }
  }

  /// Claims the file for this process, until the descriptor that it gives and the file itself are closed.
  ///
  /// - Returns: a descriptor; -1 where there is none to be had, and then there is no claim.
  fileprivate func claimed() -> Int32 {
    let shared = fcntl(descriptor, F_DUPFD_CLOEXEC, 0)
    if shared >= 0 { _ = flock(shared, LOCK_EX | LOCK_NB) }
    return shared
  }

  fileprivate func synchronize() throws(UnwritableFile) {
    if fsync(descriptor) != 0 { throw UnwritableFile(path: path, SystemProblem.last) }
  }

  fileprivate func close() throws(UnwritableFile) {
    let open = descriptor
    descriptor = -1
    if Foundation.close(open) != 0 { throw UnwritableFile(path: path, SystemProblem.last) }
  }
}

/// Bytes into an open file, a pipe or a terminal.
public enum RawOutput {
  /// Writes all of some bytes.
  ///
  /// - Parameters:
  ///   - bytes: what to write.
  ///   - descriptor: where to.
  /// - Returns: why it could not be done; nil if it was.
  public static func write(_ bytes: [UInt8], to descriptor: Int32) -> SystemProblem? {
    bytes.withUnsafeBytes { buffer in
      var rest = buffer[...]
      while !rest.isEmpty {
        let count = Foundation.write(descriptor, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
        if count > 0 {
          rest = rest.dropFirst(count)
        } else if count < 0, errno == EAGAIN {
          // Whoever gave us the descriptor does not want to be waited for; we can only wait.
          var place = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
          guard poll(&place, 1, -1) >= 0 || errno == EINTR else { return SystemProblem.last }
        } else if count == 0 || errno != EINTR {
          return count == 0 ? SystemProblem(code: EIO) : SystemProblem.last
        }
      }
      return nil
    }
  }
}
