import ArgumentParser
import SpecBundle
import SpecFiles
import SpecRunner

struct CheckCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check",
    abstract:
      "Check a bundle: hashes, questions, every figure and, with the model, the outputs; exit code 1 if anything differs.",
    discussion: """
      All figures are made again from the rows. With --model, the model's files are compared with those that were measured, and \
      a sample of the prompts is decoded again by all decoders.
      """
  )

  @Argument(help: ArgumentHelp("A file that 'specbench bundle' has written.", valueName: "bundle"))
  var bundle: String

  @Option(help: ArgumentHelp("The model that was measured: its folder, or its GGUF file.", valueName: "dir"))
  var model: String?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("With --model: how many prompts to decode again.", valueName: "n")
  )
  var sample = DecodedSample.defaultCount

  @Option(parsing: .unconditional, help: ArgumentHelp("What the choice of these prompts follows from.", valueName: "n"))
  var seed = 1

  @Option(parsing: .unconditional, help: "Threads. Default: the physical cores that the process may use.")
  var threads: Int?

  func validate() throws {
    try refuseEmptyPaths(["the bundle": bundle, "--model": model])
    try check(sample, in: 0...1_000_000, of: "--sample")
    try check(threads, in: OptionRange.threads, of: "--threads")
  }

  func run() throws {
    Interruption.promise("Stopped: nothing is kept of a check; the same command begins again.")
    let (check, found) = try Activity.during("Checking the bundle") {
      let check = try BundleCheck(path: bundle)
      return (check, try check.check())
    }
    var findings = found
    if let model { try decode(check, model, &findings) }
    for fact in findings.facts { try say(fact + ".") }
    for note in findings.notes { tell(note + ".") }
    for problem in findings.problems { try say("DIFFERS: \(problem)") }
    guard findings.problems.isEmpty else {
      try say("\(bundle): \(quantity(findings.problems.count, "difference")).")
      throw ExitCode(1)
    }
    try say("\(bundle): run \(check.run) agrees with all that was checked.")
  }

  /// Compares the model's files, and decodes again.
  private func decode(_ check: BundleCheck, _ directory: String, _ findings: inout BundleFindings) throws {
    let sample = try DecodedSample(check)
    let place = FilePlace.absolute(directory)
    let folder = FilePlace.kind(at: place) == .file ? FilePlace.folder(of: place) : place
    guard try sample.checkFiles(in: folder, &findings), self.sample > 0 else { return }
    let options = try ModelOptions.parse(
      ["--model", directory, "--dtype", sample.weightType] + (threads.map { ["--threads", "\($0)"] } ?? [])
    )
    let loaded = try options.load()
    let display = ProgressDisplay(unit: "prompts")
    try sample.decode(
      with: loaded,
      prompts: self.sample,
      seed: seed,
      &findings,
      progress: { display.advanced(to: $0, of: $1) },
      shouldStop: { Interruption.isRequested }
    )
  }
}
