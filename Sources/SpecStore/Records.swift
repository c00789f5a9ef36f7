import Foundation
import SpecCore

/// A record together with the id that the database gave it; the record's own properties are reached directly.
@dynamicMemberLookup
public struct Stored<Record: Sendable>: Sendable, Identifiable {
  /// The row's primary key.
  public let id: Int64
  /// The row's other columns.
  public let record: Record

  /// Pairs a record with its id.
  public init(id: Int64, record: Record) {
    self.id = id
    self.record = record
  }

  /// A property of the record.
  public subscript<Value>(dynamicMember keyPath: KeyPath<Record, Value>) -> Value {
    record[keyPath: keyPath]
  }
}

extension Stored: Equatable where Record: Equatable {}

/// How the measuring program was compiled.
public enum BuildConfiguration: String, Codable, Sendable {
  /// With optimisation.
  case release
  /// Without optimisation, which taints every measurement.
  case debug
}

/// The machine and program a run was measured with, as far as they could be read.
public struct EnvironmentRecord: Codable, Equatable, Sendable {
  /// The machine's name on its network.
  public var hostName: String
  /// The processor's marketing name.
  public var cpuModel: String
  /// Number of physical cores.
  public var physicalCores: Int
  /// Number of logical cores.
  public var logicalCores: Int
  /// The logical cores that the process may run on, for example `0-3`.
  public var affinity: String
  /// The frequency governor, where readable.
  public var governor: String?
  /// The processor's frequency in megahertz, where readable.
  public var frequencyMegahertz: Double?
  /// The one-minute load average at the start, where readable.
  public var loadAverage: Double?
  /// Installed memory in bytes.
  public var memoryTotalBytes: Int
  /// Memory available at the start, in bytes.
  public var memoryAvailableBytes: Int
  /// The operating system and its version.
  public var operatingSystem: String
  /// The kernel's version.
  public var kernel: String
  /// The compiler that built the program.
  public var compiler: String
  /// SpecBench's own version.
  public var packageVersion: String
  /// The source commit that the program was built from, where known; it ends in `-dirty` where the sources had changes.
  public var sourceCommit: String?
  /// SHA-256 of the program's own file; nil where it cannot be read, and in older runs.
  public var executableHash: String?
  /// How the program was compiled.
  public var buildConfiguration: BuildConfiguration
  /// The name of the instruction set that the kernels use.
  public var kernelSet: String
  /// What taints the measurement, one sentence each; empty when nothing does.
  public var taints: [String]

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
    case taints
  }

  /// Makes a record; the properties say what each value means.
  public init(
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
    taints: [String] = []
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
    self.taints = taints
  }
}

/// What one pass of the target over some positions costs, with the logits of each.
public struct PassCost: Codable, Equatable, Sendable {
  /// Positions computed at once.
  public let positions: Int
  /// The median time, in milliseconds.
  public let milliseconds: Double
  /// Positions before them; nil in older runs, where they were 64 at most.
  public let context: Int?
  /// Over how many measurements the time is a mean; nil in older runs.
  public let samples: Int?

  /// Makes a cost; the properties say what each value means.
  public init(positions: Int, milliseconds: Double, context: Int? = nil, samples: Int? = nil) {
    self.positions = positions
    self.milliseconds = milliseconds
    self.context = context
    self.samples = samples
  }
}

/// One invocation of the benchmark: a model, a suite and the options they were run with.
public struct RunRecord: Codable, Equatable, Sendable {
  /// When the run began; stored in UTC to the millisecond.
  public var startedAt: Date
  /// When the run ended; nil while it goes on, and for a run that was broken off.
  public var finishedAt: Date?
  /// The command line as given.
  public var commandLine: String
  /// The target model's name.
  public var modelName: String
  /// Where the target model was read from.
  public var modelPath: String
  /// Hash of the target model's checkpoint.
  public var modelHash: String
  /// Hash of the tokenizer.
  public var tokenizerHash: String
  /// The model's architecture.
  public var architecture: String
  /// Number of parameters of the target.
  public var parameters: Int
  /// The type of the weights, for example `bf16`.
  public var weightType: String
  /// The type in which the checkpoint stores them; nil if it is not known.
  public var storedWeightType: String?
  /// Number of threads that computed.
  public var threads: Int
  /// The suite's name.
  public var suiteName: String
  /// The suite's version.
  public var suiteVersion: String
  /// Hash of the suite's files.
  public var suiteHash: String
  /// Where the suite was read from.
  public var suitePath: String
  /// Number of measured passes.
  public var passes: Int
  /// The most tokens a generation may have.
  public var maxNewTokens: Int
  /// Number of positions the context holds.
  public var contextLength: Int
  /// The seed of the shuffled order and of sampling.
  public var seed: Int
  /// All other options, as JSON text.
  public var options: String
  /// What logits are divided by; 0 takes the likeliest token.
  public var temperature: Double
  /// How many of the likeliest tokens may be drawn; 0 for all.
  public var topK: Int
  /// The share of probability that the drawn tokens come from; 1 for all.
  public var topP: Double
  /// How drafts were judged: `coupled` or `rejection`.
  public var verification: String
  /// T(m), measured before the first pass: it explains the speedups. Nil until it is known.
  public var verificationCost: [PassCost]?
  /// Where the figures come from.
  public var origin: RunOrigin
  /// Everything that the run was asked to do, as JSON text, so that it can be gone on with; nil in older runs.
  public var plan: String?
  /// How many prompts the plan has, all turns of all questions; nil in older runs.
  public var plannedPrompts: Int?

  enum CodingKeys: String, CodingKey {
    case startedAt = "started_at"
    case finishedAt = "finished_at"
    case commandLine = "command_line"
    case modelName = "model_name"
    case modelPath = "model_path"
    case modelHash = "model_hash"
    case tokenizerHash = "tokenizer_hash"
    case architecture, parameters
    case weightType = "weight_type"
    case storedWeightType = "stored_weight_type"
    case threads
    case suiteName = "suite_name"
    case suiteVersion = "suite_version"
    case suiteHash = "suite_hash"
    case suitePath = "suite_path"
    case passes
    case maxNewTokens = "max_new_tokens"
    case contextLength = "context_length"
    case seed, options, temperature
    case topK = "top_k"
    case topP = "top_p"
    case verification
    case verificationCost = "verification_cost"
    case origin, plan
    case plannedPrompts = "planned_prompts"
  }

  /// Makes a record; the properties say what each value means.
  public init(
    startedAt: Date,
    finishedAt: Date? = nil,
    commandLine: String,
    modelName: String,
    modelPath: String,
    modelHash: String,
    tokenizerHash: String,
    architecture: String,
    parameters: Int,
    weightType: String,
    storedWeightType: String? = nil,
    threads: Int,
    suiteName: String,
    suiteVersion: String,
    suiteHash: String,
    suitePath: String,
    passes: Int,
    maxNewTokens: Int,
    contextLength: Int,
    seed: Int,
    options: String = "{}",
    temperature: Double = 0,
    topK: Int = 0,
    topP: Double = 1,
    verification: String = "coupled",
    verificationCost: [PassCost]? = nil,
    origin: RunOrigin = .measured,
    plan: String? = nil,
    plannedPrompts: Int? = nil
  ) {
    self.startedAt = startedAt
    self.finishedAt = finishedAt
    self.commandLine = commandLine
    self.modelName = modelName
    self.modelPath = modelPath
    self.modelHash = modelHash
    self.tokenizerHash = tokenizerHash
    self.architecture = architecture
    self.parameters = parameters
    self.weightType = weightType
    self.storedWeightType = storedWeightType
    self.threads = threads
    self.suiteName = suiteName
    self.suiteVersion = suiteVersion
    self.suiteHash = suiteHash
    self.suitePath = suitePath
    self.passes = passes
    self.maxNewTokens = maxNewTokens
    self.contextLength = contextLength
    self.seed = seed
    self.options = options
    self.temperature = temperature
    self.topK = topK
    self.topP = topP
    self.verification = verification
    self.verificationCost = verificationCost
    self.origin = origin
    self.plan = plan
    self.plannedPrompts = plannedPrompts
  }
}

/// Where a run's figures come from.
public enum RunOrigin: String, Codable, Sendable {
  /// Measured by this program.
  case measured
  /// Read from Spec-Bench's files: token ids, the environment and the times of cycles are not known.
  case specBench = "spec_bench"
}

/// One decoder of a run with its settings.
public struct DecoderRecord: Codable, Equatable, Sendable {
  /// The decoder's place in the run, from 0.
  public var ordinal: Int
  /// The decoder's name, unique in its run, for example `kangaroo` or `kangaroo-2`.
  public var name: String
  /// The method's name in the catalogue; `vanilla` marks the baseline.
  public var method: String
  /// The full text of the decoder with all its settings.
  public var spec: String
  /// The settings as the text of a JSON object.
  public var settings: String
  /// Number of parameters that the method adds to the target.
  public var addedParameters: Int
  /// Whether this is vanilla once more, measured to see how far two measurements of the same thing differ.
  public var isNoiseFloor: Bool

  enum CodingKeys: String, CodingKey {
    case ordinal, name, method, spec, settings
    case addedParameters = "added_parameters"
    case isNoiseFloor = "is_noise_floor"
  }

  /// Makes a record; the properties say what each value means.
  public init(
    ordinal: Int,
    name: String,
    method: String,
    spec: String,
    settings: String = "{}",
    addedParameters: Int = 0,
    isNoiseFloor: Bool = false
  ) {
    self.ordinal = ordinal
    self.name = name
    self.method = method
    self.spec = spec
    self.settings = settings
    self.addedParameters = addedParameters
    self.isNoiseFloor = isNoiseFloor
  }
}

extension DecoderRecord {
  /// Whether this is vanilla, the baseline or its second measurement.
  public var isVanilla: Bool { method == Baseline.method }
}

/// One turn of one question of the run's suite.
public struct PromptRecord: Codable, Equatable, Sendable {
  /// The prompt's place in the run, from 0.
  public var ordinal: Int
  /// The number that stands for the question's id in the suite: the id itself where it is an integer.
  public var questionID: Int
  /// The question's id as the suite's file writes it, as JSON; nil where it is ``questionID``.
  public var writtenID: String?
  /// The turn of the conversation, from 0.
  public var turn: Int
  /// One of `mt_bench`, `translation`, `summarization`, `qa`, `math_reasoning` and `rag`, or the suite's own.
  public var category: String
  /// The category as the suite's file names it.
  public var subcategory: String
  /// Number of tokens of the prompt.
  public var promptTokens: Int
  /// Hash of the prompt's token ids.
  public var idsHash: String
  /// Why the prompt was not run; nil when it was.
  public var skipReason: String?

  enum CodingKeys: String, CodingKey {
    case ordinal
    case questionID = "question_id"
    case writtenID = "written_id"
    case turn, category, subcategory
    case promptTokens = "prompt_tokens"
    case idsHash = "ids_hash"
    case skipReason = "skip_reason"
  }

  /// Makes a record; the properties say what each value means.
  public init(
    ordinal: Int,
    questionID: Int,
    writtenID: String? = nil,
    turn: Int,
    category: String,
    subcategory: String,
    promptTokens: Int,
    idsHash: String,
    skipReason: String? = nil
  ) {
    self.ordinal = ordinal
    self.questionID = questionID
    self.writtenID = writtenID
    self.turn = turn
    self.category = category
    self.subcategory = subcategory
    self.promptTokens = promptTokens
    self.idsHash = idsHash
    self.skipReason = skipReason
  }
}
