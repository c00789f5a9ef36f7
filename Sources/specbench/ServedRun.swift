import ArgumentParser
import Foundation
import SpecDecoding
import SpecEngines
import SpecFiles
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
  ///   - stored: the plan that the options were taken from.
  /// - Throws: what reading, asking and writing throw.
  func measure(_ settings: EngineSettings, _ stored: StoredPlan?) throws {
    if stored == nil { try refuseOptionsOfOwnModels() }
    var (suite, suitePath) = try suiteOptions.load()
    if let stored { suite = suite.selecting(questionIDs: stored.questions) }
    if let template = stored?.chatTemplate { suite = suite.written(with: template) }
    try OutputFile.check(report, keeping: [(database, "the database"), (suite.questionPath, "the suite's questions")])
    try DatabaseCheck.beforeLoading(database)
    let display = ProgressDisplay(unit: "generations")
    let engine = try ServedEngine(settings, logs: URL(fileURLWithPath: database).deletingPathExtension().path)
    defer { engine.stop() }
    try engine.start(observer: display)
    let model = ServedModel(engine, sampling: servedSampling)
    let plan = servedPlan(suite, suitePath, stored)
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
    // Where two tokens were all but equally likely, either is the model's own.
    if try store.mismatches(of: outcome.run).contains(where: { !$0.isNearTie }) { throw ExitCode(1) }
  }

  /// What has no effect on servers must not be asked of them silently.
  private func refuseOptionsOfOwnModels() throws {
    let given: [(name: String, isGiven: Bool)] = [
      ("--model", modelOptions.model != nil), ("--dtype", modelOptions.dtype != nil),
      ("--threads", modelOptions.threads != nil), ("--chat-template", templateOption.chatTemplate != nil),
    ]
    guard let option = given.first(where: \.isGiven)?.name else { return }
    let advice =
      option == "--chat-template"
      ? "choose with prompts in the engine's file who writes them: server, or here by the suite's template"
      : "give it to the server itself"
    throw ValidationError("\(option) has no effect on servers; \(advice)")
  }

  /// Servers draw in ways of their own: with a temperature, no output has to be another's.
  private var servedSampling: Sampling {
    samplingOptions.sampling(samplingOptions.temperature > 0 ? .rejection : .coupled)
  }

  private func servedPlan(
    _ suite: Suite,
    _ suitePath: String,
    _ stored: StoredPlan?
  ) -> RunPlan {
    var plan = RunPlan(
      suite: suite,
      suitePath: suitePath,
      repeats: repeats,
      maximumNewTokens: suiteOptions.maximumNewTokens ?? suite.manifest.maxNewTokens,
      seed: samplingOptions.seed,
      sampling: servedSampling,
      commandLine: CommandLine.arguments.map(ShellText.argument).joined(separator: " "),
      resumes: resume,
      goal: stored.map(\.goal) ?? precisionOptions.goal
    )
    plan.report = FilePlace.absolute(report)
    plan.retries = engineOptions.retries
    plan.stopsOnError = engineOptions.onError == .stop
    return plan
  }
}
