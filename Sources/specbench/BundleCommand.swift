import ArgumentParser
import SpecBundle
import SpecFiles
import SpecStore

struct BundleCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bundle",
    abstract: "Write a run with all that somebody else needs to check it into one file.",
    discussion: """
      The file has the run's rows, the suite, the settings, the hashes of all files, the environment and the report. It is \
      an SQLite database, which any tool opens; 'specbench check' checks it.
      """
  )

  @Argument(
    help: ArgumentHelp("The run's number, as 'specbench runs' lists it. Default: the last one.", valueName: "run")
  )
  var number: Int64?

  @Option(help: ArgumentHelp("The database.", valueName: "file"))
  var database = "specbench.sqlite"

  @Option(help: ArgumentHelp("Where to write it. Default: specbench-run-NUMBER.bundle.", valueName: "file"))
  var output: String?

  @Option(help: "Where the suite lies now. Default: where it lay when it was measured.")
  var suite: String?

  func validate() throws { try refuseEmptyPaths(["--database": database, "--output": output, "--suite": suite]) }

  func run() throws {
    Interruption.promise("Stopped: nothing was written.")
    let store = try BenchmarkStore(openingAt: database)
    guard let run = try number ?? store.lastRun()?.id else {
      throw ValidationError("\(database): it holds no run; make one with 'specbench run'")
    }
    let path = output ?? "specbench-run-\(run).bundle"
    try Activity.during("Writing the bundle") {
      try BundleWriter(store, run: run, suite: suite.map(SuiteOptions.locate)).write(to: path)
    }
    let hash = try FileHash.sha256(of: path)
    try say("Run \(run) is in \(path), whose SHA-256 is \(hash).")
  }
}
