import SpecKernels

/// Buffers that the layers of a model share during a forward pass.
final class ForwardWorkspace {
  /// Most rows that go through the layers at once; longer chains go in pieces, which changes no bit.
  static let rows = 128

  let normalized: Activations
  let queryKeyValue: Activations
  let attended: Activations
  let projected: Activations
  let gateAndUp: Activations
  let activated: Activations

  init(attention: AttentionShape, intermediateSize: Int) throws(KernelError) {
    let rows = Self.rows
    let width = attention.hiddenSize
    normalized = try Activations(capacity: rows, width: width)
    queryKeyValue = try Activations(capacity: rows, width: attention.queryWidth + 2 * attention.keyValueWidth)
    attended = try Activations(capacity: rows, width: attention.queryWidth)
    projected = try Activations(capacity: rows, width: width)
    gateAndUp = try Activations(capacity: rows, width: 2 * intermediateSize)
    activated = try Activations(capacity: rows, width: intermediateSize)
  }
}

/// Rows with their places resolved: which slots they see, and their positions.
struct PlacedRows {
  let firstSlot: Int
  let mask: AttentionMask
  let positions: [Int32]

  /// The places of rows that a cache takes in now.
  ///
  /// - Parameters:
  ///   - count: how many rows.
  ///   - placement: how they follow what the cache holds.
  ///   - cache: has room for them afterwards.
  init(appending count: Int, _ placement: Placement = .chain, to cache: KVCache) {
    self.init(placement, rows: 0..<count, cacheCount: cache.count)
    precondition(positions.count == count, "as many nodes as rows")
    cache.append(count)
  }

  init(_ placement: Placement, rows: Range<Int>, cacheCount: Int) {
    firstSlot = cacheCount
    switch placement {
    case .chain:
      mask = AttentionMask(chainAfter: cacheCount)
      positions = rows.indices.map { Int32(cacheCount + $0 - rows.lowerBound) }
    case .tree(let tree, let nodes):
      let root = cacheCount - nodes.lowerBound
      positions = nodes.map { Int32(root + tree.depths[$0]) }
      // A node as deep as its number has all nodes before it on its path: a chain, whose attention costs less.
      let isChain = nodes.last.map { tree.depths[$0] == $0 } ?? true
      mask =
        isChain
        ? AttentionMask(chainAfter: cacheCount)
        : AttentionMask(prefix: root, paths: nodes.map { tree.path(to: $0).map { root + $0 } })
    }
  }
}
