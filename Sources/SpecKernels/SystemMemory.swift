import Foundation

/// The memory that this process may still take.
package enum SystemMemory {
  /// What the system can give without swapping, within the limits of the process's control groups; nil where nothing tells
  /// it. Pages that only cache files count as free.
  ///
  /// - Parameter root: a folder that stands in for `/`, so that made-up trees can be read; empty for the system's own.
  /// - Returns: bytes.
  package static func available(root: String = "") -> Int? {
    [ofMachine(root: root), ControlGroups(root: root).memory?.available].compactMap(\.self).min()
  }

  /// The line `MemAvailable:   16274612 kB` of Linux.
  private static func ofMachine(root: String) -> Int? {
    guard let bytes = FileManager.default.contents(atPath: root + "/proc/meminfo") else { return nil }
    let line = String(decoding: bytes, as: UTF8.self).split(separator: "\n").first { $0.hasPrefix("MemAvailable:") }
    let number = line?.split(whereSeparator: \.isWhitespace).dropFirst().first.flatMap { Int($0) }
    return number.flatMap { $0 >= 0 && $0 <= Int.max / 1024 ? $0 * 1024 : nil }
  }
}
