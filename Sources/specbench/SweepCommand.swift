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
  var grid: String

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

  @Flag(help: "Go on with what an earlier attempt at the same sweep has not measured.")
  var resume = false

  func validate() throws {
    try refuseEmptyPaths(["--database": database, "--report": report])
    try check(repeats, in: OptionRange.repeats, of: "--repeats")
  }

  func run() throws {
    if resume { try ResumeError.check(database) }
    let (suite, suitePath) = try suiteOptions.load()
    let grid = try SettingGrid.specs(grid)
    try OutputFile.check(report, keeping: [(database, "the database"), (suite.questionPath, "the suite's questions")])
    try DatabaseCheck.beforeLoading(database)
    let files = try modelOptions.files(for: suite)
    let specs = try files.check(grid)
    let written = try templateOption.applied(to: suite, files)
    let store = try BenchmarkStore(creatingAt: database)
    var plan = RunPlan(
      suite: written.suite,
      suitePath: suitePath,
      repeats: repeats,
      maximumNewTokens: suiteOptions.maximumNewTokens ?? suite.manifest.maxNewTokens,
      seed: seed,
      commandLine: CommandLine.arguments.map(ShellText.argument).joined(separator: " "),
      resumes: resume
    )
    plan.reusesFinishedRuns = true
    plan.warnings = written.warnings
    Interruption.promise("\(RunInterrupted(hasBegun: false))")
    var runs: [Int64] = []
    for type in dtypes?.distinct.map(Optional.some) ?? [modelOptions.dtype] {
      for count in threadCounts?.distinct.map({ Optional($0.count) }) ?? [modelOptions.threads] {
        var options = modelOptions
        (options.dtype, options.threads) = (type, count)
        runs.append(try measure(specs, plan, model: options.load(files), store))
        // An attempt that was broken off has begun the first of its runs, but perhaps not the others.
        plan.beginsWhatIsMissing = true
      }
    }
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
    let decoders = try RunDecoder.prepare(specs, model: model, noiseFloor: true)
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
