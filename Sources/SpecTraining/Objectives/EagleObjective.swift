import SpecFiles
import SpecKernels
import SpecModel

/// Trains an EAGLE head on a frozen target, unrolled over its own outputs as it drafts (training-time test; Li et al. 2025,
/// arXiv 2503.01840, §3.2).
///
/// In every step the head learns the target's output distribution, by cross-entropy against the target's probabilities, each
/// step weighted by 0.8 against the one before it, as published. An EAGLE-3 head with a vocabulary of its own learns the
/// distribution over that, where the target's likeliest token is in it. An EAGLE-1 head learns the target's next state as
/// well, by the smooth L1 distance, beside a tenth of the cross-entropy (Li et al. 2024, arXiv 2401.15077, §4.2).
package final class EagleObjective: TrainingObjective {
  let head: TrainableEagle
  /// The token that each entry of its own head stands for; nil where they are the target's.
  package let vocabulary: [Token]?
  private let target: FrozenTarget
  private let exits: [(layer: Int, states: FloatMatrix)]
  private let logits: FloatMatrix
  private let teacher: FloatMatrix?
  private let wide: FloatMatrix?
  private let logitCap: LogitCap?
  private let places: [Token: Int]
  private let context: ComputeContext

  /// What each step counts against the one before it.
  private static let decay: Float = 0.8
  /// What the cross-entropy counts beside the distance of states.
  private static let shareOfTokens: Float = 0.1

  /// An untrained head.
  ///
  /// - Parameters:
  ///   - kind: which kind of head.
  ///   - checkpoint: the target.
  ///   - vocabulary: for EAGLE-3 the tokens that it may draft, rising; nil for all.
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
    self.context = context
    self.vocabulary = kind == .eagle3 ? vocabulary : nil
    places = Dictionary((self.vocabulary ?? []).enumerated().map { ($1, $0) }) { first, _ in first }
    target = try FrozenTarget(checkpoint, rows: rows, context: context)
    head = try TrainableEagle(shape, steps: steps, rows: rows, context: context)
    head.initialize(finalNorm: target.norm, head: target.head, vocabulary: self.vocabulary, seed: seed)
    exits =
      kind == .eagle1
      ? []
      : try Set(shape.fusedLayers).sorted().map {
        ($0, try FloatMatrix(rows: rows, columns: configuration.hiddenSize))
      }
    let entries = shape.draftVocabulary ?? configuration.vocabularySize
    logits = try FloatMatrix(rows: rows, columns: entries)
    teacher = try self.vocabulary.map { _ in try FloatMatrix(rows: rows, columns: entries) }
    wide = try self.vocabulary.map { _ in try FloatMatrix(rows: rows, columns: configuration.vocabularySize) }
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
  package var rows: Int { target.rows }
  /// The kind, the steps, the vocabulary and the target, by content.
  package var identity: [String: String] {
    var hash = SHA256()
    (vocabulary ?? []).withUnsafeBytes { hash.update($0) }
    return [
      "the objective": "an \(head.shape.kind.rawValue) head", "--unroll": "\(head.stepCount)",
      "the draft vocabulary": vocabulary.map { "\($0.count) tokens, \(hash.hexDigest())" } ?? "the target's",
      "the target": target.identity,
    ]
  }

  /// The weighted losses of all steps together, with their gradients.
  package func step(_ batch: TrainingBatch) -> Double {
    computeFeatures(batch)
    let isDrafted = isDrafted(batch)
    var (loss, weight) = (0.0, Float(1))
    for step in 0..<head.stepCount {
      // A step further on, row t imitates what the target says one row further on.
      target.logits.shiftRows()
      draft(step, batch)
      let next = batch.targets(ahead: step + 1).map { $0 >= 0 }
      let included = next.indices.map { next[$0] && isDrafted[$0 + step + 1] }
      loss += Double(weight) * tokenLoss(step, included, weight: weight)
      if head.shape.kind == .eagle1 { loss += Double(weight) * stateLoss(step, next, weight: weight) }
      weight *= Self.decay
    }
    head.backward(batch)
    return loss
  }

  /// Metrics of the first step, without gradients.
  package func evaluate(_ batch: TrainingBatch) -> HeldOutMetrics {
    computeFeatures(batch)
    target.logits.shiftRows()
    draft(0, batch)
    var metrics = HeldOutMetrics()
    var student = logits
    if let vocabulary, let wide {
      wide.spreadColumns(of: logits, to: vocabulary.map(Int.init), others: Self.never)
      student = wide
    }
    let included = batch.targets(ahead: 1).map { $0 >= 0 }
    metrics.add(context.compare(student, teacher: target.logits), included: included)
    let targets = batch.targets(ahead: 2).map { token in
      vocabulary == nil ? token : Int32(places[token] ?? -1)
    }
    metrics.add(losses: context.crossEntropy(logits, targets: targets, gradientScale: nil), targets: targets)
    return metrics
  }

  /// The logit of a token that is not drafted: its probability is 0.
  private static let never: Float = -1e4

  private func computeFeatures(_ batch: TrainingBatch) {
    target.forward(batch, exits: exits)
    guard head.shape.kind == .eagle3 else { return head.features.copy(from: target.finalStates) }
    let width = head.shape.targetWidth
    for (place, layer) in head.shape.fusedLayers.enumerated() {
      guard let exit = exits.first(where: { $0.layer == layer }) else { continue }
      head.features.copyColumns(place * width..<(place + 1) * width, of: exit.states, from: 0)
    }
  }

  private func draft(_ step: Int, _ batch: TrainingBatch) {
    head.forward(step, batch: batch, embed: target.embed)
    head.logits(of: step, head: target.head, into: logits)
    logitCap?.apply(to: logits)
  }

  /// Whether the target's likeliest token after each row can be drafted; padded so that later rows can be asked for.
  private func isDrafted(_ batch: TrainingBatch) -> [Bool] {
    let padding = [Bool](repeating: false, count: head.stepCount)
    guard vocabulary != nil else { return [Bool](repeating: true, count: rows) + padding }
    let choices = context.compare(target.logits, teacher: target.logits).map { Token($0.teacherChoice) }
    return choices.map { places[$0] != nil } + padding
  }

  /// The mean cross-entropy of a step; its outputs' gradient begins with this one's.
  private func tokenLoss(_ step: Int, _ included: [Bool], weight: Float) -> Double {
    let count = included.count { $0 }
    let share = head.shape.kind == .eagle1 ? Self.shareOfTokens : 1
    var imitated = target.logits
    if let vocabulary, let teacher {
      teacher.gatherColumns(vocabulary.map(Int.init), of: target.logits)
      imitated = teacher
    }
    let losses = context.crossEntropy(
      logits,
      teacher: imitated,
      included: included,
      gradientScale: weight * share / Float(max(1, count))
    )
    logitCap?.backward(logits)
    head.logitsBackward(logits, of: step, head: target.head)
    return Double(share) * mean(losses, over: count)
  }

  /// The mean smooth L1 distance of a step's outputs from the target's states, whose gradient is added.
  private func stateLoss(_ step: Int, _ included: [Bool], weight: Float) -> Double {
    let (output, gradient, states) = (head.output(of: step), head.outputGradient(of: step), target.finalStates)
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
  /// The most frequent tokens of some documents, as a draft vocabulary.
  ///
  /// - Parameters:
  ///   - count: how many; equally frequent ones by lowest id.
  ///   - documents: what to count in.
  ///   - size: entries of the target's vocabulary.
  /// - Returns: the tokens, rising; nil where they would be all.
  package static func draftVocabulary(
    _ count: Int,
    of documents: TokenizedDocuments,
    size: Int
  ) -> [Token]? {
    TokenFrequencies(of: documents, vocabularySize: size).likeliest(count)
  }

  /// Writes the head in the official layout.
  ///
  /// - Parameter directory: the folder.
  /// - Throws: `UnwritableFile` if a file cannot be written.
  package func write(to directory: String) throws {
    try CheckpointWriter().writeEagleHead(
      head.shape,
      vocabulary: vocabulary,
      tensors: parameters.flatMap(\.tensors),
      to: directory
    )
  }
}
