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

  /// Physical cores within the affinity and the processor quota of the process's control groups, at least 1.
  public static var availableCores: Int { availableCores(among: affinity) }

  /// Physical cores within the affinity: hardware threads of one core count once.
  public static var physicalCores: Int { physicalCores(among: affinity) }

  /// Physical cores of the whole machine, whatever part of it this process may use.
  public static var physicalCoresOfMachine: Int { physicalCoresOfMachine() }

  /// Physical cores that some processors and the control groups leave.
  ///
  /// - Parameters:
  ///   - processors: numbers of processors.
  ///   - root: a folder that stands in for `/`; empty for the system's own.
  /// - Returns: whole cores, at least 1.
  package static func availableCores(among processors: [Int], root: String = "") -> Int {
    let cores = physicalCores(among: processors, root: root)
    guard let quota = ControlGroups(root: root).processors else { return cores }
    return max(1, Int(min(Double(cores), quota)))
  }

  /// Physical cores that some processors belong to.
  ///
  /// - Parameters:
  ///   - processors: numbers of processors.
  ///   - root: a folder that stands in for `/`; empty for the system's own.
  /// - Returns: how many, at least 1.
  package static func physicalCores(among processors: [Int], root: String = "") -> Int {
    var cores = Set<String>()
    for processor in processors {
      let path = "\(root)/sys/devices/system/cpu/cpu\(processor)/topology/thread_siblings_list"
      cores.insert((try? String(contentsOfFile: path, encoding: .utf8)) ?? "processor \(processor)")
    }
    return max(1, cores.count)
  }

  /// Physical cores that are online.
  ///
  /// - Parameter root: a folder that stands in for `/`; empty for the system's own.
  /// - Returns: how many, at least 1.
  package static func physicalCoresOfMachine(root: String = "") -> Int {
    let online = (try? String(contentsOfFile: root + "/sys/devices/system/cpu/online", encoding: .utf8)) ?? ""
    let processors = online.split { $0 == "," || $0.isWhitespace }.flatMap { range -> [Int] in
      let bounds = range.split(separator: "-").compactMap { Int($0) }
      guard let first = bounds.first, let last = bounds.last, first >= 0, last >= first, last < 1 << 16 else {
        return []
      }
      return Array(first...last)
    }
    return processors.isEmpty ? max(1, affinity.count) : physicalCores(among: processors, root: root)
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
