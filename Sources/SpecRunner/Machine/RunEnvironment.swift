import Foundation
import SpecBuild
import SpecFiles
import SpecKernels
import SpecStore

/// What a run is measured with, read from the system.
package enum RunEnvironment {
  /// The package's version.
  package static let packageVersion = "0.1.0"

  /// Reads the system's state.
  ///
  /// - Parameter context: the kernels and threads that will compute; nil where a server computes.
  /// - Returns: the record to be stored with the run.
  package static func capture(_ context: ComputeContext?) -> EnvironmentRecord {
    let load = SystemFiles.loadAverage
    let processors = Processors.affinity
    let governor = governor(of: processors)
    let granted = ControlGroups().memory
    let total = Int(clamping: ProcessInfo.processInfo.physicalMemory)
    return EnvironmentRecord(
      hostName: ProcessInfo.processInfo.hostName,
      cpuModel: Processors.name.isEmpty ? "unknown" : Processors.name,
      physicalCores: Processors.physicalCores,
      logicalCores: processors.count,
      affinity: rangesText(processors),
      governor: governor,
      frequencyMegahertz: SystemFiles.meanFrequency(of: processors),
      loadAverage: load,
      memoryTotalBytes: min(total, granted?.limit ?? total),
      memoryAvailableBytes: SystemMemory.available() ?? 0,
      operatingSystem: operatingSystem,
      kernel: kernel,
      compiler: compiler,
      packageVersion: packageVersion,
      sourceCommit: builtCommit,
      executableHash: BuiltProgram.hash,
      buildConfiguration: buildConfiguration,
      kernelSet: context?.kernels.name ?? "",
      warnings: warnings(load: load, governor: governor, context)
    )
  }

  /// What makes the measurement doubtful, one sentence each.
  private static func warnings(load: Double?, governor: String?, _ context: ComputeContext?) -> [String] {
    var warnings: [String] = []
    let cores = Processors.availableCores
    if buildConfiguration == .debug {
      warnings.append("This is a debug build, many times slower than a release build.")
    }
    if let context, context.threads > cores {
      warnings.append("\(context.threads) threads share \(quantity(cores, "core")).")
    }
    // The load counts what waits for any processor of the machine, also for those that this process may not use.
    if let load, let warning = loadWarning(load, cores: Processors.physicalCoresOfMachine) { warnings.append(warning) }
    if governor?.contains("powersave") == true {
      warnings.append("The frequency governor is 'powersave'.")
    }
    return warnings
  }

  /// What a load at the start makes doubtful.
  ///
  /// - Parameters:
  ///   - load: the load average, with the two decimals that the report shows as well.
  ///   - cores: the cores of the machine, which the load is that of.
  /// - Returns: a sentence; nil for a load of up to half of the cores.
  package static func loadWarning(_ load: Double, cores: Int) -> String? {
    guard load > 0.5 * Double(cores) else { return nil }
    return "The machine was busy at the start: load \(String(format: "%.2f", load)) on \(quantity(cores, "core"))."
  }

  /// The frequency governor of some processors; more than one where they differ.
  package static func governor(of processors: [Int], root: String = "") -> String? {
    let governors = processors.compactMap {
      SystemFiles.text("\(root)/sys/devices/system/cpu/cpu\($0)/cpufreq/scaling_governor")
    }
    return governors.isEmpty ? nil : Set(governors).sorted().joined(separator: ", ")
  }

  private static var buildConfiguration: BuildConfiguration {
    #if DEBUG
      .debug
    #else
      .release
    #endif
  }

  private static var compiler: String {
    #if swift(>=6.4)
      let version = "Swift 6.4 or later"
    #elseif swift(>=6.3)
      let version = "Swift 6.3"
    #else
      let version = "Swift 6.2"
    #endif
    // The C compiler adds where its source was checked out from, in brackets.
    return "\(version), kernels by \(kernelCompiler.prefix { $0 != "(" }.trimmingCharacters(in: .whitespaces))"
  }

  private static var operatingSystem: String {
    SystemFiles.field("PRETTY_NAME", in: "/etc/os-release")?.trimmingCharacters(in: CharacterSet(charactersIn: "\""))
      ?? ProcessInfo.processInfo.operatingSystemVersionString
  }

  private static var kernel: String {
    SystemFiles.text("/proc/sys/kernel/osrelease") ?? ProcessInfo.processInfo.operatingSystemVersionString
  }
}
