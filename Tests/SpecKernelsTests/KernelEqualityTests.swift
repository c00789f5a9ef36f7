import SpecKernels
import SpecTestSupport
import Testing

/// Every kernel set that this machine can run against the plain C reference: same bits, whatever the batch, the thread
/// count, the shape and the tree.
@Suite struct KernelEqualityTests {
  /// A kernel set and a thread count to compare with one thread of the reference.
  struct Variant: Sendable, CustomTestStringConvertible {
    let kernels: KernelSet
    let threads: Int
    var testDescription: String { "\(kernels.name) on \(threads) threads" }
  }

  static let variants = KernelSet.supported.flatMap { set in
    [1, 2, 3, 5].map { Variant(kernels: set, threads: $0) }
  }

  static func reference() throws -> ComputeContext {
    try ComputeContext(threads: 1, kernels: .choose(named: "reference"))
  }

  static func context(_ variant: Variant) throws -> ComputeContext {
    try ComputeContext(threads: variant.threads, kernels: variant.kernels)
  }

  @Test(arguments: variants) func matrixProduct(_ variant: Variant) throws {
    var random = SeededRandom(seed: 1)
    let (expected, found) = (try Self.reference(), try Self.context(variant))
    for (rows, columns) in [(16, 32), (48, 31), (5, 7), (257, 64), (33, 130), (300, 1100)] {
      for sourceType in [NumberType.float32, .bfloat16, .float16] {
        let numbers = random.numbers(rows * columns, as: sourceType)
        for weightType in WeightType.allCases {
          let weights = try PackedMatrix(
            stacking: [numbers.source(sourceType)],
            columns: columns,
            type: weightType,
            context: found
          )
          for count in [1, 2, 3, 4, 6, 7, 8, 12, 13, 25] {
            let x = try random.activations(rows: count, width: columns)
            let y = try Activations(capacity: count, width: rows)
            let z = try Activations(capacity: count, width: rows)
            expected.multiply(x[rows: 0..<count], by: weights, into: y[rows: 0..<count])
            found.multiply(x[rows: 0..<count], by: weights, into: z[rows: 0..<count])
            #expect(sameBits(y, z), "\(rows) × \(columns), \(sourceType) as \(weightType), \(count) positions")
          }
        }
      }
    }
  }

  /// Every number of positions up to 70 and of threads up to 8, on shapes that fill neither blocks nor panels.
  @Test(arguments: KernelSet.supported.dropFirst().map(\.name)) func everyBatchOnEveryPool(_ name: String) throws {
    let expected = try Self.reference()
    var random = SeededRandom(seed: 6)
    for threads in 1...8 {
      let found = try ComputeContext(threads: threads, kernels: .choose(named: name))
      for type in WeightType.allCases {
        let (rows, columns) = (1 + random.below(130), 1 + random.below(600))
        let weights = try PackedMatrix(
          stacking: [random.numbers(rows * columns, as: .float32).source(.float32)],
          columns: columns,
          type: type,
          context: found
        )
        let x = try random.activations(rows: 70, width: columns)
        let y = try Activations(capacity: 70, width: rows)
        expected.multiply(x[rows: 0..<70], by: weights, into: y[rows: 0..<70])
        for count in 1...70 {
          let z = try Activations(capacity: count, width: rows)
          found.multiply(x[rows: 0..<count], by: weights, into: z[rows: 0..<count])
          #expect(
            (0..<count).allSatisfy { y[$0] == z[$0] },
            "\(rows) × \(columns) as \(type), \(count) positions on \(threads) threads"
          )
        }
      }
    }
  }

  /// Prefill: more positions and inputs than a block of tiles and a step of columns hold.
  @Test(arguments: variants) func blocksOfPrefill(_ variant: Variant) throws {
    var random = SeededRandom(seed: 7)
    let (expected, found) = (try Self.reference(), try Self.context(variant))
    let (rows, columns, count) = (70, 2090, 137)
    let x = try random.activations(rows: count, width: columns)
    for type in WeightType.allCases {
      let weights = try PackedMatrix(
        stacking: [random.numbers(rows * columns, as: .float16).source(.float16)],
        columns: columns,
        type: type,
        context: found
      )
      let y = try Activations(capacity: count, width: rows)
      let z = try Activations(capacity: count, width: rows)
      expected.multiply(x[rows: 0..<count], by: weights, into: y[rows: 0..<count])
      found.multiply(x[rows: 0..<count], by: weights, into: z[rows: 0..<count])
      #expect(sameBits(y, z), "\(type)")
    }
  }

  @Test func everySetAgreesInTheQuickCheck() throws {
    for set in KernelSet.supported { #expect(try KernelCheck.differences(of: set).isEmpty, "\(set)") }
    #expect(try KernelSet.select().set.name == KernelSet.supported.last?.name)
  }

  @Test func int8IsTheBlocksQuantized() throws {
    // Two blocks of one output: the largest magnitudes 127 and 254 give the scales 1 and 2.
    var weights = [Float](repeating: 0, count: 64)
    (weights[0], weights[1], weights[2], weights[32], weights[33]) = (127, -3, 0.5, -254, 5)
    let context = try ComputeContext(threads: 1)
    let packed = try PackedMatrix(
      stacking: [RawNumbers(floats: weights).source(.float32)],
      columns: 64,
      type: .int8,
      context: context
    )
    let (x, y) = (try Activations(capacity: 3, width: 64), try Activations(capacity: 3, width: 1))
    // 32767 is the largest magnitude of each row, so that activations keep their integers.
    x[0] = [32767, 1] + [Float](repeating: 0, count: 62)
    x[1] = [0, 0, 32767] + [Float](repeating: 0, count: 29) + [2, 3] + [Float](repeating: 0, count: 30)
    x[2] = [Float](repeating: 0, count: 64)
    context.multiply(x[rows: 0..<3], by: packed, into: y[rows: 0..<3])
    // 0.5 rounds to even, 0; 5 / 2 rounds to even, 2.
    #expect(y[0] == [32767 * 127 - 3])
    #expect(y[1] == [2 * -254 + 3 * 4])
    #expect(y[2] == [0])
  }

  @Test func float16OverflowNamesTheTensor() throws {
    let context = try ComputeContext(threads: 1)
    let numbers = RawNumbers(floats: [1, 65519, -65519, 2]).source(.float32)
    _ = try PackedMatrix(stacking: [numbers], columns: 2, type: .float16, context: context)
    let large = RawNumbers(floats: [1, 65520, 3, 2]).source(.float32)
    #expect(throws: KernelError.self) {
      try PackedMatrix(stacking: [large], columns: 2, type: .float16, context: context)
    }
  }

  @Test func matrixProductIsTheProduct() throws {
    var random = SeededRandom(seed: 2)
    let weights = random.floats(24 * 50)
    let x = try random.activations(rows: 3, width: 50)
    let y = try Activations(capacity: 3, width: 24)
    let packed = try PackedMatrix(
      stacking: [RawNumbers(floats: weights).source(.float32)],
      columns: 50,
      type: .float32,
      context: ComputeContext(threads: 1)
    )
    try ComputeContext(threads: 1).multiply(x[rows: 0..<3], by: packed, into: y[rows: 0..<3])
    for position in 0..<3 {
      for row in 0..<24 {
        var exact = 0.0
        for column in 0..<50 { exact += Double(weights[row * 50 + column]) * Double(x[position][column]) }
        #expect(abs(Double(y[position][row]) - exact) < 1e-5)
      }
    }
  }

  @Test(arguments: variants) func rowFunctions(_ variant: Variant) throws {
    var random = SeededRandom(seed: 3)
    let (expected, found) = (try Self.reference(), try Self.context(variant))
    for width in [1, 3, 8, 15, 16, 17, 100, 256, 2049] {
      for count in [1, 2, 5, 64] {
        let rows = 0..<count
        let x = try random.activations(rows: count, width: width, scale: 6)
        let weight = random.floats(width)
        func pair(_ body: (ComputeContext, ActivationRows) -> Void) throws -> Bool {
          let y = try Activations(capacity: count, width: width)
          let z = try Activations(capacity: count, width: width)
          for row in rows { (y[row], z[row]) = (x[row], x[row]) }
          body(expected, y[rows: rows])
          body(found, z[rows: rows])
          return sameBits(y, z)
        }
        #expect(try pair { $0.normalize(x[rows: rows], weight: weight, epsilon: 1e-5, into: $1) })
        #expect(try pair { $0.add(x[rows: rows], to: $1) })
        #expect(try pair { $0.addSilu(of: $1, bias: weight, residual: x[rows: rows]) })
        let gateAndUp = try random.activations(rows: count, width: 2 * width, scale: 30)
        #expect(try pair { $0.gate(gateAndUp[rows: rows], with: .silu, into: $1) })
        #expect(try pair { $0.gate(gateAndUp[rows: rows], with: .geluTanh, into: $1) })
        #expect(try pair { $0.add(weight, toRows: $1) })
        #expect(try pair { $0.scale($1, by: 0.3) })
        #expect(try pair { $0.softCap($1, at: 5) })
        #expect(
          expected.choose(x[rows: rows], withProbability: true) == found.choose(x[rows: rows], withProbability: true)
        )
      }
    }
  }

  /// Normalizing heads inside a row is normalizing rows of heads.
  @Test(arguments: variants) func headsAreNormalizedAlone(_ variant: Variant) throws {
    var random = SeededRandom(seed: 10)
    let (expected, found) = (try Self.reference(), try Self.context(variant))
    for dimension in [2, 20, 64, 130] {
      let rows = try random.activations(rows: 9, width: 7 * dimension, scale: 3)
      let weight = random.floats(dimension)
      let heads = try Activations(capacity: 9 * 4, width: dimension)
      for row in 0..<9 {
        for head in 0..<4 { heads[row * 4 + head] = Array(rows[row][(head + 2) * dimension..<(head + 3) * dimension]) }
      }
      let before = (0..<9).map { rows[$0] }
      expected.normalize(heads[rows: 0..<36], weight: weight, epsilon: 1e-6, into: heads[rows: 0..<36])
      found.normalizeHeads(rows[rows: 0..<9], heads: 2..<6, weight: weight, epsilon: 1e-6)
      for row in 0..<9 {
        let inside = 2 * dimension..<6 * dimension
        #expect(Array(rows[row][inside]) == (0..<4).flatMap { heads[row * 4 + $0] })
        #expect(rows[row][..<inside.lowerBound] == before[row][..<inside.lowerBound])
        #expect(rows[row][inside.upperBound...] == before[row][inside.upperBound...])
      }
    }
  }

  /// Over all magnitudes, within rounding of the functions in double precision.
  @Test func activationsAreTheFunctions() throws {
    let context = try ComputeContext(threads: 1)
    let numbers = (-4000...4000).map { Float($0) / 400 } + [1e-20, -1e-6, 0.5, -0.5, 30, -30, 1e8, -1e8]
    let rows = 0..<1
    let (pairs, gated) = try (
      Activations(capacity: 1, width: 2 * numbers.count), Activations(capacity: 1, width: numbers.count)
    )
    pairs[0] = numbers + [Float](repeating: 1, count: numbers.count)
    context.gate(pairs[rows: rows], with: .geluTanh, into: gated[rows: rows])
    for (x, found) in zip(numbers.map(Double.init), gated[0]) {
      let wanted = x / (1 + exponential(-2 * (2 / Double.pi).squareRoot() * (x + 0.044715 * x * x * x)))
      #expect(abs(Double(found) - wanted) <= 1e-8 + 5e-7 * abs(wanted), "gelu \(x)")
    }
    gated[0] = numbers
    context.softCap(gated[rows: rows], at: 1)
    for (x, found) in zip(numbers.map(Double.init), gated[0]) {
      #expect(abs(Double(found) - hyperbolicTangent(x)) <= 2e-7 * abs(hyperbolicTangent(x)), "tanh \(x)")
    }
  }

  @Test func probabilitiesAreSoftmax() throws {
    var random = SeededRandom(seed: 5)
    let x = try random.activations(rows: 1, width: 777, scale: 4)
    let choice = try #require(try ComputeContext(threads: 1).choose(x[rows: 0..<1], withProbability: true).first)
    let largest = try #require(x[0].max())
    let sum = x[0].reduce(0.0) { $0 + exponential(Double($1 - largest)) }
    #expect(choice.value == largest)
    #expect(abs(Double(choice.probability) - 1 / sum) < 1e-6)
  }

  @Test func equalsGoToTheLowestIndex() throws {
    for set in KernelSet.supported {
      let context = try ComputeContext(threads: 1, kernels: set)
      let x = try Activations(capacity: 1, width: 100)
      x[0] = (0..<100).map { [20, 50, 99].contains($0) ? 3 : 1 }
      #expect(context.choose(x[rows: 0..<1], withProbability: false).first?.index == 20)
      #expect(context.top(5, of: x[rows: 0..<1]) == [20, 50, 99, 0, 1])
    }
  }
}
