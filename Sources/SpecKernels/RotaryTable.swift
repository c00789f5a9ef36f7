import CSpecKernels

/// Cosines and sines of the rotary position embedding (Su et al. 2021) for every position that a model can hold.
///
/// The angle of a pair of dimensions is the position times the pair's inverse frequency, in float32, as Llama's reference
/// implementation forms it. Lines are computed when a position is first asked for.
public final class RotaryTable {
  /// Positions in the table.
  public let positions: Int
  /// Numbers in a head.
  public let headDimension: Int
  /// Pairs of dimensions that are rotated: those of the first 2 · pairs dimensions of a head.
  public let pairs: Int
  let lines: FloatBuffer
  private let inverseFrequencies: [Float]
  private let factor: Float
  private var filled = 0

  /// Lines that are computed at once, at least.
  private static let step = 4096

  /// - Parameters:
  ///   - inverseFrequencies: the angle of each pair at position 1; fewer than half the head dimension rotate its first
  ///     dimensions alone.
  ///   - headDimension: numbers in a head.
  ///   - positions: how many positions from 0.
  ///   - factor: multiplies every cosine and sine (the attention factor of scaled embeddings).
  /// - Throws: ``KernelError/outOfMemory(bytes:purpose:)``.
  public init(
    inverseFrequencies: [Float],
    headDimension: Int,
    positions: Int,
    factor: Float = 1
  ) throws(KernelError) {
    pairs = inverseFrequencies.count
    precondition(pairs > 0 && 2 * pairs <= headDimension && positions > 0, "frequencies that do not fit the head")
    self.positions = positions
    self.headDimension = headDimension
    self.inverseFrequencies = inverseFrequencies
    self.factor = factor
    lines = try FloatBuffer(count: positions * 2 * pairs, purpose: "the rotary table")
    fill(count: min(positions, Self.step))
  }

  /// The table of plain embeddings.
  ///
  /// - Parameters:
  ///   - theta: the base of the frequencies (`rope_theta`).
  ///   - headDimension: numbers in a head, even.
  ///   - positions: how many positions from 0.
  /// - Throws: ``KernelError/outOfMemory(bytes:purpose:)``.
  public convenience init(theta: Double, headDimension: Int, positions: Int) throws(KernelError) {
    precondition(headDimension % 2 == 0, "an odd head dimension")
    try self.init(
      inverseFrequencies: Self.inverseFrequencies(theta: theta, dimension: headDimension),
      headDimension: headDimension,
      positions: positions
    )
  }

  /// The inverse frequencies of plain embeddings: theta^(−2 i / dimension), the same on every machine.
  ///
  /// - Parameters:
  ///   - theta: the base.
  ///   - dimension: dimensions that are rotated.
  /// - Returns: one for each pair of dimensions.
  public static func inverseFrequencies(theta: Double, dimension: Int) -> [Float] {
    [Float](unsafeUninitializedCapacity: dimension / 2) { buffer, count in
      if let base = buffer.baseAddress { sk_inverse_frequencies(theta, dimension, base) }
      count = dimension / 2
    }
  }

  /// Computes the lines of some positions that are not computed yet.
  func fill(to positions: [Int32]) {
    if let largest = positions.max(), largest >= filled { fill(count: Int(largest) + 1) }
  }

  /// Computes at least the first `count` lines.
  private func fill(count: Int) {
    let wanted = min(positions, max(count, 2 * filled))
    sk_rotary_lines(inverseFrequencies, pairs, factor, filled, wanted - filled, lines.pointer + filled * 2 * pairs)
    filled = wanted
  }
}

/// The natural logarithm, the same to the bit on every machine; NaN unless x is finite and above 0.
public func canonicalLogarithm(_ x: Double) -> Double { sk_natural_log(x) }
