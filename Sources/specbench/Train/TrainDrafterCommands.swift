import ArgumentParser
import SpecModel
import SpecTraining

/// Which tokens a drafter learns to draft that shares its target's head, or begins with it.
struct DraftVocabularyOptions: ParsableArguments {
  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      """
      Learn to draft the so many most frequent tokens of the data alone, to be run with vocabulary=N: the head has fewer rows. \
      Default: all tokens.
      """,
      valueName: "n"
    )
  )
  var vocabulary: Int?

  func validate() throws { try check(vocabulary, in: 64...16_777_216, of: "--vocabulary") }

  /// The tokens, rising; nil for all.
  func tokens(of documents: TokenizedDocuments, for checkpoint: Checkpoint) -> [Token]? {
    vocabulary.flatMap { documents.draftVocabulary($0, size: checkpoint.configuration.vocabularySize) }
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

  @OptionGroup var drafted: DraftVocabularyOptions

  func run() throws {
    // The target may write answers for hours before its layers are asked for.
    let layers = try Checkpoint(directory: target.model).configuration.layers
    try check(exit, in: 1...max(1, layers - 1), of: "--exit")
    try target.checkUse(of: options)
    try options.claimingOutput {
      let context = try options.contextOptions.makeContext()
      let (checkpoint, documents) = try target.load(options, context: context)
      let objective = try KangarooObjective(
        checkpoint,
        exitLayer: exit,
        vocabulary: drafted.tokens(of: documents, for: checkpoint),
        rows: options.batchTokens,
        seed: options.seedBits,
        context: context
      )
      try options.train(
        objective,
        title: "Kangaroo adapter",
        documents: documents,
        cache: target.cache.settings,
        context: context
      ) {
        try target.writeFrequencies(of: documents, for: checkpoint, to: $0)
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

  @OptionGroup var drafted: DraftVocabularyOptions

  @Option(parsing: .unconditional, help: ArgumentHelp("How many heads.", valueName: "n"))
  var heads = 4

  func validate() throws { try check(heads, in: 1...64, of: "--heads") }

  func run() throws {
    try target.checkUse(of: options)
    try options.claimingOutput {
      let context = try options.contextOptions.makeContext()
      let (checkpoint, documents) = try target.load(options, context: context)
      let objective = try MedusaObjective(
        checkpoint,
        count: heads,
        vocabulary: drafted.tokens(of: documents, for: checkpoint),
        rows: options.batchTokens,
        context: context
      )
      try options.train(
        objective,
        title: "Medusa heads",
        documents: documents,
        cache: target.cache.settings,
        context: context
      ) {
        try target.writeFrequencies(of: documents, for: checkpoint, to: $0)
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

  @OptionGroup var drafted: DraftVocabularyOptions

  @Flag(help: "Let the states go through a layer of the heads' own first (Hydra++).")
  var prefix = false

  func validate() throws { try check(heads, in: 1...64, of: "--heads") }

  func run() throws {
    try target.checkUse(of: options)
    try options.claimingOutput {
      let context = try options.contextOptions.makeContext()
      let (checkpoint, documents) = try target.load(options, context: context)
      let objective = try HydraObjective(
        checkpoint,
        count: heads,
        hasPrefix: prefix,
        vocabulary: drafted.tokens(of: documents, for: checkpoint),
        rows: options.batchTokens,
        seed: options.seedBits,
        context: context
      )
      try options.train(
        objective,
        title: "Hydra heads",
        documents: documents,
        cache: target.cache.settings,
        context: context
      ) {
        try target.writeFrequencies(of: documents, for: checkpoint, to: $0)
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
    try target.checkUse(of: options)
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
      try options.train(
        objective,
        title: "Draft model",
        documents: documents,
        cache: target.cache.settings,
        context: context
      ) {
        try target.writeFrequencies(of: documents, for: checkpoint, to: $0)
        try objective.write(to: $0, tokenizerFrom: target.model)
      }
    }
  }
}
