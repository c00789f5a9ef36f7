import SpecKernels

/// Keys and values of a range of layers. Slots are numbered from 0; the first `count` of them are filled. There is room for
/// as many as were needed so far, not for a model's whole context.
///
/// After `truncate(to:)` or `keep(path:from:)` slot and position are the same number; while the nodes of a tree are in
/// the cache, a node's slot is the tree's first slot plus its index, its position the first slot plus its depth.
public final class KVCache {
  /// The layers whose keys and values are held.
  public let layers: Range<Int>
  /// Slots that there is room for.
  public private(set) var capacity: Int
  /// Slots that are filled.
  public private(set) var count = 0
  private let storage: [LayerCache]

  /// An empty cache.
  ///
  /// - Parameters:
  ///   - layers: which layers.
  ///   - shape: the layers' attention.
  ///   - capacity: slots that there is room for at first.
  /// - Throws: ``SpecKernels/KernelError`` if there is not enough memory.
  public init(layers: Range<Int>, shape: AttentionShape, capacity: Int) throws(KernelError) {
    self.layers = layers
    self.capacity = capacity
    var storage: [LayerCache] = []
    for _ in layers {
      storage.append(
        try LayerCache(capacity: capacity, heads: shape.keyValueHeads, headDimension: shape.headDimension)
      )
    }
    self.storage = storage
  }

  /// Makes room. Keys and values stay as they are, to the bit.
  ///
  /// - Parameter slots: slots in all; fewer than there are change nothing.
  /// - Throws: ``SpecKernels/KernelError`` if there is not enough memory.
  public func reserve(_ slots: Int) throws(KernelError) {
    guard slots > capacity else { return }
    for layer in storage { try layer.grow(to: slots, keeping: count) }
    capacity = slots
  }

  /// Forgets everything from slot `count` on. Truncating to more than there is changes nothing.
  public func truncate(to count: Int) {
    precondition(count >= 0, "a negative number of slots")
    self.count = min(self.count, count)
  }

  /// Keeps a tree's path and forgets its other nodes: the path's entries move together, in place.
  ///
  /// - Parameters:
  ///   - path: node indices from the root on, rising.
  ///   - first: the tree's first slot.
  public func keep(path: [Int], from first: Int) {
    precondition(zip(path, path.dropFirst()).allSatisfy { $0 < $1 } && (path.last ?? -1) + first < count, "a path")
    for (depth, node) in path.enumerated() where node != depth {
      for layer in storage { layer.moveSlot(from: first + node, to: first + depth) }
    }
    count = first + path.count
  }

  subscript(layer: Int) -> LayerCache { storage[layer - layers.lowerBound] }

  /// Makes room for new slots if nobody has reserved it, and more than that: room is made seldom.
  func append(_ slots: Int) {
    if count + slots > capacity {
      takingMemory { () throws(KernelError) in try reserve(max(count + slots, capacity + capacity / 2)) }
    }
    count += slots
  }
}
