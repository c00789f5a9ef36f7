import Foundation

/// Keeps a second process from measuring into the same database. Its rows would be taken for those of an earlier attempt,
/// and two measurements at once disturb each other.
///
/// It is an advisory lock on a file beside the database. The system lets go of it when the process ends, however it ends;
/// a file that is left behind then locks nothing.
public final class MeasuringLock {
  private let path: String
  private let descriptor: Int32

  /// - Parameter database: the database's path.
  /// - Throws: ``StoreError`` when another process measures into it, or when the folder cannot be written.
  init(beside database: String) throws(StoreError) {
    path = database + "-lock"
    while true {
      let opened = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
      guard opened >= 0 else { throw .unwritable(path: database) }
      guard flock(opened, LOCK_EX | LOCK_NB) == 0 else {
        close(opened)
        throw .measuring(path: database)
      }
      // Who held it before may have removed the file between these two steps: then another process could lock a new one.
      if Self.isFile(opened, at: path) {
        descriptor = opened
        return
      }
      close(opened)
    }
  }

  deinit {
    unlink(path)
    close(descriptor)
  }

  private static func isFile(_ descriptor: Int32, at path: String) -> Bool {
    var (mine, there) = (stat(), stat())
    return fstat(descriptor, &mine) == 0 && stat(path, &there) == 0 && mine.st_ino == there.st_ino
      && mine.st_dev == there.st_dev
  }
}

extension BenchmarkStore {
  /// Claims the database for measuring.
  ///
  /// - Returns: The claim, which ends when it is released.
  /// - Throws: A ``StoreError`` when another process measures into the file, or when its folder cannot be written.
  public func lockForMeasuring() throws(StoreError) -> MeasuringLock { try MeasuringLock(beside: path) }
}
