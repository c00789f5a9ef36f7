import SpecKernels
import SpecModel

/// What is trained: parameters, a loss with its gradients, and metrics on held-out documents.
package protocol TrainingObjective: AnyObject {
  /// What training changes, in a fixed order.
  var parameters: [Parameter] { get }

  /// Rows of a batch.
  var rows: Int { get }

  /// What the losses depend on beside the parameters, the documents and the training's settings: a training goes on only
  /// where all of it is the same. The names are for the user.
  var identity: [String: String] { get }

  /// Computes the loss and adds its gradients.
  ///
  /// - Parameter batch: documents.
  /// - Returns: the mean loss per predicted token, in nats.
  func step(_ batch: TrainingBatch) -> Double

  /// Computes metrics without gradients.
  ///
  /// - Parameter batch: held-out documents.
  /// - Returns: sums that add up over batches.
  func evaluate(_ batch: TrainingBatch) -> HeldOutMetrics
}

/// Metrics on held-out documents, as sums over predictions. Those that compare with a target are zero without one.
package struct HeldOutMetrics: Sendable, Equatable, Codable {
  /// Tokens predicted; with several heads, those of the first.
  package var tokens = 0
  /// Σ −log p(next token of the document), nats.
  package var loss = 0.0
  /// Predictions that were compared with a target's.
  package var compared = 0
  /// Of these, how often the most likely token was the target's most likely one.
  package var agreements = 0
  /// Of these, how often the target's most likely token was among the ten most likely.
  package var agreementsOfTen = 0
  /// Σ over predictions of Σ min(p, q): how often a token sampled from the drafter would be accepted (Leviathan et al.
  /// 2023, corollary 3.6).
  package var acceptance = 0.0
  /// Σ entropy of the target, nats.
  package var entropy = 0.0

  /// No metrics.
  package init() {}

  /// Mean loss per token, nats.
  package var meanLoss: Double { tokens == 0 ? .nan : loss / Double(tokens) }
  /// Share of predictions whose most likely token is the target's.
  package var agreement: Double { share(agreements) }
  /// Share of predictions that have the target's most likely token among their ten most likely.
  package var agreementOfTen: Double { share(agreementsOfTen) }
  /// Expected acceptance of sampled tokens.
  package var meanAcceptance: Double { compared == 0 ? .nan : acceptance / Double(compared) }
  /// Mean entropy of the target, nats per token.
  package var meanEntropy: Double { compared == 0 ? .nan : entropy / Double(compared) }

  /// Those of several heads: each one's comparisons, and the first one's loss.
  init(ofHeads count: Int, _ metrics: (Int) -> HeldOutMetrics) {
    self = (0..<count).map(metrics).enumerated().reduce(HeldOutMetrics()) { sum, head in
      var own = head.element
      if head.offset > 0 { (own.tokens, own.loss) = (0, 0) }
      return sum + own
    }
  }

  private func share(_ count: Int) -> Double { compared == 0 ? .nan : Double(count) / Double(compared) }

  /// Sums of two sets of predictions.
  package static func + (left: HeldOutMetrics, right: HeldOutMetrics) -> HeldOutMetrics {
    var sum = left
    sum.tokens += right.tokens
    sum.loss += right.loss
    sum.compared += right.compared
    sum.agreements += right.agreements
    sum.agreementsOfTen += right.agreementsOfTen
    sum.acceptance += right.acceptance
    sum.entropy += right.entropy
    return sum
  }

  /// Adds the losses of rows that have a target.
  mutating func add(losses: [Float], targets: [Int32]) {
    for (loss, target) in zip(losses, targets) where target >= 0 {
      self.loss += Double(loss)
      tokens += 1
    }
  }

  /// Adds the comparisons of the rows that are included.
  mutating func add(_ comparisons: [DistributionComparison], included: [Bool]) {
    for (comparison, isIncluded) in zip(comparisons, included) where isIncluded {
      compared += 1
      agreements += comparison.rank == 0 ? 1 : 0
      agreementsOfTen += comparison.rank < 10 ? 1 : 0
      acceptance += Double(comparison.overlap)
      entropy += Double(comparison.teacherEntropy)
    }
  }
}

extension [String: String] {
  /// With other entries.
  func adding(_ others: [String: String]) -> [String: String] { merging(others) { _, other in other } }
}

/// The mean over the rows that count.
func mean(_ losses: [Float], over count: Int) -> Double {
  count == 0 ? 0 : losses.reduce(0) { $0 + Double($1) } / Double(count)
}
