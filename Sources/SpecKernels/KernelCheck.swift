/// A quick comparison of a kernel set with the plain C reference, before it is first used: a few hundred outputs of
/// every kernel, byte for byte, in a few milliseconds.
public enum KernelCheck {
  /// The kernels whose outputs differ from the reference's.
  ///
  /// - Parameter set: a set that this processor can run.
  /// - Returns: names of kernels; empty when all agree.
  /// - Throws: ``KernelError`` if there is no memory for the comparison.
  public static func differences(of set: KernelSet) throws(KernelError) -> [String] {
    let reference = try ComputeContext(threads: 1, kernels: KernelSet.choose(named: "reference"))
    let context = try ComputeContext(threads: 1, kernels: set)
    var differences: [String] = []
    for type in WeightType.allCases where try !agree(on: type, context, reference) {
      differences.append("matrix product in \(type.rawValue)")
    }
    for (name, kernel) in rowKernels where try !agree(on: kernel, context, reference) { differences.append(name) }
    if try attention(context) != attention(reference) { differences.append("attention") }
    if try trainingProducts(context) != trainingProducts(reference) { differences.append("training product") }
    if try trainingAttention(context) != trainingAttention(reference) { differences.append("training attention") }
    return differences
  }

  private static let rows = 0..<7
  private static let width = 70

  /// Seven positions × 50 outputs over 70 inputs.
  private static func agree(
    on type: WeightType,
    _ context: ComputeContext,
    _ reference: ComputeContext
  ) throws(KernelError) -> Bool {
    let source = try context.randomNumbers(count: 50 * width, scale: 1, seed: 1)
    let weights = try PackedMatrix(stacking: [source], columns: width, type: type, context: context)
    let x = try input(context, width: width)
    let (y, z) = (try Activations(capacity: 7, width: 50), try Activations(capacity: 7, width: 50))
    context.multiply(x[rows: rows], by: weights, into: y[rows: rows])
    reference.multiply(x[rows: rows], by: weights, into: z[rows: rows])
    return rows.allSatisfy { y[$0] == z[$0] }
  }

  private typealias RowKernel =
    @Sendable (ComputeContext, ActivationRows, ActivationRows) throws(KernelError) -> [Choice]

  /// Each takes an input and changes an output in place.
  private static let rowKernels: [(String, RowKernel)] = [
    (
      "normalization",
      { context, x, y in
        context.normalize(x, weight: [Float](repeating: 0.7, count: width), epsilon: 1e-5, into: y)
        return []
      }
    ),
    (
      "sum",
      { context, x, y in
        context.add(x, to: y)
        return []
      }
    ),
    (
      "activation function",
      { context, x, y in
        context.addSilu(of: y, bias: [Float](repeating: -0.3, count: width), residual: x)
        return []
      }
    ),
    (
      "gated activation function",
      { context, x, y throws(KernelError) in
        let (silu, gelu) = (
          try Activations(capacity: 7, width: width / 2), try Activations(capacity: 7, width: width / 2)
        )
        context.gate(x, with: .silu, into: silu[rows: rows])
        context.gate(x, with: .geluTanh, into: gelu[rows: rows])
        for row in rows { y.owner[row] = silu[row] + gelu[row] }
        return []
      }
    ),
    (
      "soft cap",
      { context, _, y in
        context.softCap(y, at: 3)
        return []
      }
    ),
    ("softmax and choice", { context, x, _ in context.choose(x, withProbability: true) }),
    (
      "noise",
      { context, _, y in
        let limits = SamplingLimits(temperature: 0.8, topK: 60, topP: 0.99)
        context.perturb(y, limits, noise: rows.map { UInt64($0) << 32 | 5 })
        return context.choose(y, withProbability: false)
      }
    ),
  ]

  private static func agree(
    on kernel: RowKernel,
    _ context: ComputeContext,
    _ reference: ComputeContext
  ) throws(KernelError) -> Bool {
    let x = try input(context, width: width)
    let (y, z) = (try input(context, width: width), try input(context, width: width))
    let found = try kernel(context, x[rows: rows], y[rows: rows])
    let expected = try kernel(reference, x[rows: rows], z[rows: rows])
    return found == expected && rows.allSatisfy { y[$0] == z[$0] }
  }

  /// Four query heads on two key/value heads of 20, seven positions in a chain after none: plain attention, and with a
  /// soft cap in a window.
  private static func attention(_ context: ComputeContext) throws(KernelError) -> [[Float]] {
    let qkv = try input(context, width: 8 * 20)
    let cache = try LayerCache(capacity: 16, heads: 2, headDimension: 20)
    let out = try Activations(capacity: 7, width: 4 * 20)
    context.rotateAndStore(
      qkv[rows: rows],
      queryHeads: 4,
      cache: cache,
      firstSlot: 0,
      positions: rows.map { Int32($0) },
      table: try RotaryTable(theta: 10000, headDimension: 20, positions: 7)
    )
    var outputs: [[Float]] = []
    for scoring in [AttentionScoring(headDimension: 20), .init(headDimension: 20, cap: 2, window: 3)] {
      context.attend(
        qkv[rows: rows],
        queryHeads: 4,
        mask: AttentionMask(chainAfter: 0),
        cache: cache,
        scoring: scoring,
        into: out[rows: rows]
      )
      outputs += rows.map { out[$0] }
    }
    return outputs
  }

  /// A number of columns that fills no panel, over more than one vector, and the gradient of an activation.
  private static func trainingProducts(_ context: ComputeContext) throws(KernelError) -> [Float] {
    let (a, b) = (try matrix(context, 7, width), try matrix(context, 50, width))
    let (c, d) = (try FloatMatrix(rows: 7, columns: 50), try FloatMatrix(rows: 7, columns: width))
    context.product(a, b, transposingB: true, into: c)
    context.swigluBackward(try matrix(context, 7, 25), gateAndUp: c, into: c)
    context.product(c, b, into: d)
    return d.withNumbers { Array($0) }
  }

  /// Two query heads on one key/value head of 20, forward and backward.
  private static func trainingAttention(_ context: ComputeContext) throws(KernelError) -> [Float] {
    let (qkv, dqkv) = (try matrix(context, 35, 80), try FloatMatrix(rows: 35, columns: 80))
    let (out, logSums) = (try FloatMatrix(rows: 35, columns: 40), try FloatMatrix(rows: 35, columns: 2))
    context.causalAttention(
      qkv,
      queryHeads: 2,
      keyValueHeads: 1,
      headDimension: 20,
      sequences: [0..<35],
      into: out,
      logSums: logSums
    )
    context.causalAttentionBackward(
      out,
      qkv: qkv,
      out: out,
      logSums: logSums,
      queryHeads: 2,
      keyValueHeads: 1,
      headDimension: 20,
      sequences: [0..<35],
      into: dqkv
    )
    return dqkv.withNumbers { Array($0) }
  }

  private static func matrix(_ context: ComputeContext, _ rows: Int, _ columns: Int) throws(KernelError) -> FloatMatrix
  {
    let matrix = try FloatMatrix(rows: rows, columns: columns)
    let numbers = try context.randomNumbers(count: rows * columns, scale: 1, seed: 3).floats(0..<rows * columns)
    matrix.withMutableNumbers { _ = $0.update(from: numbers) }
    return matrix
  }

  private static func input(_ context: ComputeContext, width: Int) throws(KernelError) -> Activations {
    let numbers = try context.randomNumbers(count: 7 * width, scale: 4, seed: 2)
    let x = try Activations(capacity: 7, width: width)
    for row in rows { x[row] = numbers.floats(row * width..<(row + 1) * width) }
    return x
  }
}
