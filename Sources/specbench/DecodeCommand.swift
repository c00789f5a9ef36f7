import ArgumentParser
import Foundation
import SpecDecoding
import SpecFiles
import SpecModel
import SpecRunner

struct DecodeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "decode",
    abstract: "Decode a file of prompts with one decoder, with its accept lengths.",
    discussion: """
      Input: JSON lines {"id": …, "prompt_ids": […]} or {"id": …, "prompt": "…"}. In a prompt the text of a special \
      token, like "</s>", is but a text, unless the line has "special_tokens": true. For \
      lookahead "initial_window" may give the token ids that its window begins with. With memory=run a method that learns \
      keeps what it has learned over the lines, in their order. Output: JSON lines with id, decoder, \
      output_ids (the end token included), accept_lengths (one entry per cycle, none for the prefill, before trimming \
      at a stop), text, stop_reason and timings. A cycle never drafts more than may still be emitted, so the last \
      accept lengths depend on --max-new-tokens.
      """
  )

  @OptionGroup var modelOptions: ModelOptions
  @OptionGroup var samplingOptions: SamplingOptions
  @OptionGroup var verificationOptions: VerificationOptions

  @Option(help: ArgumentHelp("The method with its settings.", valueName: "spec"))
  var decoder: String

  @Option(help: ArgumentHelp("The prompts, as JSON lines.", valueName: "file.jsonl"))
  var input: String

  @Option(help: ArgumentHelp("Where to write the outputs, as JSON lines.", valueName: "file.jsonl"))
  var output: String

  @OptionGroup var outputLimit: OutputLimitOption

  @Option(
    name: .customLong("stop-ids"),
    parsing: .unconditional,
    help: ArgumentHelp(
      "Tokens that end a text, like 2,16. Default: the checkpoint's.",
      valueName: CommaSeparated<EndToken>.valueName
    )
  )
  var stopIDs: CommaSeparated<EndToken>?

  func validate() throws { try refuseEmptyPaths(["--input": input, "--output": output]) }

  func run() throws {
    Interruption.promise("Stopped: nothing was written; the same command begins again.")
    let spec = try MethodRegistry.builtIn.complete(DecoderSpec(decoder))
    try OutputFile.check(output, keeping: [(input, "the input")])
    let sampling = verificationOptions.sampling(samplingOptions)
    let files = try modelOptions.files()
    _ = try files.check([spec], sampling)
    let model = try modelOptions.load(files, for: [spec], positions: { _, _ in outputLimit.maximumNewTokens })
    let ends = stopIDs?.values.map(\.token)
    let vocabulary = model.target.configuration.vocabularySize
    if let stranger = ends?.first(where: { Int($0) >= vocabulary }) {
      throw ValidationError(
        "--stop-ids holds \(stranger): the model's vocabulary has \(vocabulary) tokens, with ids from 0 to \(vocabulary - 1)"
      )
    }
    let rules = model.stopRules(maximumNewTokens: outputLimit.maximumNewTokens, endTokens: ends)
    let job = try DecodeJob(spec: spec, inputPath: input, model: model, rules: rules, sampling: sampling)
    // Only now every file is known that the outputs depend on.
    try OutputFile.check(output)
    let display = ProgressDisplay(unit: "prompts")
    display.working(on: "Decoding the first prompt")
    try job.run(outputPath: output) {
      display.advanced(to: $0, of: $1)
    } shouldStop: {
      Interruption.isRequested
    }
  }
}
