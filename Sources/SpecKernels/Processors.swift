import CSpecKernels
import Foundation

/// The processors that this process may use.
public enum Processors {
  /// The processor's name, empty if it does not tell.
  public static var name: String {
    var characters = [CChar](repeating: 0, count: 128)
    sk_processor_name(&characters, characters.count)
    let text = characters.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
    return String(decoding: text, as: UTF8.self).trimmingCharacters(in: .whitespaces)
  }

  /// The processors that the process may be scheduled on.
  public static var affinity: [Int] {
    var processors = [Int32](repeating: 0, count: 4096)
    let count = sk_affinity(&processors, processors.count)
    return processors.prefix(count).map { Int($0) }
  }

  /// Physical cores within the affinity and the processor quota of the process's control group, at least 1.
  public static var availableCores: Int {
    max(1, min(physicalCores, quota ?? Int.max))
  }

  /// Physical cores within the affinity: hardware threads of one core count once.
  public static var physicalCores: Int {
    var cores = Set<String>()
    for processor in affinity {
      let path = "/sys/devices/system/cpu/cpu\(processor)/topology/thread_siblings_list"
      cores.insert((try? String(contentsOfFile: path, encoding: .utf8)) ?? "processor \(processor)")
    }
    return max(1, cores.count)
  }

  /// Whole processors that the control group grants, nil where there is no limit.
  static var quota: Int? {
    guard let text = try? String(contentsOfFile: "/sys/fs/cgroup/cpu.max", encoding: .utf8) else { return nil }
    let fields = text.split(whereSeparator: \.isWhitespace).map { Double($0) }
    guard fields.count == 2, let granted = fields[0], let period = fields[1], period > 0 else { return nil }
    return max(1, Int(granted / period))
  }
}

/// Monotonic time.
public enum MonotonicClock {
  /// Nanoseconds since some fixed moment.
  public static var now: UInt64 { sk_nanoseconds() }
}

/// The time that the calling thread has had a processor.
public enum ThreadClock {
  /// Nanoseconds since the thread began.
  public static var now: UInt64 { sk_thread_nanoseconds() }
}

/// The C compiler that built the kernels.
public var kernelCompiler: String { String(cString: sk_compiler()) }
