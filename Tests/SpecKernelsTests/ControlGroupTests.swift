import Foundation
import SpecKernels
import Testing

/// What a process may use, read from made-up `/proc` and `/sys` trees.
@Suite final class ControlGroupTests {
  private let root = FileManager.default.temporaryDirectory.appending(path: "groups-\(UUID().uuidString)")

  deinit { try? FileManager.default.removeItem(at: root) }

  private func write(_ text: String, to path: String) throws {
    let file = root.appending(path: path)
    try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(text.utf8).write(to: file)
  }

  private var groups: ControlGroups { ControlGroups(root: root.path) }

  /// A hierarchy of version 2 at `/sys/fs/cgroup`, and the process in one of its groups.
  private func unified(process: String, mountedGroup: String = "/", files: [String: String]) throws {
    try write("0::\(process)\n", to: "proc/self/cgroup")
    try write(
      """
      22 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw
      30 22 0:26 \(mountedGroup) /sys/fs/cgroup rw,nosuid shared:4 master:2 - cgroup2 cgroup2 rw,nsdelegate

      """,
      to: "proc/self/mountinfo"
    )
    for (path, text) in files { try write(text, to: "sys/fs/cgroup/" + path) }
  }

  private func older(_ lines: String, mounts: [(group: String, place: String, options: String)]) throws {
    try write(lines, to: "proc/self/cgroup")
    let text = mounts.map { "33 32 0:29 \($0.group) \($0.place) rw,relatime - cgroup cgroup rw,\($0.options)\n" }
    try write(text.joined(), to: "proc/self/mountinfo")
  }

  @Test func theSmallestQuotaOfAllGroupsAboveCounts() throws {
    try unified(
      process: "/user.slice/user-1000.slice/job.scope",
      files: [
        "user.slice/cpu.max": "max 100000\n", "user.slice/user-1000.slice/cpu.max": "150000 100000\n",
        "user.slice/user-1000.slice/job.scope/cpu.max": "400000 100000\n", "other.slice/cpu.max": "1000 100000\n",
      ]
    )
    #expect(groups.processors == 1.5)
    #expect(Processors.availableCores(among: Array(0..<8), root: root.path) == 1)
  }

  @Test func theProcessesOwnGroupCounts() throws {
    try unified(process: "/a/b", files: ["a/cpu.max": "max 100000", "a/b/cpu.max": "250000 50000"])
    #expect(groups.processors == 5)
    #expect(Processors.availableCores(among: Array(0..<8), root: root.path) == 5)
    #expect(Processors.availableCores(among: Array(0..<3), root: root.path) == 3)
  }

  @Test func aContainerSeesItsOwnGroupAtTheMount() throws {
    // With a namespace of its own, the container's group is the root.
    try unified(process: "/", files: ["cpu.max": "200000 100000\n"])
    #expect(groups.processors == 2)
    // Without one, the path has a beginning that is mounted away.
    try unified(
      process: "/docker/4f/inner",
      mountedGroup: "/docker/4f",
      files: ["cpu.max": "300000 100000\n", "inner/cpu.max": "max 100000\n"]
    )
    #expect(groups.processors == 3)
    // A process that was moved out of the namespace.
    try unified(process: "/../elsewhere", files: ["cpu.max": "100000 100000\n"])
    #expect(groups.processors == 1)
  }

  @Test func versionOneIsReadAlongTheGroupsAbove() throws {
    try older(
      "12:memory:/jobs/7\n4:cpu,cpuacct:/jobs/7\n1:name=systemd:/user.slice\n",
      mounts: [("/", "/sys/fs/cgroup/cpu,cpuacct", "cpu,cpuacct"), ("/", "/sys/fs/cgroup/memory", "memory")]
    )
    try write("200000\n", to: "sys/fs/cgroup/cpu,cpuacct/jobs/cpu.cfs_quota_us")
    try write("100000\n", to: "sys/fs/cgroup/cpu,cpuacct/jobs/cpu.cfs_period_us")
    try write("-1\n", to: "sys/fs/cgroup/cpu,cpuacct/jobs/7/cpu.cfs_quota_us")
    try write("100000\n", to: "sys/fs/cgroup/cpu,cpuacct/jobs/7/cpu.cfs_period_us")
    #expect(groups.processors == 2)
  }

  @Test func bothVersionsAtOnce() throws {
    try older(
      "5:cpuacct:/\n3:cpu:/box\n0::/box\n",
      mounts: [("/", "/sys/fs/cgroup/cpuacct", "cpuacct"), ("/", "/sys/fs/cgroup/c\\040p", "cpu")]
    )
    let mounts = try String(contentsOf: root.appending(path: "proc/self/mountinfo"), encoding: .utf8)
    try write(
      mounts + "41 31 0:38 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw\n",
      to: "proc/self/mountinfo"
    )
    try write("50000", to: "sys/fs/cgroup/c p/box/cpu.cfs_quota_us")
    try write("100000", to: "sys/fs/cgroup/c p/box/cpu.cfs_period_us")
    #expect(groups.processors == 0.5)
    try write("20000 100000", to: "sys/fs/cgroup/unified/box/cpu.max")
    #expect(groups.processors == 0.2)
    #expect(Processors.availableCores(among: [0, 1], root: root.path) == 1)
  }

  @Test(arguments: [
    "", "max", "max 100000", "nonsense", "0 100000", "-5 100000", "100000 0", "100000 x", "inf 100000", "nan",
  ])
  func whatIsNoQuotaLimitsNothing(text: String) throws {
    try unified(process: "/", files: ["cpu.max": text])
    #expect(groups.processors == nil)
    #expect(Processors.availableCores(among: [0, 1, 2], root: root.path) == 3)
  }

  @Test func oddAndAbsentFilesLimitNothing() throws {
    #expect(groups.processors == nil && groups.memory == nil)
    try write("rubbish\n:::\n0:\n0::\n", to: "proc/self/cgroup")
    try write("1 2 3\n- - - - - - - - -\n\n", to: "proc/self/mountinfo")
    #expect(groups.processors == nil && groups.memory == nil)
    // A quota alone is of the default period.
    try unified(process: "/", files: ["cpu.max": "200000\n"])
    #expect(groups.processors == 2)
    // A huge quota must not overflow.
    try unified(process: "/", files: ["cpu.max": "1e300 1\n"])
    #expect(Processors.availableCores(among: [0, 1], root: root.path) == 2)
  }

  @Test func hardwareThreadsOfACoreCountOnce() throws {
    for (processor, siblings) in [(0, "0,2"), (1, "1,3"), (2, "0,2"), (3, "1,3")] {
      try write(siblings + "\n", to: "sys/devices/system/cpu/cpu\(processor)/topology/thread_siblings_list")
    }
    try write("0-1,2-3\n", to: "sys/devices/system/cpu/online")
    #expect(Processors.physicalCores(among: [0, 2], root: root.path) == 1)
    #expect(Processors.availableCores(among: [0, 1, 2, 3], root: root.path) == 2)
    #expect(Processors.physicalCoresOfMachine(root: root.path) == 2)
  }

  @Test func theTightestMemoryLimitCounts() throws {
    try unified(
      process: "/a/b",
      files: [
        "a/memory.max": "1000000\n", "a/memory.current": "900000\n",
        "a/memory.stat": "anon 300000\ninactive_file 500000\n", "a/b/memory.max": "max\n",
      ]
    )
    #expect(groups.memory == ControlGroups.Memory(limit: 1_000_000, available: 600_000))
    try older("4:memory:/\n", mounts: [("/", "/sys/fs/cgroup/memory", "memory")])
    try write("9223372036854771712\n", to: "sys/fs/cgroup/memory/memory.limit_in_bytes")
    #expect(groups.memory == nil)
    try write("4096\n", to: "sys/fs/cgroup/memory/memory.limit_in_bytes")
    try write("8192\n", to: "sys/fs/cgroup/memory/memory.usage_in_bytes")
    #expect(groups.memory == ControlGroups.Memory(limit: 4096, available: 0))
  }

  @Test func theAffinityIsKnown() {
    #expect(!Processors.affinity.isEmpty && Set(Processors.affinity).count == Processors.affinity.count)
    #expect((1...Processors.affinity.count).contains(Processors.availableCores))
  }

  @Test func theProcessMayTakeWhatMachineAndGroupsLeave() throws {
    #expect(SystemMemory.available(root: root.path) == nil)
    try write("MemTotal:  16000 kB\nMemFree: 1 kB\nMemAvailable:   9000 kB\n", to: "proc/meminfo")
    #expect(SystemMemory.available(root: root.path) == 9_216_000)
    // A file that was read twice is in active pages, which the system takes back as well.
    try unified(
      process: "/a",
      files: [
        "a/memory.max": "4000000\n", "a/memory.current": "3900000\n",
        "a/memory.stat": "anon 900000\ninactive_file 1000000\nactive_file 2000000\n",
      ]
    )
    #expect(SystemMemory.available(root: root.path) == 3_100_000)
    for odd in ["MemAvailable:\n", "MemAvailable: x kB\n", "MemAvailable: 99999999999999999999 kB", ""] {
      try write(odd, to: "proc/meminfo")
      #expect(SystemMemory.available(root: root.path) == 3_100_000)
    }
    #expect(SystemMemory.available() ?? 1 > 0)
  }

  /// Limits of the process count with what it has already.
  @Test func theProcessMayTakeWhatItsLimitsLeave() throws {
    try write("MemAvailable:   9000 kB\n", to: "proc/meminfo")
    try write("VmPeak:  5000 kB\nVmSize:\t  4000 kB\nVmData:\t  1000 kB\n", to: "proc/self/status")
    func available(_ addresses: Int?, _ data: Int?) -> Int? {
      SystemMemory.available(root: root.path, limits: ProcessLimits(addresses: addresses, data: data))
    }
    #expect(available(nil, nil) == 9_216_000)
    #expect(available(6_096_000, nil) == 2_000_000)
    #expect(available(nil, 3_024_000) == 2_000_000)
    #expect(available(6_096_000, 2_024_000) == 1_000_000)
    #expect(available(1_000_000_000_000, 1_000_000_000_000) == 9_216_000)
    // More than the limit is there already, as after it was lowered.
    #expect(available(1000, nil) == 0)
    try write("VmSize: many\n", to: "proc/self/status")
    #expect(available(8_000_000, nil) == 8_000_000)
  }
}
