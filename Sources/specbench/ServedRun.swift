import ArgumentParser
import Foundation
import SpecDecoding
import SpecEngines
import SpecFiles
import SpecModel
import SpecReport
import SpecRunner
import SpecStore
import SpecSuite

// Runs that measure another engine through its servers.
extension RunCommand {
  /// Measures what the options ask for.
  ///
  /// - Parameters:
  ///   - settings: the engine.
  ///   - stored: the run to go on with, whose plan says what no option does.
  ///   - part: which of several runs this is.
  /// - Returns: what came out.
  /// - Throws: what reading, asking and writing throw.
  func measure(_ settings: EngineSettings, _ stored: Resumption?, part: RunPart? = nil) throws -> RunOutcome {
    var settings = settings
    if stored == nil {
      if let model = modelOptions.model { settings.writePrompts(byModel: model) }
      // Beside the package's own decoders these options have an effect.
      if part == nil { try refuseOptionsOfOwnModels(settings) }
    }
    var (suite, suitePath) = try suiteOptions.load()
    if let questions = stored?.questions { suite = suite.selecting(questionIDs: questions) }
    let files = settings.model.map(LoadedModel.files)
    let written = try written(suite, files, stored)
    suite = written.suite
    let tokenizer = try files.map(ModelTokenizer.init)
    try OutputFile.check(report, keeping: [(database, "the database"), (suite.questionPath, "the suite's questions")])
    try DatabaseCheck.beforeLoading(database)
    let display = ProgressDisplay(unit: "generations")
    // Servers of several engines may have the same names.
    let logs = URL(fileURLWithPath: database).deletingPathExtension().path + (part.map { "-\($0.index + 1)" } ?? "")
    let engine = try ServedEngine(settings, logs: logs)
    defer { engine.stop() }
    try engine.start(observer: display)
    let model = ServedModel(engine, sampling: servedSampling, tokenizer: tokenizer)
    var plan = servedPlan(suite, suitePath, stored)
    plan.warnings = written.warnings
    part?.prepare(&plan)
    try engine.probe(plan, model, observer: display)
    let store = try BenchmarkStore(creatingAt: database)
    let runner = Runner(
      plan: plan,
      decoders: engine.decoders(sampling: plan.sampling, noiseFloor: noiseFloor),
      model: model,
      store: store,
      observer: display
    )
    let outcome: (run: Int64, mismatches: Int)
    do {
      outcome = try runner.run()
    } catch let missing as UnansweredPrompts {
      engine.stop()
      try report((missing.run, 0), store, suite: suite)
      throw missing
    }
    engine.stop()
    try report(outcome, store, suite: suite)
    return try RunOutcome(of: outcome.run, in: store)
  }

  /// The suite as conversations are written, and what is doubtful about that.
  private func written(
    _ suite: Suite,
    _ files: ModelFiles?,
    _ stored: Resumption?
  ) throws -> (suite: Suite, warnings: [String]) {
    if let template = stored?.chatTemplate { return (suite.written(with: template), []) }
    return try files.map { try templateOption.applied(to: suite, $0) } ?? (suite, [])
  }

  /// What has no effect on servers must not be asked of them silently.
  private func refuseOptionsOfOwnModels(_ settings: EngineSettings) throws {
    if templateOption.chatTemplate != nil, settings.model == nil {
      throw ValidationError(
        "--chat-template needs the model whose tokenizer writes prompts here; name its files with --model, too"
      )
    }
    let given = [("--dtype", modelOptions.dtype != nil), ("--threads", modelOptions.threads != nil)]
    guard let option = given.first(where: { $0.1 })?.0 else { return }
    throw ValidationError("\(option) has no effect on servers; give it to the server itself")
  }

  /// Servers draw in ways of their own: with a temperature, no output has to be another's.
  private var servedSampling: Sampling {
    samplingOptions.sampling(samplingOptions.temperature > 0 ? .rejection : .coupled)
  }

  private func servedPlan(
    _ suite: Suite,
    _ suitePath: String,
    _ stored: Resumption?
  ) -> RunPlan {
    var plan = RunPlan(
      suite: suite,
      suitePath: suitePath,
      repeats: repeats,
      maximumNewTokens: suiteOptions.maximumNewTokens ?? suite.manifest.maxNewTokens,
      seed: samplingOptions.seed,
      sampling: servedSampling,
      commandLine: CommandLine.arguments.map(ShellText.argument).joined(separator: " "),
      resumes: resumeOptions.resumes,
      goal: stored?.goal(precisionOptions) ?? precisionOptions.goal
    )
    plan.report = FilePlace.absolute(report)
    plan.concurrency = engineOptions.levels
    plan.retries = engineOptions.retries
    plan.stopsOnError = engineOptions.onError == .stop
    prepare(&plan, stored)
    return plan
  }
}
