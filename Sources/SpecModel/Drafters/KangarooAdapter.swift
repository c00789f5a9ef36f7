import Foundation
import SpecKernels

/// Kangaroo's adapter (Liu et al. 2024, §3.1): one attention block and a normalization after it, between the target's
/// exit layer and the target's own head. It has no feed-forward block.
///
/// The official adapter is multi-head even where the target groups its queries, takes its epsilon from its own
/// configuration and rotates with the base 10000 unless its configuration says otherwise.
public final class KangarooAdapter {
  private let block: AttentionBlock
  private let norm: RMSNorm
  private let workspace: ForwardWorkspace
  private let context: ComputeContext
  private let states: Activations
  /// Positions that it was made for, as its configuration says; nil where that says nothing.
  public private(set) var positions: Int?

  /// An adapter's files, checked by their headers.
  public struct Header {
    let file: any TensorFile
    let shape: AttentionShape
    let epsilon: Float
    let rotary: RotaryEmbedding
    let positions: Int?
    /// The exit layer that it was trained for; nil where its configuration does not say, as that of the official one.
    public let exitLayer: Int?
    /// Trained parameters of the adapter.
    public var parameterCount: Int { KangarooAdapter.parameterCount(of: shape) }

    /// Reads an adapter's files without its weights.
    ///
    /// - Parameters:
    ///   - directory: a folder with `config.json` and `model.safetensors` or `pytorch_model.bin`, in the official parameter names.
    ///   - target: the shape of the model that it was trained for.
    /// - Throws: ``ModelError`` if a file is absent, malformed or made for another target.
    public init(directory: String, target: ModelConfiguration) throws(ModelError) {
      let config = try JSONFile(path: directory + "/config.json", purpose: "the Kangaroo adapter's configuration")
      let width = try config.requiredSize("hidden_size")
      guard width == target.hiddenSize else {
        throw .companionMismatch(
          path: config.path,
          problem: "the adapter's width is \(width) where the target's is \(target.hiddenSize)"
        )
      }
      let heads = try config.requiredSize("num_attention_heads")
      let keyValueHeads = try config.size("num_key_value_heads") ?? heads
      let dimension = try config.size("head_dim") ?? width / heads
      guard heads % keyValueHeads == 0, dimension % 2 == 0, heads <= 4096, (2...1024).contains(dimension) else {
        throw .malformedFile(path: config.path, problem: "its attention heads do not fit together")
      }
      shape = AttentionShape(
        hiddenSize: width,
        queryHeads: heads,
        keyValueHeads: keyValueHeads,
        headDimension: dimension
      )
      epsilon = try config.normEpsilon()
      let rotation = try RotaryReader(config, headDimension: dimension).settings()
      rotary = rotation.rotary
      let context = try config.size("max_position_embeddings")
      positions = rotation.limit?.positions ?? context
      exitLayer = try config.size("exit_layer")
      file = try WeightNames.adapter.open(in: directory)
      try file.check(KangarooAdapter.tensorShapes(of: shape))
    }
  }

  /// Loads an adapter for a target.
  ///
  /// - Parameters:
  ///   - directory: a folder with `config.json` and `model.safetensors` or `pytorch_model.bin`, in the official parameter names.
  ///   - target: the model that it was trained for.
  /// - Throws: ``ModelError`` if a file is absent, malformed or made for another target.
  public convenience init(directory: String, target: Transformer) throws {
    let header = try Header(directory: directory, target: target.configuration)
    try self.init(
      from: header.file,
      shape: header.shape,
      epsilon: header.epsilon,
      rotary: header.rotary,
      target: target
    )
    positions = header.positions
  }

  /// Loads an adapter from tensors in the official names.
  ///
  /// - Parameters:
  ///   - source: where the tensors are.
  ///   - shape: the attention's sizes.
  ///   - epsilon: of both normalizations.
  ///   - rotary: its rotary embedding.
  ///   - target: the model that it was trained for.
  /// - Throws: ``ModelError`` or ``SpecKernels/KernelError``.
  public init(
    from source: some TensorSource,
    shape: AttentionShape,
    epsilon: Float = 1e-6,
    rotary: RotaryEmbedding = RotaryEmbedding(),
    target: Transformer
  ) throws {
    context = target.context
    let positions = target.configuration.contextLength
    let loader = LayerLoader(
      source: source,
      configuration: ModelConfiguration(adapter: shape, epsilon: epsilon, rotary: rotary, positions: positions),
      type: target.weightType,
      context: target.context
    )
    let table = try rotary.table(headDimension: shape.headDimension, positions: positions)
    let scoring = AttentionScoring(headDimension: shape.headDimension)
    block = try loader.attention("layers.0.", rule: AttentionRule(table: table, scoring: scoring))
    norm = try loader.norm("norm")
    workspace = try ForwardWorkspace(attention: shape, intermediateSize: 1)
    states = try Activations(capacity: ForwardWorkspace.rows, width: shape.hiddenSize)
  }

  /// An empty cache for the adapter's one attention block.
  ///
  /// - Parameter capacity: slots.
  /// - Returns: the cache.
  /// - Throws: ``SpecKernels/KernelError`` if there is not enough memory.
  public func makeCache(capacity: Int) throws(KernelError) -> KVCache {
    try KVCache(layers: 0..<1, shape: block.shape, capacity: capacity)
  }

  /// Takes exit-layer states into the cache without computing their outputs.
  ///
  /// - Parameters:
  ///   - exits: states of the positions that follow the cache.
  ///   - cache: the adapter's cache.
  public func prefill(_ exits: ActivationRows, cache: KVCache) {
    forEachPiece(exits, cache) { states, placed in
      block.store(states, placed, cache: cache[0], workspace: workspace, context: context)
    }
  }

  /// The adapter's normalized outputs for exit-layer states, ready for the target's head; valid until the next call.
  ///
  /// - Parameters:
  ///   - exits: states of the positions that follow the cache; all but the last 128 are only absorbed.
  ///   - cache: the adapter's cache.
  ///   - placement: how the states follow what the cache holds; a tree has at most 128 nodes.
  /// - Returns: at most 128 rows, the last of them for the last state.
  public func forward(_ exits: ActivationRows, cache: KVCache, placement: Placement = .chain) -> ActivationRows {
    var last = 0
    forEachPiece(exits, cache, placement) { states, placed in
      block.apply(to: states, placed, cache: cache[0], workspace: workspace, context: context)
      last = states.count
    }
    let outputs = states[rows: 0..<last]
    norm.apply(to: outputs, into: outputs, context: context)
    return outputs
  }

  private func forEachPiece(
    _ exits: ActivationRows,
    _ cache: KVCache,
    _ placement: Placement = .chain,
    _ body: (ActivationRows, PlacedRows) -> Void
  ) {
    var start = 0
    while start < exits.count {
      let piece = start..<min(start + ForwardWorkspace.rows, exits.count)
      states.copy(exits[piece], to: 0)
      let placed = PlacedRows(placement, rows: piece, cacheCount: cache.count)
      cache.append(piece.count)
      body(states[rows: 0..<piece.count], placed)
      start = piece.upperBound
    }
  }
}

extension ModelConfiguration {
  /// A plain Llama of which the adapter is the attention, whatever its target consists of.
  fileprivate init(adapter shape: AttentionShape, epsilon: Float, rotary: RotaryEmbedding, positions: Int) {
    self.init(
      hiddenSize: shape.hiddenSize,
      intermediateSize: 1,
      layers: 1,
      attentionHeads: shape.queryHeads,
      keyValueHeads: shape.keyValueHeads,
      headDimension: shape.headDimension,
      vocabularySize: 1,
      contextLength: positions,
      normEpsilon: epsilon
    )
    self.rotary = rotary
  }
}

extension KangarooAdapter {
  /// Trained parameters of this adapter.
  public var parameterCount: Int { Self.parameterCount(of: block.shape) }

  /// Trained parameters of the published adapter for a target: multi-head attention of the target's width and two
  /// normalizations.
  ///
  /// - Parameter target: the target's shape.
  /// - Returns: the number of parameters.
  public static func parameterCount(for target: ModelConfiguration) -> Int {
    let heads = target.attentionHeads
    return parameterCount(
      of: AttentionShape(
        hiddenSize: target.hiddenSize,
        queryHeads: heads,
        keyValueHeads: heads,
        headDimension: max(1, target.hiddenSize / heads)
      )
    )
  }

  fileprivate static func parameterCount(of shape: AttentionShape) -> Int {
    2 * shape.hiddenSize * (shape.queryWidth + shape.keyValueWidth) + 2 * shape.hiddenSize
  }
}
