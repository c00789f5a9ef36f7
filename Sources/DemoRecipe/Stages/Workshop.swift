import Foundation
import SpecFiles
import SpecKernels
import SpecModel
import SpecTraining

/// What the stages do, each on the results of those before it.
struct Workshop {
  let recipe: Recipe
  let texts: CorpusTexts
  /// The manifest that a folder without one gets.
  let manifest: String
  let folder: DemoFolder
  let context: ComputeContext
  let observer: any TrainingObserver

  var data: DemoData {
    get throws { try DemoData(recipe, texts, folder) }
  }

  /// Writes the questions, and the manifest unless it is there: its decoders are tuned by hand.
  func writeSuite() throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    var lines = ""
    for question in DemoSuite.questions(texts, perCategory: recipe.questionsPerCategory, seed: recipe.seed) {
      lines += String(decoding: try encoder.encode(question), as: UTF8.self) + "\n"
    }
    try OutputFile.write(lines, to: folder.questions)
    guard !FileManager.default.fileExists(atPath: folder.manifest) else { return }
    try OutputFile.write(try InputFile<RecipeFileError>.text(of: manifest, limit: 1 << 20), to: folder.manifest)
  }

  func trainTokenizer() throws {
    observer.note("Tokenizer: learning from \(recipe.tokenizerDocuments) documents.")
    var trainer = try BytePairTrainer(
      vocabularySize: recipe.target.vocabularySize,
      specialTokens: SpecialTokens(others: DemoData.markers)
    )
    let corpus = DemoCorpus(texts, seed: recipe.seed, mixture: .plain)
    for turn in (0..<recipe.tokenizerDocuments).lazy.flatMap({ corpus.document(at: $0).turns }) {
      trainer.add(turn.question)
      trainer.add(turn.answer)
    }
    try OutputFile.makeFolder(folder.model)
    try trainer.train().write(
      to: folder.model,
      contextLength: recipe.target.contextLength,
      chatTemplate: DemoData.template.jinja
    )
  }

  /// A model of some shape, from the induction circuit or from a stage's model with as many layers or fewer.
  func nextTokens(
    _ shape: ModelConfiguration,
    _ data: TrainingData,
    after stage: Stage.Name? = nil,
    _ rehearsals: Int = 0
  ) throws -> Lesson {
    let objective = try NextTokenObjective(
      shape,
      rows: recipe.batchTokens,
      seed: recipe.seed,
      beginsLookingUp: true,
      context: context
    )
    if let start = try stage.map({ try Checkpoint(directory: folder.result(of: $0)) }) {
      try objective.load(start, seed: recipe.seed, rehearsals: rehearsals)
    }
    return Lesson(objective: objective, data: data) {
      try objective.write(to: $0, tokenizerFrom: folder.model)
    }
  }

  func target() throws -> Lesson {
    let objective = try DraftableTargetObjective(
      Checkpoint(directory: folder.result(of: .middle)),
      shape: recipe.growth,
      rows: recipe.batchTokens,
      seed: recipe.seed,
      context: context
    )
    return Lesson(objective: objective, data: try data.target) {
      try objective.write(
        to: $0,
        adapterTo: folder.exitAdapter,
        headsTo: folder.jointHeads,
        tokenizerFrom: folder.model
      )
    }
  }

  func kangaroo() throws -> Lesson {
    try requireTargetsOwn(folder.exitAdapter)
    let data = try distilled()
    let objective = try KangarooObjective(
      Checkpoint(directory: folder.model),
      exitLayer: recipe.exitLayer,
      rows: recipe.batchTokens,
      seed: recipe.seed,
      context: context
    )
    try objective.load(folder.exitAdapter)
    return Lesson(objective: objective, data: data) { try objective.write(to: $0) }
  }

  func medusa() throws -> Lesson {
    try requireTargetsOwn(folder.jointHeads)
    let data = try distilled()
    let objective = try MedusaObjective(
      Checkpoint(directory: folder.model),
      count: recipe.medusaHeads,
      rows: recipe.batchTokens,
      context: context
    )
    try objective.load(folder.jointHeads)
    return Lesson(objective: objective, data: data) { try objective.write(to: $0) }
  }

  func draft() throws -> Lesson {
    let data = try distilled()
    let objective = try DraftObjective(
      Checkpoint(directory: folder.model),
      configuration: recipe.draft,
      rows: recipe.batchTokens,
      seed: recipe.seed,
      context: context
    )
    let smallModel = folder.result(of: .smallModel)
    try objective.load(Checkpoint(directory: smallModel))
    return Lesson(objective: objective, data: data) {
      try objective.write(to: $0, tokenizerFrom: folder.model)
      try keepRecord(of: smallModel, in: folder.smallModelRecord)
    }
  }

  /// An EAGLE-3 head, untrained or from a stage's.
  func eagle(after stage: Stage.Name? = nil) throws -> Lesson {
    let data = try distilled()
    let objective = try EagleObjective(
      .eagle3,
      Checkpoint(directory: folder.model),
      vocabulary: data.training.draftVocabulary(recipe.draftVocabulary, size: recipe.target.vocabularySize),
      steps: recipe.unrolledSteps,
      rows: recipe.batchTokens,
      seed: recipe.seed,
      context: context
    )
    guard let start = stage.map(folder.result) else {
      return Lesson(objective: objective, data: data) { try objective.write(to: $0) }
    }
    try objective.load(start)
    return Lesson(objective: objective, data: data) {
      try objective.write(to: $0)
      try keepRecord(of: start, in: folder.eagleStartRecord)
    }
  }

  /// Ships how a part was trained whose result is not shipped.
  private func keepRecord(of start: String, in directory: String) throws {
    try OutputFile.makeFolder(directory)
    try TrainingRecord.finished(in: start)?.write(to: directory)
  }

  /// What the target has learned with is not shipped, so a drafter alone cannot be made again from what is.
  private func requireTargetsOwn(_ path: String) throws(RecipeFileError) {
    guard FileManager.default.fileExists(atPath: path) else {
      throw .madeWithTarget(path: path, record: folder.model + "/" + TrainingRecord.fileName)
    }
  }

  /// The answers of the target to prompts that it has not learned from, beside documents of the corpus.
  private func distilled() throws -> TrainingData {
    let data = try data
    let answers = DistilledAnswers(
      of: try Checkpoint(directory: folder.model),
      to: data.distilledPrompts,
      limit: recipe.target.contextLength,
      folder: folder.work
    )
    let written = try answers.write(context: context) { done, all in
      if done.isMultiple(of: 200) || done == all {
        observer.note("Answers written by the target: \(done) of \(all).")
      }
    } check: {
      if observer.wantsToStop { throw RecipeStopped() }
    }
    return try data.drafters(with: written)
  }
}
