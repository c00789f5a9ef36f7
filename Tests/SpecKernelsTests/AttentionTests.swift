import SpecKernels
import SpecTestSupport
import Testing

/// Attention and rotation: the same bits on every kernel set, in any batch and tree, and the numbers of their formulas.
@Suite struct AttentionTests {
  /// Rows of queries, keys and values in the cache of one layer, in the slots 0, 1, ….
  private struct Layer {
    let queryHeads: Int
    let dimension: Int
    let rows: Activations
    let cache: LayerCache
    let context: ComputeContext

    // After `tree` rows come the nodes of a tree, two at each depth; nil for a chain.
    init(
      _ qkv: Activations,
      queryHeads: Int,
      heads: Int,
      table: RotaryTable,
      context: ComputeContext,
      tree: Int? = nil
    ) throws {
      (self.queryHeads, dimension, self.context) = (queryHeads, table.headDimension, context)
      rows = try Activations(capacity: qkv.capacity, width: qkv.width)
      for row in 0..<qkv.capacity { rows[row] = qkv[row] }
      cache = try LayerCache(capacity: qkv.capacity, heads: heads, headDimension: dimension)
      context.rotateAndStore(
        rows[rows: 0..<qkv.capacity],
        queryHeads: queryHeads,
        cache: cache,
        firstSlot: 0,
        positions: (0..<qkv.capacity).map { row in
          Int32(tree.map { row < $0 ? row : $0 + (row - $0) / 2 } ?? row)
        },
        table: table
      )
    }

    /// The outputs of some rows, one after the other.
    func attend(_ range: Range<Int>, _ mask: AttentionMask, _ scoring: AttentionScoring?) throws -> [[Float]] {
      let out = try Activations(capacity: range.count, width: queryHeads * dimension)
      context.attend(
        rows[rows: range],
        queryHeads: queryHeads,
        mask: mask,
        cache: cache,
        scoring: scoring,
        into: out[rows: 0..<range.count]
      )
      return (0..<range.count).map { out[$0] }
    }
  }

  /// Plain, with a scale, with a cap, with windows smaller than a vector, than a block and than a path, and all together.
  private static func scorings(_ dimension: Int) -> [AttentionScoring?] {
    [nil, .init(headDimension: dimension, scale: 0.3), .init(headDimension: dimension, cap: 2)]
      + [1, 2, 3, 7, 16, 17, 40].map { .init(headDimension: dimension, window: $0) }
      + [.init(headDimension: dimension, scale: 0.4, cap: 1.5, window: 21)]
  }

  @Test(arguments: KernelEqualityTests.variants) func sameBits(_ variant: KernelEqualityTests.Variant) throws {
    var random = SeededRandom(seed: 4)
    let (expected, found) = (try KernelEqualityTests.reference(), try KernelEqualityTests.context(variant))
    for (queryHeads, heads, dimension) in [(4, 4, 8), (8, 4, 32), (6, 2, 20), (3, 1, 64), (2, 2, 80), (5, 5, 6)] {
      for prefix in [0, 1, 15, 16, 37, 130] {
        let count = 1 + random.below(20)
        let frequencies = RotaryTable.inverseFrequencies(theta: 10000, dimension: 2 * (1 + random.below(dimension / 2)))
        let table = try RotaryTable(
          inverseFrequencies: frequencies,
          headDimension: dimension,
          positions: prefix + count,
          factor: 1.2
        )
        let qkv = try random.activations(rows: prefix + count, width: (queryHeads + 2 * heads) * dimension)
        let tree = random.paths(count: count, after: prefix)
        let (one, other) = try (
          Layer(qkv, queryHeads: queryHeads, heads: heads, table: table, context: expected),
          Layer(qkv, queryHeads: queryHeads, heads: heads, table: table, context: found)
        )
        for mask in [AttentionMask(chainAfter: prefix), AttentionMask(prefix: prefix, paths: tree)] {
          for scoring in Self.scorings(dimension) {
            #expect(
              try one.attend(prefix..<prefix + count, mask, scoring).map { $0.map(\.bitPattern) }
                == other.attend(prefix..<prefix + count, mask, scoring).map { $0.map(\.bitPattern) },
              "\(queryHeads)/\(heads) heads of \(dimension) after \(prefix), \(String(describing: scoring))"
            )
          }
        }
      }
    }
  }

  /// A row alone, in a chain and in a tree whose nodes are in other slots.
  @Test(arguments: KernelSet.supported.map(\.name)) func anyBatchAndTree(_ name: String) throws {
    var random = SeededRandom(seed: 8)
    let context = try ComputeContext(threads: 2, kernels: .choose(named: name))
    let (count, prefix, dimension) = (60, 41, 24)
    let qkv = try random.activations(rows: count, width: 8 * dimension)
    let table = try RotaryTable(theta: 10000, headDimension: dimension, positions: count)
    let chain = try Layer(qkv, queryHeads: 4, heads: 2, table: table, context: context)
    // The same rows with siblings between them: node 2 i is row prefix + i of the chain.
    let nodes = 2 * (count - prefix)
    let spread = try Activations(capacity: prefix + nodes, width: qkv.width)
    for row in 0..<prefix { spread[row] = qkv[row] }
    for node in 0..<nodes { spread[prefix + node] = qkv[node % 2 == 0 ? prefix + node / 2 : node / 2] }
    let tree = try Layer(spread, queryHeads: 4, heads: 2, table: table, context: context, tree: prefix)
    let paths = (0..<nodes).map { node in (0...node / 2).map { prefix + 2 * $0 + ($0 == node / 2 ? node % 2 : 0) } }
    for scoring in Self.scorings(dimension) {
      let all = try chain.attend(0..<count, AttentionMask(chainAfter: 0), scoring)
      for row in stride(from: 0, to: count, by: 7) {
        #expect(try chain.attend(row..<row + 1, AttentionMask(chainAfter: row), scoring) == [all[row]])
      }
      let branches = try tree.attend(prefix..<prefix + nodes, AttentionMask(prefix: prefix, paths: paths), scoring)
      for node in stride(from: 0, to: nodes, by: 2) {
        #expect(branches[node] == all[prefix + node / 2], "\(String(describing: scoring)), node \(node)")
      }
    }
  }

  /// The formula in double precision: softmax over the window of cap · tanh(scale · q · k / cap).
  @Test(arguments: KernelSet.supported.map(\.name)) func isTheFormula(_ name: String) throws {
    var random = SeededRandom(seed: 9)
    let context = try ComputeContext(threads: 1, kernels: .choose(named: name))
    let (count, dimension) = (50, 8)
    let qkv = try random.activations(rows: count, width: 3 * dimension, scale: 2)
    let table = try RotaryTable(theta: 10000, headDimension: dimension, positions: count)
    let layer = try Layer(qkv, queryHeads: 1, heads: 1, table: table, context: context)
    for scoring in Self.scorings(dimension).compactMap(\.self) {
      let found = try layer.attend(0..<count, AttentionMask(chainAfter: 0), scoring)
      for row in 0..<count {
        let seen = max(0, row + 1 - (scoring.window ?? count))...row
        let weights = seen.map { slot in
          var score = 0.0
          for d in 0..<dimension { score += Double(layer.rows[row, d]) * Double(layer.rows[slot, dimension + d]) }
          score *= Double(scoring.scale)
          if let cap = scoring.cap { score = Double(cap) * hyperbolicTangent(score / Double(cap)) }
          return exponential(score)
        }
        for d in 0..<dimension {
          let sum = zip(seen, weights).reduce(0) { $0 + $1.1 * Double(qkv[$1.0, 2 * dimension + d]) }
          #expect(abs(Double(found[row][d]) - sum / weights.reduce(0, +)) < 2e-6)
        }
      }
    }
  }

  /// The first dimensions turn, by angles times the factor; the others stay.
  @Test func partialRotationIsTheFormula() throws {
    let frequencies: [Float] = [1, 0.25]
    let table = try RotaryTable(inverseFrequencies: frequencies, headDimension: 6, positions: 5000, factor: 1.5)
    let context = try ComputeContext(threads: 1)
    let cache = try LayerCache(capacity: 16, heads: 1, headDimension: 6)
    for position in [3.0, 4999] {
      let rows = try Activations(capacity: 1, width: 18)
      rows[0] = [1, 2, 3, 4, 5, 6] + [Float](repeating: 0, count: 12)
      context.rotateAndStore(
        rows[rows: 0..<1],
        queryHeads: 1,
        cache: cache,
        firstSlot: 0,
        positions: [Int32(position)],
        table: table
      )
      let (fast, slow) = (position, position / 4)
      let turned = [
        cosine(fast) - 3 * sine(fast), 2 * cosine(slow) - 4 * sine(slow), 3 * cosine(fast) + sine(fast),
        4 * cosine(slow) + 2 * sine(slow),
      ]
      for (found, wanted) in zip(rows[0], turned.map { 1.5 * $0 } + [5, 6]) {
        #expect(abs(Double(found) - wanted) < 2e-6)
      }
    }
  }

  @Test func rotationIsTheReferences() throws {
    // Dimension 0 turns by the position itself, in radians; the last pair turns slowest.
    let table = try RotaryTable(theta: 10000, headDimension: 4, positions: 8)
    let context = try ComputeContext(threads: 1)
    let cache = try LayerCache(capacity: 16, heads: 1, headDimension: 4)
    let rows = try Activations(capacity: 1, width: 12)
    rows[0] = [1, 2, 3, 4, 0, 0, 0, 0, 0, 0, 0, 0]
    context.rotateAndStore(
      rows[rows: 0..<1],
      queryHeads: 1,
      cache: cache,
      firstSlot: 0,
      positions: [7],
      table: table
    )
    let (fast, slow) = (7.0, 0.07)
    let expected = [
      cosine(fast) - 3 * sine(fast), 2 * cosine(slow) - 4 * sine(slow), 3 * cosine(fast) + sine(fast),
      4 * cosine(slow) + 2 * sine(slow),
    ]
    for (found, wanted) in zip(rows[0], expected) { #expect(abs(Double(found) - wanted) < 1e-6) }
  }
}
