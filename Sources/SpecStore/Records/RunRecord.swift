import Foundation
internal import GRDB

/// One invocation of the benchmark: a model, a suite and the options they were run with.
package struct RunRecord: Codable, Equatable, Sendable {
  /// When the run began; stored in UTC to the millisecond.
  package var startedAt: Date
  /// When the run ended; nil while it goes on, and for a run that was broken off.
  package var finishedAt: Date?
  /// The command line as given.
  package var commandLine: String
  /// The target model's name.
  package var modelName: String
  /// Where the target model was read from.
  package var modelPath: String
  /// Hash of the target model's checkpoint.
  package var modelHash: String
  /// Hash of the tokenizer.
  package var tokenizerHash: String
  /// The model's architecture.
  package var architecture: String
  /// Number of parameters of the target.
  package var parameters: Int
  /// The type of the weights, for example `bf16`.
  package var weightType: String
  /// The type in which the checkpoint stores them; nil if it is not known.
  package var storedWeightType: String?
  /// Number of threads that computed.
  package var threads: Int
  /// The suite's name.
  package var suiteName: String
  /// The suite's version.
  package var suiteVersion: String
  /// Hash of the suite's files.
  package var suiteHash: String
  /// Where the suite was read from.
  package var suitePath: String
  /// Number of measured repeats.
  package var repeats: Int
  /// The most tokens a generation may have.
  package var maxNewTokens: Int
  /// Number of positions the context holds.
  package var contextLength: Int
  /// The seed of the shuffled order and of sampling.
  package var seed: Int
  /// All other options, as JSON text.
  package var options: String
  /// What logits are divided by; 0 takes the likeliest token.
  package var temperature: Double
  /// How many of the likeliest tokens may be drawn; 0 for all.
  package var topK: Int
  /// The share of probability that the drawn tokens come from; 1 for all.
  package var topP: Double
  /// How drafts were judged: `coupled` or `rejection`.
  package var verification: String
  /// T(m), measured between the questions: it explains the speedups. Nil until it is known.
  package var verificationCost: [PassCost]?
  /// Where the measurements come from.
  package var origin: RunOrigin
  /// Everything that the run was asked to do, as JSON text, so that it can be gone on with; nil in older runs.
  package var plan: String?
  /// How many prompts the plan has, all turns of all questions; nil in older runs.
  package var plannedPrompts: Int?

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
    case repeats
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
  package init(
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
    repeats: Int,
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
    self.repeats = repeats
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

extension RunRecord: StoredRecord {
  static let databaseTableName = "run"
}

/// Where a run's measurements come from.
package enum RunOrigin: String, Codable, Sendable {
  /// Measured by this program.
  case measured
  /// Read from Spec-Bench's files: token ids, the environment and the times of cycles are not known.
  case specBench = "spec_bench"
}

/// What one pass of the target over some positions costs, with the logits of each.
package struct PassCost: Codable, Equatable, Sendable {
  /// Positions computed at once.
  package let positions: Int
  /// The mean of the measurements, each the median of some repetitions, in milliseconds.
  package let milliseconds: Double
  /// Positions before them; nil in older runs, where they were 64 at most.
  package let context: Int?
  /// Over how many measurements the time is a mean; nil in older runs.
  package let samples: Int?

  /// Makes a cost; the properties say what each value means.
  package init(positions: Int, milliseconds: Double, context: Int? = nil, samples: Int? = nil) {
    self.positions = positions
    self.milliseconds = milliseconds
    self.context = context
    self.samples = samples
  }
}
