import Foundation
import SpecEngines
import SpecFiles
import SpecReport
import SpecRunner
import SpecStore

/// What a run came to.
struct RunOutcome {
  /// The run's id.
  let run: Int64
  /// Whether an output differs from vanilla's where it must not.
  let differs: Bool

  /// Notes what a run came to.
  init(run: Int64, differs: Bool) { (self.run, self.differs) = (run, differs) }

  /// Reads what a run has come to.
  ///
  /// - Parameters:
  ///   - run: the run's id.
  ///   - store: the database.
  /// - Throws: `StoreError`.
  init(of run: Int64, in store: BenchmarkStore) throws {
    self.run = run
    // Where two tokens of another engine were all but equally likely, either is the model's own.
    let isServed = try !store.servers(of: run).isEmpty
    differs =
      try store.mismatches(of: run).contains { !isServed || !$0.isNearTie }
      || store.loads(of: run).contains { $0.requests.contains(where: \.differsClearly) }
  }
}

/// One of several runs that one command makes, one for each engine.
struct RunPart {
  /// The command, at this part.
  let series: StoredSeries

  /// Whether it is begun where no earlier attempt has done so.
  let mayBegin: Bool

  /// Which one, from 0.
  var index: Int { series.part }

  /// Has a run resumed as a part: those before it may be finished, and those after it may not be begun.
  func prepare(_ plan: inout RunPlan) {
    plan.series = series
    plan.reusesFinishedRuns = true
    plan.beginsWhatIsMissing = mayBegin
  }
}

// Several engines, one of which may be the package's own: each has a run of its own, since no ratio is formed across them.
extension RunCommand {
  /// Measures one engine after the other, and shows them beside each other.
  ///
  /// - Parameters:
  ///   - parts: the engines.
  ///   - stored: the command that has begun some of them; nil for a new one.
  ///   - begun: the runs that it has begun, by part.
  /// - Returns: the last run, and whether any output differs.
  /// - Throws: what reading, asking and writing throw.
  func measureSeveral(
    _ parts: [EngineOptions.Part],
    _ stored: StoredSeries? = nil,
    begun: [Int: PlannedRun] = [:]
  ) throws -> RunOutcome {
    var series = stored ?? StoredSeries(.run, count: parts.count, arguments: Array(CommandLine.arguments.dropFirst(2)))
    var outcomes: [RunOutcome] = []
    for (index, engine) in parts.enumerated() {
      let part = RunPart(series: series.at(index), mayBegin: index > 0 || stored != nil)
      outcomes.append(try measure(engine, part: part, begun[index]))
      // With the same options as an earlier attempt, this one goes on with its runs, and begins those that it has not.
      if index == 0, let run = try PlannedRun.find(outcomes[0].run, in: BenchmarkStore(openingAt: database)) {
        series = run.plan.series ?? series
      }
    }
    let runs = outcomes.map(\.run)
    let document = try EnginesReport.document(BenchmarkStore(openingAt: database), runs: runs)
    try OutputFile.check(report, keeping: [(database, "the database")])
    try ReportFile.write(document, to: report)
    try say("Runs \(runs.map(String.init).joined(separator: ", ")) stand beside each other in \(report).")
    return RunOutcome(run: runs[runs.count - 1], differs: outcomes.contains(where: \.differs))
  }

  /// Measures one part, which may be begun or even finished.
  private func measure(_ engine: EngineOptions.Part, part: RunPart, _ begun: PlannedRun?) throws -> RunOutcome {
    var command = command(for: part)
    guard let begun else { return try command.measure(engine, nil, part: part) }
    if begun.isFinished, repeats <= begun.run.repeats {
      return try RunOutcome(of: begun.id, in: BenchmarkStore(openingAt: database))
    }
    let stored = Resumption(run: begun)
    command.take(stored)
    return try command.measure(begun.plan.part, stored, part: part)
  }

  /// The command with a report of its own for a part: `NAME-1.md` beside `NAME.md`.
  private func command(for part: RunPart) -> RunCommand {
    var command = self
    let url = URL(fileURLWithPath: report)
    let name = "\(url.deletingPathExtension().lastPathComponent)-\(part.index + 1).\(url.pathExtension)"
    command.report = url.deletingLastPathComponent().appending(path: name).path
    return command
  }
}
