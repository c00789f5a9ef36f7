import ArgumentParser
import SpecFiles
import SpecModel
import SpecTraining

struct FrequenciesCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "frequencies",
    abstract: "Count the tokens of texts, for drafters that draft the most frequent ones alone.",
    discussion: """
      kangaroo, kangaroo-tree, medusa, self-speculative and draft-model take vocabulary=N: they then draft the N most \
      frequent tokens of the counted texts. They look for \(TokenFrequencies.fileName) in the drafter's folder, where \
      specbench train writes it, then beside the model's files; frequencies=FILE names another. Do not count the prompts or \
      answers that are measured.
      """
  )

  @Option(help: ArgumentHelp("The model: a folder in Hugging Face layout, or a GGUF file.", valueName: "path"))
  var model: String

  @Option(
    parsing: .upToNextOption,
    help: ArgumentHelp("Text files, or JSON lines with text, turns or conversations.", valueName: "file")
  )
  var data: [String]

  @Option(help: ArgumentHelp("Where to write the counts.", valueName: "file"))
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
    let size = checkpoint.configuration.vocabularySize
    let frequencies = TokenFrequencies(of: documents.map(\.tokens), vocabularySize: size)
    try frequencies.write(to: output)
    try say("\(frequencies.tokens.count) of \(quantity(size, "token")) occur, counted in \(output).")
    for count in [1 << 10, 1 << 11, 1 << 12, 1 << 13, 1 << 14, 1 << 15] where count < size {
      try say("vocabulary=\(count): \(decimals(100 * frequencies.share(of: count), 2)) % of the text")
    }
  }
}
