import SpecKernels
import SpecModel

/// Trains Hydra heads on a frozen target: each head learns the target's own distribution of its token, by cross-entropy
/// against the target's probabilities, while it sees the tokens before that (Ankner et al. 2024, arXiv 2402.05109, §4; the
/// official training gives all heads the same weight).
package final class HydraObjective: TrainingObjective {
  private let heads: TrainableHydra
  private let target: FrozenTarget
  private let logits: FloatMatrix
  private let context: ComputeContext

  /// Untrained heads.
  ///
  /// - Parameters:
  ///   - checkpoint: the target.
  ///   - count: how many heads.
  ///   - hasPrefix: whether the states go through a layer of the heads' own first, as in Hydra++.
  ///   - rows: tokens of a batch.
  ///   - seed: what the first weights follow from.
  ///   - context: the kernels and threads to compute on.
  /// - Throws: ``SpecModel/ModelError`` or ``SpecKernels/KernelError``.
  package init(
    _ checkpoint: Checkpoint,
    count: Int,
    hasPrefix: Bool,
    rows: Int,
    seed: UInt64,
    context: ComputeContext
  ) throws {
    self.context = context
    target = try FrozenTarget(checkpoint, rows: rows, context: context)
    let shape = HydraShape(count: count, blocks: 1, hasPrefix: hasPrefix, for: checkpoint.configuration)
    heads = try TrainableHydra(shape, rows: rows, context: context)
    heads.initialize(finalNorm: target.norm, head: target.head, seed: seed)
    logits = try FloatMatrix(rows: rows, columns: checkpoint.configuration.vocabularySize)
  }

  /// Takes heads' weights, to go on from them or to measure them.
  ///
  /// - Parameter directory: the heads' folder.
  /// - Throws: ``SpecModel/ModelError`` if there are none that fit.
  package func load(_ directory: String) throws {
    let file = try WeightNames.hydra.open(in: directory)
    for parameter in parameters { try parameter.load(file) }
  }

  /// What training changes.
  package var parameters: [Parameter] { heads.parameters }
  /// Rows of a batch.
  package var rows: Int { target.rows }
  /// The kind and the target, by content.
  package var identity: [String: String] {
    [
      "the objective": "Hydra heads", "the kind of heads": heads.shape.architecture, "--heads": "\(heads.shape.count)",
      "the target": target.identity,
    ]
  }

  /// The heads' losses together.
  package func step(_ batch: TrainingBatch) -> Double {
    compute(batch)
    var loss = 0.0
    for head in 0..<heads.shape.count {
      let included = forward(head, batch)
      let count = included.count { $0 }
      let losses = context.crossEntropy(
        logits,
        teacher: target.logits,
        included: included,
        gradientScale: 1 / Float(max(1, count))
      )
      heads.backward(head, logitsGradient: logits)
      loss += mean(losses, over: count)
    }
    heads.finishBackward(batch)
    return loss
  }

  /// The first head's loss; agreement of all heads' predictions with the target's own of the same token.
  package func evaluate(_ batch: TrainingBatch) -> HeldOutMetrics {
    compute(batch)
    var metrics = HeldOutMetrics()
    for head in 0..<heads.shape.count {
      let included = forward(head, batch)
      metrics.add(context.compare(logits, teacher: target.logits), included: included)
      guard head == 0 else { continue }
      let targets = batch.targets(ahead: 2)
      metrics.add(losses: context.crossEntropy(logits, targets: targets, gradientScale: nil), targets: targets)
    }
    return metrics
  }

  private func compute(_ batch: TrainingBatch) {
    target.forward(batch)
    heads.read(target.finalStates, batch: batch, embed: target.embed)
  }

  /// Computes a head's logits, after those of the heads before it, and moves the target's to the rows that imitate them.
  ///
  /// - Returns: the rows that have a distribution to learn.
  private func forward(_ head: Int, _ batch: TrainingBatch) -> [Bool] {
    target.logits.shiftRows()
    heads.forward(head, into: logits)
    return batch.targets(ahead: head + 1).map { $0 >= 0 }
  }

  /// Writes the heads in the official layout.
  ///
  /// - Parameter directory: the folder.
  /// - Throws: `UnwritableFile` if a file cannot be written.
  package func write(to directory: String) throws {
    try CheckpointWriter().writeHydraHeads(heads.shape, tensors: parameters.flatMap(\.tensors), to: directory)
  }
}
