import SpecKernels
import SpecModel

/// Trains Hydra heads on a frozen target: each head learns the target's own distribution of its token, by cross-entropy
/// against the target's probabilities, while it sees the tokens before that (Ankner et al. 2024, arXiv 2402.05109, §4; the
/// official training gives all heads the same weight). With a draft vocabulary they learn the distribution over that.
package final class HydraObjective: DrafterObjective {
  private let heads: TrainableHydra
  /// How the heads learn from the target.
  package let imitation: Imitation
  private let logits: FloatMatrix

  /// Untrained heads.
  ///
  /// - Parameters:
  ///   - checkpoint: the target.
  ///   - count: how many heads.
  ///   - hasPrefix: whether the states go through a layer of the heads' own first, as in Hydra++.
  ///   - vocabulary: the tokens that are drafted, rising; nil for all. The rows of all others stay the target's.
  ///   - rows: tokens of a batch.
  ///   - seed: what the first weights follow from.
  ///   - context: the kernels and threads to compute on.
  /// - Throws: ``SpecModel/ModelError`` or ``SpecKernels/KernelError``.
  package init(
    _ checkpoint: Checkpoint,
    count: Int,
    hasPrefix: Bool,
    vocabulary: [Token]? = nil,
    rows: Int,
    seed: UInt64,
    context: ComputeContext
  ) throws {
    let target = try FrozenTarget(checkpoint, rows: rows, context: context)
    let tokens = DraftTokens(vocabulary)
    imitation = try Imitation(of: target, TargetWishes(finalStates: true, tokens: tokens))
    let shape = HydraShape(count: count, blocks: 1, hasPrefix: hasPrefix, for: checkpoint.configuration)
    heads = try TrainableHydra(shape, tokens: tokens, rows: rows, context: context)
    heads.initialize(finalNorm: target.norm, head: target.head, seed: seed)
    logits = try FloatMatrix(rows: rows, columns: imitation.columns)
  }

  /// Takes heads' weights, to go on from them or to measure them.
  ///
  /// - Parameter directory: the heads' folder.
  /// - Throws: ``SpecModel/ModelError`` if there are none that fit.
  package func load(_ directory: String) throws {
    try heads.load(WeightNames.hydra.open(in: directory))
  }

  /// What training changes.
  package var parameters: [Parameter] { heads.parameters }
  /// Rows of a batch.
  package var rows: Int { imitation.target.rows }
  /// The kind, the draft vocabulary and the target, by content.
  package var identity: [String: String] {
    imitation.identity.adding([
      "the objective": "Hydra heads", "the kind of heads": heads.shape.architecture, "--heads": "\(heads.shape.count)",
      "the draft vocabulary": imitation.vocabularyIdentity,
    ])
  }

  /// The heads' losses together.
  package func step(_ batch: TrainingBatch) -> Double {
    read(batch, for: .learning)
    var loss = 0.0
    for head in 0..<heads.shape.count {
      heads.forward(head, into: logits)
      loss += imitation.learn(logits, ahead: head + 1, batch)
      heads.backward(head, logitsGradient: logits)
    }
    heads.finishBackward(batch)
    return loss
  }

  /// The first head's loss; agreement of all heads' predictions with the target's own of the same token.
  package func evaluate(_ batch: TrainingBatch) -> HeldOutMetrics {
    read(batch, for: .measuring)
    return HeldOutMetrics(ofHeads: heads.shape.count) { head in
      heads.forward(head, into: logits)
      return imitation.measure(logits, ahead: head + 1, batch)
    }
  }

  private func read(_ batch: TrainingBatch, for use: KnowledgeUse) {
    imitation.knowledge.read(batch, for: use)
    heads.read(imitation.knowledge.finalStates, batch: batch, embed: imitation.target.embed)
  }

  /// Writes the heads in the official layout.
  ///
  /// - Parameter directory: the folder.
  /// - Throws: `UnwritableFile` if a file cannot be written.
  package func write(to directory: String) throws {
    let tensors = heads.tensors(others: imitation.target.head.value)
    try CheckpointWriter().writeHydraHeads(heads.shape, tensors: tensors, to: directory)
  }
}
