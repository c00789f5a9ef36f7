import SpecKernels

/// A model as its configuration describes it: an embedding, layers, a final normalization and a head.
///
/// Every method computes on rows; a row's numbers do not depend on which rows are computed with it (see the canonical
/// arithmetic in CSpecKernels).
public final class Transformer {
  /// The model's shape.
  public let configuration: ModelConfiguration
  /// How the weight matrices are held.
  public let weightType: WeightType
  /// The kernels and threads that compute.
  public let context: ComputeContext
  let workspace: ForwardWorkspace
  private let embedding: NumberSource
  private let layers: [DecoderLayer]
  private let norm: RMSNorm
  private let head: PackedMatrix
  /// Where the head's numbers lie.
  let headSource: NumberSource
  private let logits: Activations
  /// The heads over some tokens that are in use.
  var draftHeads: [[Token]: WeakDraftHead] = [:]

  /// Loads a model: packs its weights for the kernels.
  ///
  /// - Parameters:
  ///   - configuration: the shape.
  ///   - source: where the tensors are; the embedding is read in place later.
  ///   - weightType: how to hold the weights; narrowing rounds to nearest even.
  ///   - context: the kernels and threads to compute on.
  ///   - progress: called before each layer with how many are loaded and how many there are; what it throws ends the
  ///     loading.
  /// - Throws: ``ModelError`` if a tensor is absent or of another shape, ``SpecKernels/KernelError`` if there is not
  ///   enough memory or a number is not finite.
  public init(
    _ configuration: ModelConfiguration,
    from source: any TensorSource,
    weightType: WeightType,
    context: ComputeContext,
    progress: (Int, Int) throws -> Void = { _, _ in }
  ) throws {
    self.configuration = configuration
    self.weightType = weightType
    self.context = context
    let (width, vocabulary) = (configuration.hiddenSize, configuration.vocabularySize)
    embedding = try source.tensor("model.embed_tokens.weight", shape: [vocabulary, width])
    let loader = LayerLoader(source: source, configuration: configuration, type: weightType, context: context)
    let rules = try AttentionRules(configuration)
    layers = try (0..<configuration.layers).map { layer in
      try progress(layer, configuration.layers)
      return try loader.layer("model.layers.\(layer).", rule: rules.rule(of: layer))
    }
    // A tied embedding is checked as the head.
    if !configuration.tiesEmbeddings { try context.check(embedding, columns: width, heldAs: weightType) }
    norm = try loader.norm("model.norm")
    headSource =
      configuration.tiesEmbeddings ? embedding : try source.tensor("lm_head.weight", shape: [vocabulary, width])
    head = try PackedMatrix(stacking: [headSource], columns: width, type: weightType, context: context)
    workspace = try ForwardWorkspace(
      attention: configuration.attention,
      intermediateSize: configuration.intermediateSize
    )
    logits = try Activations(capacity: ForwardWorkspace.rows, width: vocabulary)
  }

  /// Loads a model from its folder.
  ///
  /// - Parameters:
  ///   - checkpoint: the folder.
  ///   - weightType: nil keeps the stored bits.
  ///   - context: the kernels and threads to compute on.
  ///   - progress: called before each layer with how many are loaded and how many there are; what it throws ends the
  ///     loading.
  /// - Throws: as the initializer above.
  public convenience init(
    checkpoint: Checkpoint,
    weightType: WeightType? = nil,
    context: ComputeContext,
    progress: (Int, Int) throws -> Void = { _, _ in }
  ) throws {
    try self.init(
      checkpoint.configuration,
      from: checkpoint,
      weightType: weightType ?? checkpoint.naturalWeightType,
      context: context,
      progress: progress
    )
  }

  /// Bytes of packed weights that a pass over all layers and the head reads.
  public var packedByteCount: Int { layers.reduce(head.byteCount) { $0 + $1.matrices.reduce(0) { $0 + $1.byteCount } } }

  /// Multiply-adds of the layers' matrix products for one position; attention is not counted.
  public var multiplyAddsOfLayers: Int {
    layers.reduce(0) { $0 + $1.matrices.reduce(0) { $0 + $1.rows * $1.columns } }
  }

  /// Multiply-adds of the head for one position.
  public var multiplyAddsOfHead: Int { head.rows * head.columns }

  /// An empty cache for some of the layers.
  ///
  /// - Parameters:
  ///   - layers: which; nil for all.
  ///   - capacity: slots.
  /// - Returns: the cache.
  /// - Throws: ``SpecKernels/KernelError`` if there is not enough memory.
  public func makeCache(layers: Range<Int>? = nil, capacity: Int) throws(KernelError) -> KVCache {
    try KVCache(layers: layers ?? 0..<configuration.layers, shape: configuration.attention, capacity: capacity)
  }

  /// The most nodes of a tree that one pass takes.
  public static var largestTree: Int { ForwardWorkspace.rows }

  /// Writes the tokens' embeddings into rows.
  ///
  /// - Parameters:
  ///   - tokens: ids inside the vocabulary.
  ///   - rows: as many rows as tokens.
  public func embed(_ tokens: some Collection<Token>, into rows: ActivationRows) {
    precondition(tokens.count == rows.count, "as many rows as tokens")
    for (token, row) in zip(tokens, rows.range) {
      precondition(token >= 0 && Int(token) < configuration.vocabularySize, "a token outside the vocabulary")
      rows.owner.load(embedding, row: Int(token), roundedTo: weightType, into: row)
    }
    if configuration.parts.scalesEmbedding {
      context.scale(rows, by: Float(Double(configuration.hiddenSize).squareRoot()))
    }
  }

  /// Runs new rows through the cache's layers, in place.
  ///
  /// - Parameters:
  ///   - rows: on entry the residual stream before the cache's first layer, on return after its last.
  ///   - cache: takes the rows' keys and values, and says which layers run.
  ///   - placement: how the rows follow what the cache holds. A tree has at most ``largestTree`` nodes.
  public func forward(_ rows: ActivationRows, cache: KVCache, placement: Placement = .chain) {
    var start = 0
    while start < rows.count {
      let piece = start..<min(start + ForwardWorkspace.rows, rows.count)
      let residual = rows[piece]
      let placed = PlacedRows(placement, rows: piece, cacheCount: cache.count)
      cache.append(piece.count)
      run(residual, through: cache.layers) { [AttendingRows(rows: 0..<piece.count, placed: placed, cache: cache[$0])] }
      start = piece.upperBound
    }
  }

  /// Runs the next position of several texts through all layers in one pass, in place. Each row gets the bits that it would
  /// get alone.
  ///
  /// - Parameters:
  ///   - rows: a row for each text, at most ``largestTree``: on entry its embedding, on return the residual stream after the
  ///     last layer.
  ///   - caches: for each text the keys and values of its earlier positions in all layers; takes those of this one.
  public func forward(_ rows: ActivationRows, continuing caches: [KVCache]) {
    precondition(rows.count == caches.count && rows.count <= Self.largestTree, "a row for each text")
    precondition(caches.allSatisfy { $0.layers == 0..<configuration.layers }, "keys and values of all layers")
    let placed = caches.map { PlacedRows(appending: 1, to: $0) }
    run(rows, through: 0..<configuration.layers) { layer in
      caches.indices.map { AttendingRows(rows: $0..<$0 + 1, placed: placed[$0], cache: caches[$0][layer]) }
    }
  }

  private func run(_ residual: ActivationRows, through layers: Range<Int>, _ texts: (Int) -> [AttendingRows]) {
    for layer in layers {
      let block = self.layers[layer]
      block.attention.apply(to: residual, texts(layer), workspace: workspace, context: context)
      block.feedForward.apply(to: residual, workspace: workspace, context: context)
    }
  }

  /// The final normalization.
  ///
  /// - Parameters:
  ///   - rows: the residual stream after the last layer.
  ///   - out: as many rows.
  public func normalizeFinal(_ rows: ActivationRows, into out: ActivationRows) {
    norm.apply(to: rows, into: out, context: context)
  }

  /// The head's logits of normalized rows, valid until the next call.
  ///
  /// - Parameter rows: at most ``largestTree`` normalized states.
  /// - Returns: as many rows of logits.
  public func logits(of rows: ActivationRows) -> ActivationRows {
    let out = logits[rows: 0..<rows.count]
    multiply(rows, byHead: head, into: out)
    return out
  }

  /// The logits of normalized rows by the head, or by rows of it.
  func multiply(_ rows: ActivationRows, byHead head: PackedMatrix, into out: ActivationRows) {
    context.multiply(rows, by: head, into: out)
    if let cap = configuration.parts.logitCap { context.softCap(out, at: cap) }
  }
}

/// How the layers of a model attend: one rotary table for all, or one for each of two kinds.
private struct AttentionRules {
  private let configuration: ModelConfiguration
  private let table: RotaryTable
  private let windowTable: RotaryTable

  init(_ configuration: ModelConfiguration) throws(KernelError) {
    self.configuration = configuration
    let (dimension, positions) = (configuration.headDimension, configuration.contextLength)
    let table = try configuration.rotary.table(headDimension: dimension, positions: positions)
    self.table = table
    windowTable =
      if let rotary = configuration.windowRotary {
        try rotary.table(headDimension: dimension, positions: positions)
      } else { table }
  }

  func rule(of layer: Int) -> AttentionRule {
    let window = configuration.window(of: layer)
    return AttentionRule(
      table: window == nil ? table : windowTable,
      scoring: AttentionScoring(
        headDimension: configuration.headDimension,
        scale: configuration.parts.queryScalar.map { 1 / $0.squareRoot() },
        cap: configuration.parts.scoreCap,
        window: window
      )
    )
  }
}
