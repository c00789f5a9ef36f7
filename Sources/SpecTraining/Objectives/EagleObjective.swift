import SpecKernels
import SpecModel

/// Trains an EAGLE head on a frozen target, unrolled over its own outputs as it drafts (training-time test; Li et al. 2025,
/// arXiv 2503.01840, §3.2).
///
/// In every step the head learns the target's output distribution, by cross-entropy against the target's probabilities, each
/// step weighted by 0.8 against the one before it, as published. A head with a draft vocabulary learns the distribution over
/// that, where the target's likeliest token is in it: an EAGLE-3 head through a head of its own, an EAGLE-1 head through the
/// target's rows. An EAGLE-1 head learns the target's next state as well, by the smooth L1 distance, beside a tenth of the
/// cross-entropy (Li et al. 2024, arXiv 2401.15077, §4.2).
package final class EagleObjective: DrafterObjective {
  let head: TrainableEagle
  /// How the head learns from the target.
  package let imitation: Imitation
  /// The target's head, or its rows of the draft vocabulary; EAGLE-3's own head begins as the former.
  private let targetHead: Parameter
  private let logits: FloatMatrix
  private let logitCap: LogitCap?

  /// What each step counts against the one before it.
  private static let decay: Float = 0.8
  /// What the cross-entropy counts beside the distance of states.
  private static let shareOfTokens: Float = 0.1

  /// An untrained head.
  ///
  /// - Parameters:
  ///   - kind: which kind of head.
  ///   - checkpoint: the target.
  ///   - vocabulary: the tokens that it may draft, rising; nil for all.
  ///   - steps: how often it is unrolled, at least once.
  ///   - rows: tokens of a batch.
  ///   - seed: what the first weights follow from.
  ///   - context: the kernels and threads to compute on.
  /// - Throws: ``SpecModel/ModelError`` or ``SpecKernels/KernelError``.
  package init(
    _ kind: EagleKind,
    _ checkpoint: Checkpoint,
    vocabulary: [Token]? = nil,
    steps: Int,
    rows: Int,
    seed: UInt64,
    context: ComputeContext
  ) throws {
    let configuration = checkpoint.configuration
    var shape = EagleShape(published: kind, for: configuration)
    // The embedding is the target's: a copy of it would teach nothing.
    shape.hasEmbedding = false
    if kind == .eagle3 { shape.draftVocabulary = vocabulary?.count ?? configuration.vocabularySize }
    let target = try FrozenTarget(checkpoint, rows: rows, context: context)
    let tokens = DraftTokens(vocabulary)
    imitation = try Imitation(
      of: target,
      kind == .eagle1
        ? TargetWishes(finalStates: true, tokens: tokens)
        : TargetWishes(layers: Set(shape.fusedLayers).sorted(), tokens: tokens)
    )
    targetHead = try kind == .eagle1 ? tokens?.rows(of: target.head) ?? target.head : target.head
    head = try TrainableEagle(shape, steps: steps, rows: rows, context: context)
    head.initialize(finalNorm: target.norm, head: target.head, tokens: tokens, seed: seed)
    let entries = imitation.columns
    logits = try FloatMatrix(rows: rows, columns: entries)
    logitCap =
      kind == .eagle3
      ? nil : try configuration.parts.logitCap.map { try LogitCap($0, rows: rows, columns: entries, context: context) }
  }

  /// Takes a head's weights, to go on from them or to measure them.
  ///
  /// - Parameter directory: the head's folder, in the official names.
  /// - Throws: ``SpecModel/ModelError`` if there is none that fits.
  package func load(_ directory: String) throws {
    let file = try WeightNames.eagle.open(in: directory)
    for parameter in parameters { try parameter.load(file) }
  }

  /// What training changes.
  package var parameters: [Parameter] { head.parameters }
  /// Rows of a batch.
  package var rows: Int { imitation.target.rows }
  /// The tokens that it may draft, rising; nil for all.
  package var vocabulary: [Token]? { imitation.tokens?.tokens }
  /// The kind, the steps, the vocabulary and the target, by content.
  package var identity: [String: String] {
    imitation.identity.adding([
      "the objective": "an \(head.shape.kind.rawValue) head", "--unroll": "\(head.stepCount)",
      "the draft vocabulary": imitation.vocabularyIdentity,
    ])
  }

  /// The weighted losses of all steps together, with their gradients.
  package func step(_ batch: TrainingBatch) -> Double {
    computeFeatures(batch, for: .learning)
    var (loss, weight) = (0.0, Float(1))
    for step in 0..<head.stepCount {
      draft(step, batch)
      loss += Double(weight) * tokenLoss(step, batch, weight: weight)
      if head.shape.kind == .eagle1 { loss += Double(weight) * stateLoss(step, batch, weight: weight) }
      weight *= Self.decay
    }
    head.backward(batch)
    return loss
  }

  /// Metrics of the first step, without gradients.
  package func evaluate(_ batch: TrainingBatch) -> HeldOutMetrics {
    computeFeatures(batch, for: .measuring)
    draft(0, batch)
    return imitation.measure(logits, ahead: 1, batch)
  }

  private func computeFeatures(_ batch: TrainingBatch, for use: KnowledgeUse) {
    let knowledge = imitation.knowledge
    knowledge.read(batch, for: use)
    guard head.shape.kind == .eagle3 else { return head.features.copy(from: knowledge.finalStates) }
    let width = head.shape.targetWidth
    for (place, layer) in head.shape.fusedLayers.enumerated() {
      head.features.copyColumns(place * width..<(place + 1) * width, of: knowledge.states(after: layer), from: 0)
    }
  }

  private func draft(_ step: Int, _ batch: TrainingBatch) {
    head.forward(step, batch: batch, embed: imitation.target.embed)
    head.logits(of: step, head: targetHead, into: logits)
    logitCap?.apply(to: logits)
  }

  /// The mean cross-entropy of a step; its outputs' gradient begins with this one's.
  private func tokenLoss(_ step: Int, _ batch: TrainingBatch, weight: Float) -> Double {
    let share = head.shape.kind == .eagle1 ? Self.shareOfTokens : 1
    // A step further on, row t imitates what the target says one row further on.
    let loss = imitation.learn(logits, ahead: step + 1, batch, weight: weight * share)
    logitCap?.backward(logits)
    head.logitsBackward(logits, of: step, head: targetHead)
    return Double(share) * loss
  }

  /// The mean smooth L1 distance of a step's outputs from the target's states, whose gradient is added.
  private func stateLoss(_ step: Int, _ batch: TrainingBatch, weight: Float) -> Double {
    let (output, gradient) = (head.output(of: step), head.outputGradient(of: step))
    let (states, included) = (imitation.knowledge.finalStates, batch.targets(ahead: step + 1).map { $0 >= 0 })
    let width = output.columns
    let scale = weight / Float(max(1, included.count { $0 }) * width)
    var sum = 0.0
    for row in included.indices where included[row] {
      let (found, wanted) = (output.row(row), states.row(row + step + 1))
      gradient.change(row, 0..<width) { numbers in
        for index in 0..<width {
          let distance = found[index] - wanted[index]
          let size = abs(distance)
          sum += Double(size < 1 ? 0.5 * distance * distance : size - 0.5)
          numbers[index] += scale * max(-1, min(1, distance))
        }
      }
    }
    return sum / Double(max(1, included.count { $0 }) * width)
  }
}

extension EagleObjective {
  /// Writes the head in the official layout.
  ///
  /// - Parameter directory: the folder.
  /// - Throws: `UnwritableFile` if a file cannot be written.
  package func write(to directory: String) throws {
    try CheckpointWriter().writeEagleHead(
      head.shape,
      vocabulary: head.own == nil ? nil : vocabulary,
      tensors: parameters.flatMap(\.tensors),
      to: directory
    )
  }
}
