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

  @Flag(
    help: ArgumentHelp(
      "Go on with the database's newest unfinished run of the same plan, or, without other options than --database and "
        + "--report, with the newest unfinished run and its plan."
    )
  )
  var resume = false

  func validate() throws {
    try refuseEmptyPaths(["--database": database, "--report": report])
    try check(repeats, in: OptionRange.repeats, of: "--repeats")
    try checkShard()
  }

  func run() throws {
    Interruption.promise("\(RunInterrupted(hasBegun: false))")
    guard resume, let bare = BareResumption.given else { return try measure() }
    let (run, plan) = try BareResumption.plan(in: bare.database)
    var command = self
    command.take(plan)
    command.report = bare.report ?? plan.report ?? report
    tell("Going on with the stored plan of run \(run), of the model \(plan.model) and the suite \(plan.suite).")
    try command.measure(plan)
  }

  /// Measures what the options ask for.
  ///
  /// - Parameter stored: the plan that the options were taken from, for what no option says.
  /// - Throws: what reading, measuring and writing throw.
  private func measure(_ stored: StoredPlan? = nil) throws {
    if resume, shard == nil || stored != nil { try ResumeError.check(database) }
    let outcome: RunOutcome
    if let engine = stored?.engine {
      outcome = try measure(engine, stored)
    } else {
      let choice = try stored == nil ? engineOptions.choice(decoderOptions.decoders) : EngineOptions.Choice()
      if stored == nil { try engineOptions.refuseOwnDecoders(in: choice) }
      try checkShard(of: choice)
      switch (choice.engines.count, choice.own) {
      case (0, _): outcome = try measureOwn(stored)
      case (1, nil): outcome = try measure(choice.engines[0], nil)
      default: outcome = try measureSeveral(choice)
      }
    }
    if outcome.differs { throw ExitCode(1) }
  }

  /// Measures the package's own decoders.
  ///
  /// - Parameters:
  ///   - stored: the plan that the options were taken from, for what no option says.
  ///   - part: which of several runs this is.
  /// - Returns: what came out.
  /// - Throws: what reading, measuring and writing throw.
  func measureOwn(_ stored: StoredPlan?, part: RunPart? = nil) throws -> RunOutcome {
    var (suite, suitePath) = try suiteOptions.load()
    if let stored { suite = suite.selecting(questionIDs: stored.questions) }
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
      workingDirectory: place
    )
    var plan = RunPlan(
      suite: written.suite,
      suitePath: suitePath,
      repeats: repeats,
      maximumNewTokens: maximumNewTokens,
      seed: samplingOptions.seed,
      sampling: sampling,
      commandLine: CommandLine.arguments.map(ShellText.argument).joined(separator: " "),
      resumes: resume,
      goal: stored.map(\.goal) ?? precisionOptions.goal
    )
    plan.warnings = written.warnings
    plan.report = FilePlace.absolute(report)
    if let shard { try plan.take(shard.shard) }
    part?.prepare(&plan)
    if let stored { plan.workingDirectory = stored.workingDirectory }
    let decoders = try RunDecoder.prepare(
      specs,
      model: model,
      sampling: sampling,
      noiseFloor: noiseFloor,
      workingDirectory: plan.workingDirectory
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
