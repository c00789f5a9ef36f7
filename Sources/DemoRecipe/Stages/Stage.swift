import SpecModel
import SpecTraining

/// A part of the work with a result of its own.
package struct Stage {
  /// The stages in the order of the work.
  package enum Name: String, CaseIterable, Sendable {
    case suite, tokenizer, primer, base, chain, registers
    case joinedRegisters = "joined-registers"
    case middle, target, kangaroo, medusa
    case smallModel = "small-model"
    case draft
    case eagleStart = "eagle3-start"
    case eagle3

    /// The stage with which the suite is whole.
    package static let last = Name.eagle3
  }

  /// What makes the result.
  enum Work {
    /// Files that are written at once.
    case files((DemoFolder) -> [String], write: (Workshop) throws -> Void)
    /// A training, with what its charts are called.
    case training(String, TrainingSettings, lesson: (Workshop) throws -> Lesson)
  }

  let name: Name
  /// The stages whose results this one begins with.
  let needs: [Name]
  let work: Work

  /// The whole recipe: what each stage is called, how it is trained, what it begins with and what it learns.
  static func all(_ recipe: Recipe) -> [Stage] {
    [
      // The questions and the manifest.
      Stage(.suite, files: { [$0.questions, $0.manifest] }) { try $0.writeSuite() },
      // The vocabulary.
      Stage(.tokenizer, files: { [$0.tokenizer] }) { try $0.trainTokenizer() },
      // The first layers as a model of their own, which learns to look words up.
      Stage(.primer, "Primer", recipe.settings(steps: 300, rate: 2e-3), needs: [.tokenizer]) {
        try $0.nextTokens(recipe.draft, $0.data.primer)
      },
      // The same, which goes on with the corpus where much is to be looked up.
      Stage(.base, "Base", recipe.settings(steps: 3000, rate: 2e-3, warmUp: 200, every: 500), needs: [.primer]) {
        try $0.nextTokens(recipe.draft, $0.data.base, after: .primer)
      },
      // The base with more layers, which learns to look up what it has looked up.
      Stage(.chain, "Chain", recipe.settings(steps: 500, rate: 1e-3), needs: [.base]) {
        try $0.nextTokens(recipe.middle, $0.data.chain, after: .base, recipe.rehearsals)
      },
      // The same, which learns to do so in text: from registers with one list of what each town has.
      Stage(.registers, "Registers", recipe.settings(steps: 400, rate: 1e-3), needs: [.chain]) {
        try $0.nextTokens(recipe.middle, $0.data.registers(properties: 1), after: .chain)
      },
      // The same, which goes on with registers of several lists.
      Stage(.joinedRegisters, "Joined registers", recipe.settings(steps: 400, rate: 1e-3), needs: [.registers]) {
        try $0.nextTokens(recipe.middle, $0.data.registers(properties: 3), after: .registers)
      },
      // The same, which goes on with the corpus.
      Stage(.middle, "Middle", recipe.settings(steps: 2500, rate: 1e-3, every: 250), needs: [.joinedRegisters]) {
        try $0.nextTokens(recipe.middle, $0.data.middle, after: .joinedRegisters)
      },
      // The model that the suite is run on: the same with many layers on top, which learns to be drafted for beside the
      // next token.
      Stage(.target, "Target", recipe.settings(steps: 2000, rate: 8e-4, every: 200), needs: [.middle]) {
        try $0.target()
      },
      // Kangaroo's adapter and Medusa's heads, which go on from those that the target learned with.
      Stage(.kangaroo, "Kangaroo adapter", recipe.settings(steps: 300, rate: 7e-4), needs: [.target]) {
        try $0.kangaroo()
      },
      Stage(.medusa, "Medusa heads", recipe.settings(steps: 600, rate: 7e-4), needs: [.target]) { try $0.medusa() },
      // The base alone, which goes on learning the next token from as much as the target does.
      Stage(.smallModel, "Small model", recipe.settings(steps: 4500, rate: 1.5e-3, every: 500), needs: [.base]) {
        try $0.nextTokens(recipe.draft, $0.data.smallModel, after: .base)
      },
      // The draft model: the small model, which goes on learning from the target.
      Stage(.draft, "Draft model", recipe.settings(steps: 4000, rate: 1e-3, every: 400), needs: [.target, .smallModel])
      { try $0.draft() },
      // EAGLE-3's head, from scratch.
      Stage(.eagleStart, "EAGLE-3 head", recipe.settings(steps: 3000, rate: 2e-3, every: 300), needs: [.target]) {
        try $0.eagle()
      },
      // The same, which goes on learning.
      Stage(.eagle3, "EAGLE-3 head", recipe.settings(steps: 2000, rate: 1.5e-3, every: 200), needs: [.eagleStart]) {
        try $0.eagle(after: .eagleStart)
      },
    ]
  }

  /// How a stage is trained.
  ///
  /// - Parameters:
  ///   - name: the stage.
  ///   - recipe: what is made.
  /// - Returns: its settings; nil for a stage that is no training.
  package static func settings(of name: Name, in recipe: Recipe) -> TrainingSettings? {
    for case .training(_, let settings, _) in all(recipe).filter({ $0.name == name }).map(\.work) { return settings }
    return nil
  }

  private init(_ name: Name, files: @escaping (DemoFolder) -> [String], write: @escaping (Workshop) throws -> Void) {
    self.name = name
    needs = []
    work = .files(files, write: write)
  }

  private init(
    _ name: Name,
    _ title: String,
    _ settings: TrainingSettings,
    needs: [Name],
    lesson: @escaping (Workshop) throws -> Lesson
  ) {
    self.name = name
    self.needs = needs
    work = .training(title, settings, lesson: lesson)
  }
}

/// What is trained, what from, and how its result is written into a folder.
struct Lesson {
  let objective: any TrainingObjective
  let data: TrainingData
  let write: (String) throws -> Void
}
