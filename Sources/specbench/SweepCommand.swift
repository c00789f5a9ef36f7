import ArgumentParser
import Foundation
import SpecDecoding
import SpecFiles
import SpecKernels
import SpecReport
import SpecRunner
import SpecStore

struct SweepCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "sweep",
    abstract: "Measure a grid of settings, and report speed against compression.",
    discussion: """
      Values of a setting are separated by plus signs:

        specbench sweep --model DIR --grid kangaroo:steps=2+4+6,threshold=0.2+0.4+0.6

      All settings are measured next to each other, against the same vanilla. Weight types and thread counts, lists as \
      well, make a run each. A sweep that was stopped goes on with --resume. Other exit layers than the trained one \
      need an adapter of their own: kangaroo:exit=3,adapter=DIR.
      """
  )

  @OptionGroup var modelOptions: ModelOptions
  @OptionGroup var suiteOptions: SuiteOptions
  @OptionGroup var templateOption: ChatTemplateOption

  @Option(help: ArgumentHelp("Methods with the values of their settings.", valueName: "grid"))
  var grid: String?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Weight types, like bf16,int8. Default: --dtype's.",
      valueName: CommaSeparated<WeightType>.valueName
    )
  )
  var dtypes: CommaSeparated<WeightType>?

  @Option(
    name: .customLong("thread-counts"),
    parsing: .unconditional,
    help: ArgumentHelp("Thread counts, like 1,2. Default: --threads.", valueName: CommaSeparated<ThreadCount>.valueName)
  )
  var threadCounts: CommaSeparated<ThreadCount>?

  @Option(
    name: [.customLong("repeats"), .customLong("passes")],
    parsing: .unconditional,
    help: ArgumentHelp("How often each prompt is measured.", valueName: "n")
  )
  var repeats = 2

  @Option(parsing: .unconditional, help: ArgumentHelp("Seed of the shuffled order.", valueName: "n"))
  var seed = 1

  @Option(help: ArgumentHelp("The database; it is made if it is not there.", valueName: "file"))
  var database = "specbench.sqlite"

  @Option(help: ArgumentHelp("Where to write the Markdown report.", valueName: "file"))
  var report = "specbench-sweep.md"

  @OptionGroup var resumeOptions: ResumeOptions

  func validate() throws {
    try refuseEmptyPaths(["--database": database, "--report": report])
    try check(repeats, in: OptionRange.repeats, of: "--repeats")
    if grid == nil, !resumeOptions.resumes {
      throw ValidationError(
        "--grid is missing; give methods with the values of their settings, like kangaroo:steps=2+4+6, or --resume to go on "
          + "with a sweep"
      )
    }
  }

  func run() throws {
    Interruption.promise("\(RunInterrupted(hasBegun: false))")
    if resumeOptions.resumes { try ResumeError.check(database) }
    guard let grid else { return try goOn() }
    if case .run = resumeOptions.resume {
      throw ValidationError("--resume takes the grid of the sweep that it names; leave --grid away, or name no run")
    }
    try measure(SettingGrid.specs(grid))
  }

  /// The weight type and the number of threads of each run.
  private var parts: [(type: WeightType?, threads: Int?)] {
    let types = dtypes?.distinct.map(Optional.some) ?? [modelOptions.dtype]
    let counts = threadCounts?.distinct.map { Optional($0.count) } ?? [modelOptions.threads]
    return types.flatMap { type in counts.map { (type, $0) } }
  }

  /// Measures the grid.
  ///
  /// - Parameters:
  ///   - grid: the settings.
  ///   - stored: a run of the sweep to go on with; nil takes all from the options.
  ///   - begun: the runs that earlier attempts have begun, by part.
  /// - Throws: what reading, measuring and writing throw.
  func measure(
    _ grid: [DecoderSpec],
    _ stored: Resumption? = nil,
    begun: [Int: PlannedRun] = [:]
  ) throws {
    var (suite, suitePath) = try suiteOptions.load()
    if let questions = stored?.questions { suite = suite.selecting(questionIDs: questions) }
    try OutputFile.check(report, keeping: [(database, "the database"), (suite.questionPath, "the suite's questions")])
    try DatabaseCheck.beforeLoading(database)
    let files = try modelOptions.files(for: suite)
    let specs = try files.check(grid, suiteDirectory: suite.directory)
    let written =
      try stored?.chatTemplate.map { (suite: suite.written(with: $0), warnings: []) }
      ?? templateOption.applied(to: suite, files)
    let store = try BenchmarkStore(creatingAt: database)
    var plan = RunPlan(
      suite: written.suite,
      suitePath: suitePath,
      repeats: repeats,
      maximumNewTokens: suiteOptions.maximumNewTokens ?? suite.manifest.maxNewTokens,
      seed: seed,
      commandLine: CommandLine.arguments.map(ShellText.argument).joined(separator: " "),
      resumes: resumeOptions.resumes
    )
    plan.acceptsChanges = resumeOptions.acceptChanges
    plan.reusesFinishedRuns = true
    plan.warnings = written.warnings
    var series =
      stored?.plan.series
      ?? StoredSeries(.sweep, count: parts.count, arguments: Array(CommandLine.arguments.dropFirst(2)))
    var runs: [Int64] = []
    for (index, part) in parts.enumerated() {
      let earlier = begun[index]
      if let earlier, earlier.isFinished, repeats <= earlier.run.repeats {
        runs.append(earlier.id)
        continue
      }
      (plan.series, plan.resumedRun) = (series.at(index), earlier?.id)
      // An attempt that was broken off has begun the first of its runs, but perhaps not the others.
      plan.beginsWhatIsMissing = index > 0 || stored != nil
      var options = modelOptions
      (options.dtype, options.threads) = part
      let model = try options.load(
        files,
        for: RunDecoder.specs(specs, noiseFloor: true),
        positions: { LongestText.positions(of: written.suite, $0, $1, maximumNewTokens: plan.maximumNewTokens) },
        measuresPasses: true,
        suiteDirectory: suite.directory
      )
      runs.append(try measure(specs, plan, model: model, store))
      if index == 0, let run = try PlannedRun.find(runs[0], in: store) { series = run.plan.series ?? series }
    }
    try report(runs, store)
  }

  /// Writes the report of all runs.
  private func report(_ runs: [Int64], _ store: BenchmarkStore) throws {
    let kept =
      "There is no report, but all that was measured is in the database; the same command with --resume makes it."
    let summaries = try ReportFile.afterMeasuring(kept: kept) {
      let summaries = try runs.map { try RunSummary(store: store, run: $0) }
      try ReportFile.write(SweepReport.document(summaries), to: report)
      return summaries
    }
    try say(
      "\(runs.count == 1 ? "Run" : "Runs") \(runs.map(String.init).joined(separator: ", ")) "
        + "\(runs.count == 1 ? "is" : "are") in \(database), the sweep's report in \(report)."
    )
    if summaries.allSatisfy({ $0.generations == 0 }) {
      let reasons = try runs.first.map { try store.prompts(of: $0).compactMap(\.skipReason) } ?? []
      throw SkippedPrompts(suite: suiteOptions.suite, reasons: reasons)
    }
    if summaries.contains(where: { !$0.mismatches.isEmpty }) { throw ExitCode(1) }
  }

  private func measure(
    _ specs: [DecoderSpec],
    _ plan: RunPlan,
    model: LoadedModel,
    _ store: BenchmarkStore
  ) throws -> Int64 {
    let decoders = try RunDecoder.prepare(specs, model: model, noiseFloor: true, suiteDirectory: plan.suite.directory)
    // Only now every file is known that the runs depend on.
    try OutputFile.check(report)
    return try Runner(
      plan: plan,
      decoders: decoders,
      model: model,
      store: store,
      observer: ProgressDisplay(unit: "generations")
    ).run().run
  }
}
