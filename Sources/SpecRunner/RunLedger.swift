import Foundation
import SpecDecoding
import SpecModel
import SpecStore
import SpecSuite

/// What a run has in the database: the ids of its rows, and what an earlier attempt has measured already.
struct RunLedger {
  private struct Turn: Hashable {
    let question: Int
    let turn: Int
  }

  private(set) var run: Int64 = 0
  private(set) var decoders: [Int64] = []
  private(set) var isResumed = false
  /// An earlier run of the same plan that was left alone, since another machine or another build of the program measured it.
  private(set) var passedOver: Int64?
  private var prompts: [Turn: Int64] = [:]
  /// Vanilla's output of a prompt, from whichever pass came first.
  private var references: [Int64: [Token]] = [:]
  /// Prompts and passes that every decoder has finished.
  private var finished: [Int64: Set<Int>] = [:]

  /// Begins a run, or goes on with the last one if the plan asks for it and that one is unfinished and the same.
  static func begin(
    plan: RunPlan,
    model: LoadedModel,
    decoders: [RunDecoder],
    store: BenchmarkStore
  ) throws -> RunLedger {
    let run = try record(of: plan, model: model)
    let rows = try decoders.enumerated().map { try $1.record(ordinal: $0) }
    let environment = RunEnvironment.capture(model.target.context)
    var passedOver: Int64?
    if plan.resumes {
      let earlier = plan.reusesFinishedRuns ? try store.runs().reversed() : try store.lastRun().map { [$0] } ?? []
      for candidate in earlier where candidate.finishedAt == nil || plan.reusesFinishedRuns {
        guard run.isSamePlan(as: candidate.record, ignoringPasses: plan.goal != nil),
          try store.decoders(of: candidate.id).map(\.record) == rows
        else { continue }
        guard try store.environment(of: candidate.id).record.isSameMachine(as: environment) else {
          passedOver = passedOver ?? candidate.id
          continue
        }
        return try RunLedger(resuming: candidate.id, plan: plan, store: store)
      }
    }
    let ids = try store.beginRun(
      run,
      environment: environment,
      decoders: rows,
      prompts: []
    )
    var ledger = RunLedger()
    (ledger.run, ledger.decoders, ledger.passedOver) = (ids.run, ids.decoders, passedOver)
    return ledger
  }

  init() {}

  private init(resuming run: Int64, plan: RunPlan, store: BenchmarkStore) throws {
    self.run = run
    isResumed = true
    decoders = try store.decoders(of: run).map(\.id)
    for prompt in try store.prompts(of: run) {
      prompts[Turn(question: prompt.questionID, turn: prompt.turn)] = prompt.id
    }
    let recorded = try store.recordedGenerations(run: run)
    let vanilla = decoders.first ?? 0
    for output in try store.outputs(run: run, decoder: vanilla) {
      if references[output.promptID] == nil { references[output.promptID] = output.outputIDs.map(Token.init) }
      let isFinished = decoders.allSatisfy {
        recorded.contains(GenerationKey(decoderID: $0, promptID: output.promptID, pass: output.pass))
      }
      if isFinished { finished[output.promptID, default: []].insert(output.pass) }
    }
    try compareLeftovers(store, plan.sampling)
  }

  /// An attempt that ended between a generation and its comparison left the comparison open. Vanilla's first output of a
  /// prompt is what the others are compared with.
  private func compareLeftovers(_ store: BenchmarkStore, _ sampling: Sampling) throws {
    var judged = Set<Int64>()
    for generation in try store.generations(of: run).sorted(by: { $0.pass < $1.pass }) {
      guard sampling.isLossless || generation.decoderID == decoders.first else { continue }
      let isReference = generation.decoderID == decoders.first && judged.insert(generation.promptID).inserted
      guard generation.lossless == nil, !isReference, finished[generation.promptID]?.contains(generation.pass) == true,
        let reference = references[generation.promptID]
      else { continue }
      let difference = Difference(generation.outputIDs.map(Token.init), from: reference)
      try store.recordComparison(generation: generation.id, difference: difference)
    }
  }

  /// The id of a turn's prompt, which is written when it is first met.
  mutating func promptID(
    _ question: Question,
    turn: Int,
    prompt: [Token],
    skipReason: String?,
    store: BenchmarkStore
  ) throws -> Int64 {
    let key = Turn(question: question.questionID, turn: turn)
    if let id = prompts[key] { return id }
    let record = PromptRecord(
      ordinal: prompts.count,
      questionID: question.questionID,
      turn: turn,
      category: question.category.rawValue,
      subcategory: question.subcategory,
      promptTokens: prompt.count,
      idsHash: promptHash(prompt),
      skipReason: skipReason
    )
    let id = try store.insertPrompt(record, run: run)
    prompts[key] = id
    return id
  }

  /// Vanilla's output of a prompt that an earlier attempt has finished in this pass.
  func recordedVanilla(prompt: Int64, pass: Int) -> [Token]? {
    finished[prompt]?.contains(pass) == true ? references[prompt] : nil
  }

  /// What a prompt's outputs must be: vanilla's first output of it.
  mutating func reference(for prompt: Int64, vanilla: [Token]) -> (tokens: [Token], isNew: Bool) {
    if let known = references[prompt] { return (known, false) }
    references[prompt] = vanilla
    return (vanilla, true)
  }

  private static func record(of plan: RunPlan, model: LoadedModel) throws -> RunRecord {
    let configuration = model.target.configuration
    return RunRecord(
      startedAt: Date(),
      commandLine: plan.commandLine,
      modelName: model.name,
      modelPath: model.directory,
      modelHash: try model.checkpointHash(),
      tokenizerHash: try model.tokenizerHash(),
      architecture: configuration.architecture,
      parameters: configuration.parameterCount,
      weightType: model.target.weightType.rawValue,
      storedWeightType: model.storedWeightType.rawValue,
      threads: model.target.context.threads,
      suiteName: plan.suite.manifest.name,
      suiteVersion: plan.suite.manifest.version,
      suiteHash: plan.suite.contentHash,
      suitePath: plan.suitePath,
      passes: plan.passes,
      maxNewTokens: plan.maximumNewTokens,
      contextLength: configuration.contextLength,
      seed: plan.seed,
      options: try jsonText(plan.options),
      temperature: plan.sampling.limits.temperature.asWritten,
      topK: plan.sampling.limits.topK,
      topP: plan.sampling.limits.topP.asWritten,
      verification: plan.sampling.verification.rawValue
    )
  }
}

extension Float {
  /// The double that is written with the same digits.
  fileprivate var asWritten: Double { Double("\(self)") ?? Double(self) }
}

extension RunRecord {
  /// Whether a run measures the same things in the same way as another, whenever and from wherever it was started.
  /// A run that goes on until it is precise enough may have got further than its first passes.
  fileprivate func isSamePlan(as other: RunRecord, ignoringPasses: Bool) -> Bool {
    var other = other
    if ignoringPasses { other.passes = passes }
    other.startedAt = startedAt
    other.finishedAt = finishedAt
    other.commandLine = commandLine
    other.suitePath = suitePath
    other.modelPath = modelPath
    other.verificationCost = verificationCost
    return self == other
  }
}

extension EnvironmentRecord {
  /// Whether measurements of both may stand side by side in one run.
  fileprivate func isSameMachine(as other: EnvironmentRecord) -> Bool {
    (hostName, cpuModel, kernelSet, packageVersion) == (
      other.hostName, other.cpuModel, other.kernelSet, other.packageVersion
    ) && sourceCommit == other.sourceCommit && buildConfiguration == other.buildConfiguration
  }
}
