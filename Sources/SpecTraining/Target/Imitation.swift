import SpecFiles
import SpecKernels
import SpecModel

/// How a drafter comes to speak like its target: the loss of its logits against the target's distribution, and its metrics
/// beside the target on held-out documents.
///
/// Row t of the drafter's logits imitates what the target says some rows ahead, after row t + `ahead`. A drafter with a draft
/// vocabulary learns the distribution over that, where the target's likeliest token is in it, as EAGLE-3 does (Li et al.
/// 2025, arXiv 2503.01840; the official training). It is measured beside the whole distribution.
package final class Imitation {
  /// The model that is imitated.
  package let target: FrozenTarget
  /// The draft vocabulary; nil for the target's own.
  let tokens: DraftTokens?
  /// Where it is learned what the target says.
  private(set) var knowledge: any TargetKnowledge
  private let live: LiveTarget
  private let context: ComputeContext
  /// A drafter's logits spread over the target's vocabulary.
  private let wide: FloatMatrix?
  /// How many of the likeliest tokens are learned one by one; nil for all.
  private var likeliest: Int?

  /// - Parameters:
  ///   - target: the model that is imitated.
  ///   - wishes: what the drafter wants to know of it.
  /// - Throws: ``SpecKernels/KernelError`` if there is not enough memory.
  init(of target: FrozenTarget, _ wishes: TargetWishes) throws(KernelError) {
    (self.target, tokens, context) = (target, wishes.tokens, target.context)
    live = try LiveTarget(target, wishes)
    knowledge = live
    wide =
      if wishes.tokens == nil {
        nil
      } else {
        try FloatMatrix(rows: target.rows, columns: target.configuration.vocabularySize)
      }
  }

  /// Entries of the drafter's vocabulary.
  var columns: Int { tokens?.count ?? target.configuration.vocabularySize }

  /// What the losses depend on.
  var identity: [String: String] {
    var identity = ["the target": target.identity]
    if live.wishes.distribution {
      identity["what the drafter learns"] =
        likeliest.map { "the target's \($0) likeliest tokens" } ?? "the target's whole distribution"
    }
    return identity
  }

  /// The draft vocabulary, in a few words.
  var vocabularyIdentity: String {
    guard let tokens else { return "the target's" }
    var hash = SHA256()
    tokens.tokens.withUnsafeBytes { hash.update($0) }
    return "\(tokens.count) tokens, \(hash.hexDigest())"
  }

  /// From now on what the target says is kept in a file, and read from it where it is there, unless that would be too large.
  ///
  /// - Parameters:
  ///   - data: the documents that are learned from and measured on.
  ///   - settings: how much is kept.
  /// - Returns: what is kept, before its file is opened, or would be.
  /// - Throws: ``SpecKernels/KernelError`` if there is not enough memory.
  func keep(_ data: TrainingData, _ settings: TargetCacheSettings) throws(KernelError) -> CachedTarget {
    let count = settings.likeliest.flatMap { $0 < columns && live.wishes.distribution ? $0 : nil }
    let cached = try CachedTarget(live, of: data, likeliest: count)
    guard cached.fileBytes <= settings.bytes else { return cached }
    (likeliest, knowledge) = (count, cached)
    return cached
  }

  /// The loss of a drafter that learns its target's output distribution, −Σ p log q.
  ///
  /// - Parameters:
  ///   - student: the drafter's logits; replaced by the loss's gradient times the weight.
  ///   - ahead: how many rows further on the target says what a row imitates.
  ///   - batch: the documents, which were read for learning.
  ///   - weight: what the gradient is multiplied by.
  /// - Returns: the mean over the rows that have something to imitate, nats.
  func learn(_ student: FloatMatrix, ahead: Int = 0, _ batch: TrainingBatch, weight: Float = 1) -> Double {
    var included = batch.targets(ahead: ahead).map { $0 >= 0 }
    if let tokens {
      let choices = knowledge.choices
      for row in included.indices where included[row] { included[row] = tokens.contains(choices[row + ahead]) }
    }
    let count = included.count { $0 }
    let losses = context.crossEntropy(
      student,
      teacher: knowledge.teacher,
      ahead: ahead,
      included: included,
      gradientScale: weight / Float(max(1, count))
    )
    return mean(losses, over: count)
  }

  /// The metrics of a drafter's logits, which are left as they are.
  ///
  /// - Parameters:
  ///   - student: the drafter's logits.
  ///   - ahead: how many rows further on the target says what a row imitates.
  ///   - batch: the documents, which were read for measuring.
  /// - Returns: sums over the batch; the loss is that of the documents' own tokens, those of the draft vocabulary.
  func measure(_ student: FloatMatrix, ahead: Int = 0, _ batch: TrainingBatch) -> HeldOutMetrics {
    guard case .logits(let said) = knowledge.teacher else { preconditionFailure("a batch that was read for learning") }
    var metrics = HeldOutMetrics()
    let included = batch.targets(ahead: ahead).map { $0 >= 0 }
    metrics.add(context.compare(spread(student), teacher: said, ahead: ahead), included: included)
    var targets = batch.targets(ahead: ahead + 1)
    if let tokens { targets = targets.map(tokens.column) }
    metrics.add(losses: context.crossEntropy(student, targets: targets, gradientScale: nil), targets: targets)
    return metrics
  }

  /// Logits over the target's vocabulary.
  private func spread(_ student: FloatMatrix) -> FloatMatrix {
    guard let tokens, let wide else { return student }
    wide.spreadColumns(of: student, to: tokens.columns, others: DraftTokens.never)
    return wide
  }
}

/// An objective whose drafter learns from a frozen target.
package protocol DrafterObjective: TrainingObjective {
  /// How it learns.
  var imitation: Imitation { get }
}
