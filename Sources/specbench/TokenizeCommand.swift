import ArgumentParser
import Foundation
import SpecFiles
import SpecModel
import SpecRunner

struct TokenizeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "tokenize",
    abstract: "Turn texts into token ids and ids into texts, by a model's tokenizer alone.",
    discussion: """
      Input: JSON lines {"text": "…"} or {"ids": […]}. Output: one JSON line for each, {"ids", "decoded"} for a text and \
      {"decoded"} for ids; "decoded" keeps special tokens. The text of a special token, like "</s>", is but a text, unless \
      --special is given.
      """
  )

  @Option(help: ArgumentHelp("The model's folder or GGUF file, or a tokenizer.json.", valueName: "path"))
  var model: String

  @Option(help: ArgumentHelp("The texts or ids, as JSON lines.", valueName: "file.jsonl"))
  var input: String

  @Option(help: ArgumentHelp("Where to write the results, as JSON lines.", valueName: "file.jsonl"))
  var output: String

  @Flag(help: "Take the text of a special token for that token.")
  var special = false

  @Flag(
    name: .customLong("add-special-tokens"),
    help: "Put the tokens around each text that the tokenizer's post-processor names, such as a begin token."
  )
  var addSpecialTokens = false

  func validate() throws { try refuseEmptyPaths(["--model": model, "--input": input, "--output": output]) }

  func run() throws {
    try OutputFile.check(output, keeping: [(input, "the input")])
    let tokenizer = try Tokenizer(path: model)
    let job = try TokenizeJob(
      tokenizer: tokenizer,
      inputPath: input,
      countsSpecialTokens: special,
      addsSpecialTokens: addSpecialTokens
    )
    // Only now every file is known that the outputs depend on.
    try OutputFile.check(output)
    try job.run(outputPath: output)
  }
}
