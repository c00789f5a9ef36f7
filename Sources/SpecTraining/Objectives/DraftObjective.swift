import SpecKernels
import SpecModel

/// Trains a small draft model (Leviathan et al. 2023) by distillation: it learns the target's output distribution.
package final class DraftObjective: DrafterObjective {
  let draft: TrainableTransformer
  /// How the draft model learns from the target.
  package let imitation: Imitation
  private let logits: FloatMatrix

  /// An untrained draft model.
  ///
  /// - Parameters:
  ///   - checkpoint: the target.
  ///   - configuration: the draft model's shape, with the target's vocabulary.
  ///   - rows: tokens of a batch.
  ///   - seed: what its first weights follow from.
  ///   - context: the kernels and threads to compute on.
  /// - Throws: ``SpecModel/ModelError`` or ``SpecKernels/KernelError``.
  package init(
    _ checkpoint: Checkpoint,
    configuration: ModelConfiguration,
    rows: Int,
    seed: UInt64,
    context: ComputeContext
  ) throws {
    imitation = try Imitation(of: FrozenTarget(checkpoint, rows: rows, context: context), TargetWishes())
    draft = try TrainableTransformer(configuration, rows: rows, isTrained: true, context: context)
    draft.initialize(seed: seed)
    logits = try FloatMatrix(rows: rows, columns: configuration.vocabularySize)
  }

  /// Takes a model's weights, to go on from them or to measure them.
  ///
  /// - Parameter checkpoint: a model of the draft's shape.
  /// - Throws: ``SpecModel/ModelError`` if it does not fit.
  package func load(_ checkpoint: Checkpoint) throws { try draft.load(checkpoint) }

  /// What training changes.
  package var parameters: [Parameter] { draft.parameters }
  /// Rows of a batch.
  package var rows: Int { draft.rows }
  /// The draft's configuration and the target, by content.
  package var identity: [String: String] {
    imitation.identity.adding(["the objective": "a draft model", "the configuration": draft.configuration.identity])
  }

  /// The loss against the target's distribution, with its gradients.
  package func step(_ batch: TrainingBatch) -> Double {
    forward(batch, for: .learning)
    let loss = imitation.learn(logits, batch)
    draft.backward(batch, logitsGradient: logits)
    return loss
  }

  /// Metrics without gradients.
  package func evaluate(_ batch: TrainingBatch) -> HeldOutMetrics {
    forward(batch, for: .measuring)
    return imitation.measure(logits, batch)
  }

  private func forward(_ batch: TrainingBatch, for use: KnowledgeUse) {
    imitation.knowledge.read(batch, for: use)
    draft.forward(batch)
    draft.logits(into: logits)
  }
}
