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

  @Option(help: ArgumentHelp("The stage to end with.", valueName: "stage"))
  var through = DemoBuilder.Stage.draft

  @Flag(help: "The same stages in seconds, with a model that has learned nothing.")
  var miniature = false

  @Flag(help: "Only measure what is there, and print the figures of the model card.")
  var figures = false

  @OptionGroup var contextOptions: TrainingContextOptions

  func validate() throws { try refuseEmptyPaths(["--output": output]) }

  func run() throws {
    Interruption.promise("Stopped: what is saved in \(output) is kept, and the same command goes on from there.")
    let recipe = miniature ? DemoRecipe.miniature : .shipped
    let folder = DemoFolder(output)
    let context = try contextOptions.makeContext()
    if !figures {
      let builder = DemoBuilder(recipe, folder: folder, context: context, observer: TrainingDisplay())
      guard try builder.build(through: through) == .finished else { throw Interrupted() }
      guard through == .draft else { return try say("The demo suite is in \(output), up to the stage \(through).") }
    }
    let card = try Activity.during("Measuring the model for its card") {
      DemoCard(recipe, folder: folder, figures: try DemoFigures(recipe, folder: folder, context: context))
    }
    if !figures { try card.write() }
    try say(card.figureTables)
  }
}
