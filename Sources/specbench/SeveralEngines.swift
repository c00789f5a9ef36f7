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
}

/// One of several runs that one command makes, one for each engine.
struct RunPart {
  /// Which one, from 0.
  let index: Int

  /// Has a run resumed as a part: those before it may be finished, and those after the first may not be begun.
  func prepare(_ plan: inout RunPlan) {
    plan.reusesFinishedRuns = true
    plan.beginsWhatIsMissing = index > 0
  }
}

// Several engines, one of which may be the package's own: each has a run of its own, since no ratio is formed across them.
extension RunCommand {
  /// Measures one engine after the other, and shows them beside each other.
  ///
  /// - Parameter choice: the engines.
  /// - Returns: the last run, and whether any output differs.
  /// - Throws: what reading, asking and writing throw.
  func measureSeveral(_ choice: EngineOptions.Choice) throws -> RunOutcome {
    var outcomes: [RunOutcome] = []
    // Servers come first: one that cannot be reached is told at once.
    for settings in choice.engines {
      let part = RunPart(index: outcomes.count)
      outcomes.append(try command(for: part).measure(settings, nil, part: part))
    }
    if let own = choice.own {
      let part = RunPart(index: outcomes.count)
      var command = command(for: part)
      command.decoderOptions.decoders = own
      outcomes.append(try command.measureOwn(nil, part: part))
    }
    let runs = outcomes.map(\.run)
    let document = try EnginesReport.document(BenchmarkStore(openingAt: database), runs: runs)
    try OutputFile.check(report, keeping: [(database, "the database")])
    try ReportFile.write(document, to: report)
    try say("Runs \(runs.map(String.init).joined(separator: ", ")) stand beside each other in \(report).")
    return RunOutcome(run: runs[runs.count - 1], differs: outcomes.contains(where: \.differs))
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
