import ArgumentParser
import SpecDecoding
import SpecFiles
import SpecModel
import SpecTraining

struct DatastoreCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "datastore",
    abstract: "Build the file of texts that the methods 'rest' and 'ngram' draft from.",
    discussion: """
      The texts are turned into tokens as the model reads them, and stored with their suffix array: eight bytes for each \
      token. Only a model with the same tokenizer can use the file. 'rest' looks for \(Rest.fileName) beside the model's \
      files, and rest:datastore=FILE names another. Do not build it from the prompts or answers that are measured.
      """
  )

  @Option(help: ArgumentHelp("The model: a folder in Hugging Face layout, or a GGUF file.", valueName: "path"))
  var model: String

  @Option(
    parsing: .upToNextOption,
    help: ArgumentHelp("Text files, or JSON lines with text, turns or conversations.", valueName: "file")
  )
  var data: [String]

  @Option(help: ArgumentHelp("Where to write the datastore.", valueName: "file"))
  var output: String

  @OptionGroup var templateOption: ChatTemplateOption

  func validate() throws {
    try refuseEmptyPaths(["--model": model, "--output": output])
    try refuseEmptyPaths("--data", data)
  }

  func run() throws {
    Interruption.promise("Stopped: nothing was written; the same command begins again.")
    try OutputFile.check(output, keeping: data.map { ($0, "an input") })
    let (checkpoint, tokenizer) = try ModelFiles(path: model).usable()
    let documents = try templateOption.encoded(
      data,
      tokenizer: tokenizer,
      model: ModelLocation(model),
      configuration: checkpoint.configuration,
      fallback: .plain
    ).documents
    // Only now every file is known that the result depends on.
    try OutputFile.check(output)
    let ids = try Activity.during("Sorting all places of the texts") {
      try Datastore.write(
        documents.map(\.tokens),
        vocabulary: tokenizer.vocabularySize,
        fingerprint: tokenizer.fingerprint,
        to: output,
        progress: { _ in try Interruption.check() }
      )
    }
    try say("A datastore of \(quantity(ids, "id")) is in \(output).")
  }
}
