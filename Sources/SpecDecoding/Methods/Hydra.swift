import SpecKernels
import SpecModel

/// Hydra (Ankner et al. 2024, arXiv 2402.05109, §3): heads propose one token after the other, each with the tokens before it
/// in sight; their best candidates fill a fixed tree, which the target verifies in one pass. Hydra++'s heads (§4) read the
/// target's state after a layer of their own, which attends to all positions.
package final class Hydra: Drafter {
  private let model: Model
  private let tree: NodewiseTree

  init(_ model: Model, tree: CandidateTree) {
    self.model = model
    self.tree = NodewiseTree(tree)
  }

  /// The heads.
  package var models: [any DraftingModel] { [model] }

  /// The tokens of the heads.
  package var vocabulary: [Token]? { model.vocabulary }

  /// Takes the prompt into the prefix layer.
  package func prefill(_ context: DraftContext) { model.prefill(context.text) }

  /// Fills the tree from the heads, depth by depth.
  package func draft(_ context: DraftContext) throws(NotFiniteLogits) -> Draft {
    try tree.draft(context, vocabulary: model.vocabulary) { draft, nodes in
      if nodes == [0] { model.readState(of: context.text) }
      return model.logits(after: nodes.map(draft.path))
    }
  }

  /// The heads beside their target, with the state that they draft from.
  ///
  /// The prefix layer's cache holds an entry for each position whose state the target has computed, as far as drafts needed
  /// it; what it has not, it takes from the target's states.
  final class Model: DraftingModel {
    /// The target, which keeps its last states.
    let target: CachedModel
    var clock = PhaseClock()
    /// The token that each number of the logits stands for; nil where it is its place.
    var vocabulary: [Token]? { heads.vocabulary }
    private let heads: HydraHeads
    private let cache: KVCache?
    private let states: Activations
    private let state: Activations

    /// - Parameters:
    ///   - target: the model.
    ///   - heads: trained for the target.
    ///   - nodes: most nodes that are verified, the root included.
    /// - Throws: `KernelError` if there is not enough memory.
    init(target: Transformer, heads: HydraHeads, nodes: Int) throws {
      self.heads = heads
      self.target = try CachedModel(target, keepsLastStates: true, tree: nodes)
      cache = try heads.makeCache(capacity: min(target.configuration.contextLength, CachedModel.firstPositions))
      let width = target.configuration.hiddenSize
      states = try Activations(capacity: heads.hasPrefix ? Transformer.largestTree : 1, width: width)
      state = try Activations(capacity: 1, width: width)
    }

    /// Makes room in the prefix layer's cache; the decoder does so in the target's.
    func reserve(positions: Int) throws(KernelError) {
      try cache?.reserve(min(positions, target.model.configuration.contextLength))
    }

    /// Takes a prompt, which the target has run, into the prefix layer; the state of its last token is left to the first
    /// draft.
    func prefill(_ prompt: [Token]) { clock.time(.draft) { absorb(before: prompt.count - 1) } }

    /// Takes the target's state after the last token that it has run: what the heads draft from.
    ///
    /// - Parameter text: prompt and output, at least two tokens, of which the last has not been run.
    func readState(of text: [Token]) {
      clock.time(.draft) {
        let last = text.count - 2
        cache?.truncate(to: last)
        absorb(before: last)
        let own = statesOfTarget(last..<last + 1)
        state.copy(cache.map { heads.prefixed(own, cache: $0) } ?? own, to: 0)
      }
    }

    /// The logits of the token after each of some paths from the root.
    func logits(after paths: [[Token]]) -> ActivationRows {
      clock.time(.draft) { heads.logits(after: paths, from: state[rows: 0..<1]) }
    }

    func reset() { cache?.truncate(to: 0) }

    /// No entry is a drafted token's.
    func keep(_ nodes: [Int], root: Int) {}

    private func absorb(before end: Int) {
      guard let cache else { return }
      while cache.count < end {
        let piece = cache.count..<min(cache.count + states.capacity, end)
        heads.absorb(statesOfTarget(piece), cache: cache)
      }
    }

    /// The target's normalized states.
    private func statesOfTarget(_ positions: Range<Int>) -> ActivationRows {
      guard let kept = target.states(after: 0) else { preconditionFailure("a target that keeps its states") }
      let rows = states[rows: 0..<positions.count]
      target.model.normalizeFinal(kept[positions], into: rows)
      return rows
    }
  }
}

extension Hydra {
  /// A decoder that drafts with heads.
  ///
  /// - Parameters:
  ///   - target: the model.
  ///   - heads: trained for the target, at least as many as the tree is deep.
  ///   - tree: the candidates to verify.
  ///   - sampling: how tokens are chosen.
  /// - Returns: the decoder.
  /// - Throws: `KernelError` if there is not enough memory.
  package static func decoder(
    target: Transformer,
    heads: HydraHeads,
    tree: CandidateTree,
    sampling: Sampling = .greedy
  ) throws -> any Decoder {
    precondition(tree.depth <= heads.count, "a tree deeper than there are heads")
    let model = try Model(target: target, heads: heads, nodes: tree.shape.count)
    return try SpeculativeDecoder(target: model.target, drafter: Hydra(model, tree: tree), sampling: sampling)
  }

  private static let heads = Companion(
    setting: Setting(
      name: "heads",
      kind: .text,
      default: "hydra",
      help: "the heads' folder; 'hydra' is the one beside the model",
      namesFile: true
    ),
    noun: "Hydra heads",
    weights: WeightNames.hydra.safetensors,
    torchWeights: WeightNames.hydra.torch,
    training: "hydra",
    numberHint: "how many heads draft follows from the tree, as with tree=chain,nodes=3",
    read: { folder, files in try HydraHeads.Header(directory: folder, target: files.configuration).parameterCount },
    blueprint: { target in
      var shape = HydraShape(published: target)
      shape.blocks = 2
      return Companion.Blueprint(configuration: shape.description(), tensors: shape.tensorShapes)
    }
  )

  private static func header(_ settings: SettingValues, _ files: TargetFiles) throws -> HydraHeads.Header {
    try HydraHeads.Header(directory: files.folder(of: heads, settings), target: files.configuration)
  }

  /// The registry's entry.
  static let method = Method(
    name: "hydra",
    summary:
      "Heads propose the next tokens one after the other, each seeing those before it; a fixed tree is verified.",
    paper: "Ankner et al. 2024, Hydra: Sequentially-Dependent Draft Heads for Medusa Decoding, arXiv 2402.05109",
    settings: [.headTree, .headTreeNodes, heads.setting, .vocabulary, .frequencies],
    companion: heads,
    addedParameters: { HydraShape(published: $0).parameterCount },
    sampleFiles: Method.sampleFrequencies,
    checkSettings: { settings, files in
      _ = try settings.candidateTree(heads: header(settings, files).count, files)
      _ = try settings.draftVocabulary(files, heads)
    },
    bytesPerPosition: { try header($0, $1).bytesPerPosition },
    vocabularyNeed: { try $0.headsNeed(of: $1.configuration, heads: header($0, $1).count, isBiased: true) },
    make: { settings, resources in
      let heads = try HydraHeads(
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
