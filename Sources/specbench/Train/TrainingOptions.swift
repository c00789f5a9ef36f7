import ArgumentParser
import Foundation
import SpecFiles
import SpecKernels
import SpecModel
import SpecSuite
import SpecTraining

/// Threads of a training.
struct TrainingContextOptions: ParsableArguments {
  @Option(
    parsing: .unconditional,
    help: "Threads. Default: the physical cores that the process may use. The result does not depend on it."
  )
  var threads: Int?

  func validate() throws {
    try check(threads, in: OptionRange.threads, of: "--threads")
  }

  func makeContext() throws -> ComputeContext { try ComputeContext(threads: threads) }
}

/// What to learn from and how long.
struct TrainingOptions: ParsableArguments {
  @Option(
    parsing: .upToNextOption,
    help: ArgumentHelp(
      "Text files, or JSON lines with text, turns or conversations. Every twentieth document is held out.",
      valueName: "file"
    )
  )
  var data: [String] = []

  @Option(help: ArgumentHelp("A folder for the result.", valueName: "dir"))
  var output: String

  @Option(parsing: .unconditional, help: ArgumentHelp("How many steps.", valueName: "n"))
  var steps = 1000

  @Option(
    name: .customLong("batch-tokens"),
    parsing: .unconditional,
    help: ArgumentHelp("Tokens of one step.", valueName: "n")
  )
  var batchTokens = 2048

  @Option(
    name: .customLong("learning-rate"),
    parsing: .unconditional,
    help: ArgumentHelp("The rate after the warm-up.", valueName: "x")
  )
  var learningRate: Float = 2e-3

  @Option(
    name: .customLong("weight-decay"),
    parsing: .unconditional,
    help: ArgumentHelp("Decoupled weight decay of matrices.", valueName: "x")
  )
  var weightDecay: Float = 0.1

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("What first weights and the order of documents follow from.", valueName: "n")
  )
  var seed = 1

  @Option(
    name: .customLong("document-tokens"),
    parsing: .unconditional,
    help: ArgumentHelp("Longer documents are cut. Default: 512, or --batch-tokens where that is less.", valueName: "n")
  )
  var givenDocumentTokens: Int?

  @OptionGroup var templateOption: ChatTemplateOption

  @OptionGroup var contextOptions: TrainingContextOptions

  func validate() throws {
    try refuseEmptyPaths(["--output": output])
    try refuseEmptyPaths("--data", data)
    try check(steps, in: 1...10_000_000, of: "--steps")
    try check(batchTokens, in: 16...65536, of: "--batch-tokens")
    try check(
      documentTokens,
      in: 8...batchTokens,
      of: "--document-tokens",
      end: "--batch-tokens, which is \(batchTokens)"
    )
    guard learningRate > 0, learningRate < 1 else {
      throw ValidationError("--learning-rate is \(learningRate); choose a number above 0 and below 1")
    }
    guard weightDecay >= 0, weightDecay < 1 else {
      throw ValidationError("--weight-decay is \(weightDecay); choose a number from 0 to below 1")
    }
    try refuseFinishedOutput()
  }

  private func refuseFinishedOutput() throws {
    if try TrainingRecord.finished(in: output) != nil {
      throw ValidationError("\(output): it holds the result of a finished training; name another, or delete it")
    }
  }

  /// Trains while no other process can train into the same folder.
  ///
  /// - Parameter body: the training.
  /// - Throws: `FolderInUse`, and what `body` throws.
  func claimingOutput(_ body: () throws -> Void) throws {
    try FolderClaim.during(output) {
      // Another process may have finished since the options were checked.
      try refuseFinishedOutput()
      try body()
    }
  }

  /// Most tokens of a document: never more than a step takes.
  var documentTokens: Int { givenDocumentTokens ?? min(512, batchTokens) }

  /// The seed as generators take it: any number is one, as in a run.
  var seedBits: UInt64 { UInt64(bitPattern: Int64(seed)) }

  var settings: TrainingSettings {
    TrainingSettings(
      batchTokens: batchTokens,
      steps: steps,
      peakRate: learningRate,
      warmUpSteps: min(100, max(1, steps / 10)),
      weightDecay: weightDecay,
      seed: seedBits
    )
  }

  /// What is told where the command is stopped from now on.
  func promiseToGoOn() {
    Interruption.promise("Stopped: what is saved in \(output) is kept, and the same command goes on from there.")
  }

  /// Reads and tokenizes the data.
  ///
  /// - Parameters:
  ///   - tokenizer: the model's.
  ///   - model: where the tokenizer lies, and perhaps a chat template beside it.
  ///   - configuration: names the tokens that begin and end a text.
  ///   - fallback: how conversations are written where the folder has no chat template.
  /// - Returns: the tokens of each document, and how its conversations were written; nil where there is none.
  /// - Throws: for a template or data that cannot be used.
  func encoded(
    tokenizer: Tokenizer,
    model: ModelLocation,
    configuration: ModelConfiguration,
    fallback: ChatTemplate
  ) throws -> (documents: [EncodedDocument], writer: PromptWriter?) {
    promiseToGoOn()
    return try templateOption.encoded(
      data,
      tokenizer: tokenizer,
      model: model,
      configuration: configuration,
      fallback: .parts(fallback)
    )
  }

  /// Trains and writes the result.
  func train(
    _ objective: any TrainingObjective,
    title: String,
    documents: TokenizedDocuments,
    cache: TargetCacheSettings = TargetCacheSettings(bytes: 0, likeliest: nil),
    context: ComputeContext,
    write: (String) throws -> Void
  ) throws {
    let run = TrainingRun(
      output: output,
      title: title,
      settings: settings,
      data: try TrainingData(documents),
      cache: cache,
      context: context
    )
    let outcome = try run(objective, observer: TrainingDisplay(), write: write)
    guard outcome == .finished else { throw Interrupted() }
    try say("The result is in \(output).")
  }
}
