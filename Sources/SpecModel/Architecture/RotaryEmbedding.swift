import SpecKernels

/// How queries and keys are rotated by their position (Su et al. 2021, RoFormer), and how the frequencies are changed for
/// contexts longer than those of the training.
public struct RotaryEmbedding: Sendable, Equatable {
  /// A change of the frequencies.
  public enum Scaling: Sendable, Equatable {
    /// None.
    case plain
    /// Every frequency is divided by one factor (Chen et al. 2023, Position Interpolation).
    case linear(factor: Double)
    /// Low frequencies are divided by a factor, high ones are kept, those between are blended (Llama 3.1).
    case llama3(Llama3Scaling)
    /// The same with a ramp over the dimensions, and rotated vectors that are scaled (Peng et al. 2023, YaRN).
    case yarn(YarnScaling)
    /// Every frequency is divided by a number of its own, and rotated vectors are scaled (Ding et al. 2024, LongRoPE).
    case divided(by: [Float], attentionFactor: Double)
  }

  /// Base of the frequencies.
  public var theta: Double
  /// The share of each head that is rotated, its first numbers.
  public var share: Double
  /// How the frequencies are changed.
  public var scaling: Scaling

  /// - Parameters:
  ///   - theta: base of the frequencies.
  ///   - share: the share of each head that is rotated.
  ///   - scaling: how the frequencies are changed.
  public init(theta: Double = 10000, share: Double = 1, scaling: Scaling = .plain) {
    self.theta = theta
    self.share = share
    self.scaling = scaling
  }

  /// How many numbers of a head are rotated.
  ///
  /// - Parameter headDimension: numbers in a head.
  /// - Returns: rounded down.
  public func rotatedDimensions(of headDimension: Int) -> Int { Int(Double(headDimension) * share) }
}

/// Llama 3.1's change of the frequencies.
public struct Llama3Scaling: Sendable, Equatable {
  /// What low frequencies are divided by.
  public var factor: Double
  /// Wavelengths above `originalContext` / this are long.
  public var lowFrequencyFactor: Double
  /// Wavelengths below `originalContext` / this are short.
  public var highFrequencyFactor: Double
  /// Positions of the first training.
  public var originalContext: Int
}

/// YaRN's change of the frequencies.
public struct YarnScaling: Sendable, Equatable {
  /// What low frequencies are divided by.
  public var factor: Double
  /// Dimensions that turn more often than this within `originalContext` keep their frequency.
  public var betaFast: Double
  /// Dimensions that turn less often than this have it divided.
  public var betaSlow: Double
  /// Positions of the first training.
  public var originalContext: Int
  /// Whether the ramp's ends are rounded to whole dimensions.
  public var truncates: Bool
  /// What rotated vectors are multiplied by.
  public var attentionFactor: Double
}

/// The frequencies, in the arithmetic of Hugging Face's transformers (`modeling_rope_utils.py`): float32 for each of
/// them, double precision for what they have in common.
extension RotaryEmbedding {
  /// What rotated vectors are multiplied by.
  public var attentionFactor: Float {
    switch scaling {
    case .yarn(let yarn): Float(yarn.attentionFactor)
    case .divided(_, let factor): Float(factor)
    case .plain, .linear, .llama3: 1
    }
  }

  /// The inverse frequencies, in radians per position.
  ///
  /// - Parameter headDimension: numbers in a head.
  /// - Returns: one for each pair of rotated numbers.
  public func inverseFrequencies(headDimension: Int) -> [Float] {
    let dimension = rotatedDimensions(of: headDimension)
    let plain = RotaryTable.inverseFrequencies(theta: theta, dimension: dimension)
    return switch scaling {
    case .plain: plain
    case .linear(let factor): plain.map { $0 / Float(factor) }
    case .llama3(let scaling): plain.map(scaling.scaled)
    case .yarn(let yarn): yarn.scaled(plain, theta: theta)
    case .divided(let divisors, _): zip(plain, divisors).map { $0 / $1 }
    }
  }

  /// The table of all positions.
  ///
  /// - Parameters:
  ///   - headDimension: numbers in a head.
  ///   - positions: how many positions from 0.
  /// - Returns: the table.
  /// - Throws: ``SpecKernels/KernelError/outOfMemory(bytes:purpose:)``.
  package func table(headDimension: Int, positions: Int) throws(KernelError) -> RotaryTable {
    try RotaryTable(
      inverseFrequencies: inverseFrequencies(headDimension: headDimension),
      headDimension: headDimension,
      positions: positions,
      factor: attentionFactor
    )
  }
}

extension Llama3Scaling {
  fileprivate func scaled(_ frequency: Float) -> Float {
    let wavelength = Float(2 * Double.pi) / frequency
    let (longest, shortest) = (
      Float(Double(originalContext) / lowFrequencyFactor), Float(Double(originalContext) / highFrequencyFactor)
    )
    if wavelength > longest { return frequency / Float(factor) }
    if wavelength < shortest { return frequency }
    let span = Float(highFrequencyFactor - lowFrequencyFactor)
    let smooth = (Float(originalContext) / wavelength - Float(lowFrequencyFactor)) / span
    return (1 - smooth) * frequency / Float(factor) + smooth * frequency
  }
}

extension YarnScaling {
  fileprivate func scaled(_ frequencies: [Float], theta: Double) -> [Float] {
    let dimension = Double(2 * frequencies.count)
    // The dimension that turns so many times within the original context.
    func place(rotations: Double) -> Double {
      let turns = canonicalLogarithm(Double(originalContext) / (rotations * 2 * Double.pi))
      return dimension * turns / (2 * canonicalLogarithm(theta))
    }
    var (low, high) = (place(rotations: betaFast), place(rotations: betaSlow))
    if truncates { (low, high) = (low.rounded(.down), high.rounded(.up)) }
    (low, high) = (max(low, 0), min(high, dimension - 1))
    if low == high { high += 0.001 }
    return frequencies.enumerated().map { index, frequency in
      let ramp = min(max((Float(index) - Float(low)) / Float(high - low), 0), 1)
      let kept = 1 - ramp
      return 1 / (Float(factor) * (1 / frequency)) * (1 - kept) + frequency * kept
    }
  }

  /// What rotated vectors are multiplied by where the file does not say it (Peng et al. 2023, eq. 22).
  ///
  /// - Parameters:
  ///   - factor: what low frequencies are divided by.
  ///   - scale: the strength, `mscale`.
  /// - Returns: 1 for a factor up to 1.
  static func attentionFactor(of factor: Double, scale: Double = 1) -> Double {
    factor <= 1 ? 1 : 0.1 * scale * canonicalLogarithm(factor) + 1
  }
}
