import ArgumentParser
import Foundation
import SpecDecoding
import SpecFiles
import SpecReport
import SpecRunner
import SpecStore
import SpecSuite

struct TuneCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "tune",
    abstract: "Choose the best settings of each method by category from a sweep.",
    discussion: """
      It reads what 'specbench sweep' has measured, and any run with several settings of a method:

        specbench sweep --grid kangaroo:steps=2+4+6,threshold=0.2+0.4+0.6
        specbench tune --output tuned/suite.json
        specbench run --suite tuned

      Only settings whose outputs were all vanilla's are chosen. The best of many settings owes a part of its lead to \
      chance: beside its speedup stands what the choice brings on questions that took no part in it. With --output the \
      best overall settings, one of each method, become the decoders of a suite with the same questions.
      """
  )

  @Argument(
    help: ArgumentHelp(
      "The runs to choose from, as 'specbench runs' lists them. Default: the last one.",
      valueName: "run"
    )
  )
  var numbers: [Int64] = []

  @Option(help: ArgumentHelp("The database.", valueName: "file"))
  var database = "specbench.sqlite"

  @Option(
    help: ArgumentHelp(
      "Where to write the manifest of a suite with the best decoders: a file suite.json in a folder of its own, where the "
        + "questions go as well.",
      valueName: "file"
    )
  )
  var output: String?

  func validate() throws {
    try refuseEmptyPaths(["--database": database, "--output": output])
    if let output, URL(fileURLWithPath: output).lastPathComponent != SuiteManifest.fileName {
      throw ValidationError(
        "--output is \(output), but a suite's manifest is called \(SuiteManifest.fileName); give a folder for it, like "
          + "--output tuned/\(SuiteManifest.fileName)"
      )
    }
  }

  func run() throws {
    Interruption.promise("Stopped: nothing was written.")
    let store = try BenchmarkStore(openingAt: database)
    var seen: Set<Int64> = []
    let runs = try (numbers.isEmpty ? [store.lastRun()?.id].compactMap(\.self) : numbers).filter {
      seen.insert($0).inserted
    }
    guard let last = runs.last else {
      throw ValidationError("\(database): it holds no run; make one with 'specbench sweep'")
    }
    let tuning = try Activity.during("Choosing settings") {
      try Tuning(store, runs: runs, isDefault: Self.isDefault)
    }
    let suite = try output.map { try TunedSuite(tuning.best.map(\.spec), store, run: last, output: $0) }
    try say(markdown: TuningReport.document(tuning))
    try suite?.write()
  }

  /// Whether a stored spec is its method without settings. One that this version does not understand is not.
  private static func isDefault(_ text: String) -> Bool {
    guard let spec = try? DecoderSpec(text), let own = try? MethodRegistry.builtIn.complete(spec) else { return false }
    return own == (try? MethodRegistry.builtIn.complete(DecoderSpec(method: spec.method)))
  }
}

/// The suite that measures the chosen settings again.
private struct TunedSuite {
  private let suite: SuiteWithDecoders
  private let plan: StoredPlan
  private let manifest: String
  private let questions: String
  private let hasQuestions: Bool

  /// - Parameters:
  ///   - decoders: the chosen settings.
  ///   - store: the database.
  ///   - run: the run whose questions are taken.
  ///   - output: the manifest's path.
  /// - Throws: what keeps it from being made or written.
  init(_ decoders: [String], _ store: BenchmarkStore, run: Int64, output: String) throws {
    let record = try store.run(run).record
    guard let plan = StoredPlan(of: record) else { throw MissingPlan(path: store.path, run: run) }
    self.plan = plan
    let directory = try Suite(path: plan.suite).directory
    suite = try SuiteWithDecoders(
      of: plan.suite,
      hash: record.suiteHash,
      decoders: decoders.map { try Self.moved($0, plan, suite: directory) },
      questionIDs: plan.questions,
      maximumNewTokens: plan.maximumNewTokens
    )
    manifest = output
    questions = URL(fileURLWithPath: output).deletingLastPathComponent().appending(path: suite.questionFile).path
    // The same questions may lie there already, of an earlier choice.
    hasQuestions = try isEntry(questions) && InputFile<SuiteError>.text(of: questions) == suite.questions
    guard hasQuestions || !isEntry(questions) else {
      throw UnwritableFile(path: questions, conflict: "another file of questions")
    }
    guard isEntry(output) else { return }
    try OutputFile.check(output, keeping: [(store.path, "the database")] + RunFiles.kept(store, run))
  }

  /// A spec for a manifest elsewhere. One that this version does not understand stays as it is.
  private static func moved(_ text: String, _ plan: StoredPlan, suite: String) throws -> String {
    guard let spec = try? DecoderSpec(text) else { return text }
    let moved = try? MethodRegistry.builtIn.withWholePaths(
      spec,
      workingDirectory: plan.workingDirectory,
      suiteDirectory: suite
    )
    return moved?.description ?? text
  }

  /// Writes the manifest, the questions unless they are there, and how to measure it.
  func write() throws {
    let folder = URL(fileURLWithPath: manifest).deletingLastPathComponent().path
    let files = hasQuestions ? [] : [(path: questions, text: suite.questions)]
    try OutputFile.withFolder(folder) { try OutputFile.writeAll(files + [(path: manifest, text: suite.manifest)]) }
    try say("\nThe best overall settings are in \(manifest). Measure them again with:\n\n  \(command(folder))")
  }

  /// What measures the suite as the run was measured.
  private func command(_ folder: String) -> String {
    var options = ["--suite", folder, "--model", plan.model, "--dtype", plan.weightType]
    options += ["--threads", "\(plan.threads)", "--repeats", "\(plan.repeats)"]
    if let limit = suite.limit { options += ["--limit", "\(limit)"] }
    if plan.temperature > 0 {
      options += ["--temperature", "\(plan.temperature)", "--top-k", "\(plan.topK)", "--top-p", "\(plan.topP)"]
      options += ["--seed", "\(plan.seed)"]
    }
    return (["specbench", "run"] + options).map(ShellText.argument).joined(separator: " ")
  }
}

/// A run of an older version, which did not store what it was asked to do.
private struct MissingPlan: Error, CustomStringConvertible {
  let path: String
  let run: Int64

  var description: String {
    "\(path), run \(run): it does not say which questions it took; leave out --output, or measure the sweep again"
  }
}
