import Foundation
import ArgumentParser
import SpecDecoding
import SpecFiles
import SpecRunner
import SpecStore

// Going on with a stored sweep.
extension SweepCommand {
  /// Goes on with all runs of the sweep that the options ask for, those that are not begun included.
  func goOn() throws {
    let given = GivenOptions()
    guard !given.has("--dtypes", "--thread-counts", "--dtype", "--threads") else {
      throw ValidationError(
        "--resume takes weight types and threads from the stored sweep; leave them away, or give --grid and all other options"
      )
    }
    let choice = ResumeChoice(try BenchmarkStore(openingAt: database), for: .sweep)
    let run =
      if case .run(let number) = resumeOptions.resume {
        try choice.named(number) { try asked($0, given) }
      } else {
        try choice.newestUnfinished { try asked($0, given) }
      }
    guard let series = run.plan.series else { throw ResumeError.noSweep(database: database) }
    let stored = Resumption(run: run, given: given)
    let command = try command(series, stored)
    let begun = try series.runs(in: BenchmarkStore(openingAt: command.database))
    tell("Going on with the sweep of run \(run.id): \(begun.count) of \(quantity(series.count, "run")) begun.")
    try command.measure(SettingGrid.specs(command.grid ?? ""), stored, begun: begun)
  }

  /// The command that began a sweep, in its folder, with what the plan and the present options say.
  private func command(_ series: StoredSeries, _ stored: Resumption) throws -> SweepCommand {
    let here = FileManager.default.currentDirectoryPath
    try stored.enterFolder()
    var command = try Self.parse(series.arguments)
    command.resumeOptions = resumeOptions
    command.database = FilePlace.absolute(database, in: here)
    if stored.given.has("--report") { command.report = FilePlace.absolute(report, in: here) }
    if stored.given.has("--repeats", "--passes") { command.repeats = repeats }
    command.templateOption = templateOption
    command.modelOptions.model = modelOptions.model.map { FilePlace.absolute($0, in: here) } ?? stored.plan.model
    command.suiteOptions = suiteOptions
    if !stored.given.has("--suite") { command.suiteOptions.suite = stored.plan.suite }
    command.suiteOptions.maximumNewTokens = stored.plan.maximumNewTokens
    return command
  }

  /// A stored plan with what the command line gives.
  private func asked(_ plan: StoredPlan, _ given: GivenOptions) throws -> StoredPlan {
    var asked = plan
    if given.has("--seed") { asked.seed = seed }
    if given.has("--repeats", "--passes") { asked.repeats = repeats }
    return try suiteOptions.asked(asked, given)
  }
}
