import SpecKernels
import SpecTestSupport
import Testing

/// A kernel set and a thread count to compare with one thread of the reference.
struct TrainingVariant: Sendable, CustomTestStringConvertible {
  let kernels: KernelSet
  let threads: Int
  var testDescription: String { "\(kernels.name) on \(threads) threads" }

  static let all = KernelSet.supported.flatMap { set in (1...4).map { TrainingVariant(kernels: set, threads: $0) } }

  var context: ComputeContext {
    get throws { try ComputeContext(threads: threads, kernels: kernels) }
  }

  static var reference: ComputeContext {
    get throws { try ComputeContext(threads: 1, kernels: .choose(named: "reference")) }
  }
}

extension SeededRandom {
  /// A matrix of numbers between −scale and scale.
  mutating func matrix(_ rows: Int, _ columns: Int, scale: Float = 1) throws -> FloatMatrix {
    let matrix = try FloatMatrix(rows: rows, columns: columns)
    matrix.numbers = floats(rows * columns, scale: scale)
    return matrix
  }

  /// Adjacent ranges that cover 0 ..< rows.
  mutating func sequences(covering rows: Int) -> [Range<Int>] {
    var sequences: [Range<Int>] = []
    while (sequences.last?.upperBound ?? 0) < rows {
      let start = sequences.last?.upperBound ?? 0
      sequences.append(start..<start + 1 + below(min(90, rows - start)))
    }
    return sequences
  }

  /// Token ids below the bound.
  mutating func tokens(_ count: Int, below bound: Int) -> [Int32] { (0..<count).map { _ in Int32(below(bound)) } }
}

extension FloatMatrix {
  /// All numbers, row after row.
  var numbers: [Float] {
    get { withNumbers { Array($0) } }
    set { withMutableNumbers { _ = $0.update(from: newValue) } }
  }

  /// A matrix of its own with the same numbers.
  func clone() throws -> FloatMatrix {
    let clone = try FloatMatrix(rows: rows, columns: columns)
    clone.copy(from: self)
    return clone
  }

  /// Bits of all numbers.
  var bits: [UInt32] { numbers.map(\.bitPattern) }

  /// Σ of the products of both matrices' numbers.
  func weighted(by weights: FloatMatrix) -> Double {
    zip(numbers, weights.numbers).reduce(0) { $0 + Double($1.0) * Double($1.1) }
  }
}

/// Expects `gradient` to be what central differences of the loss give for some of the numbers of x.
func expectGradient(
  _ gradient: FloatMatrix,
  of x: FloatMatrix,
  step: Float = 1e-2,
  _ what: String,
  loss: () throws -> Double
) rethrows {
  let found = gradient.numbers
  for index in Swift.stride(from: 0, to: x.count, by: max(1, x.count / 60)) {
    let kept = x.withNumbers { $0[index] }
    x.withMutableNumbers { $0[index] = kept + step }
    let (above, highest) = (try loss(), x.withNumbers { $0[index] })
    x.withMutableNumbers { $0[index] = kept - step }
    let (below, lowest) = (try loss(), x.withNumbers { $0[index] })
    x.withMutableNumbers { $0[index] = kept }
    let expected = (above - below) / Double(highest - lowest)
    #expect(abs(Double(found[index]) - expected) < 3e-3 * (1 + abs(expected)), "\(what) at \(index)")
  }
}
