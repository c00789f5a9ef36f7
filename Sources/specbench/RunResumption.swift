import ArgumentParser
import Foundation
import SpecCore
import SpecDecoding
import SpecFiles
import SpecKernels
import SpecRunner
import SpecStore

// Going on with a run and its stored plan.
extension RunCommand {
  /// Goes on with the run that the options ask for.
  ///
  /// - Returns: whether an output differs from vanilla's where it must not.
  /// - Throws: ``ResumeError``; what reading, measuring and writing throw.
  func goOn() throws -> Bool {
    try ResumeError.check(database)
    let given = GivenOptions()
    guard let run = try resumed(given) else { return try measureAnew().differs }
    let stored = Resumption(run: run, given: given)
    if let series = run.plan.series { return try goOn(with: series, stored).differs }
    var command = self
    // A plan's engine is what it was where its paths begin.
    (command.database, command.report) = (FilePlace.absolute(database), FilePlace.absolute(report))
    if !given.has("--report"), let report = run.plan.report, FilePlace.kind(at: FilePlace.folder(of: report)) == .folder
    {
      command.report = report
    }
    command.take(stored)
    tellOfPlan(stored)
    if run.plan.engine != nil { try stored.enterFolder() }
    return try command.measure(run.plan.part, stored).differs
  }

  /// The run to go on with; nil where the options themselves say all of what to measure.
  private func resumed(_ given: GivenOptions) throws -> PlannedRun? {
    let choice = ResumeChoice(try BenchmarkStore(openingAt: database), for: .run)
    if case .run(let number) = resumeOptions.resume { return try choice.named(number) { try asked($0, given) } }
    if given.areNoneBut(ResumeOptions.ofPlace) { return try choice.newestUnfinished { $0 } }
    // Engines that are named are all there is to go on with.
    let engines = try engineOptions.choice(decoderOptions.decoders)
    guard engines.engines.isEmpty else { return nil }
    return try choice.agreeing({ try asked($0, given) }, defaults: { try asked($0, given.withDefaults) })
  }

  /// A stored plan with what the command line gives.
  private func asked(_ plan: StoredPlan, _ given: GivenOptions) throws -> StoredPlan {
    var asked = plan
    if given.has("--dtype"), let type = modelOptions.dtype { asked.weightType = type.rawValue }
    if given.has("--threads"), let threads = modelOptions.threads { asked.threads = threads }
    if given.names("--kernels"), let kernels = modelOptions.kernels { asked.kernels = kernels }
    if given.has("--temperature") { asked.temperature = samplingOptions.temperature }
    if given.has("--top-k") { asked.topK = samplingOptions.topK }
    if given.has("--top-p") { asked.topP = samplingOptions.topP }
    if given.has("--seed") { asked.seed = samplingOptions.seed }
    if given.has("--verification") { asked.verification = verificationOptions.verification.rawValue }
    if given.has("--noise-floor", "--no-noise-floor") { asked.noiseFloor = noiseFloor }
    if given.has("--repeats", "--passes") { asked.repeats = repeats }
    if given.has("--precision") { asked.precision = precisionOptions.goal?.precision }
    if given.has("--shard") { asked.shard = shard?.shard }
    if given.has("--concurrency") { asked.concurrency = engineOptions.levels }
    if given.has("--decoders"), let decoders = decoderOptions.decoders {
      asked.decoders = try RunDecoder.specs(DecoderSpec.list(decoders)).dropFirst().map(\.description)
    }
    return try suiteOptions.asked(asked, given)
  }

  /// Goes on with all runs of a command that makes several.
  private func goOn(with series: StoredSeries, _ stored: Resumption) throws -> RunOutcome {
    guard stored.given.areNoneBut(ResumeOptions.ofPlace) else {
      throw ValidationError(
        "run \(stored.run.id) belongs to a command that measures \(series.count) engines, so that --resume takes no other "
          + "options than --database, --report and --accept-changes"
      )
    }
    let (database, report) = (FilePlace.absolute(database), FilePlace.absolute(report))
    tell(
      "Going on with all \(series.count) runs of the command that began run \(stored.run.id): specbench run "
        + series.arguments.map(ShellText.argument).joined(separator: " ")
    )
    try stored.enterFolder()
    var command = try Self.parse(series.arguments)
    command.database = database
    if stored.given.has("--report") { command.report = report }
    command.resumeOptions = resumeOptions
    let begun = try series.runs(in: BenchmarkStore(openingAt: database))
    let parts = try command.engineOptions.choice(command.decoderOptions.decoders).parts
    return try command.measureSeveral(parts, series, begun: begun)
  }

  private func tellOfPlan(_ stored: Resumption) {
    let plan = stored.plan
    let model = plan.model.isEmpty ? "" : ", of the model \(plan.model) and the suite \(plan.suite)"
    tell("Going on with the stored plan of run \(stored.run.id)\(model).")
  }

  /// Takes the options that the command line does not give from a stored plan.
  mutating func take(_ stored: Resumption) {
    let (plan, given) = (stored.plan, stored.given)
    if !given.has("--model") { modelOptions.model = plan.engine == nil ? plan.model : plan.engine?.model }
    if !given.has("--dtype") { modelOptions.dtype = WeightType(rawValue: plan.weightType) }
    if !given.has("--threads") { modelOptions.threads = plan.threads }
    if !given.has("--kernels") { modelOptions.kernels = plan.kernels }
    if !given.has("--suite") { suiteOptions.suite = plan.suite }
    suiteOptions.maximumNewTokens = plan.maximumNewTokens
    if !given.has("--decoders") {
      decoderOptions.decoders = plan.decoders.isEmpty ? Baseline.method : plan.decoders.joined(separator: ",")
    }
    samplingOptions.temperature = plan.temperature
    samplingOptions.topK = plan.topK
    samplingOptions.topP = plan.topP
    samplingOptions.seed = plan.seed
    verificationOptions.verification = Sampling.Verification(rawValue: plan.verification) ?? .coupled
    if !given.has("--repeats", "--passes") { repeats = plan.repeats }
    noiseFloor = plan.noiseFloor
    shard = plan.shard.map(ShardChoice.init)
    if !given.has("--concurrency") { engineOptions.concurrency = RequestCount.list(plan.concurrency ?? []) }
    if !given.has("--retries"), let retries = plan.retries { engineOptions.retries = retries }
    if !given.has("--on-error"), let stops = plan.stopsOnError { engineOptions.onError = stops ? .stop : .goOn }
  }
}

extension StoredPlan {
  /// What the run measures. Its decoders are among the options that ``RunCommand/take(_:)`` takes.
  var part: EngineOptions.Part { engine.map(EngineOptions.Part.served) ?? .own(nil) }
}
