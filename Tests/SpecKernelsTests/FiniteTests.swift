import SpecKernels
import SpecTestSupport
import Testing

/// Numbers that are not finite are refused when they are packed, found in rows of logits, and chosen from in the same way
/// by every kernel set.
@Suite struct FiniteTests {
  /// Bit patterns of every kind, many of them special.
  private static func anyFloats(_ count: Int, _ random: inout SeededRandom) -> [Float] {
    let special: [Float] = [
      .nan, -.nan, .infinity, -.infinity, 0, -0.0, .leastNonzeroMagnitude, .greatestFiniteMagnitude,
      -.greatestFiniteMagnitude, Float(bitPattern: 0x7f80_0001), Float(bitPattern: 0xffff_ffff),
    ]
    return (0..<count).map { _ in
      switch random.below(3) {
      case 0: special[random.below(special.count)]
      case 1: Float(bitPattern: UInt32(truncatingIfNeeded: random.next()))
      default: Float(random.below(9)) - 4
      }
    }
  }

  /// The rule of the header, in words of Swift.
  private static func expectedChoice(_ row: [Float]) -> Int {
    var best = 0
    for (index, number) in row.enumerated() where number > row[best] || (row[best].isNaN && !number.isNaN) {
      best = index
    }
    return best
  }

  @Test(arguments: KernelSet.supported.map(\.name)) func anyBitsAreChosenFromAlike(_ name: String) throws {
    let context = try ComputeContext(threads: 1, kernels: .choose(named: name))
    let reference = try ComputeContext(threads: 1, kernels: .choose(named: "reference"))
    var random = SeededRandom(seed: 11)
    for trial in 0..<3000 {
      let width = 1 + random.below(80)
      let (x, y) = (try Activations(capacity: 1, width: width), try Activations(capacity: 1, width: width))
      x[0] = trial % 10 == 0 ? [Float](repeating: .nan, count: width) : Self.anyFloats(width, &random)
      y[0] = x[0]
      let choice = context.choose(x[rows: 0..<1], withProbability: true)[0]
      #expect(choice.index == Self.expectedChoice(x[0]))
      #expect(choice.isFinite == x[0].allSatisfy(\.isFinite))
      let count = 1 + random.below(width)
      #expect(context.top(count, of: x[rows: 0..<1]) == reference.top(count, of: x[rows: 0..<1]))
      #expect(context.top(count, of: x[rows: 0..<1])[0] == choice.index)
      let limits = SamplingLimits(temperature: 0.7, topK: trial % 2 * 5, topP: trial % 3 == 0 ? 0.8 : 1)
      let row = context.perturb(x[rows: 0..<1], limits, noise: [UInt64(trial)])
      #expect(row == (choice.isFinite ? nil : 0))
      #expect(reference.perturb(y[rows: 0..<1], limits, noise: [UInt64(trial)]) == row)
      #expect(sameBits(x, y))
    }
  }

  /// No whole number stands for a NaN: it must not vanish in a product with int8 weights.
  @Test(arguments: KernelSet.supported.map(\.name)) func int8ProductsKeepWhatIsNotFinite(_ name: String) throws {
    let context = try ComputeContext(threads: 1, kernels: .choose(named: name))
    var random = SeededRandom(seed: 3)
    let source = random.numbers(16 * 40, as: .float32).source(.float32)
    let weights = try PackedMatrix(stacking: [source], columns: 40, type: .int8, context: context)
    for bad in [Float.nan, .infinity, -.infinity] {
      let x = try random.activations(rows: 3, width: 40)
      x[1] = x[1].enumerated().map { $0 == 17 ? bad : $1 }
      let y = try Activations(capacity: 3, width: 16)
      context.multiply(x[rows: 0..<3], by: weights, into: y[rows: 0..<3])
      #expect(y[1].allSatisfy { !$0.isFinite } && (y[0] + y[2]).allSatisfy(\.isFinite))
    }
    // The smallest numbers have no unit: they become zeros.
    let x = try Activations(capacity: 1, width: 40)
    x[0] = [Float](repeating: 0, count: 39) + [.leastNonzeroMagnitude]
    let y = try Activations(capacity: 1, width: 16)
    context.multiply(x[rows: 0..<1], by: weights, into: y[rows: 0..<1])
    #expect(y[0].allSatisfy { $0 == 0 })
  }

  /// Squares that overflow must not make a normalization give zeros.
  @Test(arguments: KernelSet.supported.map(\.name)) func normalizationKeepsAnOverflow(_ name: String) throws {
    let context = try ComputeContext(threads: 1, kernels: .choose(named: name))
    let (x, y) = (try Activations(capacity: 1, width: 20), try Activations(capacity: 1, width: 20))
    x[0] = [Float](repeating: 1e25, count: 20)
    context.normalize(x[rows: 0..<1], weight: [Float](repeating: 1, count: 20), epsilon: 1e-5, into: y[rows: 0..<1])
    #expect(y[0].allSatisfy { !$0.isFinite })
  }

  @Test(arguments: WeightType.allCases) func everyPlaceOfATensorIsChecked(_ type: WeightType) throws {
    let context = try ComputeContext(threads: 2)
    var random = SeededRandom(seed: 5)
    for bad in [Float.nan, .infinity, -.infinity] {
      for place in [0, 1, 4 * 700 - 1, 2049, 1 + random.below(2000)] {
        var numbers = random.floats(4 * 700)
        numbers[place] = bad
        for source in [RawNumbers(floats: numbers).source(.float32), Self.brainFloats(numbers).source(.bfloat16)] {
          let error = #expect(throws: KernelError.self) {
            try PackedMatrix(stacking: [source], columns: 700, type: type, context: context)
          }
          #expect("\(error.map { "\($0)" } ?? "")".contains("number \(place + 1) of 2800"), "\(error.debugDescription)")
          #expect(throws: KernelError.self) { try context.check(source, columns: 700, heldAs: type) }
          #expect(throws: KernelError.self) { try source.finiteFloats() }
        }
      }
    }
  }

  private static func brainFloats(_ numbers: [Float]) -> RawNumbers {
    RawNumbers(halves: numbers.map { UInt16($0.bitPattern >> 16) })
  }

  /// What overflows in the narrower type is refused too; what just fits is not.
  @Test func narrowingMustNotOverflow() throws {
    let context = try ComputeContext(threads: 1)
    func fits(_ number: Float, as type: WeightType) -> Bool {
      let source = RawNumbers(floats: [0, number]).source(.float32)
      let isPacked = (try? PackedMatrix(stacking: [source], columns: 2, type: type, context: context)) != nil
      #expect(((try? context.check(source, columns: 2, heldAs: type)) != nil) == isPacked)
      return isPacked
    }
    #expect(fits(65519, as: .float16) && !fits(65520, as: .float16) && !fits(-70000, as: .float16))
    #expect(fits(0x1.fefffep127, as: .bfloat16) && !fits(0x1.ffp127, as: .bfloat16))
    #expect(fits(.greatestFiniteMagnitude, as: .float32) && fits(.greatestFiniteMagnitude, as: .int8))
  }
}
