import SpecKernels
import SpecModel

/// Trains Kangaroo's adapter (Liu et al. 2024, §3.1): through the target's frozen head it learns the target's output
/// distribution from the states after the exit layer, by cross-entropy against the target's probabilities.
package final class KangarooObjective: TrainingObjective {
  let adapter: TrainableAdapter
  let exitLayer: Int
  private let target: FrozenTarget
  private let exits: FloatMatrix
  private let logits: FloatMatrix
  private let logitCap: LogitCap?
  private let context: ComputeContext

  /// An untrained adapter.
  ///
  /// - Parameters:
  ///   - checkpoint: the target.
  ///   - exitLayer: how many of its first layers draft.
  ///   - rows: tokens of a batch.
  ///   - seed: what the adapter's first weights follow from.
  ///   - context: the kernels and threads to compute on.
  /// - Throws: ``SpecModel/ModelError`` or ``SpecKernels/KernelError``.
  package init(
    _ checkpoint: Checkpoint,
    exitLayer: Int,
    rows: Int,
    seed: UInt64,
    context: ComputeContext
  ) throws {
    self.exitLayer = exitLayer
    self.context = context
    target = try FrozenTarget(checkpoint, rows: rows, context: context)
    adapter = try TrainableAdapter(for: checkpoint.configuration, rows: rows, context: context)
    adapter.initialize(finalNorm: target.norm, seed: seed)
    exits = try FloatMatrix(rows: rows, columns: checkpoint.configuration.hiddenSize)
    let vocabulary = checkpoint.configuration.vocabularySize
    logits = try FloatMatrix(rows: rows, columns: vocabulary)
    logitCap = try checkpoint.configuration.parts.logitCap.map {
      try LogitCap(
        $0,
        rows: rows,
        columns: vocabulary,
        context: context
      )
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
  package var rows: Int { target.rows }
  /// The exit layer and the target, by content.
  package var identity: [String: String] {
    ["the objective": "a Kangaroo adapter", "the exit layer": "\(exitLayer)", "the target": target.identity]
  }
  var targetConfiguration: ModelConfiguration { target.configuration }

  /// The loss against the target's distribution, with its gradients.
  package func step(_ batch: TrainingBatch) -> Double {
    draft(batch)
    let loss = context.distill(logits, from: target, batch: batch)
    logitCap?.backward(logits)
    adapter.backward(logits, exits: exits, batch: batch, head: target.head)
    return loss
  }

  /// Metrics without gradients.
  package func evaluate(_ batch: TrainingBatch) -> HeldOutMetrics {
    draft(batch)
    return context.compare(logits, with: target, batch: batch)
  }

  private func draft(_ batch: TrainingBatch) {
    target.forward(batch, exits: [(exitLayer, exits)])
    adapter.forward(exits, batch: batch)
    context.forward(adapter.states, through: target.head, into: logits)
    logitCap?.apply(to: logits)
  }
}
