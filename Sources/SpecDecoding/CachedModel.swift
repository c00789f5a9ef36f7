import SpecKernels
import SpecModel

/// A model with the keys and values of the tokens that it has run: what is run next continues them.
final class CachedModel {
  let model: Transformer
  /// Consecutive ranges of layers, each with a cache of its own; together all layers.
  let caches: [KVCache]
  private let stream: Activations
  private let normalized: Activations

  /// - Parameters:
  ///   - model: the model.
  ///   - segments: consecutive ranges of layers, together all of them; nil for one range.
  ///   - tree: how many nodes of a tree must fit behind the context.
  /// - Throws: `KernelError` if there is not enough memory.
  init(_ model: Transformer, segments: [Range<Int>]? = nil, tree: Int = 0) throws(KernelError) {
    let (context, width) = (model.configuration.contextLength, model.configuration.hiddenSize)
    self.model = model
    var caches: [KVCache] = []
    for layers in segments ?? [0..<model.configuration.layers] {
      caches.append(try model.makeCache(layers: layers, capacity: context + tree))
    }
    self.caches = caches
    stream = try Activations(capacity: context + tree, width: width)
    normalized = try Activations(capacity: Transformer.largestTree, width: width)
  }

  /// Tokens whose keys and values are held by all layers.
  var count: Int { caches.map(\.count).min() ?? 0 }

  /// Runs tokens that follow what is held through all layers.
  ///
  /// - Parameters:
  ///   - tokens: at least one.
  ///   - placement: how they follow.
  ///   - count: the logits of how many of the last rows are wanted, at most ``Transformer/largestTree``.
  /// - Returns: as many rows of logits, valid until the next call.
  func logits(_ tokens: some Collection<Token>, _ placement: Placement = .chain, last count: Int) -> ActivationRows {
    let rows = run(tokens, placement)
    return logits(rows[rows.count - count..<rows.count])
  }

  /// Runs tokens that follow what is held through some of the ranges of layers.
  ///
  /// - Parameters:
  ///   - tokens: any number of them.
  ///   - placement: how they follow.
  ///   - segments: which ranges, by index; nil for all.
  /// - Returns: the residual stream after the last layer, valid until the next call.
  @discardableResult
  func run(
    _ tokens: some Collection<Token>,
    _ placement: Placement = .chain,
    segments: [Int]? = nil
  ) -> ActivationRows {
    let rows = stream[rows: 0..<tokens.count]
    model.embed(tokens, into: rows)
    for segment in segments ?? Array(caches.indices) {
      model.forward(rows, cache: caches[segment], placement: placement)
    }
    return rows
  }

  /// The logits after rows of the residual stream, valid until the next call.
  func logits(_ rows: ActivationRows) -> ActivationRows { model.logits(of: states(rows)) }

  /// The final states of rows of the residual stream, valid until the next call.
  func states(_ rows: ActivationRows) -> ActivationRows {
    let states = normalized[rows: 0..<rows.count]
    model.normalizeFinal(rows, into: states)
    return states
  }

  /// Forgets all tokens from a position on.
  func truncate(to count: Int) {
    for cache in caches { cache.truncate(to: count) }
  }

  /// Keeps a tree's path and forgets its other nodes.
  ///
  /// - Parameters:
  ///   - path: nodes from the root on, rising.
  ///   - first: the root's position.
  func keep(path: [Int], from first: Int) {
    for cache in caches { cache.keep(path: path, from: first) }
  }
}
