import SpecKernels
import SpecModel
import SpecTestSupport
import Testing

/// The logits of a position are the same bits whether it is computed alone, in a chain or in a tree.
@Suite struct PlacementTests {
  struct Variant: Sendable, CustomTestStringConvertible {
    let kernels: KernelSet
    let threads: Int
    let weightType: WeightType
    /// Another family for each thread count and weight type.
    var modelType: String {
      let (families, place) = (ModelConfiguration.families, WeightType.allCases.firstIndex(of: weightType) ?? 0)
      return families[(threads + 3 * place) % families.count]
    }
    var testDescription: String { "\(modelType), \(kernels.name), \(threads) threads, \(weightType.rawValue)" }
  }

  static let variants = KernelSet.supported.flatMap { kernels in
    [1, 2, 4].flatMap { threads in
      WeightType.allCases.map { Variant(kernels: kernels, threads: threads, weightType: $0) }
    }
  }

  /// The logits after each of some tokens, run in pieces of the given sizes.
  static func logits(_ target: Transformer, _ tokens: [Token], pieces: [Int]) throws -> [[Float]] {
    let cache = try target.makeCache(capacity: tokens.count)
    var logits: [[Float]] = []
    var start = 0
    for size in pieces {
      let rows = try Activations(capacity: size, width: target.configuration.hiddenSize)
      target.embed(tokens[start..<start + size], into: rows[rows: 0..<size])
      target.forward(rows[rows: 0..<size], cache: cache)
      logits += try Self.heads(target, rows[rows: 0..<size])
      start += size
    }
    return logits
  }

  static func heads(_ target: Transformer, _ rows: ActivationRows) throws -> [[Float]] {
    let normalized = try Activations(capacity: rows.count, width: rows.width)
    target.normalizeFinal(rows, into: normalized[rows: 0..<rows.count])
    return (0..<rows.count).map { row in
      target.logits(of: normalized[rows: row..<row + 1]).owner[0]
    }
  }

  @Test(arguments: variants) func piecesGiveTheSameBits(_ variant: Variant) throws {
    let context = try ComputeContext(threads: variant.threads, kernels: variant.kernels)
    let target = try RandomModel(
      seed: 7,
      weightType: variant.weightType,
      context: context,
      contextLength: 200,
      modelType: variant.modelType
    ).target
    var random = SeededRandom(seed: 8)
    let tokens = (0..<150).map { _ in Token(random.below(13)) }
    let single = try Self.logits(target, tokens, pieces: Array(repeating: 1, count: 150))
    #expect(try Self.logits(target, tokens, pieces: [150]) == single)
    #expect(try Self.logits(target, tokens, pieces: [3, 1, 64, 17, 65]) == single)
    let plain = try RandomModel(
      seed: 7,
      weightType: variant.weightType,
      context: ComputeContext(threads: 1, kernels: .choose(named: "reference")),
      contextLength: 200,
      modelType: variant.modelType
    ).target
    #expect(try Self.logits(plain, tokens, pieces: [150]) == single)
  }

  @Test(arguments: variants) func treesGiveTheSameBitsAsTheirPaths(_ variant: Variant) throws {
    let context = try ComputeContext(threads: variant.threads, kernels: variant.kernels)
    let target = try RandomModel(
      seed: 9,
      weightType: variant.weightType,
      context: context,
      modelType: variant.modelType
    ).target
    let width = target.configuration.hiddenSize
    var random = SeededRandom(seed: 10)
    for prefix in [0, 5, 16, 33] {
      let committed = (0..<prefix).map { _ in Token(random.below(13)) }
      let parents = [-1] + (1..<30).map { random.below($0) }
      let tree = TokenTree(parents: parents)
      let tokens = parents.map { _ in Token(random.below(13)) }
      let split = 1 + random.below(28)
      // The tree in two passes, the second continuing the first.
      let cache = try target.makeCache(capacity: prefix + 30)
      let start = try Activations(capacity: prefix, width: width)
      target.embed(committed, into: start[rows: 0..<prefix])
      target.forward(start[rows: 0..<prefix], cache: cache)
      var found: [[Float]] = []
      for nodes in [0..<split, split..<30] {
        let rows = try Activations(capacity: nodes.count, width: width)
        target.embed(tokens[nodes], into: rows[rows: 0..<nodes.count])
        target.forward(rows[rows: 0..<nodes.count], cache: cache, placement: .tree(tree, nodes: nodes))
        found += try Self.heads(target, rows[rows: 0..<nodes.count])
      }
      for node in 0..<30 {
        let path = tree.path(to: node).map { tokens[$0] }
        let chain = try Self.logits(target, committed + path, pieces: [prefix + path.count])
        #expect(chain.last == found[node])
      }
      // Keeping a path leaves the cache as if only the path had been run.
      let kept = tree.path(to: 29)
      cache.keep(path: kept, from: prefix)
      #expect(cache.count == prefix + kept.count)
      let next = try Activations(capacity: 1, width: width)
      target.embed([3], into: next[rows: 0..<1])
      target.forward(next[rows: 0..<1], cache: cache)
      let expected = try Self.logits(
        target,
        committed + kept.map { tokens[$0] } + [3],
        pieces: [prefix + kept.count + 1]
      )
      #expect(try Self.heads(target, next[rows: 0..<1]).last == expected.last)
    }
  }

  @Test func layerRangesGiveTheSameBits() throws {
    let target = try RandomModel(seed: 11, context: ComputeContext(threads: 2)).target
    let tokens: [Token] = [1, 5, 2, 7, 7, 0, 12, 3]
    let whole = try Self.logits(target, tokens, pieces: [8])
    let rows = try Activations(capacity: 8, width: target.configuration.hiddenSize)
    target.embed(tokens, into: rows[rows: 0..<8])
    for layers in [0..<2, 2..<3, 3..<5] {
      target.forward(rows[rows: 0..<8], cache: try target.makeCache(layers: layers, capacity: 8))
    }
    #expect(try Self.heads(target, rows[rows: 0..<8]) == whole)
  }

  @Test func truncationForgets() throws {
    let target = try RandomModel(seed: 12, context: ComputeContext(threads: 1)).target
    let cache = try target.makeCache(capacity: 20)
    let rows = try Activations(capacity: 8, width: target.configuration.hiddenSize)
    func run(_ tokens: [Token]) throws -> [Float]? {
      target.embed(tokens, into: rows[rows: 0..<tokens.count])
      target.forward(rows[rows: 0..<tokens.count], cache: cache)
      return try Self.heads(target, rows[rows: 0..<tokens.count]).last
    }
    _ = try run([1, 2, 3, 4, 5, 6])
    cache.truncate(to: 2)
    #expect(cache.count == 2)
    let found = try run([9, 9])
    #expect(try Self.logits(target, [1, 2, 9, 9], pieces: [4]).last == found)
  }
}
