import ArgumentParser
import Foundation
import SpecDocument
import SpecFiles
import SpecReport
import SpecStore

/// How old something is, as people write it: `30d`.
struct Age: OptionValue {
  static let valueName = "age"

  let seconds: Double

  init(reading text: String) throws(OptionProblem) {
    let units: [Character: Double] = ["h": 3600, "d": 86400, "w": 7 * 86400]
    guard let factor = text.last.flatMap({ units[$0] }), let number = Double(text.dropLast()), number >= 0,
      number * factor <= 1000 * 366 * 86400
    else { throw OptionProblem(text: "is '\(text)'; write a number with h, d or w, like 30d or 8w") }
    seconds = number * factor
  }
}

struct PruneCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "prune",
    abstract: "Delete runs from a database, by number or by age.",
    discussion: """
      Nothing is asked: --dry-run shows what would be deleted. A run that is unfinished stays, unless --unfinished is given. The \
      space is used for later runs; 'specbench vacuum' gives it back to the disk.
      """
  )

  @Argument(help: ArgumentHelp("The runs' numbers, as 'specbench runs' lists them.", valueName: "run"))
  var numbers: [Int64] = []

  @Option(
    name: .customLong("older-than"),
    parsing: .unconditional,
    help: ArgumentHelp("All runs that were begun longer ago, like 30d or 8w.", valueName: Age.valueName)
  )
  var age: Age?

  @Option(help: ArgumentHelp("The database.", valueName: "file"))
  var database = "specbench.sqlite"

  @Flag(name: .customLong("dry-run"), help: "Say what would be deleted, and delete nothing.")
  var isDryRun = false

  @Flag(help: "Delete unfinished runs as well.")
  var unfinished = false

  func validate() throws {
    try refuseEmptyPaths(["--database": database])
    if numbers.isEmpty, age == nil {
      throw ValidationError(
        "nothing says which runs to delete; give their numbers, or --older-than with an age like 30d"
      )
    }
  }

  func run() throws {
    Interruption.promise("Stopped: all runs are as before, or all that were to be deleted are.")
    try Activity.during("Deleting runs", prune)
  }

  private func prune() throws {
    let store = try BenchmarkStore(openingAt: database, for: isDryRun ? .reading : .writing)
    let lock = isDryRun ? nil : try store.lockForMeasuring()
    defer { withExtendedLifetime(lock) {} }
    for number in numbers { _ = try store.run(number) }
    let limit = age.map { Date(timeIntervalSinceNow: -$0.seconds) }
    let chosen = try store.runs().filter { run in
      numbers.contains(run.id) || limit.map { run.startedAt < $0 } ?? false
    }
    let open = unfinished ? [] : chosen.filter { $0.finishedAt == nil }
    if let named = open.first(where: { numbers.contains($0.id) }) {
      throw ValidationError("\(database): run \(named.id) is unfinished; give --unfinished to delete it all the same")
    }
    for run in open { tell("Run \(run.id) is unfinished and stays; --unfinished deletes it, too.") }
    let runs = chosen.filter { run in !open.contains { $0.id == run.id } }
    for run in runs {
      let date = DateText.readable(run.startedAt)
      try say(
        "Run \(run.id) of \(date) (UTC), \(run.modelName) on \(run.suiteName), \(isDryRun ? "would be" : "is") deleted."
      )
    }
    if runs.isEmpty { return try say("No run is to be deleted.") }
    guard !isDryRun else { return }
    try store.deleteRuns(runs.map(\.id))
    try say("\(quantity(runs.count, "run")) deleted; 'specbench vacuum' gives the space back to the disk.")
  }
}

struct VacuumCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "vacuum",
    abstract: "Give the space that deleted runs have left in a database back to the disk.",
    discussion: "For a moment this takes as much room on the disk as the rows that are left."
  )

  @Option(help: ArgumentHelp("The database.", valueName: "file"))
  var database = "specbench.sqlite"

  func validate() throws { try refuseEmptyPaths(["--database": database]) }

  func run() throws {
    Interruption.promise("Stopped: the database is as before.")
    try Activity.during("Writing the database anew", compact)
  }

  private func compact() throws {
    let store = try BenchmarkStore(openingAt: database, for: .writing)
    let lock = try store.lockForMeasuring()
    defer { withExtendedLifetime(lock) {} }
    let before = store.fileBytes
    try store.compact()
    func text(_ bytes: Int) -> String { "\(NumberFormat.fixed(Double(bytes) / 1e6, decimals: 1)) MB" }
    try say("\(database) took \(text(before)) on the disk, and takes \(text(store.fileBytes)) now.")
  }
}
