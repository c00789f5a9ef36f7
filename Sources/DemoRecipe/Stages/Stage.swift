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
  }

  /// What makes the result.
  enum Work {
    /// Files that are written at once.
    case files([String], write: (Workshop) throws -> Void)
    /// A training, with what its charts are called.
    case training(String, TrainingSettings, lesson: (Workshop) throws -> Lesson)
  }

  let name: Name
  /// The stages whose results this one begins with.
  let needs: [Name]
  let work: Work

  /// The whole recipe: what each stage is called, how it is trained, what it begins with and what it learns.
  static func all(_ recipe: Recipe, in folder: DemoFolder) -> [Stage] {
    [
      // The questions and the manifest.
      Stage(.suite, files: [folder.questions, folder.manifest]) { try $0.writeSuite() },
      // The vocabulary.
      Stage(.tokenizer, files: [folder.model + "/tokenizer.json"]) { try $0.trainTokenizer() },
      // The first layers as a model of their own, which learns to look words up.
      Stage(.primer, "Primer", recipe.primerSettings, needs: [.tokenizer]) {
        try $0.nextTokens(recipe.draft, recipe.primerSettings, $0.data.primer)
      },
      // The same, which goes on with the corpus where much is to be looked up.
      Stage(.base, "Base", recipe.baseSettings, needs: [.primer]) {
        try $0.nextTokens(recipe.draft, recipe.baseSettings, $0.data.base, after: .primer)
      },
      // The base with more layers, which learns to look up what it has looked up.
      Stage(.chain, "Chain", recipe.chainSettings, needs: [.base]) {
        try $0.nextTokens(recipe.middle, recipe.chainSettings, $0.data.chain, after: .base, recipe.rehearsals)
      },
      // The same, which learns to do so in text: from registers with one list of what each town has.
      Stage(.registers, "Registers", recipe.registerSettings, needs: [.chain]) {
        try $0.nextTokens(recipe.middle, recipe.registerSettings, $0.data.registers(properties: 1), after: .chain)
      },
      // The same, which goes on with registers of several lists.
      Stage(.joinedRegisters, "Joined registers", recipe.registerSettings, needs: [.registers]) {
        try $0.nextTokens(recipe.middle, recipe.registerSettings, $0.data.registers(properties: 3), after: .registers)
      },
      // The same, which goes on with the corpus.
      Stage(.middle, "Middle", recipe.middleSettings, needs: [.joinedRegisters]) {
        try $0.nextTokens(recipe.middle, recipe.middleSettings, $0.data.middle, after: .joinedRegisters)
      },
      // The model that the suite is run on: the same with many layers on top, which learns to be drafted for beside the
      // next token.
      Stage(.target, "Target", recipe.targetSettings, needs: [.middle]) { try $0.target() },
      // Kangaroo's adapter and Medusa's heads, which go on from those that the target learned with.
      Stage(.kangaroo, "Kangaroo adapter", recipe.kangarooSettings, needs: [.target]) { try $0.kangaroo() },
      Stage(.medusa, "Medusa heads", recipe.medusaSettings, needs: [.target]) { try $0.medusa() },
      // The base alone, which goes on learning the next token from as much as the target does.
      Stage(.smallModel, "Small model", recipe.smallModelSettings, needs: [.base]) {
        try $0.nextTokens(recipe.draft, recipe.smallModelSettings, $0.data.smallModel, after: .base)
      },
      // The draft model: the small model, which goes on learning from the target.
      Stage(.draft, "Draft model", recipe.draftSettings, needs: [.target, .smallModel]) { try $0.draft() },
    ]
  }

  private init(_ name: Name, files: [String], write: @escaping (Workshop) throws -> Void) {
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
