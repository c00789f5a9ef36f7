import ArgumentParser
import SpecFiles
import SpecReport
import SpecRunner
import SpecStore

struct MergeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "merge",
    abstract: "Join the shards of a run, each in a database of its own, into one run.",
    discussion: """
      The shards are those that 'specbench run --shard i/n' has measured, on one machine or on several. What is joined already \
      is left as it is, so that the same command can be given again when more shards are there or one has gone on. All decoders \
      of a question were measured on one machine, so no ratio is formed across machines.
      """
  )

  @Argument(help: ArgumentHelp("The database to join them in; it is made if it is not there.", valueName: "out"))
  var output: String

  @Argument(help: ArgumentHelp("The shards' databases.", valueName: "shard"))
  var shards: [String]

  func validate() throws {
    try refuseEmptyPaths("The database to join them in", [output])
    try refuseEmptyPaths("A shard's database", shards)
  }

  func run() throws {
    Interruption.promise("Stopped: the shards that are joined are kept; the same command goes on.")
    try Activity.during("Joining the shards", join)
  }

  private func join() throws {
    try DatabaseCheck.beforeLoading(output)
    let sources = try shards.map { try BenchmarkStore(openingAt: $0) }
    let target = try BenchmarkStore(creatingAt: output)
    let lock = try target.lockForMeasuring()
    defer { withExtendedLifetime(lock) {} }
    let others = sources.filter { !$0.isOfSameFile(as: target) }
    if others.count < sources.count { tell("\(output) is where the shards are joined, and is left out of them.") }
    let merge = ShardMerge(
      into: target,
      commandLine: CommandLine.arguments.map(ShellText.argument).joined(separator: " ")
    )
    let steps = try merge.join(others)
    for store in others where !steps.contains(where: { $0.path == store.path }) {
      tell("\(store.path): it holds no shard of a run, and is left out; 'specbench copy' copies whole runs.")
    }
    for step in steps { try say("\(step.path): shard \(step.shard) \(text(step.outcome)).") }
    for run in Set(steps.map(\.run)).sorted() {
      try say(try JoinedShards(store: target, run: run).text(in: output))
    }
  }

  private func text(_ outcome: CopyOutcome) -> String {
    switch outcome {
    case .added: "is joined"
    case .replaced: "is joined again, since there is more of it"
    case .unchanged: "was joined already"
    case .kept: "is left out, since more of it was joined already"
    }
  }
}
