import SpecModel
import SpecTraining

/// How large the demo model is and how much it learns from; the table of stages says the rest.
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
  /// Tokens that EAGLE-3's head may draft, the most frequent ones.
  package var draftVocabulary: Int
  /// Over how many tokens it learns to draft from its own outputs.
  package var unrolledSteps: Int
  /// The exit's part of the target's loss; the next token's is 1.
  package var exitWeight: Float
  /// The Medusa heads' part of it.
  package var headWeight: Float
  /// Prompts whose answers the target writes itself, for its drafters to learn from.
  package var distilledPrompts: Int
  /// Documents of the corpus that the drafters learn from beside these answers.
  package var drafterDocuments: Int
  /// Tokens of a step.
  package var batchTokens: Int
  /// Steps of every stage; nil for as many as its row in the table says.
  package var stepsOfEach: Int?

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
    draftVocabulary: 1536,
    unrolledSteps: 6,
    exitWeight: 0.25,
    headWeight: 0.25,
    distilledPrompts: 1500,
    drafterDocuments: 6000,
    batchTokens: 1024
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
    draftVocabulary: 256,
    unrolledSteps: 2,
    exitWeight: 0.5,
    headWeight: 0.25,
    distilledPrompts: 2,
    drafterDocuments: 4,
    batchTokens: 1024,
    stepsOfEach: 4
  )

  /// How a stage is trained: so many steps, at a peak rate, evaluated every so many steps.
  func settings(steps: Int, rate: Float, warmUp: Int = 100, every interval: Int = 100) -> TrainingSettings {
    if let stepsOfEach {
      return TrainingSettings(
        batchTokens: batchTokens,
        steps: stepsOfEach,
        warmUpSteps: 1,
        evaluationInterval: 2,
        checkpointInterval: 2
      )
    }
    return TrainingSettings(
      batchTokens: batchTokens,
      steps: steps,
      peakRate: rate,
      warmUpSteps: warmUp,
      finalShare: 0.05,
      evaluationInterval: interval
    )
  }

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
