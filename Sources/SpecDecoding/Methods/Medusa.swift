import SpecKernels
import SpecModel

/// Medusa-1 (Cai et al. 2024, arXiv 2401.10774, §2.1–2.3, acceptance by agreement): heads on the target's last state propose
/// the next tokens in parallel; their best candidates form a tree, which the target verifies in one pass with tree
/// attention. The accepted path's cache entries move together in place.
public final class Medusa: Decoder {
  private let target: CachedModel
  private let heads: MedusaHeads
  private let chooser: TokenChooser
  /// The candidate tree cut at each depth, the root alone first.
  private let trees: [CandidateTree]
  /// The target's final state at the last position that was run: what the heads draft from.
  private let drafting: Activations
  private var last: Token = 0

  /// - Parameters:
  ///   - target: the model.
  ///   - heads: trained for the target, at least as many as the tree is deep.
  ///   - tree: the candidates to verify.
  ///   - sampling: how tokens are chosen.
  /// - Throws: `KernelError` if there is not enough memory.
  public init(
    target: Transformer,
    heads: MedusaHeads,
    tree: CandidateTree,
    sampling: Sampling = .greedy
  ) throws {
    precondition(tree.depth <= heads.count, "a tree deeper than there are heads")
    self.target = try CachedModel(target, tree: tree.shape.count)
    self.heads = heads
    chooser = try TokenChooser(sampling, target: target)
    trees = (0...tree.depth).map { tree.cut(at: $0) }
    drafting = try Activations(capacity: 1, width: target.configuration.hiddenSize)
  }

  /// Runs the prompt.
  public func begin(_ prompt: [Token]) throws(NotFiniteLogits) -> Token? {
    target.truncate(to: 0)
    chooser.begin(prompt)
    let rows = target.run(prompt)
    let end = target.states(rows[rows.count - 1..<rows.count])
    drafting.copy(end, to: 0)
    last = try chooser.tokens(target.model.logits(of: end), at: [prompt.count])[0]
    return last
  }

  /// Fills the tree from the heads, verifies it in one pass, keeps the accepted path.
  public func cycle(_ budget: CycleBudget) throws(NotFiniteLogits) -> Cycle {
    var timer = PhaseTimer()
    let root = target.count
    let tree = trees[min(budget.longestDraft, trees.count - 1)]
    let candidates = try heads.map(tree.depth, from: drafting[rows: 0..<1]) { (head, logits) throws(NotFiniteLogits) in
      try chooser.best(tree.candidates[head], of: logits, at: root + 1 + head).map(\.token)
    }
    let tokens = tree.fill(root: last, candidates)
    timer.mark(.draft)
    let states = target.states(target.run(tokens, .tree(tree.shape, nodes: 0..<tree.shape.count)))
    let choices = try chooser.tokens(target.model.logits(of: states), at: tree.shape.depths.map { root + 1 + $0 })
    timer.mark(.verify)
    let path = Acceptance.path(in: tree.shape, tokens: tokens, choices: choices)
    let end = path[path.count - 1]
    target.keep(path: path, from: root)
    drafting.copy(states[end..<end + 1], to: 0)
    last = choices[end]
    timer.mark(.overhead)
    return Cycle(tree.shape, tokens: tokens, path: path, bonus: last, times: timer.times)
  }
}

extension Medusa {
  private static let heads = Companion(
    setting: Setting(
      name: "heads",
      kind: .text,
      standard: "medusa",
      help: "the heads' folder; 'medusa' is the one beside the model"
    ),
    noun: "heads",
    weights: "medusa_lm_head.safetensors",
    training: "medusa",
    numberHint: "how many heads draft follows from the tree, as with tree=chain,nodes=3",
    read: { folder, files in
      let count = try MedusaHeads.Header(directory: folder, target: files.configuration).count
      return MedusaHeads.parameterCount(for: files.configuration, heads: count)
    }
  )

  private static func tree(_ settings: SettingValues, heads: Int, _ files: TargetFiles) throws -> CandidateTree {
    let tree = try CandidateTree(named: files.tree(settings.text("tree")), nodes: settings.integer("nodes"))
    guard tree.depth <= heads else {
      throw settings.invalid("tree", "a tree no deeper than the \(heads) heads, as fewer 'nodes' make it,")
    }
    guard tree.candidates.allSatisfy({ $0 <= files.configuration.vocabularySize }) else {
      throw settings.invalid("tree", "a tree with ranks inside the vocabulary")
    }
    return tree
  }

  /// The catalogue's entry.
  static let method = Method(
    name: "medusa",
    summary: "Extra heads propose the next tokens at once; a tree of their candidates is verified in one pass.",
    paper: "Cai et al. 2024, Medusa: Simple LLM Inference Acceleration Framework with Multiple Decoding Heads, "
      + "arXiv 2401.10774",
    settings: [
      Setting(
        name: "tree",
        kind: .text,
        standard: "mc_sim_7b_63",
        help:
          "the candidate tree: \(CandidateTree.shippedNames.joined(separator: ", ")), or a JSON file of paths, each "
          + "a rank for each head, like [[0], [0, 0], [1]]"
      ),
      Setting(
        name: "nodes",
        kind: .integer(1...Transformer.largestTree - 1),
        standard: "\(Transformer.largestTree - 1)",
        help: "takes only so many of the tree's paths, from the first on; shipped trees list the likeliest first"
      ),
      heads.setting,
    ],
    addedParameters: { MedusaHeads.parameterCount(for: $0, heads: MedusaHeads.publishedCount) },
    companion: heads,
    isDefault: true,
    checkSettings: { settings, files in
      let folder = files.companion(settings.text(heads.setting.name), standard: heads.setting.standard)
      let header = try MedusaHeads.Header(directory: folder, target: files.configuration)
      _ = try tree(settings, heads: header.count, files)
    },
    make: { settings, resources in
      let heads = try MedusaHeads(directory: resources.folder(of: heads, settings), target: resources.target)
      let tree = try tree(settings, heads: heads.count, resources.files)
      return PreparedDecoder(
        decoder: try Medusa(target: resources.target, heads: heads, tree: tree, sampling: resources.sampling),
        addedParameters: heads.parameterCount
      )
    }
  )
}
