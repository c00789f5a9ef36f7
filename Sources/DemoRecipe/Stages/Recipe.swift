import SpecTraining
import SpecModel

/// The whole recipe of the demo model: shapes, data and settings of every stage.
package struct Recipe: Sendable {
  /// What everything follows from.
  package var seed: UInt64
  /// Documents that the tokenizer learns from.
  package var tokenizerDocuments: Int
  /// Drills that the primer learns from.
  package var primerDrills: Int
  /// Documents that the base learns from, and drills among them.
  package var baseDocuments, baseDrills: Int
  /// Drills that the model of some layers learns to look up in two steps from.
  package var chainDrills: Int
  /// Registers that it learns to do so in text from, and more drills among them.
  package var registers, registerDrills: Int
  /// Documents that it learns from then, others than those before, and glossaries among them.
  package var middleDocuments, glossaryDrills: Int
  /// Documents that all layers learn from; others than those before.
  package var targetDocuments: Int
  /// Documents that they are evaluated on.
  package var heldOutDocuments: Int
  /// Questions of each category.
  package var questionsPerCategory: Int
  /// The target's shape.
  package var target: ModelConfiguration
  /// Layers between the base's, which are the draft model's, and the target's.
  package var middleLayers: Int
  /// How many of the layers that it has more than the base begin as weaker copies of the base's last attention.
  package var rehearsals: Int
  /// Layers of the draft model, which otherwise has the target's shape.
  package var draftLayers: Int
  /// Layers that Kangaroo drafts with.
  package var exitLayer: Int
  /// How many Medusa heads.
  package var medusaHeads: Int
  /// The exit's part of the target's loss; the next token's is 1.
  package var exitWeight: Float
  /// The Medusa heads' part of it.
  package var headWeight: Float
  /// Prompts whose answers the target writes itself, for its drafters to learn from.
  package var distilledPrompts: Int
  /// Documents of the corpus that the drafters learn from beside these answers.
  package var drafterDocuments: Int
  /// How to train each stage.
  package var primerSettings, baseSettings, chainSettings, registerSettings, middleSettings, targetSettings,
    kangarooSettings, medusaSettings, smallModelSettings, draftSettings: TrainingSettings

  /// The shipped model. Deep and narrow: a Kangaroo draft costs 2 of 24 layers, the adapter and the head.
  package static let shipped = Recipe(
    seed: 1,
    tokenizerDocuments: 12_000,
    primerDrills: 50_000,
    baseDocuments: 30_000,
    baseDrills: 40_000,
    chainDrills: 9000,
    registers: 900,
    registerDrills: 3000,
    middleDocuments: 17_000,
    glossaryDrills: 8000,
    targetDocuments: 10_000,
    heldOutDocuments: 240,
    questionsPerCategory: 20,
    target: shape(width: 256, inner: 704, layers: 24, heads: 8, vocabulary: 2048, context: 1024),
    middleLayers: 6,
    rehearsals: 2,
    draftLayers: 2,
    exitLayer: 2,
    medusaHeads: 4,
    exitWeight: 0.25,
    headWeight: 0.25,
    distilledPrompts: 1500,
    drafterDocuments: 6000,
    primerSettings: settings(steps: 300, rate: 2e-3),
    baseSettings: settings(steps: 3000, rate: 2e-3, warmUp: 200, evaluationInterval: 500),
    chainSettings: settings(steps: 500, rate: 1e-3),
    registerSettings: settings(steps: 400, rate: 1e-3),
    middleSettings: settings(steps: 2500, rate: 1e-3, evaluationInterval: 250),
    targetSettings: settings(steps: 2000, rate: 8e-4, evaluationInterval: 200),
    kangarooSettings: settings(steps: 300, rate: 7e-4),
    medusaSettings: settings(steps: 600, rate: 7e-4),
    smallModelSettings: settings(steps: 4500, rate: 1.5e-3, evaluationInterval: 500),
    draftSettings: settings(steps: 4000, rate: 1e-3, evaluationInterval: 400)
  )

  /// The same stages in seconds, for tests.
  package static let miniature = Recipe(
    seed: 1,
    tokenizerDocuments: 60,
    primerDrills: 200,
    baseDocuments: 60,
    baseDrills: 50,
    chainDrills: 50,
    registers: 10,
    registerDrills: 10,
    middleDocuments: 30,
    glossaryDrills: 10,
    targetDocuments: 30,
    heldOutDocuments: 6,
    questionsPerCategory: 1,
    target: shape(width: 32, inner: 64, layers: 4, heads: 2, vocabulary: 512, context: 1024),
    middleLayers: 3,
    rehearsals: 1,
    draftLayers: 2,
    exitLayer: 2,
    medusaHeads: 4,
    exitWeight: 0.5,
    headWeight: 0.25,
    distilledPrompts: 2,
    drafterDocuments: 4,
    primerSettings: miniatureSettings,
    baseSettings: miniatureSettings,
    chainSettings: miniatureSettings,
    registerSettings: miniatureSettings,
    middleSettings: miniatureSettings,
    targetSettings: miniatureSettings,
    kangarooSettings: miniatureSettings,
    medusaSettings: miniatureSettings,
    smallModelSettings: miniatureSettings,
    draftSettings: miniatureSettings
  )

  private static func settings(
    steps: Int,
    rate: Float,
    warmUp: Int = 100,
    evaluationInterval: Int = 100
  ) -> TrainingSettings {
    TrainingSettings(
      batchTokens: 1024,
      steps: steps,
      peakRate: rate,
      warmUpSteps: warmUp,
      finalShare: 0.05,
      evaluationInterval: evaluationInterval
    )
  }

  private static let miniatureSettings = TrainingSettings(
    batchTokens: 1024,
    steps: 4,
    warmUpSteps: 1,
    evaluationInterval: 2,
    checkpointInterval: 2
  )

  private static func shape(
    width: Int,
    inner: Int,
    layers: Int,
    heads: Int,
    vocabulary: Int,
    context: Int
  ) -> ModelConfiguration {
    ModelConfiguration(
      hiddenSize: width,
      intermediateSize: inner,
      layers: layers,
      attentionHeads: heads,
      keyValueHeads: heads,
      headDimension: width / heads,
      vocabularySize: vocabulary,
      contextLength: context,
      tiesEmbeddings: true,
      beginToken: 1,
      endTokens: [2]
    )
  }

  /// The shape of the model of some layers.
  package var middle: ModelConfiguration {
    var shape = target
    shape.layers = middleLayers
    return shape
  }

  /// What the model of some layers grows to.
  package var growth: DraftableTargetObjective.Shape {
    DraftableTargetObjective.Shape(
      layers: target.layers,
      exitLayer: exitLayer,
      exitWeight: exitWeight,
      heads: medusaHeads,
      headWeight: headWeight
    )
  }

  /// The draft model's shape.
  package var draft: ModelConfiguration {
    var shape = target
    shape.layers = draftLayers
    return shape
  }
}
