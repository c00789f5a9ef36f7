import SpecTraining
import Foundation
import SpecFiles
import SpecKernels
import SpecModel

/// Makes the demo suite with its model, stage by stage. A stage whose result is there is passed over, so that the
/// command goes on where it was stopped, and from what is shipped.
package struct DemoBuilder {
  /// A part of the work with a result of its own.
  package enum Stage: String, CaseIterable, Sendable {
    /// The questions and the manifest.
    case suite
    /// The vocabulary.
    case tokenizer
    /// The first layers as a model of their own, which learns to look words up.
    case primer
    /// The same, which goes on with the corpus where much is to be looked up.
    case base
    /// The base with more layers, which learns to look up what it has looked up.
    case chain
    /// The same, which learns to do so in text: from registers with one list of what each town has.
    case registers
    /// The same, which goes on with registers of several lists.
    case joinedRegisters = "joined-registers"
    /// The same, which goes on with the corpus.
    case middle
    /// The model that the suite is run on: the same with many layers on top, which learns to be drafted for beside the
    /// next token.
    case target
    /// Kangaroo's adapter.
    case kangaroo
    /// Medusa's heads.
    case medusa
    /// The base alone, which goes on learning the next token from as much as the target does.
    case smallModel = "small-model"
    /// The draft model: the small model, which goes on learning from the target.
    case draft
  }

  private let recipe: Recipe
  private let texts: CorpusTexts
  private let folder: DemoFolder
  private let context: ComputeContext
  private let observer: any TrainingObserver

  /// - Parameters:
  ///   - recipe: what to make.
  ///   - texts: what the corpus says.
  ///   - folder: where to.
  ///   - context: the kernels and threads to compute on.
  ///   - observer: told how it goes.
  package init(
    _ recipe: Recipe,
    texts: CorpusTexts,
    folder: DemoFolder,
    context: ComputeContext,
    observer: any TrainingObserver
  ) {
    self.recipe = recipe
    self.texts = texts
    self.folder = folder
    self.context = context
    self.observer = observer
  }

  /// Makes what is not there yet.
  ///
  /// - Parameter last: the stage to end with.
  /// - Returns: whether all of it is done, or the observer stopped it.
  /// - Throws: if a file cannot be read or written, or is of another recipe; `FolderInUse` where another process makes it.
  package func build(through last: Stage = .draft) throws -> Trainer.Outcome {
    try FolderClaim.during(folder.path) { try makeAll(through: last) }
  }

  private func makeAll(through last: Stage) throws -> Trainer.Outcome {
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
      try DemoSuiteFiles(recipe, texts).write(to: folder.path)
      return .finished
    case .tokenizer:
      try makeTokenizer()
      return .finished
    case .primer: return try makePrimer()
    case .base: return try makeBase()
    case .chain: return try makeChain()
    case .registers: return try makeRegisters()
    case .joinedRegisters: return try makeJoinedRegisters()
    case .middle: return try makeMiddle()
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
    let corpus = DemoCorpus(texts, seed: recipe.seed, mixture: .plain)
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

  /// Whether a stage of the first layers is done, or all that follows from it is.
  private func isPast(_ directory: String, _ settings: TrainingSettings) throws -> Bool {
    if try !isMissing(folder.model, recipe.targetSettings), try !isMissing(folder.draft, recipe.draftSettings) {
      return true
    }
    return try !isMissing(directory, settings)
  }

  private func makePrimer() throws -> Trainer.Outcome {
    if try isPast(folder.base, recipe.baseSettings) { return .finished }
    guard try isMissing(folder.primer, recipe.primerSettings) else { return .finished }
    return try trainOnNextTokens(
      recipe.draft,
      "Primer",
      recipe.primerSettings,
      corpus.primer,
      from: nil,
      to: folder.primer
    )
  }

  private func makeBase() throws -> Trainer.Outcome {
    if try isPast(folder.base, recipe.baseSettings) { return .finished }
    return try trainOnNextTokens(
      recipe.draft,
      "Base",
      recipe.baseSettings,
      corpus.base,
      from: folder.primer,
      to: folder.base
    )
  }

  private func makeChain() throws -> Trainer.Outcome {
    if try isPastRegisters(folder.chain, recipe.chainSettings) { return .finished }
    return try trainOnNextTokens(
      recipe.middle,
      "Chain",
      recipe.chainSettings,
      corpus.chain,
      from: folder.base,
      rehearsals: recipe.rehearsals,
      to: folder.chain
    )
  }

  private func makeRegisters() throws -> Trainer.Outcome {
    if try isPastRegisters(folder.registers, recipe.registerSettings) { return .finished }
    return try trainOnNextTokens(
      recipe.middle,
      "Registers",
      recipe.registerSettings,
      corpus.registers(properties: 1),
      from: folder.chain,
      to: folder.registers
    )
  }

  private func makeJoinedRegisters() throws -> Trainer.Outcome {
    if try isPastRegisters(folder.joinedRegisters, recipe.registerSettings) { return .finished }
    return try trainOnNextTokens(
      recipe.middle,
      "Joined registers",
      recipe.registerSettings,
      corpus.registers(properties: 3),
      from: folder.registers,
      to: folder.joinedRegisters
    )
  }

  /// Whether a stage of the model of some layers is done, or all that follows from it is.
  private func isPastRegisters(_ directory: String, _ settings: TrainingSettings) throws -> Bool {
    if try !isMissing(folder.model, recipe.targetSettings) { return true }
    if try !isMissing(folder.middle, recipe.middleSettings) { return true }
    if try !isMissing(folder.joinedRegisters, recipe.registerSettings) { return true }
    return try !isMissing(directory, settings)
  }

  private func makeMiddle() throws -> Trainer.Outcome {
    guard try isMissing(folder.model, recipe.targetSettings) else { return .finished }
    guard try isMissing(folder.middle, recipe.middleSettings) else { return .finished }
    return try trainOnNextTokens(
      recipe.middle,
      "Middle",
      recipe.middleSettings,
      corpus.middle,
      from: folder.joinedRegisters,
      to: folder.middle
    )
  }

  private func makeTarget() throws -> Trainer.Outcome {
    guard try isMissing(folder.model, recipe.targetSettings) else { return .finished }
    let objective = try DraftableTargetObjective(
      Checkpoint(directory: folder.middle),
      shape: recipe.growth,
      rows: recipe.targetSettings.batchTokens,
      seed: recipe.seed,
      context: context
    )
    return try train(objective, "Target", recipe.targetSettings, corpus.target, folder.model) {
      try objective.write(
        to: $0,
        adapterTo: folder.exitAdapter,
        headsTo: folder.jointHeads,
        tokenizerFrom: folder.model
      )
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
    try objective.load(folder.jointHeads)
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
      from: folder.base,
      to: folder.smallModel
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
    get throws { DemoData(recipe, texts, tokenizer: try Tokenizer(directory: folder.model)) }
  }

  /// The answers of the target; nil if the observer stopped it.
  private func distilled() throws -> TrainingData? {
    do {
      return try corpus.distilled(folder, context: context) { done, all in
        if done.isMultiple(of: 200) || done == all {
          observer.note("Answers written by the target: \(done) of \(all).")
        }
      } check: {
        if observer.wantsToStop { throw RecipeStopped() }
      }
    } catch is RecipeStopped {
      return nil
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

  /// Trains a model of some shape, from the induction circuit or from a model with as many layers or fewer.
  private func trainOnNextTokens(
    _ shape: ModelConfiguration,
    _ title: String,
    _ settings: TrainingSettings,
    _ data: TrainingData,
    from start: String?,
    rehearsals: Int = 0,
    to output: String
  ) throws -> Trainer.Outcome {
    let objective = try NextTokenObjective(
      shape,
      rows: settings.batchTokens,
      seed: recipe.seed,
      beginsLookingUp: true,
      context: context
    )
    if let start { try objective.load(Checkpoint(directory: start), seed: recipe.seed, rehearsals: rehearsals) }
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
    return try FolderClaim.during(output) { try run(objective, observer: observer, write: write) }
  }
}

/// The observer stopped the work.
struct RecipeStopped: Error {}
