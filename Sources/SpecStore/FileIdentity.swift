import Foundation

extension BenchmarkStore {
  /// Whether another store is of the same file, by whatever path or link it was opened.
  ///
  /// - Parameter other: the other store.
  /// - Returns: false, too, where a file can no longer be found.
  package func isOfSameFile(as other: BenchmarkStore) -> Bool {
    var (mine, its) = (stat(), stat())
    guard stat(path, &mine) == 0, stat(other.path, &its) == 0 else { return path == other.path }
    return mine.st_dev == its.st_dev && mine.st_ino == its.st_ino
  }
}
