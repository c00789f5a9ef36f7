import Foundation

/// Seconds that some processors have spent since the system began.
package struct ProcessorTimes: Equatable {
  /// Any way at all.
  package var total: Double
  /// Working, for whatever process.
  package var busy: Double
  /// Given to other virtual machines by the hypervisor.
  package var stolen: Double

  package init(total: Double, busy: Double, stolen: Double) {
    (self.total, self.busy, self.stolen) = (total, busy, stolen)
  }

  /// Reads `/proc/stat`: for each processor user, nice, system, idle, iowait, irq, softirq, steal, and guests, which are
  /// part of the first two.
  ///
  /// - Parameters:
  ///   - processors: the numbers of the processors that count; what others do disturbs nobody here.
  ///   - root: a folder that stands in for `/`; empty for the system's own.
  ///   - ticksPerSecond: what the file counts in.
  /// - Returns: their times together; nil where the file does not tell of each of them.
  package static func now(
    of processors: [Int],
    root: String = "",
    ticksPerSecond: Double = Double(max(sysconf(Int32(_SC_CLK_TCK)), 1))
  ) -> ProcessorTimes? {
    let wanted = Set(processors.map { "cpu\($0)" })
    let lines = (SystemFiles.text(root + "/proc/stat") ?? "").split(separator: "\n").map { $0.split(separator: " ") }
      .filter { $0.first.map { wanted.contains(String($0)) } ?? false }
    guard !wanted.isEmpty, lines.count == wanted.count else { return nil }
    var times = ProcessorTimes(total: 0, busy: 0, stolen: 0)
    for line in lines {
      let ticks = line.dropFirst().prefix(8).compactMap { Double($0) }
      guard ticks.count == 8 else { return nil }
      let total = ticks.reduce(0, +)
      times.total += total / ticksPerSecond
      times.busy += (total - ticks[3] - ticks[4] - ticks[7]) / ticksPerSecond
      times.stolen += ticks[7] / ticksPerSecond
    }
    return times
  }
}
