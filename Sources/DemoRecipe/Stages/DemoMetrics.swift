import SpecFiles
import SpecKernels
import SpecModel
import SpecTraining

/// What the demo model has learned, measured on documents and questions that it was never trained on.
package struct DemoMetrics: Sendable {
  /// The target on the held-out documents, which are those that its drafters are measured on.
  package let targetOverall: HeldOutMetrics
  /// The target on held-out documents of each category, in the order of `DemoCategory.allCases`.
  package let target: [(category: DemoCategory, metrics: HeldOutMetrics)]
  /// The exit layer with Kangaroo's adapter, through the target's head, beside the target.
  package let exitLayer: HeldOutMetrics
  /// A model of the draft's layers that learned the next token from as much of the same data as the target did, at
  /// the end of its training.
  package let smallModel: HeldOutMetrics
  /// The draft model beside the target.
  package let draft: HeldOutMetrics
  /// Each Medusa head beside what the target says later.
  package let heads: [HeldOutMetrics]
  /// EAGLE-3's head beside the target, its first token.
  package let eagle3: HeldOutMetrics
  /// The target's greedy answers to the suite's questions.
  package let answers: AnswerMetrics

  /// Measures a demo model.
  ///
  /// - Parameters:
  ///   - recipe: how it was made.
  ///   - texts: what the corpus says.
  ///   - folder: where it lies.
  ///   - context: the kernels and threads to compute on.
  /// - Throws: `ModelError`, `TokenizerError` or `KernelError` if a part is missing.
  package init(_ recipe: Recipe, texts: CorpusTexts, folder: DemoFolder, context: ComputeContext) throws {
    let data = try DemoData(recipe, texts, folder)
    let checkpoint = try Checkpoint(directory: folder.model)
    let rows = recipe.batchTokens
    let heldOut = BatchPlan(data.heldOut, rows: rows, seed: 0).inOrder
    let frozen = try FrozenTarget(checkpoint, rows: rows, context: context)
    targetOverall = Self.sum(heldOut, frozen.evaluate)
    target = DemoCategory.allCases.map { category in
      (category, Self.sum(BatchPlan(data.heldOut(of: category), rows: rows, seed: 0).inOrder, frozen.evaluate))
    }
    let kangaroo = try KangarooObjective(
      checkpoint,
      exitLayer: recipe.exitLayer,
      rows: rows,
      seed: recipe.seed,
      context: context
    )
    try kangaroo.load(folder.result(of: .kangaroo))
    exitLayer = Self.sum(heldOut, kangaroo.evaluate)
    smallModel = try TrainingRecord.finished(in: folder.smallModelRecord)?.points.last?.heldOut ?? HeldOutMetrics()
    let own = try Checkpoint(directory: folder.result(of: .draft))
    let draftModel = try DraftObjective(
      checkpoint,
      configuration: own.configuration,
      rows: rows,
      seed: recipe.seed,
      context: context
    )
    try draftModel.load(own)
    draft = Self.sum(heldOut, draftModel.evaluate)
    let medusa = try MedusaObjective(checkpoint, count: recipe.medusaHeads, rows: rows, context: context)
    try medusa.load(folder.result(of: .medusa))
    let none = [HeldOutMetrics](repeating: HeldOutMetrics(), count: recipe.medusaHeads)
    heads = heldOut.reduce(none) { sums, batch in zip(sums, medusa.evaluateEach(batch)).map { $0 + $1 } }
    let head = folder.result(of: .eagle3)
    let eagle = try EagleObjective(
      .eagle3,
      checkpoint,
      vocabulary: EagleHead.Header(directory: head, kind: .eagle3, target: checkpoint.configuration).vocabulary,
      steps: 1,
      rows: rows,
      seed: recipe.seed,
      context: context
    )
    try eagle.load(head)
    eagle3 = Self.sum(heldOut, eagle.evaluate)
    answers = try AnswerMetrics(data, checkpoint: checkpoint, frozen: frozen, context: context)
  }

  private static func sum(
    _ batches: [TrainingBatch],
    _ evaluate: (TrainingBatch) -> HeldOutMetrics
  ) -> HeldOutMetrics {
    batches.reduce(HeldOutMetrics()) { $0 + evaluate($1) }
  }
}
