import SpecKernels
import SpecModel
import SpecTestSupport
import Testing

/// Hydra heads against a computation of its own: numpy in double precision, with the formula of the numbers below, written
/// from the official modules.
@Suite struct HydraHeadsTests {
  static let shape = ModelConfiguration(
    hiddenSize: 16,
    intermediateSize: 24,
    layers: 1,
    attentionHeads: 4,
    keyValueHeads: 2,
    headDimension: 4,
    vocabularySize: 11,
    contextLength: 32
  )

  /// Numbers that follow from a tensor's name.
  final class FormulaTensors: TensorSource {
    private var memory: [String: RawNumbers] = [:]

    func tensor(_ name: String, shape: [Int]) throws(ModelError) -> NumberSource {
      let numbers = memory[name] ?? RawNumbers(floats: Self.numbers(name, shape.reduce(1, *)))
      memory[name] = numbers
      return numbers.source(.float32)
    }

    static func numbers(_ name: String, _ count: Int) -> [Float] {
      let seed = name.utf8.enumerated().reduce(0) { $0 + Int($1.element) * ($1.offset + 1) }
      return (0..<count).map { place in
        let number = Double((seed * 31 + place * place * 7 + place * 13) % 101 - 50) / 150
        return Float(name.hasSuffix("norm.weight") ? 1 + number / 4 : number)
      }
    }
  }

  private static let paths: [[Token]] = [[7], [7, 2], [7, 9, 4]]

  /// Logits after each of the paths.
  private static let expected: [(hasPrefix: Bool, blocks: Int, logits: [[Float]])] = [
    (
      true, 3,
      [
        [-0.03660, -0.06337, 0.13790, 0.30924, 0.00416, 0.91185, -1.23566, -0.72208, 0.69540, 0.28676, 1.25160],
        [-0.57258, -0.55926, 0.78668, -0.22781, -0.27077, -0.02240, 0.68219, -0.23983, 0.10457, -1.73338, -0.36502],
        [-0.93663, -1.03479, -0.16991, -0.62627, -0.45038, 0.85394, -0.77700, 0.60722, 0.61631, 0.70495, -0.11166],
      ]
    ),
    (
      false, 1,
      [
        [0.25273, -0.98790, 0.10051, -0.18590, 0.87910, 0.58065, -0.38102, 0.48964, 0.07704, -0.22253, -0.46890],
        [-0.20555, -0.33510, 0.66723, 0.09842, -0.14636, -0.40566, -0.26209, -0.69348, -0.07345, 0.19357, -0.45169],
        [0.55691, 0.33119, -0.18779, 0.63833, -0.56057, -0.58070, 0.55232, 0.13898, 1.01922, -0.66534, -0.34616],
      ]
    ),
  ]

  @Test(arguments: [0, 1]) func logitsAreThoseOfTheFormula(_ kind: Int) throws {
    let (hasPrefix, blocks, expected) = Self.expected[kind]
    let tensors = FormulaTensors()
    let context = try ComputeContext(threads: 1)
    let target = try Transformer(Self.shape, from: tensors, weightType: .float32, context: context)
    let shape = HydraShape(count: 3, blocks: blocks, hasPrefix: hasPrefix, for: Self.shape)
    let heads = try HydraHeads(from: tensors, shape: shape, target: target)
    let states = try Activations(capacity: 5, width: 16)
    let numbers = FormulaTensors.numbers("states", 5 * 16).map { $0 * 3 }
    for row in 0..<5 { states[row] = Array(numbers[row * 16..<(row + 1) * 16]) }
    var state = states[rows: 4..<5]
    if let cache = try heads.makeCache(capacity: 8) {
      // In two pieces, as prompt and first cycle.
      heads.absorb(states[rows: 0..<3], cache: cache)
      heads.absorb(states[rows: 3..<4], cache: cache)
      state = heads.prefixed(state, cache: cache)
    }
    for (path, expected) in zip(Self.paths, expected) {
      let rows = heads.logits(after: [path, path.map { 10 - $0 }, path], from: state)
      for row in [0, 2] {
        let found = rows.owner[rows.range.lowerBound + row]
        let difference = zip(found, expected).map { abs($0 - $1) }.max() ?? .infinity
        #expect(difference < 1e-4, "\(path): \(found)")
      }
    }
  }

  /// The names of the official files, which count dropout layers where the modules have them.
  @Test func namesAreThoseOfTheOfficialFiles() {
    let prefixed = HydraShape(count: 2, blocks: 2, hasPrefix: true, for: Self.shape).tensorShapes
    #expect(prefixed["hydra_mlp.1.1.linear.weight"] == [16, 48])
    #expect(prefixed["hydra_mlp.1.1.res_connection.bias"] == [16])
    #expect(prefixed["hydra_mlp.1.3.linear.weight"] == [16, 16])
    #expect(prefixed["hydra_mlp.1.3.res_connection.weight"] == nil)
    #expect(prefixed["hydra_lm_head.1.1.weight"] == [11, 16])
    #expect(prefixed["prefix_embeding_layer.layers.0.self_attn.k_proj.weight"] == [8, 16])
    #expect(prefixed["prefix_embeding_layer.norm.weight"] == [16])
    let plain = HydraShape(count: 2, blocks: 2, hasPrefix: false, for: Self.shape).tensorShapes
    #expect(plain["hydra_mlp.0.0.linear.weight"] == [16, 32] && plain["hydra_mlp.0.1.linear.weight"] == [16, 16])
    #expect(plain["hydra_lm_head.0.bias"] == [11] && plain.count == 2 * 8)
  }
}
