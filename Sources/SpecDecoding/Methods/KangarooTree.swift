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
public final class KangarooTree: Drafter {
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

  private let model: EarlyExit
  private let growth: Growth

  init(_ model: EarlyExit, growth: Growth) {
    self.model = model
    self.growth = growth
  }

  /// The adapter.
  public var models: [any DraftingModel] { [model] }

  /// The tokens of the drafting head.
  public var vocabulary: [Token]? { model.head.vocabulary }

  /// Takes the prompt's exit-layer states into the adapter.
  public func prefill(_ context: DraftContext) { model.prefill(prompt: context.text.count) }

  /// Grows a tree until unsure, and leaves its best nodes.
  public func draft(_ context: DraftContext) throws(NotFiniteLogits) -> Draft {
    var (draft, scores) = (context.root, [Float(1)])
    model.runShallowLayers(context.text, draft)
    var (frontier, depth) = ([0], 0)
    while !frontier.isEmpty, depth < min(growth.steps, context.limit) {
      depth += 1
      let logits = model.logits(after: frontier, in: draft, root: context.rootPosition)
      let proposals = try frontier.enumerated().map { (row, node) throws(NotFiniteLogits) in
        let position = context.rootPosition + depth
        return try context.sampler.best(
          min(growth.width, logits.width),
          of: logits[row..<row + 1],
          at: position,
          others: growth.minimum / scores[node],
          vocabulary: model.head.vocabulary
        )
      }
      let first = draft.count
      for child in children(of: frontier, scores, proposals) {
        draft.append(DraftToken(child.token), to: child.parent)
        scores.append(child.score)
      }
      if draft.count == first { break }
      model.runShallowLayers(context.text, draft)
      // No child of the last of as many nodes as are verified could be among them.
      let ranking = best(growth.nodes + 1, of: scores)
      let outsider = ranking.count > growth.nodes ? ranking.last : nil
      frontier = (first..<draft.count).filter { scores[$0] >= growth.threshold && $0 != outsider }
    }
    // A node's score is at most its parent's, so a parent goes after its children.
    if draft.count > growth.nodes + 1 { draft.prune(to: best(growth.nodes + 1, of: scores).sorted()) }
    return draft
  }

  /// The best continuations of all nodes of the frontier together, as far as they are among the nodes to verify: as the
  /// tree grows a node can only lose its place there, never win it.
  private func children(
    of frontier: [Int],
    _ scores: [Float],
    _ proposals: [[DraftToken]]
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

  /// The places of the largest numbers, largest first, equals in their order.
  private func best(_ count: Int, of scores: [Float]) -> [Int] {
    let order = scores.indices.sorted { scores[$0] == scores[$1] ? $0 < $1 : scores[$0] > scores[$1] }
    return Array(order.prefix(count))
  }
}

extension KangarooTree {
  /// A decoder that drafts trees with the target's first layers.
  ///
  /// - Parameters:
  ///   - target: the model.
  ///   - adapter: trained for the target at this exit layer.
  ///   - exitLayer: number of the target's first layers that draft, at least 1 and fewer than all.
  ///   - growth: how the tree grows; steps × width is below ``SpecModel/Transformer/largestTree``.
  ///   - vocabulary: the tokens that may be drafted, rising; nil for all.
  ///   - sampling: how tokens are chosen.
  /// - Returns: the decoder.
  /// - Throws: `KernelError` if there is not enough memory.
  public static func decoder(
    target: Transformer,
    adapter: KangarooAdapter,
    exitLayer: Int,
    growth: Growth,
    vocabulary: [Token]? = nil,
    sampling: Sampling = .greedy
  ) throws -> any Decoder {
    let drafts = growth.steps * growth.width
    precondition(drafts < Transformer.largestTree, "a tree larger than one pass takes")
    let model = try EarlyExit(
      target: target,
      adapter: adapter,
      exitLayer: exitLayer,
      drafts: drafts,
      vocabulary: vocabulary
    )
    let drafter = KangarooTree(model, growth: growth)
    return try SpeculativeDecoder(target: model.target, drafter: drafter, sampling: sampling)
  }

  /// The registry's entry.
  static let method = Method(
    name: "kangaroo-tree",
    summary: "Kangaroo whose drafts form a tree that grows until unsure; its best nodes are verified in one pass.",
    paper: "Liu et al. 2024, Kangaroo: Lossless Self-Speculative Decoding for Accelerating LLMs via Double Early "
      + "Exiting, NeurIPS 2024, arXiv 2404.18911",
    settings: [
      .exitLayer,
      Setting(name: "steps", kind: .draftLength, default: "6", help: "depth of the deepest drafted token"),
      Setting(
        name: "width",
        kind: .integer(1...64),
        default: "3",
        help: "tokens proposed after a node, and nodes drafted at a depth; steps × width is below 128"
      ),
      Setting(
        name: "nodes",
        kind: .integer(1...127),
        default: "5",
        help: "most nodes verified, the best scores first: as many as one pass verifies cheaply, less one"
      ),
      Setting(
        name: "threshold",
        kind: .number(0...1),
        default: "0.2",
        help: "a node is not continued once the product of the confidences on its path is below this"
      ),
      Setting(
        name: "minimum",
        kind: .number(0...1),
        default: "0",
        help: "a token beside the likeliest is not drafted if that product is below this, as it would rarely pay"
      ),
      .adapter, .vocabulary, .frequencies,
    ],
    companion: .adapter,
    addedParameters: { KangarooAdapter.parameterCount(for: $0) },
    sampleFiles: Method.sampleFrequencies,
    checkSettings: { settings, files in
      _ = try growth(settings, files.configuration)
      _ = try settings.exitLayer(files)
      _ = try settings.adapterVocabulary(files)
    },
    bytesPerPosition: EarlyExit.bytesPerPosition,
    vocabularyNeed: { try $0.headNeed(of: $1.configuration) },
    make: { settings, resources in
      let growth = try growth(settings, resources.target.configuration)
      let exit = try settings.exitLayer(resources.files)
      let adapter = try settings.adapter(resources)
      let decoder = try decoder(
        target: resources.target,
        adapter: adapter,
        exitLayer: exit,
        growth: growth,
        vocabulary: settings.adapterVocabulary(resources.files),
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
