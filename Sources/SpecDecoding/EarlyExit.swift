import SpecFiles
import SpecKernels
import SpecModel

/// What Kangaroo's chain and tree share (Liu et al. 2024, §3.1): the target cut in two at the exit layer, and the adapter
/// that drafts from the states in between, with keys and values of its own. Drafted tokens run through the shallow layers
/// once; the deep layers verify the same states.
final class EarlyExit: DraftingModel {
  /// The target, with its shallow layers as the first stage.
  let target: CachedModel
  var clock = PhaseClock()
  /// The head that drafted tokens are chosen with.
  let head: DraftHead
  private let adapter: KangarooAdapter
  private let cache: KVCache
  private let exits: HiddenStates
  private let stream: Activations
  private let drafts: Int
  /// The nodes of the present draft that the adapter has run, in its order.
  private var nodes: [Int] = []

  /// - Parameters:
  ///   - target: the model.
  ///   - adapter: trained for the target at this exit layer.
  ///   - exitLayer: number of the target's first layers that draft, at least 1 and fewer than all.
  ///   - drafts: most tokens drafted in a cycle.
  ///   - vocabulary: the tokens that may be drafted, rising; nil for all.
  /// - Throws: `KernelError` if there is not enough memory.
  init(target: Transformer, adapter: KangarooAdapter, exitLayer: Int, drafts: Int, vocabulary: [Token]?) throws {
    self.adapter = adapter
    head = try target.draftHead(over: vocabulary)
    self.target = try CachedModel(target, cuts: [exitLayer], keepsStates: true, tree: drafts)
    guard let exits = self.target.states(after: 0) else { preconditionFailure("a cut keeps its states") }
    self.exits = exits
    self.drafts = drafts
    cache = try adapter.makeCache(
      capacity: min(target.configuration.contextLength, CachedModel.firstPositions) + drafts
    )
    stream = try Activations(capacity: Transformer.largestTree, width: target.configuration.hiddenSize)
  }

  /// Makes room in the adapter's cache; the decoder does so in the target's.
  func reserve(positions: Int) throws(KernelError) {
    try cache.reserve(min(positions, target.model.configuration.contextLength) + drafts)
  }

  /// Takes the prompt's exit-layer states into the adapter's cache.
  func prefill(prompt count: Int) {
    adapter.prefill(exits[cache.count..<count], cache: cache)
  }

  /// Runs the shallow layers over the text and the nodes that they have not seen.
  func runShallowLayers(_ text: [Token], _ draft: Draft) {
    target.run(text, draft, through: 1)
  }

  /// The adapter's logits after some nodes, which the shallow layers have run. After a fully accepted draft the adapter
  /// has positions to catch up with; it always takes what it has not.
  ///
  /// - Parameters:
  ///   - frontier: which nodes, rising; the root alone at first.
  ///   - draft: the nodes' tree.
  ///   - root: the position of node 0.
  /// - Returns: a row for each node over the vocabulary of ``head``, valid until the next call.
  func logits(after frontier: [Int], in draft: Draft, root: Int) -> ActivationRows {
    clock.time(.draft) {
      if cache.count <= root { nodes = [] }
      nodes += frontier
      if frontier == [0] {
        let outputs = adapter.forward(exits[cache.count..<root + 1], cache: cache)
        return head.logits(of: outputs[outputs.count - 1..<outputs.count])
      }
      for (row, node) in frontier.enumerated() { stream.copy(exits[root + node..<root + node + 1], to: row) }
      let shape = TokenTree(parents: nodes.map { node in nodes.firstIndex(of: draft.parents[node]) ?? -1 })
      let placement = Placement.tree(shape, nodes: shape.count - frontier.count..<shape.count)
      return head.logits(of: adapter.forward(stream[rows: 0..<frontier.count], cache: cache, placement: placement))
    }
  }

  func reset() {
    cache.truncate(to: 0)
    nodes = []
  }

  func keep(_ kept: [Int], root: Int) {
    // Without room for a draft the adapter has run nothing, and may even be some positions behind.
    guard cache.count > root else { return }
    let held = kept.enumerated().compactMap { number, node in nodes.firstIndex(of: node).map { ($0, number) } }
    cache.keep(path: held.map(\.0), from: root)
    nodes = held.map(\.1)
  }
}

extension EarlyExit {
  /// The states at the exit layer, and the adapter's own keys and values.
  @Sendable static func bytesPerPosition(_ settings: SettingValues, _ files: TargetFiles) throws -> Int {
    let folder = files.folder(of: .adapter, settings)
    let adapter = try KangarooAdapter.Header(directory: folder, target: files.configuration)
    return adapter.cacheBytesPerPosition + files.configuration.hiddenSize * MemoryLayout<Float>.size
  }

  /// What a user should know of an adapter that was made for fewer positions than the target has.
  static func warning(_ adapter: KangarooAdapter, target: Int) -> String? {
    guard let positions = adapter.positions, positions < target else { return nil }
    return
      "its adapter was made for \(positions) positions where the target has \(target): it drafts past them, too, but may "
      + "guess worse there"
  }
}

extension Setting {
  /// The exit layer of Kangaroo's chain and tree.
  static let exitLayer = Setting(
    name: "exit",
    kind: .integer(1...4095),
    default: "2",
    help: "exit layer: the target's layers that draft"
  )

  /// Where the adapter lies.
  static let adapter = Setting(
    name: "adapter",
    kind: .text,
    default: "kangaroo",
    help: "the adapter's folder; 'kangaroo' is the one beside the model",
    namesFile: true
  )
}

extension Companion {
  /// The adapter of Kangaroo's chain and tree.
  static let adapter = Companion(
    setting: .adapter,
    noun: "an adapter",
    weights: WeightNames.adapter.safetensors,
    torchWeights: WeightNames.adapter.torch,
    training: "kangaroo",
    trainedFor: [(setting: "exit", option: "--exit")],
    numberHint: "the number of layers that draft is 'exit', and the number of drafted tokens is 'steps'",
    read: { folder, files in
      try KangarooAdapter.Header(directory: folder, target: files.configuration).parameterCount
    },
    blueprint: { target in
      // The official adapter is multi-head even where the target groups its queries.
      let shape = AttentionShape(
        hiddenSize: target.hiddenSize,
        queryHeads: target.attentionHeads,
        keyValueHeads: target.attentionHeads,
        headDimension: target.hiddenSize / target.attentionHeads
      )
      let configuration = JSONValue.members([
        "hidden_size": .integer(target.hiddenSize), "num_attention_heads": .integer(target.attentionHeads),
        "rms_norm_eps": .number(1e-6),
      ])
      return Blueprint(configuration: configuration, tensors: KangarooAdapter.tensorShapes(of: shape))
    }
  )
}

extension SettingValues {
  /// The exit layer, if the target has layers behind it and the adapter was not trained for another one.
  func exitLayer(_ files: TargetFiles) throws -> Int {
    let (exit, layers) = (try integer("exit"), files.configuration.layers)
    guard exit < layers else { throw invalid("exit", "a layer below the target's \(layers)") }
    let folder = files.folder(of: .adapter, self)
    let trained = try KangarooAdapter.Header(directory: folder, target: files.configuration).exitLayer ?? exit
    guard trained == exit else {
      throw invalid("exit", "\(trained), the exit layer that the adapter in \(folder) was trained for,")
    }
    return exit
  }

  /// The tokens that Kangaroo's chain or tree may draft, rising; nil for all.
  func adapterVocabulary(_ files: TargetFiles) throws -> [Token]? { try draftVocabulary(files, .adapter) }

  /// The adapter in the folder that was given.
  func adapter(_ resources: DecoderResources) throws -> KangarooAdapter {
    try KangarooAdapter(
      directory: resources.folder(of: .adapter, self),
      target: resources.target
    )
  }
}
