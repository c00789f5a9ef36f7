import ArgumentParser
import SpecTraining

extension DemoBuilder.Stage: ExpressibleByArgument {}

struct TrainDemoCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "demo",
    abstract: "Make the demo suite: its questions, its tokenizer, its target, adapter, heads and draft model.",
    discussion: """
      Everything follows from a seed. A stage whose result is in the folder is passed over; one that was stopped goes on \
      from its checkpoint.
      """
  )

  @Option(help: ArgumentHelp("The suite's folder.", valueName: "dir"))
  var output = "Suites/demo"

  @Option(help: "The stage to end with: suite, tokenizer, target, kangaroo, medusa or draft.")
  var through = DemoBuilder.Stage.draft

  @Flag(help: "The same stages in seconds, with a model that has learned nothing.")
  var miniature = false

  @OptionGroup var contextOptions: TrainingContextOptions

  func run() throws {
    let builder = DemoBuilder(
      miniature ? .miniature : .shipped,
      folder: DemoFolder(output),
      context: try contextOptions.makeContext(),
      observer: TrainingDisplay()
    )
    guard try builder.build(through: through) == .finished else { throw ExitCode(130) }
    try say("The demo suite is in \(output).")
  }
}
