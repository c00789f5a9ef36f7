import SpecKernels
import SpecModel

/// A candidate tree whose candidates depend on the node that they follow: each node that has children goes through what
/// drafts, and its children are the best tokens after it. A path lists ranks: [0, 2] is the third best token after the
/// best one. (Medusa's candidates depend on the depth alone.)
struct NodewiseTree {
  /// The tree cut at each depth, the root alone first.
  private let trees: [CandidateTree]

  init(_ tree: CandidateTree) { trees = (0...tree.depth).map { tree.cut(at: $0) } }

  /// Fills the tree, as deep as there is room, depth by depth.
  ///
  /// - Parameters:
  ///   - context: the text and the room.
  ///   - vocabulary: the token that each number of the logits stands for; nil where it is its place.
  ///   - logits: gives a row of logits for each of the nodes of a depth that have children, from the draft so far; the root
  ///     alone comes first. They need be valid until the next call only.
  /// - Returns: the draft, whose nodes have the tree's numbers.
  /// - Throws: ``NotFiniteLogits`` for the drafter's.
  func draft(
    _ context: DraftContext,
    vocabulary: [Token]? = nil,
    _ logits: (_ draft: Draft, _ nodes: [Int]) -> ActivationRows
  ) throws(NotFiniteLogits) -> Draft {
    let tree = trees[min(context.limit, trees.count - 1)]
    let parents = tree.shape.parents
    var draft = context.root
    for depth in 0..<tree.depth {
      let nodes = tree.continued(at: depth)
      let rows = logits(draft, nodes)
      for (row, node) in nodes.enumerated() {
        let best = try context.sampler.best(
          tree.candidates[depth],
          of: rows[row..<row + 1],
          at: context.text.count + depth,
          vocabulary: vocabulary
        )
        // Nodes are in the order of depth, so that a node's number in the draft is that in the tree.
        for child in parents.indices where parents[child] == node {
          draft.append(DraftToken(best[tree.rank(of: child)].token), to: node)
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
