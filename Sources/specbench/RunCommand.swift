import ArgumentParser
import Foundation
import SpecFiles
import SpecReport
import SpecRunner
import SpecStore
import SpecSuite

struct RunCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run",
    abstract: "Measure a suite with several decoders, into a database and a report.",
    discussion: """
      Each prompt is decoded by all decoders next to each other, in a shuffled order, repeat after repeat. Every output is \
      compared with vanilla's token for token. A run that was stopped goes on with --resume.
      """
  )

  @OptionGroup var modelOptions: ModelOptions
  @OptionGroup var suiteOptions: SuiteOptions
  @OptionGroup var templateOption: ChatTemplateOption
  @OptionGroup var decoderOptions: DecoderOptions
  @OptionGroup var engineOptions: EngineOptions
  @OptionGroup var samplingOptions: SamplingOptions
  @OptionGroup var verificationOptions: VerificationOptions

  @Option(
    name: [.customLong("repeats"), .customLong("passes")],
    parsing: .unconditional,
    help: ArgumentHelp("How often each prompt is measured.", valueName: "n")
  )
  var repeats = 1

  @OptionGroup var precisionOptions: PrecisionOptions

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Measure one of n parts of the questions, so that several machines share a run; 'specbench merge' joins them. With "
        + "--resume the part is begun if it is not there, and found to be finished if it is.",
      valueName: ShardChoice.valueName
    )
  )
  var shard: ShardChoice?

  @Flag(inversion: .prefixedNo, help: "Measure vanilla a second time, to know the noise.")
  var noiseFloor = true

  @Option(help: ArgumentHelp("The database; it is made if it is not there.", valueName: "file"))
  var database = "specbench.sqlite"

  @Option(help: ArgumentHelp("Where to write the Markdown report.", valueName: "file"))
  var report = "specbench-report.md"

  @OptionGroup var resumeOptions: ResumeOptions

  func validate() throws {
    try refuseEmptyPaths(["--database": database, "--report": report])
    try check(repeats, in: OptionRange.repeats, of: "--repeats")
    try checkShard()
  }

  func run() throws {
    Interruption.promise("\(RunInterrupted(hasBegun: false))")
    let differs = resumeOptions.resumes && !repeatsShard ? try goOn() : try measureAnew().differs
    if differs { throw ExitCode(1) }
  }

  /// Measures what the options ask for, and nothing of a stored plan.
  ///
  /// - Returns: what came out.
  /// - Throws: what reading, measuring and writing throw.
  func measureAnew() throws -> RunOutcome {
    let choice = try engineOptions.choice(decoderOptions.decoders)
    try engineOptions.refuseOwnDecoders(in: choice)
    try checkShard(of: choice)
    let parts = choice.parts
    guard parts.count > 1 else { return try measure(parts.first ?? .own(nil), nil) }
    return try measureSeveral(parts)
  }

  /// Measures one engine, or the package's own decoders.
  ///
  /// - Parameters:
  ///   - engine: which.
  ///   - stored: the run to go on with.
  ///   - part: which of several runs this is.
  /// - Returns: what came out.
  /// - Throws: what reading, measuring and writing throw.
  func measure(_ engine: EngineOptions.Part, _ stored: Resumption?, part: RunPart? = nil) throws -> RunOutcome {
    switch engine {
    case .served(let settings): return try measure(settings, stored, part: part)
    case .own(let decoders):
      var command = self
      command.decoderOptions.decoders = decoders ?? decoderOptions.decoders
      return try command.measureOwn(stored, part: part)
    }
  }

  /// Measures the package's own decoders.
  ///
  /// - Parameters:
  ///   - stored: the run to go on with, whose plan says what no option does.
  ///   - part: which of several runs this is.
  /// - Returns: what came out.
  /// - Throws: what reading, measuring and writing throw.
  func measureOwn(_ stored: Resumption?, part: RunPart? = nil) throws -> RunOutcome {
    var (suite, suitePath) = try suiteOptions.load()
    if let questions = stored?.questions { suite = suite.selecting(questionIDs: questions) }
    if let shard { _ = try suite.selecting(shard.shard) }
    try OutputFile.check(report, keeping: [(database, "the database"), (suite.questionPath, "the suite's questions")])
    let maximumNewTokens = suiteOptions.maximumNewTokens ?? suite.manifest.maxNewTokens
    try DatabaseCheck.beforeLoading(database)
    let sampling = verificationOptions.sampling(samplingOptions)
    let files = try modelOptions.files(for: suite)
    let place = stored?.workingDirectory
    let specs = try decoderOptions.specs(for: suite, files, sampling, workingDirectory: place)
    try precisionOptions.check(specs, maximumNewTokens: maximumNewTokens)
    let written =
      try stored?.chatTemplate.map { (suite: suite.written(with: $0), warnings: []) }
      ?? templateOption.applied(to: suite, files)
    let model = try modelOptions.load(
      files,
      for: RunDecoder.specs(specs, noiseFloor: noiseFloor),
      positions: { LongestText.positions(of: written.suite, $0, $1, maximumNewTokens: maximumNewTokens) },
      measuresPasses: true,
      workingDirectory: place,
      suiteDirectory: suite.directory
    )
    var plan = RunPlan(
      suite: written.suite,
      suitePath: suitePath,
      repeats: repeats,
      maximumNewTokens: maximumNewTokens,
      seed: samplingOptions.seed,
      sampling: sampling,
      commandLine: CommandLine.arguments.map(ShellText.argument).joined(separator: " "),
      resumes: resumeOptions.resumes,
      goal: stored?.goal(precisionOptions) ?? precisionOptions.goal
    )
    plan.warnings = written.warnings
    plan.report = FilePlace.absolute(report)
    if let shard { try plan.take(shard.shard) }
    part?.prepare(&plan)
    prepare(&plan, stored)
    let decoders = try RunDecoder.prepare(
      specs,
      model: model,
      sampling: sampling,
      noiseFloor: noiseFloor,
      workingDirectory: plan.workingDirectory,
      suiteDirectory: suite.directory
    )
    // Only now every file is known that the run depends on.
    try OutputFile.check(report)
    let store = try BenchmarkStore(creatingAt: database)
    if shard != nil, stored == nil { try plan.startsOrGoesOn(in: store) }
    let runner = Runner(
      plan: plan,
      decoders: decoders,
      model: model,
      store: store,
      observer: ProgressDisplay(unit: "generations")
    )
    let outcome = try runner.run()
    try report(outcome, store, suite: plan.suite)
    tellOfShard()
    return RunOutcome(run: outcome.run, differs: outcome.mismatches > 0)
  }

  /// Says in a plan which run it goes on with.
  func prepare(_ plan: inout RunPlan, _ stored: Resumption?) {
    plan.acceptsChanges = resumeOptions.acceptChanges
    plan.resumedRun = stored?.run.id
    if let place = stored?.workingDirectory { plan.workingDirectory = place }
  }

  /// Writes the report of a run, and says what came out.
  func report(
    _ outcome: (run: Int64, mismatches: Int),
    _ store: BenchmarkStore,
    suite: Suite
  ) throws {
    let kept =
      "run \(outcome.run) is whole in the database; 'specbench report \(outcome.run) --database "
      + "\(ShellText.argument(database))' makes its report."
    Interruption.promise("Stopped: \(kept)")
    let summary = try ReportFile.afterMeasuring(kept: "There is no report, but \(kept)") {
      let summary = try RunSummary(store: store, run: outcome.run)
      try ReportFile.write(RunReport.document(summary), to: report)
      return summary
    }
    try say(summary.verdict)
    try say("Run \(outcome.run) is in \(database), its report in \(report).")
    let skipped = try store.prompts(of: outcome.run).compactMap(\.skipReason)
    if !skipped.isEmpty { tell(SkippedPrompts.sentence(skipped, of: suite.promptCount)) }
    if skipped.count == suite.promptCount { throw SkippedPrompts(suite: suiteOptions.suite, reasons: skipped) }
  }
}
