import SpecKernels
import SpecModel

/// What Kangaroo's chain and tree share (Liu et al. 2024, §3.1): the target cut in two at the exit layer, with the
/// adapter that drafts from the states in between. Drafted tokens run through the shallow layers once; the deep layers
/// verify the same states.
///
/// Everything is addressed by absolute position: each stage consumes what the stage before has and it has not.
final class EarlyExit {
  let target: Transformer
  private let adapter: KangarooAdapter
  private let shallow: KVCache
  private let deep: KVCache
  private let drafter: KVCache
  /// Exit-layer states by position: written by the shallow layers, read by the adapter and by the deep layers.
  private let exits: HiddenStates
  private let stream: Activations
  private let normalized: Activations
  /// Positions that are certain; the newest token comes after them and has not been run.
  private(set) var committed = 0

  /// - Parameters:
  ///   - target: the model.
  ///   - adapter: trained for the target at this exit layer.
  ///   - exitLayer: number of the target's first layers that draft, at least 1 and fewer than all.
  ///   - drafts: most tokens verified at once.
  /// - Throws: `KernelError` if there is not enough memory.
  init(target: Transformer, adapter: KangarooAdapter, exitLayer: Int, drafts: Int) throws(KernelError) {
    let (context, width) = (target.configuration.contextLength + drafts, target.configuration.hiddenSize)
    self.target = target
    self.adapter = adapter
    shallow = try target.makeCache(layers: 0..<exitLayer, capacity: context)
    deep = try target.makeCache(layers: exitLayer..<target.configuration.layers, capacity: context)
    drafter = try adapter.makeCache(capacity: context)
    exits = try HiddenStates(width: width, capacity: context)
    stream = try Activations(capacity: context, width: width)
    normalized = try Activations(capacity: drafts + 1, width: width)
  }

  /// Forgets the previous prompt and runs a new one through the shallow layers, the adapter and the deep layers.
  ///
  /// - Parameters:
  ///   - prompt: at least one token.
  ///   - chooser: chooses the first token.
  /// - Returns: the target's token after the prompt.
  /// - Throws: `NotFiniteLogits` for the target's.
  func begin(_ prompt: [Token], _ chooser: TokenChooser) throws(NotFiniteLogits) -> Token {
    chooser.begin(prompt)
    commit(0)
    exit(prompt)
    adapter.absorb(exits[0..<prompt.count], cache: drafter)
    let first = try chooser.tokens(verify(last: 1), at: [prompt.count])[0]
    commit(prompt.count)
    return first
  }

  /// Runs tokens through the layers up to the exit layer.
  func exit(_ tokens: [Token], _ placement: Placement = .chain) {
    let rows = exits.append(tokens.count)
    target.embed(tokens, into: rows)
    target.forward(rows, cache: shallow, placement: placement)
  }

  /// The adapter's logits after the last exit-layer state. After a fully accepted draft the adapter has two positions to
  /// catch up with; it always takes what it has not.
  func propose() -> ActivationRows {
    let outputs = adapter.forward(exits[drafter.count..<exits.count], cache: drafter)
    return target.logits(of: outputs[outputs.count - 1..<outputs.count])
  }

  /// The adapter's logits after some nodes of a tree.
  ///
  /// - Parameters:
  ///   - nodes: which nodes, counted from the root; their states need not be neighbours.
  ///   - tree: the nodes that the adapter has run and these, which are its last.
  /// - Returns: a row for each node.
  func propose(after nodes: [Int], in tree: TokenTree) -> ActivationRows {
    for (row, node) in nodes.enumerated() { stream.copy(exits[committed + node..<committed + node + 1], to: row) }
    let placement = Placement.tree(tree, nodes: tree.count - nodes.count..<tree.count)
    return target.logits(of: adapter.forward(stream[rows: 0..<nodes.count], cache: drafter, placement: placement))
  }

  /// One pass of the remaining layers over every position they have not seen; the target's logits of the last ones.
  func verify(_ placement: Placement = .chain, last count: Int) -> ActivationRows {
    let pending = deep.count..<exits.count
    stream.copy(exits[pending], to: 0)
    let rows = stream[rows: 0..<pending.count]
    target.forward(rows, cache: deep, placement: placement)
    target.normalizeFinal(rows[rows.count - count..<rows.count], into: normalized[rows: 0..<count])
    return target.logits(of: normalized[rows: 0..<count])
  }

  /// Keeps some nodes of the tree that follows what is committed, and forgets the others.
  ///
  /// - Parameters:
  ///   - nodes: the nodes that were run through the shallow layers, rising; after verification a path from the root.
  ///   - proposed: the nodes among those that the adapter has run, by their number in its own tree.
  func keep(_ nodes: [Int], proposed: [Int]) {
    shallow.keep(path: nodes, from: committed)
    exits.keep(path: nodes, from: committed)
    // Without room for a draft the adapter has run nothing, and may even be a position behind.
    if !proposed.isEmpty { drafter.keep(path: proposed, from: committed) }
    if deep.count > committed { deep.keep(path: nodes, from: committed) }
  }

  /// Makes positions certain, and forgets all that was drafted behind them in vain.
  func commit(_ count: Int) {
    committed = count
    shallow.truncate(to: count)
    deep.truncate(to: count)
    drafter.truncate(to: count)
    exits.truncate(to: count)
  }
}

extension EarlyExit {
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
    standard: "2",
    help: "exit layer: the target's layers that draft"
  )

  /// Where the adapter lies.
  static let adapter = Setting(
    name: "adapter",
    kind: .text,
    standard: "kangaroo",
    help: "the adapter's folder; 'kangaroo' is the one beside the model"
  )
}

extension Companion {
  /// The adapter of Kangaroo's chain and tree.
  static let adapter = Companion(
    setting: .adapter,
    noun: "an adapter",
    weights: "model.safetensors",
    training: "kangaroo",
    trainedFor: [(setting: "exit", option: "--exit")],
    numberHint: "the number of layers that draft is 'exit', and the number of drafted tokens is 'steps'",
    read: { folder, files in
      try KangarooAdapter.Header(directory: folder, target: files.configuration).parameterCount
    }
  )
}

extension SettingValues {
  /// The exit layer, if the target has layers behind it.
  func exitLayer(_ target: ModelConfiguration) throws(DecodingError) -> Int {
    let (exit, layers) = (try integer("exit"), target.layers)
    guard exit < layers else { throw invalid("exit", "a layer below the target's \(layers)") }
    return exit
  }

  /// The adapter in the folder that was given.
  func adapter(_ resources: DecoderResources) throws -> KangarooAdapter {
    try KangarooAdapter(
      directory: resources.folder(of: .adapter, self),
      target: resources.target
    )
  }
}
