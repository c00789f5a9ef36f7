import Foundation

/// What the control groups of this process grant, as Linux tells it below /proc and /sys: version 1, version 2 or both
/// at once. A limit of any group above the process's own binds it as well, so the smallest counts.
package struct ControlGroups {
  private let root: String

  /// - Parameter root: a folder that stands in for `/`, so that made-up trees can be read; empty for the system's own.
  package init(root: String = "") { self.root = root }

  /// Processors that the process may keep busy all the time, such as 2 or 0.5; nil where nothing limits them.
  package var processors: Double? {
    let unified = folders(of: nil).compactMap { folder in text(folder + "/cpu.max").flatMap(Self.unifiedQuota) }
    let older = folders(of: "cpu").compactMap { folder -> Double? in
      guard let quota = number(folder + "/cpu.cfs_quota_us"), let period = number(folder + "/cpu.cfs_period_us"),
        quota > 0, period > 0
      else { return nil }
      return quota / period
    }
    return (unified + older).min()
  }

  /// The memory of a group in bytes.
  package struct Memory: Equatable {
    /// The most that the group may hold.
    package var limit: Int
    /// What it may still take; pages that only cache files count as free.
    package var available: Int

    package init(limit: Int, available: Int) { (self.limit, self.available) = (limit, available) }
  }

  /// The memory of the group that leaves least of it; nil where nothing limits memory.
  package var memory: Memory? {
    let unified = folders(of: nil).compactMap { folder in
      memory(folder, limit: "memory.max", usage: "memory.current", cache: ["inactive_file", "active_file"])
    }
    let older = folders(of: "memory").compactMap { folder in
      memory(
        folder,
        limit: "memory.limit_in_bytes",
        usage: "memory.usage_in_bytes",
        cache: ["total_inactive_file", "total_active_file"]
      )
    }
    guard let limit = (unified + older).map(\.limit).min(), let rest = (unified + older).map(\.available).min() else {
      return nil
    }
    return Memory(limit: limit, available: rest)
  }

  private func memory(_ folder: String, limit: String, usage: String, cache: [String]) -> Memory? {
    // Version 1 writes "no limit" as the largest multiple of a page.
    guard let limit = number(folder + "/" + limit), limit > 0, limit < 0x1p62 else { return nil }
    let used = number(folder + "/" + usage) ?? 0
    let cached = (text(folder + "/memory.stat") ?? "").split(separator: "\n").reduce(0.0) { sum, line in
      let fields = line.split(separator: " ")
      guard fields.count == 2, cache.contains(String(fields[0])) else { return sum }
      return sum + (Double(fields[1]) ?? 0)
    }
    return Memory(limit: Int(limit), available: Int(max(0, min(limit, limit - max(0, used - max(0, cached))))))
  }

  /// `200000 100000`, `max 100000`, or the quota alone, which then is of the default period.
  private static func unifiedQuota(_ text: String) -> Double? {
    let fields = text.split(whereSeparator: \.isWhitespace)
    guard let first = fields.first, let quota = Double(first), quota > 0, quota.isFinite else { return nil }
    guard let period = fields.count > 1 ? Double(fields[1]) : 100_000, period > 0, period.isFinite else { return nil }
    return quota / period
  }

  private func text(_ path: String) -> String? {
    FileManager.default.contents(atPath: root + path).map { String(decoding: $0, as: UTF8.self) }
  }

  private func number(_ path: String) -> Double? {
    text(path).flatMap { Double($0.trimmingCharacters(in: .whitespacesAndNewlines)) }
  }
}

/// Where the groups are.
extension ControlGroups {
  /// The folders of the process's group and of all groups above it, as far as they can be seen.
  ///
  /// - Parameter controller: of version 1, such as `cpu`; nil for version 2.
  /// - Returns: paths, without the root.
  private func folders(of controller: String?) -> [String] {
    guard let path = groupPath(of: controller) else { return [] }
    return mounts(of: controller).flatMap { mount -> [String] in
      // A container sees a part of the hierarchy, and its own path with or without the part that it does not see.
      let inside = Self.path(path, below: mount.root) ?? []
      return (0...inside.count).map { ([mount.place] + inside.prefix($0)).joined(separator: "/") }
    }
  }

  /// The group of the process, from the lines `ID:CONTROLLERS:PATH`; version 2 has no controllers there.
  private func groupPath(of controller: String?) -> String? {
    for line in (text("/proc/self/cgroup") ?? "").split(separator: "\n") {
      let fields = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
      guard fields.count == 3 else { continue }
      let controllers = fields[1].split(separator: ",").map(String.init)
      if controller.map(controllers.contains) ?? controllers.isEmpty { return String(fields[2]) }
    }
    return nil
  }

  private struct Mount {
    /// The group that is mounted, as seen from the hierarchy's root.
    let root: String
    let place: String
  }

  /// Lines like `33 32 0:28 /docker/1 /sys/fs/cgroup/cpu rw,nosuid - cgroup cgroup rw,cpu,cpuacct`, with any number of
  /// fields before the dash.
  private func mounts(of controller: String?) -> [Mount] {
    (text("/proc/self/mountinfo") ?? "").split(separator: "\n").compactMap { line -> Mount? in
      let fields = line.split(separator: " ").map(String.init)
      guard fields.count > 6, let dash = fields.dropFirst(6).firstIndex(of: "-"), fields.count > dash + 3 else {
        return nil
      }
      let options = fields[dash + 3].split(separator: ",").map(String.init)
      let isOfController =
        controller.map { fields[dash + 1] == "cgroup" && options.contains($0) } ?? (fields[dash + 1] == "cgroup2")
      return isOfController ? Mount(root: Self.unescaped(fields[3]), place: Self.unescaped(fields[4])) : nil
    }
  }

  /// The steps from one group to another below it; nil if it does not lie below.
  private static func path(_ path: String, below root: String) -> [String]? {
    let (steps, above) = (path.split(separator: "/").map(String.init), root.split(separator: "/").map(String.init))
    guard steps.starts(with: above), !steps.contains("..") else { return nil }
    return Array(steps.dropFirst(above.count))
  }

  /// Spaces, tabs, newlines and backslashes are written as a backslash with three octal digits.
  private static func unescaped(_ field: String) -> String {
    guard field.contains("\\") else { return field }
    var bytes: [UInt8] = []
    var rest = Array(field.utf8)[...]
    while let byte = rest.popFirst() {
      let digits = rest.prefix(3)
      if byte == UInt8(ascii: "\\"), digits.count == 3,
        let value = UInt8(String(decoding: digits, as: UTF8.self), radix: 8)
      {
        bytes.append(value)
        rest = rest.dropFirst(3)
      } else {
        bytes.append(byte)
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}
