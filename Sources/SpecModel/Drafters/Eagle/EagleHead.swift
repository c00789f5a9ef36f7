import SpecKernels

/// An EAGLE head: one layer that continues the target's states, so that a token can be drafted from each.
///
/// At index p it reads the target's state after the token at p, and the token at p + 1. Its output stands for the target's
/// state after the token at p + 1: logits of the token at p + 2 follow from it, and it takes that state's place where the
/// next token is a drafted one.
///
/// - EAGLE-1 (Li et al. 2024, arXiv 2401.15077, §4.1): x = fusion(embedding ‖ state), where the state is the target's last
///   one, normalized; a layer without input normalization; logits from the target's head.
/// - EAGLE-3 (Li et al. 2025, arXiv 2503.01840, §3.1): x = fusion(states of several layers), or the head's own output in
///   the place of what is fused; the layer attends with norm(embedding) ‖ norm(x), and has x as residual stream; logits
///   from a normalization and a head of its own.
public final class EagleHead {
  /// Which kind of head.
  public var kind: EagleKind { shape.kind }
  /// After how many of the target's layers the states are taken that it reads, in their order.
  public var fusedLayers: [Int] { shape.fusedLayers }
  /// The token that each number of its logits stands for, rising; nil where they are over the target's vocabulary.
  public let vocabulary: [Token]?
  /// Positions that it was made for, as its configuration says; nil where that says nothing.
  public private(set) var positions: Int?
  /// Width of its own states.
  public var width: Int { shape.width }
  /// Trained parameters.
  public var parameterCount: Int { shape.parameterCount }

  private let shape: EagleShape
  private let target: Transformer
  private let context: ComputeContext
  private let embedding: NumberSource?
  private let fusion: Projection
  private let fusionNorm: RMSNorm?
  private let input: (embedding: RMSNorm, state: RMSNorm)?
  private let attention: AttentionBlock
  private let feedForward: FeedForwardBlock
  private let output: (norm: RMSNorm, head: PackedMatrix, logits: Activations)?
  /// What gives the logits of a head without its own.
  private let targetHead: DraftHead
  private let workspace: ForwardWorkspace
  private let embeddings: Activations
  private let states: Activations
  private let normalized: Activations
  private let joined: Activations
  private let fused: Activations?

  /// Loads a head for a target.
  ///
  /// - Parameters:
  ///   - directory: a folder with `config.json` and `model.safetensors` or `pytorch_model.bin`.
  ///   - kind: which kind of head is wanted.
  ///   - target: the model that it was trained for.
  ///   - tokens: for EAGLE-1 the tokens that it may draft, rising; nil for all, or for those of its own head.
  /// - Throws: ``ModelError`` if a file is absent, malformed, of the other kind or made for another target.
  public convenience init(
    directory: String,
    kind: EagleKind,
    target: Transformer,
    over tokens: [Token]? = nil
  ) throws {
    let header = try Header(directory: directory, kind: kind, target: target.configuration)
    try self.init(from: header.file, shape: header.shape, vocabulary: header.vocabulary ?? tokens, target: target)
    positions = header.positions
  }

  /// Loads a head from tensors.
  ///
  /// - Parameters:
  ///   - source: where the tensors are.
  ///   - shape: what the head consists of.
  ///   - vocabulary: the token that each entry of its own head stands for, or those that it may draft with the target's
  ///     head; nil for all of the target's.
  ///   - target: the model that it was trained for.
  /// - Throws: ``ModelError`` or ``SpecKernels/KernelError``.
  package init(
    from source: any TensorSource,
    shape: EagleShape,
    vocabulary: [Token]? = nil,
    target: Transformer
  ) throws {
    (self.shape, self.vocabulary, self.target, context) = (shape, vocabulary, target, target.context)
    targetHead = try target.draftHead(over: shape.draftVocabulary == nil ? vocabulary : nil)
    let (width, type, names) = (shape.width, target.weightType, shape.names)
    let loader = LayerLoader(source: source, configuration: shape.layer, type: type, context: target.context)
    embedding =
      try shape.hasEmbedding
      ? source.tensor(EagleNames.embedding, shape: [shape.layer.vocabularySize, width]) : nil
    if let embedding { try context.check(embedding, columns: width, heldAs: type) }
    fusion = try loader.projection(
      "",
      [(names.fusion, width)],
      columns: shape.fusionWidth,
      isBiased: shape.hasFusionBias
    )
    fusionNorm =
      try shape.normalizesBeforeFusion ? loader.norm(EagleNames.fusionNorm, width: shape.fusionWidth) : nil
    let table = try shape.layer.rotary.table(
      headDimension: shape.layer.headDimension,
      positions: target.configuration.contextLength
    )
    let rule = AttentionRule(
      table: table,
      scoring: AttentionScoring(headDimension: shape.layer.headDimension)
    )
    attention = try loader.attention(names.layer, rule: rule, inputs: shape.attentionInputs)
    feedForward = try loader.feedForward(names.layer)
    let rows = ForwardWorkspace.rows
    if let entries = shape.draftVocabulary {
      input = (
        try loader.norm(names.layer + LayerNames().attentionNorm),
        try loader.norm(names.layer + EagleNames.hiddenNorm)
      )
      let head = try source.tensor(EagleNames.head, shape: [entries, width])
      output = (
        try loader.norm(EagleNames.norm),
        try PackedMatrix(stacking: [head], columns: width, type: type, context: context),
        try Activations(capacity: rows, width: entries)
      )
    } else {
      (input, output) = (nil, nil)
    }
    workspace = try ForwardWorkspace(attention: shape.layer.attention, intermediateSize: shape.layer.intermediateSize)
    embeddings = try Activations(capacity: rows, width: width)
    states = try Activations(capacity: rows, width: width)
    normalized = try Activations(capacity: rows, width: width)
    joined = try Activations(capacity: rows, width: shape.kind == .eagle1 ? shape.fusionWidth : shape.attentionInputs)
    fused = try shape.normalizesBeforeFusion ? Activations(capacity: rows, width: shape.fusionWidth) : nil
  }

  /// An empty cache for the head's one layer.
  ///
  /// - Parameter capacity: slots.
  /// - Returns: the cache.
  /// - Throws: ``SpecKernels/KernelError`` if there is not enough memory.
  public func makeCache(capacity: Int) throws(KernelError) -> KVCache {
    try KVCache(layers: 0..<1, shape: shape.layer.attention, capacity: capacity)
  }

  /// Numbers of the target's states that it reads for one position.
  public var stateWidth: Int { fusedLayers.count * shape.targetWidth }

  /// What stands in the place of the target's states.
  public enum Source: Sendable {
    /// The target's states themselves: for EAGLE-3 those of all fused layers side by side.
    case target
    /// The head's own outputs.
    case head
  }

  /// Takes states and tokens into the cache without computing outputs.
  ///
  /// - Parameters:
  ///   - states: the target's states at the indices that follow the cache, at most 128.
  ///   - tokens: for each the token that comes after it.
  ///   - cache: the head's cache.
  public func absorb(_ states: ActivationRows, _ tokens: some Collection<Token>, cache: KVCache) {
    let inputs = prepare(states, tokens, of: .target)
    let placed = PlacedRows(appending: tokens.count, to: cache)
    attention.store(inputs, placed, cache: cache[0], workspace: workspace, context: context)
  }

  /// The head's outputs; valid until the next call.
  ///
  /// - Parameters:
  ///   - states: what it continues, at most 128 rows.
  ///   - source: whose states they are.
  ///   - tokens: for each the token that comes after it.
  ///   - cache: the head's cache.
  ///   - placement: how they follow what the cache holds.
  /// - Returns: as many rows of its width.
  public func forward(
    _ states: ActivationRows,
    of source: Source,
    _ tokens: some Collection<Token>,
    cache: KVCache,
    placement: Placement = .chain
  ) -> ActivationRows {
    let inputs = prepare(states, tokens, of: source)
    let placed = PlacedRows(appending: tokens.count, placement, to: cache)
    let residual = self.states[rows: 0..<tokens.count]
    attention.apply(
      to: residual,
      inputs: inputs,
      placed,
      cache: cache[0],
      workspace: workspace,
      context: context
    )
    feedForward.apply(to: residual, workspace: workspace, context: context)
    return residual
  }

  /// The logits of outputs, over ``vocabulary``; valid until the next call, or the next pass of the target's head.
  ///
  /// - Parameter outputs: at most 128 rows.
  /// - Returns: as many rows of logits.
  public func logits(of outputs: ActivationRows) -> ActivationRows {
    guard let output else { return targetHead.logits(of: outputs) }
    let rows = normalized[rows: 0..<outputs.count]
    output.norm.apply(to: outputs, into: rows, context: context)
    let logits = output.logits[rows: 0..<outputs.count]
    context.multiply(rows, by: output.head, into: logits)
    return logits
  }

  /// Leaves the residual stream in `states`, and gives what the layer attends with.
  private func prepare(
    _ given: ActivationRows,
    _ tokens: some Collection<Token>,
    of source: Source
  ) -> ActivationRows {
    precondition(given.count == tokens.count && tokens.count <= ForwardWorkspace.rows, "a token for each state")
    let rows = 0..<tokens.count
    let (residual, inputs) = (states[rows: rows], joined[rows: rows])
    embed(tokens)
    guard let input else {
      joined.copy(embeddings[rows: rows], to: 0, column: 0)
      joined.copy(given, to: 0, column: width)
      fusion.apply(to: inputs, into: residual, context: context)
      return residual
    }
    switch source {
    case .target: fusion.apply(to: readyForFusion(given), into: residual, context: context)
    case .head: states.copy(given, to: 0)
    }
    input.embedding.apply(to: embeddings[rows: rows], into: embeddings[rows: rows], context: context)
    input.state.apply(to: residual, into: normalized[rows: rows], context: context)
    joined.copy(embeddings[rows: rows], to: 0, column: 0)
    joined.copy(normalized[rows: rows], to: 0, column: width)
    if shape.normalizesResidual { states.copy(normalized[rows: rows], to: 0) }
    return inputs
  }

  private func readyForFusion(_ states: ActivationRows) -> ActivationRows {
    guard let fusionNorm, let fused else { return states }
    let rows = fused[rows: 0..<states.count]
    fusionNorm.apply(to: states, into: rows, context: context)
    return rows
  }

  private func embed(_ tokens: some Collection<Token>) {
    guard let embedding else { return target.embed(tokens, into: embeddings[rows: 0..<tokens.count]) }
    for (row, token) in tokens.enumerated() {
      embeddings.load(embedding, row: Int(token), roundedTo: target.weightType, into: row)
    }
  }
}
