import SpecKernels
import SpecModel

/// Trains Kangaroo's adapter (Liu et al. 2024, §3.1): through the target's frozen head it learns the target's output
/// distribution from the states after the exit layer, by cross-entropy against the target's probabilities. With a draft
/// vocabulary it learns the distribution over that, through the head's rows of those tokens alone.
package final class KangarooObjective: DrafterObjective {
  let adapter: TrainableAdapter
  let exitLayer: Int
  /// How the adapter learns from the target.
  package let imitation: Imitation
  /// The target's head, or the rows of the draft vocabulary.
  private let head: Parameter
  private let logits: FloatMatrix
  private let logitCap: LogitCap?
  private let context: ComputeContext

  /// An untrained adapter.
  ///
  /// - Parameters:
  ///   - checkpoint: the target.
  ///   - exitLayer: how many of its first layers draft.
  ///   - vocabulary: the tokens that are drafted, rising; nil for all.
  ///   - rows: tokens of a batch.
  ///   - seed: what the adapter's first weights follow from.
  ///   - context: the kernels and threads to compute on.
  /// - Throws: ``SpecModel/ModelError`` or ``SpecKernels/KernelError``.
  package init(
    _ checkpoint: Checkpoint,
    exitLayer: Int,
    vocabulary: [Token]? = nil,
    rows: Int,
    seed: UInt64,
    context: ComputeContext
  ) throws {
    self.exitLayer = exitLayer
    self.context = context
    let target = try FrozenTarget(checkpoint, rows: rows, context: context)
    let tokens = DraftTokens(vocabulary)
    imitation = try Imitation(of: target, TargetWishes(layers: [exitLayer], tokens: tokens))
    head = try tokens?.rows(of: target.head) ?? target.head
    adapter = try TrainableAdapter(for: checkpoint.configuration, rows: rows, context: context)
    adapter.initialize(finalNorm: target.norm, seed: seed)
    let columns = imitation.columns
    logits = try FloatMatrix(rows: rows, columns: columns)
    logitCap = try checkpoint.configuration.parts.logitCap.map {
      try LogitCap($0, rows: rows, columns: columns, context: context)
    }
  }

  /// Takes an adapter's weights, to go on from them or to measure them.
  ///
  /// - Parameter directory: the adapter's folder.
  /// - Throws: ``SpecModel/ModelError`` if there is none that fits.
  package func load(_ directory: String) throws {
    let file = try WeightNames.adapter.open(in: directory)
    for parameter in parameters { try parameter.load(file) }
  }

  /// What training changes.
  package var parameters: [Parameter] { adapter.parameters }
  /// Rows of a batch.
  package var rows: Int { imitation.target.rows }
  /// The exit layer, the draft vocabulary and the target, by content.
  package var identity: [String: String] {
    imitation.identity.adding([
      "the objective": "a Kangaroo adapter", "the exit layer": "\(exitLayer)",
      "the draft vocabulary": imitation.vocabularyIdentity,
    ])
  }
  var targetConfiguration: ModelConfiguration { imitation.target.configuration }

  /// The loss against the target's distribution, with its gradients.
  package func step(_ batch: TrainingBatch) -> Double {
    let exits = draft(batch, for: .learning)
    let loss = imitation.learn(logits, batch)
    logitCap?.backward(logits)
    adapter.backward(logits, exits: exits, batch: batch, head: head)
    return loss
  }

  /// Metrics without gradients.
  package func evaluate(_ batch: TrainingBatch) -> HeldOutMetrics {
    _ = draft(batch, for: .measuring)
    return imitation.measure(logits, batch)
  }

  /// Computes the adapter's logits.
  ///
  /// - Returns: the states after the exit layer.
  private func draft(_ batch: TrainingBatch, for use: KnowledgeUse) -> FloatMatrix {
    imitation.knowledge.read(batch, for: use)
    let exits = imitation.knowledge.states(after: exitLayer)
    adapter.forward(exits, batch: batch)
    context.forward(adapter.states, through: head, into: logits)
    logitCap?.apply(to: logits)
    return exits
  }
}
