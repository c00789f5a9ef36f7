import SpecKernels
import SpecModel

/// Kangaroo with a dynamic draft tree (Liu et al. 2024, NeurIPS version of arXiv 2404.18911, early exiting in tree
/// decoding).
///
/// Depth by depth one pass of the adapter proposes the best tokens after each node of the frontier. A node's score is the
/// product of the confidences on its path. The best `width` of a depth are drafted, unless as many nodes as are verified
/// have better scores already, and those whose score reaches the threshold are the next frontier: drafting ends once none
/// does. The `nodes` with the best scores are verified by the remaining layers in one pass over the exit-layer states
/// that drafting has computed. So the tree is nearly a chain where the adapter is sure, and branches where it is not.
///
/// The paper leaves the score, the stop and the pruning open. A product of confidences estimates the chance that a node is
/// accepted, so the best nodes are those that the target accepts most tokens of; the estimate also tells what another
/// pass of the adapter is worth, so the threshold is on it and not on a single confidence as in the chain.
public final class KangarooTree: Decoder {
  /// How the tree grows.
  public struct Growth: Sendable {
    /// The deepest drafted token.
    public var steps: Int
    /// Tokens proposed after a node, and nodes drafted at a depth.
    public var width: Int
    /// Nodes verified, the root not counted.
    public var nodes: Int
    /// A node with a score below this is not continued.
    public var threshold: Float
    /// A token that is not the likeliest after its node is not drafted with a score below this.
    public var minimum: Float

    /// Makes a growth; the properties say what each value means.
    public init(steps: Int, width: Int, nodes: Int, threshold: Float, minimum: Float) {
      self.steps = steps
      self.width = width
      self.nodes = nodes
      self.threshold = threshold
      self.minimum = minimum
    }
  }

  /// A tree with what drafting knows of its nodes.
  private struct Draft {
    var tree: DraftTree
    /// Products of confidences.
    var scores: [Float] = [1]
    /// The nodes that the adapter has run, in its order.
    var proposed: [Int] = []

    /// The nodes that the adapter has run as a tree of their own.
    var proposedShape: TokenTree {
      TokenTree(parents: proposed.map { node in proposed.firstIndex(of: tree.parents[node]) ?? -1 })
    }

    /// Where in the adapter's order some nodes stand that it has run.
    func places(of nodes: [Int]) -> [Int] { nodes.compactMap { proposed.firstIndex(of: $0) } }
  }

  private let model: EarlyExit
  private let chooser: TokenChooser
  private let growth: Growth
  /// The newest token; it has not been run yet.
  private var last: Token = 0

  /// - Parameters:
  ///   - target: the model.
  ///   - adapter: trained for the target at this exit layer.
  ///   - exitLayer: number of the target's first layers that draft, at least 1 and fewer than all.
  ///   - growth: how the tree grows; steps × width is below ``Transformer/largestTree``.
  ///   - sampling: how tokens are chosen.
  /// - Throws: `KernelError` if there is not enough memory.
  public init(
    target: Transformer,
    adapter: KangarooAdapter,
    exitLayer: Int,
    growth: Growth,
    sampling: Sampling = .greedy
  ) throws {
    precondition(growth.steps * growth.width < Transformer.largestTree, "a tree larger than one pass takes")
    self.growth = growth
    model = try EarlyExit(target: target, adapter: adapter, exitLayer: exitLayer, drafts: growth.steps * growth.width)
    chooser = try TokenChooser(sampling, target: target)
  }

  /// Runs the prompt through the shallow layers, the adapter and the deep layers.
  public func begin(_ prompt: [Token]) throws(NotFiniteLogits) -> Token? {
    last = try model.begin(prompt, chooser)
    return last
  }

  /// Grows a tree until unsure, verifies its best nodes with the remaining layers, keeps the path that agrees.
  public func cycle(_ budget: CycleBudget) throws(NotFiniteLogits) -> Cycle {
    var timer = PhaseTimer()
    var draft = try grow(atMost: min(growth.steps, budget.longestDraft), &timer)
    prune(&draft)
    timer.mark(.overhead)
    let shape = draft.tree.shape
    let logits = model.verify(.tree(shape, nodes: 0..<shape.count), last: shape.count)
    let choices = try chooser.tokens(logits, at: shape.depths.map { model.committed + 1 + $0 })
    timer.mark(.verify)
    let path = Acceptance.path(in: shape, tokens: draft.tree.tokens, choices: choices)
    model.keep(path, proposed: draft.places(of: path))
    model.commit(model.committed + path.count)
    last = choices[path[path.count - 1]]
    timer.mark(.overhead)
    return Cycle(shape, tokens: draft.tree.tokens, path: path, bonus: last, times: timer.times)
  }

  private func grow(atMost limit: Int, _ timer: inout PhaseTimer) throws(NotFiniteLogits) -> Draft {
    var draft = Draft(tree: DraftTree(root: last))
    model.exit([last])
    timer.mark(.draft)
    var (frontier, depth) = ([0], 0)
    while !frontier.isEmpty, depth < limit {
      depth += 1
      draft.proposed += frontier
      let logits = depth == 1 ? model.propose() : model.propose(after: frontier, in: draft.proposedShape)
      let proposals = try frontier.enumerated().map { (row, node) throws(NotFiniteLogits) in
        let least = growth.minimum / draft.scores[node]
        return try chooser.best(growth.width, of: logits[row..<row + 1], at: model.committed + depth, others: least)
      }
      timer.mark(.draft)
      let first = draft.tree.count
      for child in children(of: frontier, draft.scores, proposals) {
        draft.tree.append(child.token, to: child.parent)
        draft.scores.append(child.score)
      }
      let new = first..<draft.tree.count
      timer.mark(.overhead)
      if new.isEmpty { break }
      model.exit(Array(draft.tree.tokens[new]), .tree(draft.tree.shape, nodes: new))
      timer.mark(.draft)
      // No child of the last of as many nodes as are verified could be among them.
      let ranking = best(growth.nodes + 1, of: draft.scores)
      let outsider = ranking.count > growth.nodes ? ranking.last : nil
      frontier = new.filter { draft.scores[$0] >= growth.threshold && $0 != outsider }
      timer.mark(.overhead)
    }
    return draft
  }

  /// The best continuations of all nodes of the frontier together, as far as they are among the nodes to verify: as the
  /// tree grows a node can only lose its place there, never win it.
  private func children(
    of frontier: [Int],
    _ scores: [Float],
    _ proposals: [[DraftedToken]]
  ) -> [(token: Token, parent: Int, score: Float)] {
    var children: [(token: Token, parent: Int, score: Float)] = []
    for (node, proposed) in zip(frontier, proposals) {
      for (rank, next) in proposed.enumerated() {
        let score = scores[node] * (next.confidence ?? 0)
        if rank == 0 || score >= growth.minimum { children.append((next.token, node, score)) }
      }
    }
    let new = best(growth.width, of: children.map(\.score)).map { children[$0] }
    return best(growth.nodes + 1, of: scores + new.map(\.score)).filter { $0 >= scores.count }
      .map { new[$0 - scores.count] }.filter { $0.score > 0 }
  }

  /// Leaves the nodes with the best scores. A node's score is at most its parent's, so a parent goes after its children.
  private func prune(_ draft: inout Draft) {
    guard draft.tree.count > growth.nodes + 1 else { return }
    let kept = best(growth.nodes + 1, of: draft.scores).sorted()
    model.keep(kept, proposed: draft.places(of: kept))
    let numbers = Dictionary(uniqueKeysWithValues: kept.enumerated().map { ($1, $0) })
    draft.proposed = draft.proposed.compactMap { numbers[$0] }
    draft.scores = kept.map { draft.scores[$0] }
    draft.tree.keep(kept)
  }

  /// The places of the largest numbers, largest first, equals in their order.
  private func best(_ count: Int, of scores: [Float]) -> [Int] {
    let order = scores.indices.sorted { scores[$0] == scores[$1] ? $0 < $1 : scores[$0] > scores[$1] }
    return Array(order.prefix(count))
  }
}

extension KangarooTree {
  /// The catalogue's entry.
  static let method = Method(
    name: "kangaroo-tree",
    summary: "Kangaroo whose drafts form a tree that grows until unsure; its best nodes are verified in one pass.",
    paper: "Liu et al. 2024, Kangaroo: Lossless Self-Speculative Decoding for Accelerating LLMs via Double Early "
      + "Exiting, NeurIPS 2024, arXiv 2404.18911",
    settings: [
      .exitLayer,
      Setting(name: "steps", kind: .integer(1...64), standard: "6", help: "depth of the deepest drafted token"),
      Setting(
        name: "width",
        kind: .integer(1...64),
        standard: "3",
        help: "tokens proposed after a node, and nodes drafted at a depth; steps × width is below 128"
      ),
      Setting(
        name: "nodes",
        kind: .integer(1...127),
        standard: "5",
        help: "most nodes verified, the best scores first: as many as one pass verifies cheaply, less one"
      ),
      Setting(
        name: "threshold",
        kind: .number(0...1),
        standard: "0.2",
        help: "a node is not continued once the product of the confidences on its path is below this"
      ),
      Setting(
        name: "minimum",
        kind: .number(0...1),
        standard: "0",
        help: "a token beside the likeliest is not drafted if that product is below this, as it would rarely pay"
      ),
      .adapter,
    ],
    addedParameters: { KangarooAdapter.parameterCount(for: $0) },
    companion: .adapter,
    checkSettings: { settings, files in
      _ = try growth(settings, files.configuration)
      _ = try settings.exitLayer(files.configuration)
    },
    make: { settings, resources in
      let growth = try growth(settings, resources.target.configuration)
      let exit = try settings.exitLayer(resources.target.configuration)
      let adapter = try settings.adapter(resources)
      let decoder = try KangarooTree(
        target: resources.target,
        adapter: adapter,
        exitLayer: exit,
        growth: growth,
        sampling: resources.sampling
      )
      return PreparedDecoder(
        decoder: decoder,
        addedParameters: adapter.parameterCount,
        warning: EarlyExit.warning(adapter, target: resources.target.configuration.contextLength)
      )
    }
  )

  private static func growth(_ settings: SettingValues, _ target: ModelConfiguration) throws(DecodingError) -> Growth {
    let growth = Growth(
      steps: try settings.integer("steps"),
      width: min(try settings.integer("width"), target.vocabularySize),
      nodes: try settings.integer("nodes"),
      threshold: try settings.number("threshold"),
      minimum: try settings.number("minimum")
    )
    guard growth.steps * growth.width < Transformer.largestTree else {
      throw settings.invalid("width", "a width that times steps is below \(Transformer.largestTree)")
    }
    return growth
  }
}
