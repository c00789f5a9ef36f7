import ArgumentParser
import Foundation
import SpecDocument
import SpecModel
import SpecRunner

struct InspectCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "inspect",
    abstract: "Show a model's architecture, parameters and memory, whether it can be used, and what each method adds.",
    discussion: """
      Nothing but headers is read. With a config.json alone sizes are computed from it. Exit code 2 where something keeps \
      the model from being used, with everything that does.
      """
  )

  @Argument(help: ArgumentHelp("A model's folder, one with a config.json alone, or a GGUF file.", valueName: "dir"))
  var directory: String

  func validate() throws { try refuseEmptyPaths(["The model": directory]) }

  func run() throws {
    let files = LoadedModel.files(directory)
    let description = ModelDescription(files)
    if let configuration = files.configuration {
      try say(
        Document([.fields(description.architecture(configuration)), .fields(description.methods(configuration))])
      )
    } else if let tokenizer = files.tokenizer {
      let entry: (label: String, text: RichText) = ("Tokenizer", "can be used, \(tokenizer.vocabularySize) tokens")
      try say(Document([.fields(Fields(labelColumns: ModelDescription.labelColumns, [entry]))]))
    }
    if !files.isConfigurationAlone { try files.check(adding: description.unusableCompanions) }
  }
}
