import Foundation

/// Where a path leads, as the system sees it: `LINK/../x` lies beside what the link leads to, not beside the link.
public enum FilePlace {
  /// What is at a place.
  public enum Kind: Equatable, Sendable {
    case file, folder, pipe, socket, device

    /// The kind that the system tells.
    init(mode: mode_t) {
      self =
        switch mode & S_IFMT {
        case S_IFREG: .file
        case S_IFDIR: .folder
        case S_IFIFO: .pipe
        case S_IFSOCK: .socket
        default: .device
        }
    }

    /// The kind in a sentence.
    public var name: String {
      switch self {
      case .file: "a file"
      case .folder: "a folder"
      case .pipe: "a pipe"
      case .socket: "a socket"
      case .device: "a device"
      }
    }
  }

  /// What stands between names. As a character it would be missed before a name that begins with an accent alone.
  private static let slash = UInt8(ascii: "/")

  /// The most links that are followed one after the other.
  private static let mostLinks = 40

  /// The one name of a file that is there or could be made: absolute, without links.
  ///
  /// - Parameter path: a path.
  /// - Returns: the name; of a link that leads nowhere the name of the file that it asks for.
  /// - Throws: ``SystemProblem`` where the path leads to no folder.
  public static func resolved(_ path: String) throws(SystemProblem) -> String {
    // The system would take a path only up to its first zero.
    guard !path.isEmpty, !path.utf8.contains(0) else { throw SystemProblem(code: path.isEmpty ? ENOENT : EINVAL) }
    var path = path
    for _ in 0..<mostLinks {
      if let whole = existing(path) { return whole }
      guard errno == ENOENT else { throw SystemProblem.last }
      // What the shell has opened, such as a pipe behind `/dev/fd/63`, has no other name.
      if kind(at: path) != nil { return path }
      guard let target = link(at: path) else { return try beside(path) }
      path = target.utf8.first == slash ? target : folder(of: path) + "/" + target
    }
    throw SystemProblem(code: ELOOP)
  }

  /// The path from the root, under the names that it was given: links stay, unless `..` leads out of one.
  ///
  /// - Parameters:
  ///   - path: a path.
  ///   - start: the absolute path of the folder that it starts from; nil for the working directory.
  /// - Returns: the path without `.`, and without `..` as far as it leads out of a folder.
  public static func absolute(_ path: String, in start: String? = nil) -> String {
    let start = path.utf8.first == slash ? "" : start ?? FileManager.default.currentDirectoryPath
    var place = ""
    for name in (start + "/" + path).utf8.split(separator: slash).map({ Substring($0) }) where name != "." {
      // Out of what is no folder the system leads nowhere.
      guard name == "..", place.isEmpty || kind(at: place) == .folder else {
        place += "/" + name
        continue
      }
      if link(at: place) != nil, let whole = existing(place) { place = whole }
      place = String(place[..<(place.utf8.lastIndex(of: slash) ?? place.startIndex)])
    }
    return place.isEmpty ? "/" : place
  }

  /// The number of a descriptor that a path names, such as `/dev/stdout` or the `/dev/fd/63` of a shell's `>(…)`.
  ///
  /// - Parameter path: a path.
  /// - Returns: the number; nil for any other path.
  public static func descriptor(namedBy path: String) -> Int32? {
    switch path {
    case "/dev/stdout": return STDOUT_FILENO
    case "/dev/stderr": return STDERR_FILENO
    default:
      for folder in ["/dev/fd/", "/proc/self/fd/"] where path.hasPrefix(folder) {
        return Int32(path.dropFirst(folder.count)).flatMap { $0 >= 0 ? $0 : nil }
      }
      return nil
    }
  }

  /// What is at a path, links followed; nil for nothing.
  public static func kind(at path: String) -> Kind? {
    var status = stat()
    guard !path.utf8.contains(0), stat(path, &status) == 0 else { return nil }
    return Kind(mode: status.st_mode)
  }

  /// Why a file could not be written or made. Permissions are those of the moment.
  /// The folder counts as well: files are replaced by new ones, and databases have others beside them.
  ///
  /// - Parameter path: a name as ``resolved(_:)`` gives it.
  /// - Returns: the reason; nil where nothing speaks against it.
  public static func obstacle(toWriting path: String) -> SystemProblem? {
    if access(path, F_OK) == 0 {
      guard access(path, W_OK) == 0 else { return SystemProblem.last }
      guard kind(at: path) == .file else { return nil }
    } else if errno != ENOENT {
      return SystemProblem.last
    }
    return access(folder(of: path), W_OK | X_OK) == 0 ? nil : SystemProblem.last
  }

  /// The folder that a path's last name lies in.
  public static func folder(of path: String) -> String {
    guard let last = path.utf8.lastIndex(of: slash) else { return "." }
    return last == path.startIndex ? "/" : String(path[..<last])
  }

  private static func existing(_ path: String) -> String? {
    guard let name = realpath(path, nil) else { return nil }
    defer { free(name) }
    // A folder's name may be no text; then the path as it was given must do.
    return String(validatingCString: name) ?? path
  }

  private static func link(at path: String) -> String? {
    var bytes = [UInt8](repeating: 0, count: Int(PATH_MAX))
    let count = readlink(path, &bytes, bytes.count)
    return count > 0 ? String(decoding: bytes.prefix(count), as: UTF8.self) : nil
  }

  /// A file that is not there, in a folder that is.
  private static func beside(_ path: String) throws(SystemProblem) -> String {
    let name = path.utf8.split(separator: slash, omittingEmptySubsequences: false).last.map { Substring($0) } ?? ""
    // A path that ends so would be a folder.
    guard !["", ".", ".."].contains(name) else { throw SystemProblem(code: ENOENT) }
    guard let folder = existing(folder(of: path)) else { throw SystemProblem.last }
    return folder == "/" ? folder + name : folder + "/" + name
  }
}

/// Paths that an untrusted file gives for others beside itself.
package enum InnerPath {
  /// Whether a path may lead out of the folder to which it is relative, as the system reads it: byte by byte.
  package static func leadsOut(_ path: String) -> Bool {
    let slash = UInt8(ascii: "/")
    let components = path.utf8.split(separator: slash, omittingEmptySubsequences: false)
    return path.utf8.first == slash || path.utf8.first == UInt8(ascii: "~") || path.utf8.contains(0)
      || components.contains { $0.elementsEqual("..".utf8) }
  }

  /// Whether a path is the name of something that lies in the folder itself.
  package static func isName(_ path: String) -> Bool {
    !path.isEmpty && path != "." && !leadsOut(path) && !path.utf8.contains(UInt8(ascii: "/"))
  }
}
