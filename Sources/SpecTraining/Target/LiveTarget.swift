import SpecKernels
import SpecModel

/// The target itself, which computes what it says about every batch anew.
final class LiveTarget: TargetKnowledge {
  let target: FrozenTarget
  let wishes: TargetWishes
  /// The residual stream after each layer that was wished for.
  let exits: [(layer: Int, states: FloatMatrix)]
  private(set) var teacher: Teacher
  private(set) var choices: [Token] = []
  /// The columns of the draft vocabulary.
  private let narrow: FloatMatrix?

  /// - Parameters:
  ///   - target: the model.
  ///   - wishes: what it is asked for.
  /// - Throws: ``SpecKernels/KernelError`` if there is not enough memory.
  init(_ target: FrozenTarget, _ wishes: TargetWishes) throws(KernelError) {
    (self.target, self.wishes) = (target, wishes)
    var exits: [(layer: Int, states: FloatMatrix)] = []
    for layer in wishes.layers {
      exits.append((layer, try FloatMatrix(rows: target.rows, columns: target.configuration.hiddenSize)))
    }
    self.exits = exits
    narrow =
      if let tokens = wishes.tokens { try FloatMatrix(rows: target.rows, columns: tokens.count) } else { nil }
    teacher = .logits(target.logits)
  }

  var finalStates: FloatMatrix { target.finalStates }

  func states(after layer: Int) -> FloatMatrix {
    guard let exit = exits.first(where: { $0.layer == layer }) else {
      preconditionFailure("states of a layer that was not wished for")
    }
    return exit.states
  }

  func read(_ batch: TrainingBatch, for use: KnowledgeUse) {
    target.computeStates(batch, exits: exits)
    if wishes.distribution || use == .measuring { computeTeacher(for: use) }
  }

  /// Makes the teacher of the final states.
  func computeTeacher(for use: KnowledgeUse) {
    target.computeLogits()
    teacher = .logits(target.logits)
    guard use == .learning, let tokens = wishes.tokens, let narrow else { return }
    choices = target.context.largestPlaces(target.logits)
    narrow.gatherColumns(tokens.columns, of: target.logits)
    teacher = .logits(narrow)
  }
}
