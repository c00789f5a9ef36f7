import SpecKernels

/// Root-mean-square normalization with its trained weights.
struct RMSNorm {
  let weight: [Float]
  let epsilon: Float

  /// y = norm(x); the two may be the same rows.
  func apply(to x: ActivationRows, into y: ActivationRows, context: ComputeContext) {
    context.normalize(x, weight: weight, epsilon: epsilon, into: y)
  }
}

/// A matrix with the bias of its outputs, if it has one.
struct Projection {
  let matrix: PackedMatrix
  let bias: [Float]?

  /// y = x · wᵀ + bias
  func apply(to x: ActivationRows, into y: ActivationRows, context: ComputeContext) {
    context.multiply(x, by: matrix, into: y)
    if let bias { context.add(bias, toRows: y) }
  }
}

/// How the attention of a layer looks at keys: what its weights do not say.
struct AttentionRule {
  /// The rotation of its layer.
  let table: RotaryTable
  /// How scores are formed, and how far it looks back.
  let scoring: AttentionScoring
}

/// Some neighboring rows of a pass that belong to one text, with the keys and values of that text at a layer.
struct AttendingRows {
  let rows: Range<Int>
  let placed: PlacedRows
  let cache: LayerCache
}

/// Self-attention with its input normalization: x + norm(attention(norm(x))), where not all models have the outer one, and
/// some drafters' inputs come ready.
struct AttentionBlock {
  let shape: AttentionShape
  let norm: RMSNorm?
  let queryKeyValue: Projection
  let queryNorm: RMSNorm?
  let keyNorm: RMSNorm?
  let output: Projection
  let outputNorm: RMSNorm?
  let rule: AttentionRule

  /// Adds the block's output to the residual stream, in place. `inputs` are what is attended with where that is not the
  /// residual stream itself.
  func apply(
    to residual: ActivationRows,
    inputs: ActivationRows? = nil,
    _ placed: PlacedRows,
    cache: LayerCache,
    workspace: ForwardWorkspace,
    context: ComputeContext
  ) {
    let rows = AttendingRows(rows: 0..<residual.count, placed: placed, cache: cache)
    apply(to: residual, inputs: inputs, [rows], workspace: workspace, context: context)
  }

  /// The same for rows of several texts, each of which attends to its own: products with weights are over all of them.
  func apply(
    to residual: ActivationRows,
    inputs: ActivationRows? = nil,
    _ texts: [AttendingRows],
    workspace: ForwardWorkspace,
    context: ComputeContext
  ) {
    let rows = 0..<residual.count
    store(inputs ?? residual, texts, workspace: workspace, context: context)
    for text in texts {
      context.attend(
        workspace.queryKeyValue[rows: text.rows],
        queryHeads: shape.queryHeads,
        mask: text.placed.mask,
        cache: text.cache,
        scoring: rule.scoring,
        into: workspace.attended[rows: text.rows]
      )
    }
    let projected = workspace.projected[rows: rows]
    output.apply(to: workspace.attended[rows: rows], into: projected, context: context)
    outputNorm?.apply(to: projected, into: projected, context: context)
    context.add(projected, to: residual)
  }

  /// Computes queries, keys and values and puts the latter two into the cache.
  func store(
    _ inputs: ActivationRows,
    _ placed: PlacedRows,
    cache: LayerCache,
    workspace: ForwardWorkspace,
    context: ComputeContext
  ) {
    let rows = AttendingRows(rows: 0..<inputs.count, placed: placed, cache: cache)
    store(inputs, [rows], workspace: workspace, context: context)
  }

  private func store(
    _ inputs: ActivationRows,
    _ texts: [AttendingRows],
    workspace: ForwardWorkspace,
    context: ComputeContext
  ) {
    let projected = workspace.queryKeyValue[rows: 0..<inputs.count]
    if let norm {
      let normalized = workspace.normalized[rows: 0..<inputs.count]
      norm.apply(to: inputs, into: normalized, context: context)
      queryKeyValue.apply(to: normalized, into: projected, context: context)
    } else {
      queryKeyValue.apply(to: inputs, into: projected, context: context)
    }
    if let queryNorm { normalize(projected, heads: 0..<shape.queryHeads, with: queryNorm, context: context) }
    if let keyNorm {
      let heads = shape.queryHeads..<shape.queryHeads + shape.keyValueHeads
      normalize(projected, heads: heads, with: keyNorm, context: context)
    }
    for text in texts {
      context.rotateAndStore(
        workspace.queryKeyValue[rows: text.rows],
        queryHeads: shape.queryHeads,
        cache: text.cache,
        firstSlot: text.placed.firstSlot,
        positions: text.placed.positions,
        table: rule.table
      )
    }
  }

  private func normalize(_ rows: ActivationRows, heads: Range<Int>, with norm: RMSNorm, context: ComputeContext) {
    context.normalizeHeads(rows, heads: heads, weight: norm.weight, epsilon: norm.epsilon)
  }
}

/// The gated feed-forward block with its input normalization: x + norm(down(activation(gate(norm(x))) · up(norm(x)))), where
/// not all models have the outer one.
struct FeedForwardBlock {
  let norm: RMSNorm
  let gateAndUp: Projection
  let activation: GateActivation
  let down: Projection
  let outputNorm: RMSNorm?

  /// Adds the block's output to the residual stream, in place.
  func apply(to residual: ActivationRows, workspace: ForwardWorkspace, context: ComputeContext) {
    let rows = 0..<residual.count
    let normalized = workspace.normalized[rows: rows]
    let gates = workspace.gateAndUp[rows: rows]
    let activated = workspace.activated[rows: rows]
    let projected = workspace.projected[rows: rows]
    norm.apply(to: residual, into: normalized, context: context)
    gateAndUp.apply(to: normalized, into: gates, context: context)
    context.gate(gates, with: activation, into: activated)
    down.apply(to: activated, into: projected, context: context)
    outputNorm?.apply(to: projected, into: projected, context: context)
    context.add(projected, to: residual)
  }
}

/// One layer of the target.
struct DecoderLayer {
  let attention: AttentionBlock
  let feedForward: FeedForwardBlock

  /// The packed matrices, in the order in which a pass reads them.
  var matrices: [PackedMatrix] {
    [attention.queryKeyValue, attention.output, feedForward.gateAndUp, feedForward.down].map(\.matrix)
  }
}
