import SpecKernels

/// Self-attention with its input normalization: x + attention(norm(x)).
struct AttentionBlock {
  let shape: AttentionShape
  let norm: [Float]
  let epsilon: Float
  let queryKeyValue: PackedMatrix
  let output: PackedMatrix

  /// Adds the block's output to the residual stream, in place.
  func apply(
    to residual: ActivationRows,
    _ placed: PlacedRows,
    cache: LayerCache,
    table: RotaryTable,
    workspace: ForwardWorkspace,
    context: ComputeContext
  ) {
    let rows = 0..<residual.count
    store(residual, placed, cache: cache, table: table, workspace: workspace, context: context)
    let attended = workspace.attended[rows: rows]
    context.attend(
      workspace.queryKeyValue[rows: rows],
      queryHeads: shape.queryHeads,
      mask: placed.mask,
      cache: cache,
      into: attended
    )
    let projected = workspace.projected[rows: rows]
    context.multiply(attended, by: output, into: projected)
    context.add(projected, to: residual)
  }

  /// Computes queries, keys and values and puts the latter two into the cache.
  func store(
    _ residual: ActivationRows,
    _ placed: PlacedRows,
    cache: LayerCache,
    table: RotaryTable,
    workspace: ForwardWorkspace,
    context: ComputeContext
  ) {
    let rows = 0..<residual.count
    let normalized = workspace.normalized[rows: rows]
    let projected = workspace.queryKeyValue[rows: rows]
    context.normalize(residual, weight: norm, epsilon: epsilon, into: normalized)
    context.multiply(normalized, by: queryKeyValue, into: projected)
    context.rotateAndStore(
      projected,
      queryHeads: shape.queryHeads,
      cache: cache,
      firstSlot: placed.firstSlot,
      positions: placed.positions,
      table: table
    )
  }
}

/// The gated feed-forward block with its input normalization: x + down(silu(gate(norm(x))) · up(norm(x))).
struct FeedForwardBlock {
  let norm: [Float]
  let epsilon: Float
  let gateAndUp: PackedMatrix
  let down: PackedMatrix

  /// Adds the block's output to the residual stream, in place.
  func apply(to residual: ActivationRows, workspace: ForwardWorkspace, context: ComputeContext) {
    let rows = 0..<residual.count
    let normalized = workspace.normalized[rows: rows]
    let gates = workspace.gateAndUp[rows: rows]
    let activated = workspace.activated[rows: rows]
    let projected = workspace.projected[rows: rows]
    context.normalize(residual, weight: norm, epsilon: epsilon, into: normalized)
    context.multiply(normalized, by: gateAndUp, into: gates)
    context.gate(gates, with: .silu, into: activated)
    context.multiply(activated, by: down, into: projected)
    context.add(projected, to: residual)
  }
}

/// One layer of the target.
struct DecoderLayer {
  let attention: AttentionBlock
  let feedForward: FeedForwardBlock
}

extension AttentionBlock {
  /// Loads the block whose tensors begin with `prefix` (`model.layers.0.`).
  init(
    _ source: some TensorSource,
    prefix: String,
    shape: AttentionShape,
    epsilon: Float,
    type: WeightType,
    context: ComputeContext
  ) throws {
    self.shape = shape
    self.epsilon = epsilon
    let (width, query, keyValue) = (shape.hiddenSize, shape.queryWidth, shape.keyValueWidth)
    norm = try source.tensor(prefix + "input_layernorm.weight", shape: [width]).finiteFloats()
    let projection = prefix + "self_attn."
    queryKeyValue = try PackedMatrix(
      stacking: [
        source.tensor(projection + "q_proj.weight", shape: [query, width]),
        source.tensor(projection + "k_proj.weight", shape: [keyValue, width]),
        source.tensor(projection + "v_proj.weight", shape: [keyValue, width]),
      ],
      columns: width,
      type: type,
      context: context
    )
    output = try PackedMatrix(
      stacking: [source.tensor(projection + "o_proj.weight", shape: [width, query])],
      columns: query,
      type: type,
      context: context
    )
  }
}

extension FeedForwardBlock {
  /// Loads the block whose tensors begin with `prefix` (`model.layers.0.`).
  init(
    _ source: some TensorSource,
    prefix: String,
    configuration: ModelConfiguration,
    type: WeightType,
    context: ComputeContext
  ) throws {
    let (width, inner) = (configuration.hiddenSize, configuration.intermediateSize)
    epsilon = configuration.normEpsilon
    norm = try source.tensor(prefix + "post_attention_layernorm.weight", shape: [width]).finiteFloats()
    gateAndUp = try PackedMatrix(
      stacking: [
        source.tensor(prefix + "mlp.gate_proj.weight", shape: [inner, width]),
        source.tensor(prefix + "mlp.up_proj.weight", shape: [inner, width]),
      ],
      columns: width,
      type: type,
      context: context
    )
    down = try PackedMatrix(
      stacking: [source.tensor(prefix + "mlp.down_proj.weight", shape: [width, inner])],
      columns: inner,
      type: type,
      context: context
    )
  }
}
