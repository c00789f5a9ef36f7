import Foundation
import SpecFiles
import Synchronization

/// Keeps a second process from measuring into the same database, by whatever name it calls it. Its rows would be taken for
/// those of an earlier attempt, and two measurements at once disturb each other.
///
/// It is an advisory lock on a file beside the database, and on the database itself, which may have other names in other
/// folders. The system lets go of both when the process ends, however it ends; a file that is left behind then locks
/// nothing.
package final class MeasuringLock {
  private let path: String
  private let descriptor: Int32
  private let file: WholeFileLock?

  /// - Parameters:
  ///   - database: the database's file, without links.
  ///   - name: what the user calls it.
  /// - Throws: ``StoreError`` when another process measures into it, or when the folder cannot be written.
  init(beside database: String, namedAs name: String) throws(StoreError) {
    path = database + "-lock"
    file = try WholeFileLock(database, namedAs: name)
    TemporaryPlaces.add(path)
    while true {
      let opened = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
      guard opened >= 0 else { throw .unwritable(path: name, SystemProblem.last) }
      if let problem = exclusiveLock(opened) {
        close(opened)
        TemporaryPlaces.forget(path)
        throw .unlocked(problem, path: name)
      }
      // Who held it before may have removed the file between these two steps: then another process could lock a new one.
      if FileIdentity(descriptor: opened) == FileIdentity(path: path) {
        descriptor = opened
        return
      }
      close(opened)
    }
  }

  deinit {
    unlink(path)
    TemporaryPlaces.forget(path)
    close(descriptor)
  }
}

/// Claims a file without waiting.
///
/// - Returns: why it could not be claimed; nil if it was.
private func exclusiveLock(_ descriptor: Int32) -> SystemProblem? {
  while flock(descriptor, LOCK_EX | LOCK_NB) != 0 {
    // A signal is no answer.
    guard errno == EINTR else { return SystemProblem.last }
  }
  return nil
}

extension StoreError {
  /// What a claim that failed means: only one of the reasons is another process.
  fileprivate static func unlocked(_ problem: SystemProblem, path: String) -> StoreError {
    problem.code == EWOULDBLOCK ? .measuring(path: path) : .unlockable(path: path, problem)
  }
}

/// A claim on the database's file itself.
///
/// SQLite's own locks belong to the process: closing any descriptor of the file would let go of them. So the descriptors
/// stay open as long as the process lives, and are used again. Where the system keeps both kinds of locks in one list, as
/// over a network, there is no such claim; the file beside the database must do.
final class WholeFileLock {
  private struct State {
    var descriptors: [FileIdentity: Int32] = [:]
    var held: Set<FileIdentity> = []
  }

  private static let state = Mutex(State())
  private let identity: FileIdentity

  /// - Parameters:
  ///   - path: the file, without links.
  ///   - name: what the user calls it.
  /// - Throws: ``StoreError`` when another process holds it.
  init?(_ path: String, namedAs name: String) throws(StoreError) {
    guard Self.isIndependentOfSQLite(path), let identity = FileIdentity(path: path) else { return nil }
    let problem = Self.state.withLock { Self.claim(path, identity, &$0) }
    if let problem { throw .unlocked(problem, path: name) }
    // Only now: a lock that was not got must not be let go of.
    self.identity = identity
  }

  deinit { Self.state.withLock { Self.release(identity, &$0) } }

  /// Whether a file has more than one name and somebody measures into it.
  static func isMeasuredUnderAnotherName(_ path: String) -> Bool {
    guard let identity = FileIdentity(path: path), identity.hasOtherNames, isIndependentOfSQLite(path) else {
      return false
    }
    return state.withLock { state in
      if let problem = claim(path, identity, &state) { return problem.code == EWOULDBLOCK }
      release(identity, &state)
      return false
    }
  }

  private static func release(_ identity: FileIdentity, _ state: inout State) {
    state.held.remove(identity)
    if let descriptor = state.descriptors[identity] { flock(descriptor, LOCK_UN) }
  }

  private static func claim(_ path: String, _ identity: FileIdentity, _ state: inout State) -> SystemProblem? {
    guard !state.held.contains(identity) else { return SystemProblem(code: EWOULDBLOCK) }
    let descriptor = state.descriptors[identity] ?? open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return SystemProblem.last }
    state.descriptors[identity] = descriptor
    if let problem = exclusiveLock(descriptor) { return problem }
    state.held.insert(identity)
    return nil
  }

  private static func isIndependentOfSQLite(_ path: String) -> Bool {
    #if os(Linux)
      let shared = ["nfs", "9p", "cifs", "smb", "afs", "ceph", "lustre", "fuse"]
      guard let type = fileSystemType(of: path) else { return true }
      return !shared.contains { type.hasPrefix($0) }
    #else
      return false
    #endif
  }

  /// As `/proc/self/mountinfo` names it, in lines like `30 22 8:1 / /home rw shared:4 - ext4 /dev/sda1 rw`.
  private static func fileSystemType(of path: String) -> String? {
    var status = stat()
    guard stat(path, &status) == 0, let mounts = FileManager.default.contents(atPath: "/proc/self/mountinfo") else {
      return nil
    }
    let device = UInt64(truncatingIfNeeded: status.st_dev)
    let major = device >> 8 & 0xFFF | device >> 32 & 0xFFFF_F000
    let minor = device & 0xFF | device >> 12 & 0xFFFF_FF00
    for line in String(decoding: mounts, as: UTF8.self).split(separator: "\n") {
      let fields = line.split(separator: " ")
      guard fields.count > 6, fields[2] == "\(major):\(minor)", let dash = fields.firstIndex(of: "-") else { continue }
      return fields.dropFirst(dash + 1).first.map(String.init)
    }
    return nil
  }
}

extension BenchmarkStore {
  /// Claims the database for measuring.
  ///
  /// - Returns: the claim, which ends when it is released.
  /// - Throws: a ``StoreError`` when another process measures into the file, or when its folder cannot be written.
  package func lockForMeasuring() throws(StoreError) -> MeasuringLock {
    try MeasuringLock(beside: file, namedAs: path)
  }
}
