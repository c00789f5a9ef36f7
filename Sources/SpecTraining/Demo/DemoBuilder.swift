import Foundation
import SpecFiles
import SpecKernels
import SpecModel

/// Makes the demo suite with its model, stage by stage. A stage whose result is there is passed over, so that the
/// command goes on where it was stopped, and from what is shipped.
public struct DemoBuilder {
  /// A part of the work with a result of its own.
  public enum Stage: String, CaseIterable, Sendable {
    /// The questions and the manifest.
    case suite
    /// The vocabulary.
    case tokenizer
    /// A model that has learned the next token.
    case base
    /// The model that the suite is run on: the base, which goes on learning while it also learns to be left early.
    case target
    /// Kangaroo's adapter.
    case kangaroo
    /// Medusa's heads.
    case medusa
    /// A model of the draft's shape that has learned the next token from as much as the target did.
    case smallModel = "small-model"
    /// The draft model: the small model, which goes on learning from the target.
    case draft
  }

  private let recipe: DemoRecipe
  private let folder: DemoFolder
  private let context: ComputeContext
  private let observer: any TrainingObserver

  /// - Parameters:
  ///   - recipe: what to make.
  ///   - folder: where to.
  ///   - context: the kernels and threads to compute on.
  ///   - observer: told how it goes.
  public init(
    _ recipe: DemoRecipe,
    folder: DemoFolder,
    context: ComputeContext,
    observer: any TrainingObserver
  ) {
    self.recipe = recipe
    self.folder = folder
    self.context = context
    self.observer = observer
  }

  /// Makes what is not there yet.
  ///
  /// - Parameter last: the stage to end with.
  /// - Returns: whether all of it is done, or the observer stopped it.
  /// - Throws: if a file cannot be read or written, or is of another recipe.
  public func build(through last: Stage = .draft) throws -> Trainer.Outcome {
    for stage in Stage.allCases {
      if try make(stage) == .interrupted { return .interrupted }
      if stage == last { break }
    }
    if last == .draft, FileManager.default.fileExists(atPath: folder.work) {
      try FileManager.default.removeItem(atPath: folder.work)
    }
    return .finished
  }

  private func make(_ stage: Stage) throws -> Trainer.Outcome {
    switch stage {
    case .suite:
      try DemoSuiteFiles(recipe).write(to: folder.path)
      return .finished
    case .tokenizer:
      try makeTokenizer()
      return .finished
    case .base: return try makeBase()
    case .target: return try makeTarget()
    case .kangaroo: return try makeKangaroo()
    case .medusa: return try makeMedusa()
    case .smallModel: return try makeSmallModel()
    case .draft: return try makeDraft()
    }
  }

  private func makeTokenizer() throws {
    guard !FileManager.default.fileExists(atPath: folder.model + "/tokenizer.json") else { return }
    observer.note("Tokenizer: learning from \(recipe.tokenizerDocuments) documents.")
    var trainer = try BytePairTrainer(
      vocabularySize: recipe.target.vocabularySize,
      specialTokens: SpecialTokens(others: DemoData.markers)
    )
    let corpus = DemoCorpus(seed: recipe.seed)
    for index in 0..<recipe.tokenizerDocuments {
      for turn in corpus.document(at: index).turns {
        trainer.add(turn.question)
        trainer.add(turn.answer)
      }
    }
    try OutputFile.makeFolder(folder.model)
    try trainer.train().write(
      to: folder.model,
      contextLength: recipe.target.contextLength,
      chatTemplate: DemoData.template.jinja
    )
  }

  private func makeBase() throws -> Trainer.Outcome {
    // Nothing but the target needs it.
    guard try isMissing(folder.model, recipe.targetSettings) else { return .finished }
    guard try isMissing(folder.base, recipe.baseSettings) else { return .finished }
    return try trainOnNextTokens(recipe.target, "Base", recipe.baseSettings, corpus.base, folder.base)
  }

  private func makeTarget() throws -> Trainer.Outcome {
    guard try isMissing(folder.model, recipe.targetSettings) else { return .finished }
    let objective = try EarlyExitObjective(
      Checkpoint(directory: folder.base),
      exitLayer: recipe.exitLayer,
      exitWeight: recipe.exitWeight,
      rows: recipe.targetSettings.batchTokens,
      seed: recipe.seed,
      context: context
    )
    return try train(objective, "Target", recipe.targetSettings, corpus.earlyExit, folder.model) {
      try objective.write(to: $0, adapterTo: folder.exitAdapter, tokenizerFrom: folder.model)
    }
  }

  private func makeKangaroo() throws -> Trainer.Outcome {
    guard try isMissing(folder.kangaroo, recipe.kangarooSettings) else { return .finished }
    guard let data = try distilled() else { return .interrupted }
    let objective = try KangarooObjective(
      Checkpoint(directory: folder.model),
      exitLayer: recipe.exitLayer,
      rows: recipe.kangarooSettings.batchTokens,
      seed: recipe.seed,
      context: context
    )
    try objective.load(folder.exitAdapter)
    return try train(objective, "Kangaroo adapter", recipe.kangarooSettings, data, folder.kangaroo) {
      try objective.write(to: $0)
    }
  }

  private func makeMedusa() throws -> Trainer.Outcome {
    guard try isMissing(folder.medusa, recipe.medusaSettings) else { return .finished }
    guard let data = try distilled() else { return .interrupted }
    let objective = try MedusaObjective(
      Checkpoint(directory: folder.model),
      count: recipe.medusaHeads,
      rows: recipe.medusaSettings.batchTokens,
      context: context
    )
    return try train(objective, "Medusa heads", recipe.medusaSettings, data, folder.medusa) {
      try objective.write(to: $0)
    }
  }

  private func makeSmallModel() throws -> Trainer.Outcome {
    guard try isMissing(folder.draft, recipe.draftSettings) else { return .finished }
    guard try isMissing(folder.smallModel, recipe.smallModelSettings) else { return .finished }
    return try trainOnNextTokens(
      recipe.draft,
      "Small model",
      recipe.smallModelSettings,
      corpus.smallModel,
      folder.smallModel
    )
  }

  private func makeDraft() throws -> Trainer.Outcome {
    guard try isMissing(folder.draft, recipe.draftSettings) else { return .finished }
    guard let data = try distilled() else { return .interrupted }
    let objective = try DraftObjective(
      Checkpoint(directory: folder.model),
      configuration: recipe.draft,
      rows: recipe.draftSettings.batchTokens,
      seed: recipe.seed,
      context: context
    )
    try objective.load(Checkpoint(directory: folder.smallModel))
    return try train(objective, "Draft model", recipe.draftSettings, data, folder.draft) {
      try objective.write(to: $0, tokenizerFrom: folder.model)
      try OutputFile.makeFolder(folder.smallModelRecord)
      try TrainingRecord.finished(in: folder.smallModel)?.write(to: folder.smallModelRecord)
    }
  }

  private var corpus: DemoData {
    get throws { DemoData(recipe, tokenizer: try Tokenizer(directory: folder.model)) }
  }

  private func distilled() throws -> TrainingData? {
    try corpus.distilled(folder, context: context) { done, all in
      if done.isMultiple(of: 200) || done == all { observer.note("Answers written by the target: \(done) of \(all).") }
    } shouldStop: {
      observer.wantsToStop
    }
  }

  /// Whether a stage has no result yet; a result of other settings is an error.
  private func isMissing(_ directory: String, _ settings: TrainingSettings) throws(TrainingError) -> Bool {
    guard let record = try TrainingRecord.finished(in: directory) else { return true }
    guard record.settings == settings else {
      throw .otherTraining(path: directory, difference: "other settings than the recipe's")
    }
    return false
  }

  /// Trains a model of some shape from random weights.
  private func trainOnNextTokens(
    _ shape: ModelConfiguration,
    _ title: String,
    _ settings: TrainingSettings,
    _ data: TrainingData,
    _ output: String
  ) throws -> Trainer.Outcome {
    let objective = try NextTokenObjective(shape, rows: settings.batchTokens, seed: recipe.seed, context: context)
    return try train(objective, title, settings, data, output) {
      try objective.write(to: $0, tokenizerFrom: folder.model)
    }
  }

  private func train(
    _ objective: any TrainingObjective,
    _ title: String,
    _ settings: TrainingSettings,
    _ data: TrainingData,
    _ output: String,
    write: (String) throws -> Void
  ) throws -> Trainer.Outcome {
    observer.note(
      "\(title): \(settings.steps) steps of \(settings.batchTokens) tokens, from \(data.training.count) documents of "
        + "\(data.training.tokenCount)."
    )
    let run = TrainingRun(output: output, title: title, settings: settings, data: data, context: context)
    return try run(objective, observer: observer, write: write)
  }
}
