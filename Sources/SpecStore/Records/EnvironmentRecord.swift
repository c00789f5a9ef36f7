internal import GRDB

/// How the measuring program was compiled.
package enum BuildConfiguration: String, Codable, Sendable {
  /// With optimization.
  case release
  /// Without optimization, which makes every measurement doubtful.
  case debug
}

/// The machine and program a run was measured with, as far as they could be read.
package struct EnvironmentRecord: Codable, Equatable, Sendable {
  /// The machine's name on its network.
  package var hostName: String
  /// The processor's marketing name.
  package var cpuModel: String
  /// Number of physical cores.
  package var physicalCores: Int
  /// Number of logical cores.
  package var logicalCores: Int
  /// The logical cores that the process may run on, for example `0-3`.
  package var affinity: String
  /// The frequency governor, where readable.
  package var governor: String?
  /// The processor's frequency in megahertz, where readable.
  package var frequencyMegahertz: Double?
  /// The one-minute load average at the start, where readable.
  package var loadAverage: Double?
  /// Installed memory in bytes.
  package var memoryTotalBytes: Int
  /// Memory available at the start, in bytes.
  package var memoryAvailableBytes: Int
  /// The operating system and its version.
  package var operatingSystem: String
  /// The kernel's version.
  package var kernel: String
  /// The compiler that built the program.
  package var compiler: String
  /// SpecBench's own version.
  package var packageVersion: String
  /// The source commit that the program was built from, where known; it ends in `-dirty` where the sources had changes.
  package var sourceCommit: String?
  /// SHA-256 of the program's own file; nil where it cannot be read, and in older runs.
  package var executableHash: String?
  /// How the program was compiled.
  package var buildConfiguration: BuildConfiguration
  /// The name of the instruction set that the kernels use.
  package var kernelSet: String
  /// What speaks against the measurement, one sentence each; empty when nothing does.
  package var warnings: [String]

  enum CodingKeys: String, CodingKey {
    case hostName = "host_name"
    case cpuModel = "cpu_model"
    case physicalCores = "physical_cores"
    case logicalCores = "logical_cores"
    case affinity, governor
    case frequencyMegahertz = "frequency_mhz"
    case loadAverage = "load_average"
    case memoryTotalBytes = "memory_total_bytes"
    case memoryAvailableBytes = "memory_available_bytes"
    case operatingSystem = "operating_system"
    case kernel, compiler
    case packageVersion = "package_version"
    case sourceCommit = "source_commit"
    case executableHash = "executable_hash"
    case buildConfiguration = "build_configuration"
    case kernelSet = "kernel_set"
    case warnings
  }

  /// Makes a record; the properties say what each value means.
  package init(
    hostName: String,
    cpuModel: String,
    physicalCores: Int,
    logicalCores: Int,
    affinity: String,
    governor: String? = nil,
    frequencyMegahertz: Double? = nil,
    loadAverage: Double? = nil,
    memoryTotalBytes: Int,
    memoryAvailableBytes: Int,
    operatingSystem: String,
    kernel: String,
    compiler: String,
    packageVersion: String,
    sourceCommit: String? = nil,
    executableHash: String? = nil,
    buildConfiguration: BuildConfiguration,
    kernelSet: String,
    warnings: [String] = []
  ) {
    self.hostName = hostName
    self.cpuModel = cpuModel
    self.physicalCores = physicalCores
    self.logicalCores = logicalCores
    self.affinity = affinity
    self.governor = governor
    self.frequencyMegahertz = frequencyMegahertz
    self.loadAverage = loadAverage
    self.memoryTotalBytes = memoryTotalBytes
    self.memoryAvailableBytes = memoryAvailableBytes
    self.operatingSystem = operatingSystem
    self.kernel = kernel
    self.compiler = compiler
    self.packageVersion = packageVersion
    self.sourceCommit = sourceCommit
    self.executableHash = executableHash
    self.buildConfiguration = buildConfiguration
    self.kernelSet = kernelSet
    self.warnings = warnings
  }
}

extension EnvironmentRecord: StoredRecord {
  static let databaseTableName = "environment"
}
