import SpecModel

/// EAGLE-2's dynamic draft tree (Li et al. 2024, arXiv 2406.16858, §4), which EAGLE-3 grows as well (Li et al. 2025, arXiv
/// 2503.01840, §3.2).
///
/// A node's score is the product of the head's probabilities on its path, an estimate of the chance that it is accepted.
/// Depth by depth the head proposes the best tokens after each of the best nodes; in the end the best nodes of all are
/// verified. With a width of 1 it is a chain.
package final class Eagle2: Drafter {
  /// How the tree grows.
  package struct Growth: Sendable {
    /// Nodes verified, the root not counted.
    package let nodes: Int
    /// How often nodes are continued. The tree may be one deeper.
    package let depth: Int
    /// Tokens proposed after a node, and nodes continued at a depth.
    package let width: Int
    /// The least score of a node that is continued; 0 continues all, as published.
    package let threshold: Double

    /// Makes a growth; the properties say what each value means.
    package init(nodes: Int, depth: Int, width: Int, threshold: Double = 0) {
      (self.nodes, self.depth, self.width, self.threshold) = (nodes, depth, width, threshold)
    }

    /// Most drafted tokens that go through the head in a cycle.
    package var drafts: Int { depth * width }
  }

  /// A node that may be verified. The first is the root.
  private struct Candidate {
    var token: Token
    /// Its parent among the candidates; −1 for the root.
    var parent: Int
    /// In double precision, in which no product of so many probabilities vanishes.
    var score: Double
    /// Which of the head's outputs is the one after it, once it has been continued.
    var output = 0
  }

  private let model: EagleModel
  private let growth: Growth

  /// - Parameters:
  ///   - model: the head beside its target.
  ///   - growth: how the tree grows.
  package init(_ model: EagleModel, growth: Growth) {
    self.model = model
    self.growth = growth
  }

  /// The head.
  package var models: [any DraftingModel] { [model] }
  /// The tokens of the head.
  package var vocabulary: [Token]? { model.vocabulary }

  /// Takes the prompt into the head.
  package func prefill(_ context: DraftContext) { model.prefill(context.text) }

  /// Grows a tree, and leaves its best nodes.
  package func draft(_ context: DraftContext) throws(NotFiniteLogits) -> Draft {
    var draft = context.root
    var candidates = [Candidate(token: draft.nodes[0].token, parent: -1, score: 1)]
    var (frontier, depth) = ([0], 0)
    while !frontier.isEmpty, depth < min(growth.depth + 1, context.limit) {
      depth += 1
      let first = candidates.count
      try grow(&candidates, frontier, position: context.rootPosition + depth, context)
      // A child's score is at most its parent's, so none of a node that is not among the best now can be in the end.
      let best = Set(best(growth.nodes, of: 1..<candidates.count, candidates))
      frontier = self.best(growth.width, of: first..<candidates.count, candidates).filter { node in
        best.contains(node) && candidates[node].score >= growth.threshold
      }
    }
    var numbers = [0: 0]
    for node in best(growth.nodes, of: 1..<candidates.count, candidates).sorted() {
      let candidate = candidates[node]
      numbers[node] = draft.append(DraftToken(candidate.token), to: numbers[candidate.parent])
    }
    return draft
  }

  /// Adds the best continuations of each node of the frontier.
  private func grow(
    _ candidates: inout [Candidate],
    _ frontier: [Int],
    position: Int,
    _ context: DraftContext
  ) throws(NotFiniteLogits) {
    let logits =
      frontier == [0]
      ? model.logitsAfterRoot(context.text)
      : model.logits(after: frontier.map { (candidates[$0].token, candidates[candidates[$0].parent].output) })
    let first = model.outputCount - frontier.count
    for (row, node) in frontier.enumerated() {
      candidates[node].output = first + row
      let proposals = try context.sampler.best(
        min(growth.width, logits.width),
        of: logits[row..<row + 1],
        at: position,
        vocabulary: model.vocabulary
      )
      for next in proposals {
        guard let confidence = next.confidence, confidence > 0 else { continue }
        let score = candidates[node].score * Double(confidence)
        candidates.append(Candidate(token: next.token, parent: node, score: score))
      }
    }
  }

  /// The candidates with the best scores, best first, equals in their order.
  private func best(_ count: Int, of range: Range<Int>, _ candidates: [Candidate]) -> [Int] {
    let order = range.sorted { one, other in
      candidates[one].score == candidates[other].score ? one < other : candidates[one].score > candidates[other].score
    }
    return Array(order.prefix(count))
  }
}
