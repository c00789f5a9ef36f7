import ArgumentParser
import SpecStore

struct CopyCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "copy",
    abstract: "Copy a run with all its rows from one database into another.",
    discussion:
      "A run that is there already is not copied again; it is brought up to date where there is more of it now."
  )

  @Argument(help: ArgumentHelp("The run's number, as 'specbench runs' lists it, or several.", valueName: "run"))
  var numbers: [Int64]

  @Option(help: ArgumentHelp("The database that holds it.", valueName: "file"))
  var database = "specbench.sqlite"

  @Option(
    name: .customLong("to"),
    help: ArgumentHelp("The other database; it is made if it is not there.", valueName: "file")
  )
  var target: String

  func validate() throws { try refuseEmptyPaths(["--database": database, "--to": target]) }

  func run() throws {
    Interruption.promise("Stopped: the runs that are copied whole are kept; the same command copies the others.")
    try Activity.during("Copying the rows", copy)
  }

  private func copy() throws {
    let source = try BenchmarkStore(openingAt: database)
    for number in numbers { _ = try source.run(number) }
    try DatabaseCheck.beforeLoading(target)
    let store = try BenchmarkStore(creatingAt: target)
    if store.isOfSameFile(as: source) {
      throw ValidationError("--database and --to are the same file, \(target); name another one to copy to")
    }
    let lock = try store.lockForMeasuring()
    defer { withExtendedLifetime(lock) {} }
    for number in numbers {
      let (run, outcome) = try store.copyRun(number, from: source)
      let place = "run \(run) in \(target)"
      switch outcome {
      case .added: try say("Run \(number) of \(database) is copied: it is \(place).")
      case .replaced:
        try say("Run \(number) of \(database) is copied again, since there is more of it: it is \(place).")
      case .unchanged: try say("Run \(number) of \(database) was copied already: it is \(place).")
      case .kept: try say("Run \(number) of \(database) is not copied: there is more of it already, as \(place).")
      }
    }
  }
}
