import SpecKernels

/// Hydra heads (Ankner et al. 2024, arXiv 2402.05109, §3): head i sees the target's last normalized state and the embeddings
/// of the token after it and of the i tokens drafted since, and gives the logits of the token after those. So each drafted
/// token depends on those before it, which Medusa's heads do not see.
///
/// A head is a residual block, res(x) + silu(linear(x)), further blocks, x + silu(linear(x)), and a layer to the vocabulary.
/// Hydra++'s heads see the state after a layer of their own, which attends to the states of all positions (§4).
public final class HydraHeads {
  /// What the heads consist of.
  package let shape: HydraShape
  /// How many heads.
  public var count: Int { shape.count }
  /// Trained parameters.
  public var parameterCount: Int { shape.parameterCount }
  /// Whether the target's states go through a layer of the heads' own first.
  public var hasPrefix: Bool { prefix != nil }
  /// The token that each logit stands for, rising; nil where it is its place.
  public let vocabulary: [Token]?

  private struct Block {
    let linear: Projection
    let bias: [Float]
    /// What the block's result is added to; nil for its input itself.
    let residual: Projection?
  }

  private struct Head {
    let blocks: [Block]
    let output: Projection
    let inputs: Activations
  }

  private struct Prefix {
    let layer: DecoderLayer
    let norm: RMSNorm
    let workspace: ForwardWorkspace
    let states: Activations
  }

  private let target: Transformer
  private let context: ComputeContext
  private let heads: [Head]
  private let prefix: Prefix?
  private let embeddings: Activations
  /// The streams of a block, by turns its input and its result, and what the result is added to.
  private let streams: [Activations]
  private let residual: Activations
  private let logits: Activations

  /// Loads heads for a target.
  ///
  /// - Parameters:
  ///   - directory: a folder with `config.json` and `hydra_lm_head.safetensors` or `hydra_lm_head.pt`, in the official
  ///     parameter names.
  ///   - target: the model that they were trained for.
  ///   - tokens: the tokens that they may draft, rising; nil for all.
  /// - Throws: ``ModelError`` if a file is absent, malformed, of a kind that is not read or made for another target.
  public convenience init(directory: String, target: Transformer, over tokens: [Token]? = nil) throws {
    let header = try Header(directory: directory, target: target.configuration)
    try self.init(from: header.file, shape: header.shape, target: target, over: tokens)
  }

  /// Loads heads from tensors.
  ///
  /// - Parameters:
  ///   - source: where the tensors are.
  ///   - shape: what the heads consist of.
  ///   - target: the model that they were trained for.
  ///   - tokens: the tokens that they may draft, rising; nil for all. Rows of others are not held.
  /// - Throws: ``ModelError`` or ``SpecKernels/KernelError``.
  package init(
    from source: any TensorSource,
    shape: HydraShape,
    target: Transformer,
    over tokens: [Token]? = nil
  ) throws {
    (self.shape, self.target, context, vocabulary) = (shape, target, target.context, tokens)
    let (width, rows) = (shape.width, ForwardWorkspace.rows)
    let loader = LayerLoader(
      source: source,
      configuration: shape.prefix ?? target.configuration,
      type: target.weightType,
      context: target.context
    )
    heads = try (0..<shape.count).map { head in
      Head(
        blocks: try Self.blocks(of: head, shape, loader),
        output: try Self.output(of: head, shape, over: tokens, loader),
        inputs: try Activations(capacity: rows, width: shape.inputs(ofBlock: 0, head: head))
      )
    }
    prefix = try shape.prefix.map { layer in
      let rule = AttentionRule(
        table: try layer.rotary.table(
          headDimension: layer.headDimension,
          positions: target.configuration.contextLength
        ),
        scoring: AttentionScoring(headDimension: layer.headDimension)
      )
      return Prefix(
        layer: try loader.layer(HydraShape.layerName, rule: rule),
        norm: try loader.norm(HydraShape.prefixName + "norm"),
        workspace: try ForwardWorkspace(attention: layer.attention, intermediateSize: layer.intermediateSize),
        states: try Activations(capacity: 1, width: width)
      )
    }
    embeddings = try Activations(capacity: rows, width: width)
    streams = try (0..<2).map { _ in try Activations(capacity: rows, width: width) }
    residual = try Activations(capacity: rows, width: width)
    logits = try Activations(capacity: rows, width: tokens?.count ?? shape.vocabulary)
  }

  /// The layer of a head that ends in the vocabulary, or its rows for some tokens.
  private static func output(
    of head: Int,
    _ shape: HydraShape,
    over tokens: [Token]?,
    _ loader: LayerLoader
  ) throws -> Projection {
    // The name ends in a period.
    let name = String(shape.outputName(ofHead: head).dropLast())
    guard let tokens else {
      return try loader.projection("", [(name, shape.vocabulary)], columns: shape.width, isBiased: true)
    }
    let weights = try loader.source.tensor(name + ".weight", shape: [shape.vocabulary, shape.width])
    let bias = try loader.source.tensor(name + ".bias", shape: [shape.vocabulary]).finiteFloats()
    let rows = tokens.map(Int.init)
    return Projection(
      matrix: try PackedMatrix(
        choosing: rows,
        of: weights,
        columns: shape.width,
        type: loader.type,
        context: loader.context
      ),
      bias: rows.map { bias[$0] }
    )
  }

  /// The blocks of a head. Those that hold the same numbers, as all after the first do in official files, are held once.
  private static func blocks(of head: Int, _ shape: HydraShape, _ loader: LayerLoader) throws -> [Block] {
    var blocks: [Block] = []
    var last: NumberSource?
    for block in 0..<shape.blocks {
      let (name, columns) = (shape.name(ofBlock: block, head: head), shape.inputs(ofBlock: block, head: head))
      let bias = try loader.source.tensor(name + "linear.bias", shape: [shape.width]).finiteFloats()
      let weight = try loader.source.tensor(name + "linear.weight", shape: [shape.width, columns])
      if block > 1, let known = last, known.hasSameBytes(as: weight), blocks[block - 1].bias == bias {
        blocks.append(blocks[block - 1])
        continue
      }
      last = weight
      func projection(_ part: String, isBiased: Bool) throws -> Projection {
        try loader.projection(name, [(part, shape.width)], columns: columns, isBiased: isBiased)
      }
      blocks.append(
        Block(
          linear: try projection("linear", isBiased: false),
          bias: bias,
          residual: try block == 0 ? projection("res_connection", isBiased: true) : nil
        )
      )
    }
    return blocks
  }

  /// The logits of the token after each of some paths of drafted tokens.
  ///
  /// - Parameters:
  ///   - paths: at most 128, all of the same number of tokens, from 1 to ``count``: the token after the state, and those that
  ///     were drafted after it.
  ///   - state: one row: the target's last normalized state, as ``prefixed(_:cache:)`` gives it where there is a prefix layer.
  /// - Returns: a row for each path, valid until the next call.
  public func logits(after paths: [[Token]], from state: ActivationRows) -> ActivationRows {
    let length = paths[0].count
    precondition((1...count).contains(length) && paths.allSatisfy { $0.count == length }, "a head for each depth")
    let (head, rows) = (heads[length - 1], 0..<paths.count)
    for row in rows { head.inputs.copy(state, to: row, column: 0) }
    for place in 0..<length {
      target.embed(paths.map { $0[place] }, into: embeddings[rows: rows])
      head.inputs.copy(embeddings[rows: rows], to: 0, column: (place + 1) * shape.width)
    }
    var stream = head.inputs[rows: rows]
    for (number, block) in head.blocks.enumerated() {
      let result = streams[number % 2][rows: rows]
      block.linear.apply(to: stream, into: result, context: context)
      if let connection = block.residual {
        connection.apply(to: stream, into: residual[rows: rows], context: context)
        context.addSilu(of: result, bias: block.bias, residual: residual[rows: rows])
      } else {
        context.addSilu(of: result, bias: block.bias, residual: stream)
      }
      stream = result
    }
    let logits = self.logits[rows: rows]
    head.output.apply(to: stream, into: logits, context: context)
    return logits
  }

  /// An empty cache for the prefix layer.
  ///
  /// - Parameter capacity: slots.
  /// - Returns: the cache; nil where there is no such layer.
  /// - Throws: ``SpecKernels/KernelError`` if there is not enough memory.
  public func makeCache(capacity: Int) throws(KernelError) -> KVCache? {
    guard let layer = shape.prefix else { return nil }
    return try KVCache(layers: 0..<1, shape: layer.attention, capacity: capacity)
  }

  /// Takes states into the prefix layer's cache without computing outputs.
  ///
  /// - Parameters:
  ///   - states: the target's normalized states at the positions that follow the cache, at most 128.
  ///   - cache: the prefix layer's.
  public func absorb(_ states: ActivationRows, cache: KVCache) {
    guard let prefix else { preconditionFailure("heads without a prefix layer") }
    let placed = PlacedRows(appending: states.count, to: cache)
    prefix.layer.attention.store(states, placed, cache: cache[0], workspace: prefix.workspace, context: context)
  }

  /// What the heads see of a state: the prefix layer's output.
  ///
  /// - Parameters:
  ///   - state: one row, the target's normalized state at the position that follows the cache.
  ///   - cache: the prefix layer's.
  /// - Returns: one row, valid until the next call.
  public func prefixed(_ state: ActivationRows, cache: KVCache) -> ActivationRows {
    guard let prefix else { preconditionFailure("heads without a prefix layer") }
    let row = prefix.states[rows: 0..<1]
    prefix.states.copy(state, to: 0)
    let placed = PlacedRows(appending: 1, to: cache)
    prefix.layer.attention.apply(to: row, placed, cache: cache[0], workspace: prefix.workspace, context: context)
    prefix.layer.feedForward.apply(to: row, workspace: prefix.workspace, context: context)
    prefix.norm.apply(to: row, into: row, context: context)
    return row
  }
}
