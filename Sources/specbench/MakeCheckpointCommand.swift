import ArgumentParser
import Foundation
import SpecFiles
import SpecModel
import SpecTraining

struct MakeCheckpointCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "make-checkpoint",
    abstract: "Write a checkpoint of random weights in a known shape, to try loading, memory and speed.",
    discussion: """
      The folder is in Hugging Face layout: bf16 weights, in several files where they are large, and a tokenizer of bytes \
      and pairs of bytes. --adapter, --heads and --hydra write what kangaroo, medusa and hydra need beside it. Outputs mean \
      nothing.
      """
  )

  @Option(
    help: ArgumentHelp(
      "The shape: " + SyntheticModel.shapes.map(\.name).joined(separator: ", ") + ".",
      valueName: "name"
    )
  )
  var shape: String

  @Option(help: ArgumentHelp("A new folder for the files.", valueName: "dir"))
  var output: String

  @Flag(help: "Write a Kangaroo adapter, too.")
  var adapter = false

  @Option(parsing: .unconditional, help: ArgumentHelp("Write so many Medusa heads, too.", valueName: "n"))
  var heads = 0

  @Option(parsing: .unconditional, help: ArgumentHelp("Write so many Hydra heads, too.", valueName: "n"))
  var hydra = 0

  @Option(parsing: .unconditional, help: ArgumentHelp("What the weights follow from.", valueName: "n"))
  var seed = 1

  func validate() throws {
    try refuseEmptyPaths(["--output": output])
    try check(heads, in: 0...64, of: "--heads")
    try check(hydra, in: 0...64, of: "--hydra")
    if isEntry(output + "/config.json") {
      throw ValidationError("\(output): there is a model already; name a new folder")
    }
  }

  func run() throws {
    Interruption.promise(
      "Stopped: no whole checkpoint was written; remove \(output) before the command is given again."
    )
    let configuration = try SyntheticModel.shape(named: shape)
    let checkpoint = SyntheticCheckpoint(configuration, seed: UInt64(bitPattern: Int64(seed)))
    let display = ProgressDisplay(unit: "files")
    try OutputFile.withFolder(output) {
      // Companions come first: with its config.json at the end the folder is a model, and whole.
      try Activity.during("Writing \(shape)") {
        if adapter { try checkpoint.writeAdapter(to: output + "/kangaroo") }
        if heads > 0 { try checkpoint.writeHeads(heads, to: output + "/medusa") }
        if hydra > 0 { try checkpoint.writeHydra(hydra, to: output + "/hydra") }
        try checkpoint.writeModel(to: output) { try display.loaded($0, of: $1) }
      }
    }
    try say("A checkpoint of \(shape) with \(configuration.parameterCount) random parameters is in \(output).")
  }
}
