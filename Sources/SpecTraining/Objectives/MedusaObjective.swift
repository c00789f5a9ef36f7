import SpecKernels
import SpecModel

/// Trains Medusa-1 heads on a frozen target (Cai et al. 2024, §2.2.1): head i by cross-entropy on the token at
/// t + 2 + i, the heads' losses weighted by 0.8 to the power of i + 1.
package final class MedusaObjective: DrafterObjective {
  let heads: TrainableHeads
  /// How the heads learn from the target: from its states, and are measured beside its distribution.
  package let imitation: Imitation
  private let logits: FloatMatrix

  /// Untrained heads.
  ///
  /// - Parameters:
  ///   - checkpoint: the target.
  ///   - count: how many heads.
  ///   - vocabulary: the tokens that are drafted, rising; nil for all. The rows of all others stay the target's.
  ///   - rows: tokens of a batch.
  ///   - context: the kernels and threads to compute on.
  /// - Throws: ``SpecModel/ModelError`` or ``SpecKernels/KernelError``.
  package init(
    _ checkpoint: Checkpoint,
    count: Int,
    vocabulary: [Token]? = nil,
    rows: Int,
    context: ComputeContext
  ) throws {
    let target = try FrozenTarget(checkpoint, rows: rows, context: context)
    let tokens = DraftTokens(vocabulary)
    imitation = try Imitation(of: target, TargetWishes(finalStates: true, distribution: false, tokens: tokens))
    heads = try TrainableHeads(
      for: checkpoint.configuration,
      count: count,
      tokens: tokens,
      rows: rows,
      context: context
    )
    heads.initialize(head: target.head)
    logits = try FloatMatrix(rows: rows, columns: imitation.columns)
  }

  /// Takes heads' weights, to go on from them or to measure them.
  ///
  /// - Parameter directory: the heads' folder.
  /// - Throws: ``SpecModel/ModelError`` if there are none that fit.
  package func load(_ directory: String) throws {
    let file = MedusaTensors(try WeightNames.heads.open(in: directory))
    guard let tokens = heads.tokens else { return try parameters.forEach { try $0.load(file) } }
    for head in heads.heads {
      for parameter in [head.linear, head.bias] { try parameter.load(file) }
      try tokens.load(head.vocabulary, from: file, size: targetConfiguration.vocabularySize)
    }
  }

  /// What training changes.
  package var parameters: [Parameter] { heads.parameters }
  /// Rows of a batch.
  package var rows: Int { imitation.target.rows }
  /// The draft vocabulary and the target, by content.
  package var identity: [String: String] {
    imitation.identity.adding(["the objective": "Medusa heads", "the draft vocabulary": imitation.vocabularyIdentity])
  }
  var targetConfiguration: ModelConfiguration { imitation.target.configuration }

  /// The heads' weighted losses together.
  package func step(_ batch: TrainingBatch) -> Double {
    imitation.knowledge.read(batch, for: .learning)
    return heads.step(
      batch,
      finalStates: imitation.knowledge.finalStates,
      logits: logits,
      weight: 1,
      addingTo: nil
    )
  }

  /// The first head's loss; agreement of all heads' predictions with the target's own at the same place.
  package func evaluate(_ batch: TrainingBatch) -> HeldOutMetrics {
    let each = evaluateEach(batch)
    return HeldOutMetrics(ofHeads: each.count) { each[$0] }
  }

  /// Metrics of each head.
  ///
  /// - Parameter batch: held-out documents.
  /// - Returns: for each head sums that add up over batches.
  package func evaluateEach(_ batch: TrainingBatch) -> [HeldOutMetrics] {
    imitation.knowledge.read(batch, for: .measuring)
    return heads.heads.indices.map { head in
      heads.forward(head, finalStates: imitation.knowledge.finalStates, into: logits)
      // The target predicts the same token from the row that is head + 1 further on.
      return imitation.measure(logits, ahead: head + 1, batch)
    }
  }
}
