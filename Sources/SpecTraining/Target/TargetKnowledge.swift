import SpecKernels
import SpecModel

/// Where a drafter learns from what its target says: the target itself, or a file that holds what it has said.
protocol TargetKnowledge: AnyObject {
  /// Makes ready what the target says about a batch.
  ///
  /// - Parameters:
  ///   - batch: documents.
  ///   - use: what it is for.
  func read(_ batch: TrainingBatch, for use: KnowledgeUse)

  /// The final normalized states of the batch, where they were wished for.
  var finalStates: FloatMatrix { get }

  /// The residual stream of the batch after one of the layers that were wished for.
  func states(after layer: Int) -> FloatMatrix

  /// What the target says after each row.
  var teacher: Teacher { get }

  /// The target's likeliest token after each row, of its whole vocabulary. For learning with a draft vocabulary.
  var choices: [Token] { get }
}

/// What a batch is read for.
enum KnowledgeUse: Int, CaseIterable {
  /// To learn from: what the drafter imitates.
  case learning
  /// To measure a drafter on: the target's whole distribution, always.
  case measuring
}

/// What a drafter wants to know of its target.
struct TargetWishes {
  /// The layers after which it reads the residual stream, rising.
  var layers: [Int] = []
  /// Whether it learns from the final states.
  var finalStates = false
  /// Whether it learns the target's distribution.
  var distribution = true
  /// Its draft vocabulary: what it learns is the distribution over that.
  var tokens: DraftTokens?
}

/// The distributions that a drafter imitates, one after each row of a batch.
enum Teacher {
  /// Logits over the drafter's vocabulary.
  case logits(FloatMatrix)
  /// The likeliest tokens of the drafter's vocabulary, and all others together.
  case likeliest(LikeliestLogits)
}

extension ComputeContext {
  /// −Σ p log q of each row against a teacher of either kind; see the kernels' functions of the same name.
  func crossEntropy(
    _ student: FloatMatrix,
    teacher: Teacher,
    ahead: Int,
    included: [Bool],
    gradientScale: Float?
  ) -> [Float] {
    switch teacher {
    case .logits(let teacher):
      crossEntropy(student, teacher: teacher, ahead: ahead, included: included, gradientScale: gradientScale)
    case .likeliest(let teacher):
      crossEntropy(student, teacher: teacher, ahead: ahead, included: included, gradientScale: gradientScale)
    }
  }
}
