import CSpecKernels
import Foundation

/// The memory that this process may still take.
package enum SystemMemory {
  /// What the system can give without swapping, within the limits of the process (`ulimit -v` and `-d`) and of its control
  /// groups; nil where nothing tells it. Pages that only cache files count as free.
  ///
  /// - Parameters:
  ///   - root: a folder that stands in for `/`, so that made-up trees can be read; empty for the system's own.
  ///   - limits: the limits of the process.
  /// - Returns: bytes.
  package static func available(root: String = "", limits: ProcessLimits = .current) -> Int? {
    let groups = ControlGroups(root: root).memory?.available
    return [ofMachine(root: root), groups, limits.rest(root: root)].compactMap(\.self).min()
  }

  private static func ofMachine(root: String) -> Int? {
    guard let bytes = FileManager.default.contents(atPath: root + "/proc/meminfo") else { return nil }
    return kibibytes("MemAvailable:", in: String(decoding: bytes, as: UTF8.self)).map { $0 * 1024 }
  }
}

/// The most that a process may take, as its shell or scheduler has set it.
package struct ProcessLimits: Sendable {
  /// Bytes of addresses, those of mapped files included (`ulimit -v`); nil for no limit.
  package var addresses: Int?
  /// Bytes of memory that it can write to (`ulimit -d`); nil for no limit.
  package var data: Int?

  package init(addresses: Int? = nil, data: Int? = nil) { (self.addresses, self.data) = (addresses, data) }

  /// Those of this process.
  package static var current: ProcessLimits {
    var (addresses, data) = (0, 0)
    sk_memory_limits(&addresses, &data)
    return ProcessLimits(addresses: addresses == Int.max ? nil : addresses, data: data == Int.max ? nil : data)
  }

  /// Bytes that the process may still take; nil where nothing limits it. What it has already stands in lines like
  /// `VmSize:    81920 kB`.
  fileprivate func rest(root: String) -> Int? {
    guard addresses != nil || data != nil else { return nil }
    let bytes = FileManager.default.contents(atPath: root + "/proc/self/status") ?? Data()
    let status = String(decoding: bytes, as: UTF8.self)
    func rest(of limit: Int?, _ field: String) -> Int? {
      limit.map { max(0, $0 - (kibibytes(field, in: status) ?? 0) * 1024) }
    }
    return [rest(of: addresses, "VmSize:"), rest(of: data, "VmData:")].compactMap(\.self).min()
  }
}

/// A number of a file with lines like `MemAvailable:   16274612 kB`; nil where it is missing or no memory has so many bytes.
private func kibibytes(_ field: String, in text: String) -> Int? {
  let line = text.split(separator: "\n").first { $0.hasPrefix(field) }
  let number = line?.split(whereSeparator: \.isWhitespace).dropFirst().first.flatMap { Int($0) }
  return number.flatMap { $0 >= 0 && $0 <= Int.max / 1024 ? $0 : nil }
}
