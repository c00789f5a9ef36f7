import ArgumentParser
import SpecModel
import SpecTraining

/// How an EAGLE head is unrolled in training.
struct UnrollOptions: ParsableArguments {
  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("Over how many tokens the head learns to draft from its own outputs.", valueName: "n")
  )
  var unroll = 3

  func validate() throws { try check(unroll, in: 1...8, of: "--unroll") }
}

struct TrainEagleCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "eagle",
    abstract: "Train an EAGLE-1 head for a target.",
    discussion: """
      The head learns the target's next state and output distribution, from the target's states and then from its own. It \
      drafts for eagle, with a fixed tree (EAGLE-1) or a growing one (EAGLE-2).
      """
  )

  @OptionGroup var target: TrainingTargetOptions
  @OptionGroup var options: TrainingOptions
  @OptionGroup var unrolling: UnrollOptions
  @OptionGroup var drafted: DraftVocabularyOptions

  func run() throws {
    try target.trainEagle(.eagle1, options, unroll: unrolling.unroll, vocabulary: drafted.vocabulary)
  }
}

struct TrainEagle3Command: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "eagle-3",
    abstract: "Train an EAGLE-3 head for a target.",
    discussion: """
      The head learns the target's output distribution over its draft vocabulary, the most frequent tokens of the data, from \
      states of three of the target's layers and then from its own outputs (training-time test).
      """
  )

  @OptionGroup var target: TrainingTargetOptions
  @OptionGroup var options: TrainingOptions
  @OptionGroup var unrolling: UnrollOptions

  @Option(
    name: .customLong("draft-vocabulary"),
    parsing: .unconditional,
    help: ArgumentHelp("Most tokens that the head may draft.", valueName: "n")
  )
  var draftVocabulary = 32_000

  func validate() throws { try check(draftVocabulary, in: 64...16_777_216, of: "--draft-vocabulary") }

  func run() throws {
    try target.trainEagle(.eagle3, options, unroll: unrolling.unroll, vocabulary: draftVocabulary)
  }
}

extension TrainingTargetOptions {
  /// Trains a head.
  fileprivate func trainEagle(
    _ kind: EagleKind,
    _ options: TrainingOptions,
    unroll: Int,
    vocabulary: Int?
  ) throws {
    try checkUse(of: options)
    try options.claimingOutput {
      let context = try options.contextOptions.makeContext()
      let (checkpoint, documents) = try load(options, context: context)
      let objective = try EagleObjective(
        kind,
        checkpoint,
        vocabulary: vocabulary.flatMap {
          documents.draftVocabulary($0, size: checkpoint.configuration.vocabularySize)
        },
        steps: unroll,
        rows: options.batchTokens,
        seed: options.seedBits,
        context: context
      )
      try options.train(
        objective,
        title: "\(kind.rawValue) head",
        documents: documents,
        cache: cache.settings,
        context: context
      ) {
        // An EAGLE-3 head has a vocabulary of its own.
        if kind == .eagle1 { try writeFrequencies(of: documents, for: checkpoint, to: $0) }
        try objective.write(to: $0)
      }
    }
  }
}
