import SpecKernels

/// Loads the parts of layers as their description says: one tensor source, one configuration, one way of holding weights.
struct LayerLoader {
  let source: any TensorSource
  let configuration: ModelConfiguration
  let type: WeightType
  let context: ComputeContext

  /// The layer whose tensors begin with `prefix` (`model.layers.0.`).
  func layer(_ prefix: String, rule: AttentionRule) throws -> DecoderLayer {
    DecoderLayer(attention: try attention(prefix, rule: rule), feedForward: try feedForward(prefix))
  }

  /// The attention of the layer whose tensors begin with `prefix`. Where its inputs come ready, `inputs` is their width, and
  /// it has no normalization; otherwise it reads the residual stream.
  func attention(_ prefix: String, rule: AttentionRule, inputs: Int? = nil) throws -> AttentionBlock {
    let (shape, parts) = (configuration.attention, configuration.parts)
    let names = parts.names
    return AttentionBlock(
      shape: shape,
      norm: inputs == nil ? try norm(prefix + names.attentionNorm) : nil,
      queryKeyValue: try projection(
        prefix,
        names.queryKeyValueRows(of: shape),
        columns: inputs ?? shape.hiddenSize,
        isBiased: parts.queryKeyValueBias
      ),
      queryNorm: try names.queryNorm.map { try norm(prefix + $0, width: shape.headDimension) },
      keyNorm: try names.keyNorm.map { try norm(prefix + $0, width: shape.headDimension) },
      output: try projection(
        prefix,
        [(names.attentionOutput, shape.hiddenSize)],
        columns: shape.queryWidth,
        isBiased: parts.attentionOutputBias
      ),
      outputNorm: try names.attentionOutputNorm.map { try norm(prefix + $0) },
      rule: rule
    )
  }

  /// The feed-forward block of the layer whose tensors begin with `prefix`.
  func feedForward(_ prefix: String) throws -> FeedForwardBlock {
    let (width, inner, parts) = (configuration.hiddenSize, configuration.intermediateSize, configuration.parts)
    let names = parts.names
    return FeedForwardBlock(
      norm: try norm(prefix + names.feedForwardNorm),
      gateAndUp: try projection(
        prefix,
        names.gateAndUpRows(width: inner),
        columns: width,
        isBiased: parts.feedForwardBias
      ),
      activation: parts.activation,
      down: try projection(prefix, [(names.down, width)], columns: inner, isBiased: parts.feedForwardBias),
      outputNorm: try names.feedForwardOutputNorm.map { try norm(prefix + $0) }
    )
  }

  /// A normalization, nil for the width of the residual stream.
  func norm(_ name: String, width: Int? = nil) throws -> RMSNorm {
    let stored = try source.tensor(name + ".weight", shape: [width ?? configuration.hiddenSize]).finiteFloats()
    let offset = configuration.parts.normOffset
    return RMSNorm(weight: offset == 0 ? stored : stored.map { offset + $0 }, epsilon: configuration.normEpsilon)
  }

  /// Projections on top of each other, as one product.
  func projection(
    _ prefix: String,
    _ parts: [(name: String, rows: Int)],
    columns: Int,
    isBiased: Bool
  ) throws -> Projection {
    let sources = try parts.map { try source.tensor("\(prefix)\($0.name).weight", shape: [$0.rows, columns]) }
    let biases =
      try isBiased
      ? parts.flatMap { try source.tensor("\(prefix)\($0.name).bias", shape: [$0.rows]).finiteFloats() } : nil
    return Projection(
      matrix: try PackedMatrix(stacking: sources, columns: columns, type: type, context: context),
      bias: biases
    )
  }
}
