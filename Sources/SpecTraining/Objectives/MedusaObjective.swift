import SpecKernels
import SpecModel

/// Trains Medusa-1 heads on a frozen target (Cai et al. 2024, §2.2.1): head i by cross-entropy on the token at
/// t + 2 + i, the heads' losses weighted by 0.8 to the power of i + 1.
package final class MedusaObjective: TrainingObjective {
  let heads: TrainableHeads
  private let target: FrozenTarget
  private let logits: FloatMatrix
  private let later: FloatMatrix
  private let context: ComputeContext

  /// Untrained heads.
  ///
  /// - Parameters:
  ///   - checkpoint: the target.
  ///   - count: how many heads.
  ///   - rows: tokens of a batch.
  ///   - context: the kernels and threads to compute on.
  /// - Throws: ``SpecModel/ModelError`` or ``SpecKernels/KernelError``.
  package init(_ checkpoint: Checkpoint, count: Int, rows: Int, context: ComputeContext) throws {
    self.context = context
    target = try FrozenTarget(checkpoint, rows: rows, context: context)
    heads = try TrainableHeads(for: checkpoint.configuration, count: count, rows: rows, context: context)
    heads.initialize(head: target.head)
    logits = try FloatMatrix(rows: rows, columns: checkpoint.configuration.vocabularySize)
    later = try FloatMatrix(rows: rows, columns: checkpoint.configuration.vocabularySize)
  }

  /// Takes heads' weights, to go on from them or to measure them.
  ///
  /// - Parameter directory: the heads' folder.
  /// - Throws: ``SpecModel/ModelError`` if there are none that fit.
  package func load(_ directory: String) throws {
    let file = MedusaTensors(try WeightNames.heads.open(in: directory))
    for parameter in parameters { try parameter.load(file) }
  }

  /// What training changes.
  package var parameters: [Parameter] { heads.parameters }
  /// Rows of a batch.
  package var rows: Int { target.rows }
  /// The target, by content.
  package var identity: [String: String] {
    ["the objective": "Medusa heads", "the target": target.identity]
  }
  var targetConfiguration: ModelConfiguration { target.configuration }

  /// The heads' weighted losses together.
  package func step(_ batch: TrainingBatch) -> Double {
    target.computeStates(batch)
    return heads.step(batch, finalStates: target.finalStates, logits: logits, weight: 1, addingTo: nil)
  }

  /// The first head's loss; agreement of all heads' predictions with the target's own at the same place.
  package func evaluate(_ batch: TrainingBatch) -> HeldOutMetrics {
    evaluateEach(batch).enumerated().reduce(HeldOutMetrics()) { sum, head in
      var own = head.element
      if head.offset > 0 { (own.tokens, own.loss) = (0, 0) }
      return sum + own
    }
  }

  /// Metrics of each head.
  ///
  /// - Parameter batch: held-out documents.
  /// - Returns: for each head sums that add up over batches.
  package func evaluateEach(_ batch: TrainingBatch) -> [HeldOutMetrics] {
    target.forward(batch)
    return heads.heads.indices.map { evaluate(batch, head: $0) }
  }

  private func evaluate(_ batch: TrainingBatch, head: Int) -> HeldOutMetrics {
    heads.forward(head, finalStates: target.finalStates, into: logits)
    // The target predicts the same token from the row that is head + 1 further on.
    later.copyRows(of: target.logits, from: head + 1)
    let comparisons = context.compare(logits, teacher: later)
    var (metrics, included) = (HeldOutMetrics(), [Bool](repeating: false, count: rows))
    for sequence in batch.sequences where sequence.lowerBound < batch.used {
      for row in sequence.dropLast(head + 1) { included[row] = true }
    }
    metrics.add(comparisons, included: included)
    let targets = batch.targets(ahead: head + 2)
    metrics.add(losses: context.crossEntropy(logits, targets: targets, gradientScale: nil), targets: targets)
    return metrics
  }
}

extension FloatMatrix {
  /// Copies the rows from `first` on to the beginning; the rest keeps what it had.
  fileprivate func copyRows(of other: FloatMatrix, from first: Int) {
    other.withNumbers { source in
      withMutableNumbers { target in
        let kept = source[(first * columns)...]
        _ = target.update(fromContentsOf: kept)
      }
    }
  }
}
