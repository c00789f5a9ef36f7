import SpecKernels
import SpecModel

/// A candidate tree whose candidates depend on the node that they follow: each node that has children goes through what
/// drafts, and its children are the best tokens after it. A path lists ranks: [0, 2] is the third best token after the
/// best one. (Medusa's candidates depend on the depth alone.)
struct NodewiseTree {
  /// The tree cut at each depth, the root alone first.
  private let trees: [CandidateTree]

  init(_ tree: CandidateTree) { trees = (0...tree.depth).map { tree.cut(at: $0) } }

  /// Fills the tree, as deep as there is room, depth by depth. A draft vocabulary may have fewer tokens than the tree has
  /// ranks: nodes without a token are left out with all below them.
  ///
  /// - Parameters:
  ///   - context: the text and the room.
  ///   - vocabulary: the token that each number of the logits stands for; nil where it is its place.
  ///   - logits: gives a row of logits for each of the draft's nodes of a depth that have children, from the draft so far;
  ///     the root alone comes first. They need be valid until the next call only.
  /// - Returns: the draft, whose nodes are in the tree's order.
  /// - Throws: ``NotFiniteLogits`` for the drafter's.
  func draft(
    _ context: DraftContext,
    vocabulary: [Token]? = nil,
    _ logits: (_ draft: Draft, _ nodes: [Int]) -> ActivationRows
  ) throws(NotFiniteLogits) -> Draft {
    let tree = trees[min(context.limit, trees.count - 1)]
    let parents = tree.shape.parents
    var draft = context.root
    // The draft's node for each of the tree's.
    var numbers = [0: 0]
    for depth in 0..<tree.depth {
      let nodes = tree.continued(at: depth).compactMap { node in numbers[node].map { (node: node, number: $0) } }
      guard !nodes.isEmpty else { break }
      let rows = logits(draft, nodes.map(\.number))
      for (row, parent) in nodes.enumerated() {
        let best = try context.sampler.best(
          min(tree.candidates[depth], rows.width),
          of: rows[row..<row + 1],
          at: context.text.count + depth,
          vocabulary: vocabulary
        )
        for child in parents.indices where parents[child] == parent.node && tree.rank(of: child) < best.count {
          numbers[child] = draft.append(DraftToken(best[tree.rank(of: child)].token), to: parent.number)
        }
      }
    }
    return draft
  }
}

extension CandidateTree {
  /// The nodes of a depth that have children, rising.
  fileprivate func continued(at depth: Int) -> [Int] {
    let continued = Set(shape.parents)
    return shape.depths.indices.filter { shape.depths[$0] == depth && continued.contains($0) }
  }
}
