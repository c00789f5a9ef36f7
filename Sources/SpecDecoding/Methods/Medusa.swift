import SpecKernels
import SpecModel

/// Medusa-1 (Cai et al. 2024, arXiv 2401.10774, §2.1–2.3, acceptance by agreement): heads on the target's last state propose
/// the next tokens in parallel; their best candidates form a tree, which the target verifies in one pass with tree
/// attention. The accepted path's cache entries move together in place.
public final class Medusa: Drafter {
  private let heads: Heads
  /// The candidate tree cut at each depth, the root alone first.
  private let trees: [CandidateTree]

  /// - Parameters:
  ///   - heads: trained for the target, at least as many as the tree is deep.
  ///   - tree: the candidates to verify.
  ///   - target: the model.
  /// - Throws: `KernelError` if there is not enough memory.
  init(heads: MedusaHeads, tree: CandidateTree, target: Transformer) throws {
    precondition(tree.depth <= heads.count, "a tree deeper than there are heads")
    self.heads = try Heads(heads, width: target.configuration.hiddenSize)
    trees = (0...tree.depth).map { tree.cut(at: $0) }
  }

  /// The heads.
  public var models: [any DraftingModel] { [heads] }

  /// The tokens of the heads.
  public var vocabulary: [Token]? { heads.vocabulary }

  /// Fills the tree from the heads.
  public func draft(_ context: DraftContext) throws(NotFiniteLogits) -> Draft {
    let tree = trees[min(context.limit, trees.count - 1)]
    let candidates = try heads.run(tree.depth) { (head, logits) throws(NotFiniteLogits) in
      try context.sampler.best(
        min(tree.candidates[head], logits.width),
        of: logits,
        at: context.text.count + head,
        vocabulary: heads.vocabulary
      ).map(\.token)
    }
    // A draft vocabulary may have fewer tokens than the tree has ranks.
    return tree.filled(context.root) { depth, rank, _ in
      candidates[depth].indices.contains(rank) ? candidates[depth][rank] : nil
    }
  }

  /// Takes the target's final state after the last accepted token: what the heads draft from.
  public func update(_ kept: Kept) { heads.state.copy(kept.finalState, to: 0) }

  /// The heads with the state that they draft from.
  private final class Heads: DraftingModel {
    var clock = PhaseClock()
    let state: Activations
    var vocabulary: [Token]? { heads.vocabulary }
    private let heads: MedusaHeads

    init(_ heads: MedusaHeads, width: Int) throws(KernelError) {
      self.heads = heads
      state = try Activations(capacity: 1, width: width)
    }

    func run<Choice, Failure: Error>(
      _ count: Int,
      _ choose: (Int, ActivationRows) throws(Failure) -> Choice
    ) throws(Failure) -> [Choice] {
      try clock.time(.draft) { () throws(Failure) in try heads.map(count, from: state[rows: 0..<1], choose) }
    }

    func reset() {}

    func keep(_ nodes: [Int], root: Int) {}
  }
}

extension Medusa {
  /// A decoder that drafts with heads.
  ///
  /// - Parameters:
  ///   - target: the model.
  ///   - heads: trained for the target, at least as many as the tree is deep.
  ///   - tree: the candidates to verify.
  ///   - sampling: how tokens are chosen.
  /// - Returns: the decoder.
  /// - Throws: `KernelError` if there is not enough memory.
  public static func decoder(
    target: Transformer,
    heads: MedusaHeads,
    tree: CandidateTree,
    sampling: Sampling = .greedy
  ) throws -> any Decoder {
    try SpeculativeDecoder(
      target: CachedModel(target, tree: tree.shape.count),
      drafter: Medusa(heads: heads, tree: tree, target: target),
      sampling: sampling
    )
  }

  private static let heads = Companion(
    setting: Setting(
      name: "heads",
      kind: .text,
      default: "medusa",
      help: "the heads' folder; 'medusa' is the one beside the model",
      namesFile: true
    ),
    noun: "heads",
    weights: WeightNames.heads.safetensors,
    torchWeights: WeightNames.heads.torch,
    training: "medusa",
    numberHint: "how many heads draft follows from the tree, as with tree=chain,nodes=3",
    read: { folder, files in
      let count = try MedusaHeads.Header(directory: folder, target: files.configuration).count
      return MedusaHeads.parameterCount(for: files.configuration, heads: count)
    },
    blueprint: { target in
      let count = MedusaHeads.publishedCount
      return Companion.Blueprint(
        configuration: .members(["medusa_num_heads": .integer(count), "medusa_num_layers": .integer(1)]),
        tensors: MedusaHeads.tensorShapes(count: count, target: target)
      )
    }
  )

  private static func header(_ settings: SettingValues, _ files: TargetFiles) throws -> MedusaHeads.Header {
    try MedusaHeads.Header(directory: files.folder(of: heads, settings), target: files.configuration)
  }

  /// The registry's entry.
  static let method = Method(
    name: "medusa",
    summary: "Extra heads propose the next tokens at once; a tree of their candidates is verified in one pass.",
    paper: "Cai et al. 2024, Medusa: Simple LLM Inference Acceleration Framework with Multiple Decoding Heads, "
      + "arXiv 2401.10774",
    settings: [.headTree, .headTreeNodes, heads.setting, .vocabulary, .frequencies],
    companion: heads,
    isDefault: true,
    addedParameters: { MedusaHeads.parameterCount(for: $0, heads: MedusaHeads.publishedCount) },
    sampleFiles: Method.sampleFrequencies,
    checkSettings: { settings, files in
      _ = try settings.candidateTree(heads: header(settings, files).count, files)
      _ = try settings.draftVocabulary(files, heads)
    },
    vocabularyNeed: { try $0.headsNeed(of: $1.configuration, heads: header($0, $1).count, isBiased: false) },
    make: { settings, resources in
      let heads = try MedusaHeads(
        directory: resources.folder(of: heads, settings),
        target: resources.target,
        over: settings.draftVocabulary(resources.files, heads)
      )
      let tree = try settings.candidateTree(heads: heads.count, resources.files)
      return PreparedDecoder(
        decoder: try decoder(target: resources.target, heads: heads, tree: tree, sampling: resources.sampling),
        addedParameters: heads.parameterCount
      )
    }
  )
}

extension Setting {
  /// The form of a tree that heads fill, a head for each depth.
  static let headTree = Setting(
    name: "tree",
    kind: .text,
    default: "mc_sim_7b_63",
    help:
      "the candidate tree: \(CandidateTree.shippedNames.joined(separator: ", ")), or a JSON file of paths, each "
      + "a rank for each head, like [[0], [0, 0], [1]]",
    examples: CandidateTree.shippedNames,
    namesFile: true
  )

  /// How much of it is verified.
  static let headTreeNodes = Setting(
    name: "nodes",
    kind: .integer(1...Transformer.largestTree - 1),
    default: "\(Transformer.largestTree - 1)",
    help: "number of the tree's paths to take, from the first on; shipped trees list the likeliest first"
  )
}

extension SettingValues {
  /// The tree of ``Setting/headTree`` and ``Setting/headTreeNodes``.
  ///
  /// - Parameters:
  ///   - heads: how many heads there are; a default tree is cut where they end.
  ///   - files: the target's shape, and where relative paths begin.
  /// - Returns: the tree.
  /// - Throws: ``DecodingError`` for settings that do not fit.
  func candidateTree(heads: Int, _ files: TargetFiles) throws(DecodingError) -> CandidateTree {
    var tree = try CandidateTree(named: files.tree(text("tree")), nodes: integer("nodes"))
    // Published heads are three to five, and the default tree asks for four.
    if isDefault("tree"), tree.depth > heads { tree = tree.cut(at: heads) }
    guard tree.depth <= heads else {
      throw invalid("tree", "a tree no deeper than the \(heads) heads, as fewer 'nodes' make it,")
    }
    guard tree.candidates.allSatisfy({ $0 <= files.configuration.vocabularySize }) else {
      throw invalid("tree", "a tree with ranks inside the vocabulary")
    }
    return tree
  }
}
