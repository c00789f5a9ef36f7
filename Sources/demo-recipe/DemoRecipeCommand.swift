import ArgumentParser
import DemoRecipe
import Foundation
import SpecKernels

extension Stage.Name: ExpressibleByArgument {}

@main
struct DemoRecipeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "demo-recipe",
    abstract: "Make the demo suite: its questions, its tokenizer, its target and all that drafts for it.",
    discussion: """
      Everything follows from a seed. A stage whose result is in the folder is passed over. The program can be stopped \
      at any moment: the same command goes on from what was saved last, with the same result to the bit.
      """
  )

  @Option(help: ArgumentHelp("The suite's folder.", valueName: "dir"))
  var output = "Suites/demo"

  @Option(help: ArgumentHelp("The manifest that a folder without one gets.", valueName: "file"))
  var manifest = "Suites/demo/suite.json"

  @Option(help: ArgumentHelp("The stage to end with.", valueName: "stage"))
  var through = Stage.Name.last

  @Flag(help: "The same stages in seconds, with a model that has learned nothing.")
  var miniature = false

  @Flag(help: "Only measure what is there, and print the metrics of the model card.")
  var metrics = false

  @Option(help: "Threads. Default: the physical cores that the process may use. The result does not depend on it.")
  var threads: Int?

  func validate() throws {
    guard !output.isEmpty else { throw ValidationError("--output is empty; name a folder") }
    guard !manifest.isEmpty else { throw ValidationError("--manifest is empty; name a file") }
    guard threads.map((1...1024).contains) ?? true else {
      throw ValidationError("--threads is \(threads ?? 0); choose a number from 1 to 1024")
    }
  }

  func run() throws {
    let texts = try CorpusTexts()
    let recipe = miniature ? Recipe.miniature : .shipped
    let folder = DemoFolder(output)
    let context = try ComputeContext(threads: threads)
    if !metrics {
      let builder = DemoBuilder(
        recipe,
        texts: texts,
        manifest: manifest,
        folder: folder,
        context: context,
        observer: LineObserver()
      )
      try builder.build(through: through)
      guard through == .last else {
        return print("The demo suite is in \(output), up to the stage \(through.rawValue).")
      }
    }
    let measured = try DemoMetrics(recipe, texts: texts, folder: folder, context: context)
    let card = DemoCard(recipe, texts: texts, folder: folder, metrics: measured)
    if !metrics { try card.write() }
    print(card.metricTables)
  }
}
