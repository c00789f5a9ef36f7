import ArgumentParser
import SpecFiles
import SpecTraining

struct TrainTokenizerCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "tokenizer",
    abstract: "Train a byte-level BPE tokenizer, written as a tokenizer.json that Hugging Face tokenizers reads."
  )

  @Option(
    parsing: .upToNextOption,
    help: ArgumentHelp("Text files, or JSON lines with text, turns or conversations.", valueName: "file")
  )
  var data: [String]

  @Option(help: ArgumentHelp("A folder for the files.", valueName: "dir"))
  var output: String

  @Option(parsing: .unconditional, help: ArgumentHelp("Most tokens of the vocabulary.", valueName: "n"))
  var vocabulary = 2048

  @Option(
    name: .customLong("context"),
    parsing: .unconditional,
    help: ArgumentHelp("Most positions of the model.", valueName: "n")
  )
  var contextLength = 1024

  @Option(
    name: .customLong("special"),
    parsing: .upToNextOption,
    help: ArgumentHelp("Markers of a chat template that are to be one token each.", valueName: "text")
  )
  var special: [String] = []

  func validate() throws {
    try refuseEmptyPaths(["--output": output])
    try refuseEmptyPaths("--data", data)
    try check(contextLength, in: OptionRange.contextLength, of: "--context")
    try check(vocabulary, in: 256...1 << 24, of: "--vocabulary")
  }

  func run() throws {
    Interruption.promise("Stopped: nothing was written; the same command begins again.")
    var trainer = try BytePairTrainer(vocabularySize: vocabulary, specialTokens: SpecialTokens(others: special))
    for document in try Activity.during("Reading the data", { try TrainingDataReader.read(data) }) {
      switch document {
      case .text(let text): trainer.add(text)
      case .conversation(let turns): for turn in turns { trainer.add(turn.text) }
      }
    }
    let tokenizer = Activity.during("Training the vocabulary") { trainer.train() }
    try OutputFile.withFolder(output) { try tokenizer.write(to: output, contextLength: contextLength) }
    try say("A vocabulary of \(tokenizer.vocabularySize) tokens is in \(output).")
  }
}
