import Foundation
import SpecCore
import SpecDecoding
import SpecFiles
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
  /// Whether the run is in the database already.
  var hasRun: Bool { run != 0 }
  private(set) var decoders: [Int64] = []
  private(set) var isResumed = false
  /// Which attempt at the run this is, from 0.
  private(set) var attempt = 0
  /// How long earlier attempts have measured.
  private(set) var earlierTime = Duration.zero
  /// How many repeats the run has at least.
  private(set) var repeats = 0
  /// Whether an earlier attempt has finished the run.
  private(set) var wasFinished = false
  /// What this attempt's environment makes doubtful, where it is not the run's first.
  private(set) var warnings: [String] = []
  /// An earlier run of the same settings that was left alone, since it was measured with other things.
  private(set) var passedOver: (run: Int64, differences: [String])?
  private var prompts: [Turn: Stored<PromptRecord>] = [:]
  /// Vanilla's output of a prompt, from whichever repeat came first.
  private var references: [Int64: RunOutput] = [:]
  /// Prompts and repeats that every decoder has finished.
  private var finished: [Int64: Set<Int>] = [:]

  /// Begins a run, or goes on with the newest unfinished one of the same plan if the plan asks for that.
  ///
  /// - Throws: ``ResumeError`` if there is none to go on with, ``RunInterrupted`` if the observer wants to stop.
  static func begin(
    plan: RunPlan,
    model: any RunModel,
    decoders: [any MeasuredDecoder],
    store: BenchmarkStore,
    observer: any RunObserver,
    at date: Date
  ) throws -> RunLedger {
    let inputs = try inputs(model, decoders, observer)
    var environment = model.environment
    environment.warnings = plan.warnings + environment.warnings
    let identity = RunIdentity(
      record: try record(of: plan, model: model, decoders: decoders, inputs: inputs, at: date),
      decoders: try decoders.enumerated().map { try $1.record(ordinal: $0) },
      inputs: inputs,
      environment: environment
    )
    var passedOver: (run: Int64, differences: [String])?
    if plan.resumes {
      switch try RunResumption(plan: plan, store: store).find(identity) {
      case .goOn(let run, let accepted):
        var ledger = try RunLedger(resuming: run, plan: plan, warnings: identity.environment.warnings, store: store)
        ledger.note(accepted: accepted)
        return ledger
      case .begin(let other): passedOver = other
      }
    }
    let ids = try store.beginRun(
      identity.record,
      environment: identity.environment,
      decoders: identity.decoders,
      prompts: [],
      inputs: inputs
    )
    var ledger = RunLedger()
    (ledger.run, ledger.decoders, ledger.passedOver) = (ids.run, ids.decoders, passedOver)
    ledger.repeats = plan.repeats
    return ledger
  }

  init() {}

  private init(resuming run: Int64, plan: RunPlan, warnings: [String], store: BenchmarkStore) throws {
    self.run = run
    isResumed = true
    self.warnings = warnings
    let earlier = try store.run(run)
    try store.checkNumbers(of: run)
    repeats = max(earlier.repeats, plan.repeats)
    wasFinished = earlier.finishedAt != nil
    let conditions = try store.conditions(of: run)
    attempt = (conditions.map(\.attempt).max() ?? -1) + 1
    earlierTime = conditions.reduce(.zero) { $0 + .seconds(max(0, $1.finishedAt.timeIntervalSince($1.startedAt))) }
    decoders = try store.decoders(of: run).map(\.id)
    for prompt in try store.prompts(of: run) {
      prompts[Turn(question: prompt.questionID, turn: prompt.turn)] = prompt
    }
    try takeFinished(store, plan.sampling)
  }

  /// Notes among the warnings what has changed since the run was begun and was accepted.
  private mutating func note(accepted changes: [String]) {
    guard !changes.isEmpty else { return }
    warnings.append("Attempt \(attempt + 1) went on with the run although \(changes.joined(separator: ", ")).")
  }

  /// What an earlier attempt has finished: prompts that every decoder has decoded and that were all compared. All else is
  /// measured again, so that what stands in the end is what one attempt alone would have left.
  private mutating func takeFinished(_ store: BenchmarkStore, _ sampling: Sampling) throws {
    let isLossless = try store.decoders(of: run).reduce(into: [:]) { lossless, decoder in
      lossless[decoder.id] = sampling.isLossless || decoder.isNoiseFloor || decoder.id == decoders.first
    }
    let groups = Dictionary(grouping: try store.generations(of: run)) { [$0.promptID, Int64($0.repeatIndex)] }
    for (_, generations) in groups.sorted(by: { $0.key[1] < $1.key[1] }) {
      guard let vanilla = generations.first(where: { $0.decoderID == decoders.first }),
        Set(generations.map(\.decoderID)) == Set(decoders)
      else { continue }
      let isFirst = references[vanilla.promptID] == nil
      let areCompared = generations.allSatisfy { generation in
        let isReference = isFirst && generation.id == vanilla.id
        return generation.lossless != nil || isReference || isLossless[generation.decoderID] == false
      }
      guard areCompared else { continue }
      if isFirst { references[vanilla.promptID] = Self.output(vanilla.record) }
      finished[vanilla.promptID, default: []].insert(vanilla.repeatIndex)
    }
  }

  /// The files that the results depend on, by content.
  private static func inputs(
    _ model: any RunModel,
    _ decoders: [any MeasuredDecoder],
    _ observer: any RunObserver
  ) throws -> [RunInput] {
    let entries = (model.inputs + decoders.flatMap(\.inputs)).reduce(into: [String: InputLog.Entry]()) {
      if $0[$1.path] == nil { $0[$1.path] = $1 }
    }
    let prefix = model.description([]).directory + "/"
    return try InputLog.fingerprints(of: entries.values.sorted { $0.path < $1.path }) { done, total in
      observer.checked(done, of: total)
      if observer.wantsToStop { throw RunInterrupted(hasBegun: false) }
    }.map { file in
      let role = file.path.hasPrefix(prefix) ? String(file.path.dropFirst(prefix.count)) : file.path
      return RunInput(role: role, path: file.path, sha256: file.sha256)
    }
  }

  /// A stored output; an id that no vocabulary has, as a hand may have written it, differs from all others.
  private static func output(_ row: GenerationRecord) -> RunOutput {
    RunOutput(tokens: row.outputIDs.map { Token(exactly: $0) ?? -1 }, text: row.text)
  }

  /// The id of a turn's prompt, which is written when it is first met.
  ///
  /// - Throws: ``ResumeError/otherPrompt(database:run:question:turn:)`` if an earlier attempt had another prompt.
  mutating func promptID(
    _ question: Question,
    turn: Int,
    prompt: RunPrompt,
    skipReason: String?,
    store: BenchmarkStore
  ) throws -> Int64 {
    let key = Turn(question: question.questionID, turn: turn)
    if let known = prompts[key] {
      guard known.idsHash == prompt.contentHash, (known.skipReason == nil) == (skipReason == nil) else {
        throw ResumeError.otherPrompt(
          database: store.path,
          run: run,
          question: question.id.text,
          turn: turn
        )
      }
      return known.id
    }
    let record = PromptRecord(
      ordinal: prompts.count,
      questionID: question.questionID,
      writtenID: question.id.written,
      turn: turn,
      category: question.category.rawValue,
      subcategory: question.subcategory,
      promptTokens: prompt.ids.count,
      idsHash: prompt.contentHash,
      skipReason: skipReason,
      text: skipReason == nil ? prompt.shownText : nil,
      tokenIDs: skipReason == nil && !prompt.ids.isEmpty ? prompt.ids.map(Int.init) : nil
    )
    let id = try store.insertPrompt(record, run: run)
    prompts[key] = Stored(id: id, record: record)
    return id
  }

  /// Vanilla's output of a prompt that an earlier attempt has finished in this repeat.
  func recordedVanilla(prompt: Int64, repeatIndex: Int) -> RunOutput? {
    finished[prompt]?.contains(repeatIndex) == true ? references[prompt] : nil
  }

  /// What a prompt's outputs must be: vanilla's first output of it; nil where there is none yet.
  mutating func reference(for prompt: Int64, vanilla: RunOutput?) -> (output: RunOutput, isNew: Bool)? {
    if let known = references[prompt] { return (known, false) }
    references[prompt] = vanilla
    return vanilla.map { ($0, true) }
  }

  private static func record(
    of plan: RunPlan,
    model: any RunModel,
    decoders: [any MeasuredDecoder],
    inputs: [RunInput],
    at date: Date
  ) throws -> RunRecord {
    let description = model.description(inputs)
    return RunRecord(
      startedAt: date,
      commandLine: plan.commandLine,
      modelName: description.name,
      modelPath: description.path,
      modelHash: description.hash,
      tokenizerHash: description.tokenizerHash,
      architecture: description.architecture,
      parameters: description.parameters,
      weightType: description.weightType,
      storedWeightType: description.storedWeightType,
      threads: description.threads,
      suiteName: plan.suite.manifest.name,
      suiteVersion: plan.suite.manifest.version,
      suiteHash: plan.suite.contentHash,
      suitePath: plan.suitePath,
      repeats: plan.repeats,
      maxNewTokens: plan.maximumNewTokens,
      contextLength: description.contextLength,
      seed: plan.seed,
      options: try JSONText.line(plan.options(model.engine)),
      temperature: plan.sampling.limits.temperature.asWritten,
      topK: plan.sampling.limits.topK,
      topP: plan.sampling.limits.topP.asWritten,
      verification: plan.sampling.verification.rawValue,
      plan: try JSONText.line(plan.stored(model, decoders)),
      plannedPrompts: plan.suite.promptCount
    )
  }
}

extension Float {
  /// The double that is written with the same digits.
  fileprivate var asWritten: Double { Double("\(self)") ?? Double(self) }
}
