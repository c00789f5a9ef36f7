import ArgumentParser
import Foundation
import SpecFiles
import SpecKernels
import SpecModel
import SpecRunner
import SpecTraining

/// The model that a drafter is trained for.
struct TrainingTargetOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "The target: a folder in Hugging Face layout, or a GGUF file.",
      valueName: "path"
    )
  )
  var model: String

  @Flag(
    name: .customLong("self-distill"),
    help: "Learn from the target's own greedy answers: it writes the last answer of every document itself first."
  )
  var selfDistill = false

  func validate() throws { try refuseEmptyPaths(["--model": model]) }

  /// Refuses a result in the target's own folder, where it would take the place of the target's files.
  ///
  /// - Parameter options: where the result goes.
  /// - Throws: `ValidationError`.
  func keepTarget(_ options: TrainingOptions) throws {
    guard let folder = try? FilePlace.resolved(options.output),
      folder == (try? FilePlace.resolved(ModelLocation(model).directory))
    else {
      return
    }
    throw ValidationError(
      "\(options.output): it is the folder of the target, whose files are not to be overwritten; name another one for "
        + "--output, such as a folder in it"
    )
  }

  /// The checkpoint with its documents, their answers written by the target if asked for.
  func load(_ options: TrainingOptions, context: ComputeContext) throws -> (Checkpoint, TokenizedDocuments) {
    let (checkpoint, tokenizer) = try ModelFiles(path: model).usable()
    let configuration = checkpoint.configuration
    // As a run asks such a model.
    let encoded = try options.encoded(
      tokenizer: tokenizer,
      model: ModelLocation(model),
      configuration: configuration,
      fallback: .plain
    ).documents
    let limit = min(options.documentTokens, configuration.contextLength)
    guard selfDistill else {
      var documents = TokenizedDocuments()
      for document in encoded { documents.append(document.tokens, limit: limit) }
      return (checkpoint, documents)
    }
    let display = ProgressDisplay(unit: "answers written by the target")
    display.working(on: "Looking for answers that the target has written already")
    let answers = DistilledAnswers(
      of: checkpoint,
      to: encoded,
      limit: limit,
      folder: TrainingRun.checkpoints(in: options.output)
    )
    let written = try answers.write(context: context) {
      display.advanced(to: $0, of: $1)
    } check: {
      try Interruption.check()
    }
    return (checkpoint, written)
  }
}

struct TrainKangarooCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "kangaroo",
    abstract: "Train a Kangaroo adapter for a target.",
    discussion: "The adapter learns the target's output distribution from the states after the exit layer."
  )

  @OptionGroup var target: TrainingTargetOptions
  @OptionGroup var options: TrainingOptions

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("How many of the target's first layers draft.", valueName: "layers")
  )
  var exit = 2

  func run() throws {
    // The target may write answers for hours before its layers are asked for.
    let layers = try Checkpoint(directory: target.model).configuration.layers
    try check(exit, in: 1...max(1, layers - 1), of: "--exit")
    try target.keepTarget(options)
    try options.claimingOutput {
      let context = try options.contextOptions.makeContext()
      let (checkpoint, documents) = try target.load(options, context: context)
      let objective = try KangarooObjective(
        checkpoint,
        exitLayer: exit,
        rows: options.batchTokens,
        seed: options.seedBits,
        context: context
      )
      try options.train(objective, title: "Kangaroo adapter", documents: documents, context: context) {
        try objective.write(to: $0)
      }
    }
  }
}

struct TrainMedusaCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "medusa",
    abstract: "Train Medusa-1 heads for a target.",
    discussion: "Head i, from 1, learns the token that follows i tokens after the next one; the target stays frozen."
  )

  @OptionGroup var target: TrainingTargetOptions
  @OptionGroup var options: TrainingOptions

  @Option(parsing: .unconditional, help: ArgumentHelp("How many heads.", valueName: "n"))
  var heads = 4

  func validate() throws { try check(heads, in: 1...64, of: "--heads") }

  func run() throws {
    try target.keepTarget(options)
    try options.claimingOutput {
      let context = try options.contextOptions.makeContext()
      let (checkpoint, documents) = try target.load(options, context: context)
      let objective = try MedusaObjective(checkpoint, count: heads, rows: options.batchTokens, context: context)
      try options.train(objective, title: "Medusa heads", documents: documents, context: context) {
        try objective.write(to: $0)
      }
    }
  }
}

struct TrainHydraCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "hydra",
    abstract: "Train Hydra heads for a target.",
    discussion: """
      Head i, from 1, learns the target's distribution of the token that follows i tokens after the next one, and sees those \
      before it; the target stays frozen.
      """
  )

  @OptionGroup var target: TrainingTargetOptions
  @OptionGroup var options: TrainingOptions

  @Option(parsing: .unconditional, help: ArgumentHelp("How many heads.", valueName: "n"))
  var heads = 4

  @Flag(help: "Let the states go through a layer of the heads' own first (Hydra++).")
  var prefix = false

  func validate() throws { try check(heads, in: 1...64, of: "--heads") }

  func run() throws {
    try target.keepTarget(options)
    try options.claimingOutput {
      let context = try options.contextOptions.makeContext()
      let (checkpoint, documents) = try target.load(options, context: context)
      let objective = try HydraObjective(
        checkpoint,
        count: heads,
        hasPrefix: prefix,
        rows: options.batchTokens,
        seed: options.seedBits,
        context: context
      )
      try options.train(objective, title: "Hydra heads", documents: documents, context: context) {
        try objective.write(to: $0)
      }
    }
  }
}

struct TrainDraftCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "draft",
    abstract: "Train a small draft model for a target by distillation."
  )

  @OptionGroup var target: TrainingTargetOptions
  @OptionGroup var options: TrainingOptions
  @OptionGroup var shape: ShapeOptions

  func run() throws {
    try target.keepTarget(options)
    try options.claimingOutput {
      let context = try options.contextOptions.makeContext()
      let (checkpoint, documents) = try target.load(options, context: context)
      let objective = try DraftObjective(
        checkpoint,
        configuration: shape.applied(to: checkpoint.configuration),
        rows: options.batchTokens,
        seed: options.seedBits,
        context: context
      )
      try options.train(objective, title: "Draft model", documents: documents, context: context) {
        try objective.write(to: $0, tokenizerFrom: target.model)
      }
    }
  }
}
