import Foundation
import SpecRunner
import Testing

/// Shares are those of the processors that the process may use.
@Suite final class ProcessorTimesTests {
  private let root = FileManager.default.temporaryDirectory.appending(path: "machine-\(UUID().uuidString)")

  deinit { try? FileManager.default.removeItem(at: root) }

  private func write(_ text: String, to path: String) throws {
    let file = root.appending(path: path)
    try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(text.utf8).write(to: file)
  }

  private func times(of processors: [Int]) -> ProcessorTimes? {
    ProcessorTimes.now(of: processors, root: root.path, ticksPerSecond: 100)
  }

  @Test func onlyTheseProcessorsCount() throws {
    try write(
      """
      cpu  1000 0 200 8000 100 0 0 300 0 0
      cpu0 900 0 100 0 0 0 0 0 0 0
      cpu1 100 0 100 7000 100 0 0 300 50 0
      cpu10 0 0 0 1000 0 0 0 0 0 0
      intr 12345
      """,
      to: "proc/stat"
    )
    #expect(times(of: [0]) == ProcessorTimes(total: 10, busy: 10, stolen: 0))
    #expect(times(of: [1]) == ProcessorTimes(total: 76, busy: 2, stolen: 3))
    #expect(times(of: [10, 0]) == ProcessorTimes(total: 20, busy: 10, stolen: 0))
  }

  @Test func whatIsNotToldIsNotMadeUp() throws {
    #expect(times(of: [0]) == nil)
    try write("cpu  1 2 3 4 5 6 7 8\ncpu0 1 2 3\ncpu1 1 1 1 1 1 1 1 1\n", to: "proc/stat")
    #expect(times(of: [0]) == nil)
    #expect(times(of: [1, 7]) == nil)
    #expect(times(of: []) == nil)
    #expect(times(of: [1]) == ProcessorTimes(total: 0.08, busy: 0.05, stolen: 0.01))
  }

  @Test func governorsOfTheseProcessors() throws {
    for (processor, governor) in [(0, "powersave"), (4, "performance"), (5, "performance")] {
      try write(governor + "\n", to: "sys/devices/system/cpu/cpu\(processor)/cpufreq/scaling_governor")
    }
    #expect(RunEnvironment.governor(of: [4, 5], root: root.path) == "performance")
    #expect(RunEnvironment.governor(of: [0, 4], root: root.path) == "performance, powersave")
    #expect(RunEnvironment.governor(of: [9], root: root.path) == nil)
  }
}
