import SpecModel

/// EAGLE-1 (Li et al. 2024, arXiv 2401.15077, §4): a head continues the target's states, and its best tokens fill a fixed
/// tree, which the target verifies in one pass.
///
/// A path of the tree lists ranks: [0, 2] is the third best token after the best one. Other than Medusa's candidates those
/// after a node depend on the node, so each node that has children goes through the head.
final class Eagle: Drafter {
  private let model: EagleModel
  /// The candidate tree cut at each depth, the root alone first.
  private let trees: [CandidateTree]

  init(_ model: EagleModel, tree: CandidateTree) {
    self.model = model
    trees = (0...tree.depth).map { tree.cut(at: $0) }
  }

  /// The head.
  var models: [any DraftingModel] { [model] }

  /// Takes the prompt into the head.
  func prefill(_ context: DraftContext) { model.prefill(context.text) }

  /// Fills the tree from the head, depth by depth.
  func draft(_ context: DraftContext) throws(NotFiniteLogits) -> Draft {
    let tree = trees[min(context.limit, trees.count - 1)]
    let parents = tree.shape.parents
    // A node's number in the draft is that in the tree, which is in the order of depth.
    var draft = context.root
    var outputs: [Int: Int] = [:]
    for depth in 0..<tree.depth {
      let nodes = tree.continued(at: depth)
      let first = depth == 0 ? 0 : model.outputCount
      let logits =
        depth == 0
        ? model.logitsAfterRoot(context.text)
        : model.logits(after: nodes.map { (draft.nodes[$0].token, outputs[parents[$0]] ?? 0) })
      for (row, node) in nodes.enumerated() {
        outputs[node] = first + row
        let best = try context.sampler.best(
          tree.candidates[depth],
          of: logits[row..<row + 1],
          at: context.text.count + depth,
          vocabulary: model.vocabulary
        )
        for child in parents.indices where parents[child] == node {
          draft.append(DraftToken(best[tree.rank(of: child)].token), to: node)
        }
      }
    }
    return draft
  }
}

extension Eagle {
  /// What is drafted: a fixed tree, or one that grows.
  private enum Shape {
    case fixed(CandidateTree)
    case dynamic(Eagle2.Growth)
  }

  /// The name of the tree that grows.
  private static let dynamic = "dynamic"

  private static func shape(_ settings: SettingValues, _ files: TargetFiles) throws -> Shape {
    let name = settings.text("tree")
    if name == dynamic { return .dynamic(try settings.growth()) }
    let tree = try CandidateTree(named: files.tree(name), nodes: settings.integer("nodes"))
    guard tree.candidates.allSatisfy({ $0 <= files.configuration.vocabularySize }) else {
      throw settings.invalid("tree", "a tree with ranks inside the vocabulary")
    }
    return .fixed(tree)
  }

  /// The registry's entry.
  static let method = Method(
    name: "eagle",
    summary: "A head continues the target's last states; its candidates form a fixed or a growing tree.",
    paper: "Li et al. 2024, EAGLE: Speculative Sampling Requires Rethinking Feature Uncertainty, arXiv 2401.15077; "
      + "EAGLE-2: Faster Inference of Language Models with Dynamic Draft Trees, arXiv 2406.16858",
    settings: [
      Setting(
        name: "tree",
        kind: .text,
        default: "eagle_25",
        help:
          "dynamic (EAGLE-2), or a fixed tree (EAGLE-1): \(CandidateTree.shippedNames.joined(separator: ", ")), or a JSON "
          + "file of paths, each a rank for each depth, like [[0], [0, 0], [1]]",
        examples: CandidateTree.shippedNames + [dynamic]
      ),
      .eagleNodes("; of a fixed tree its first paths"), .eagleDepth("5"), .eagleWidth, .eagleThreshold,
      Companion.eagle(.eagle1).setting,
    ],
    companion: .eagle(.eagle1),
    addedParameters: { EagleShape(published: .eagle1, for: $0).parameterCount },
    checkSettings: { _ = try shape($0, $1) },
    bytesPerPosition: EagleModel.bytesPerPosition(.eagle1),
    make: { settings, resources in
      let head = try settings.eagleHead(.eagle1, resources)
      switch try shape(settings, resources.files) {
      case .dynamic(let growth):
        return try Eagle2.prepare(head, growth, resources)
      case .fixed(let tree):
        let target = resources.target
        let model = try EagleModel(target: target, head: head, drafts: tree.shape.count, nodes: tree.shape.count)
        return PreparedDecoder(
          decoder: try SpeculativeDecoder(
            target: model.target,
            drafter: Eagle(model, tree: tree),
            sampling: resources.sampling
          ),
          addedParameters: head.parameterCount,
          warning: EagleModel.warning(head, target: target.configuration.contextLength)
        )
      }
    }
  )
}

extension CandidateTree {
  /// The nodes of a depth that have children, rising.
  fileprivate func continued(at depth: Int) -> [Int] {
    let continued = Set(shape.parents)
    return shape.depths.indices.filter { shape.depths[$0] == depth && continued.contains($0) }
  }
}
