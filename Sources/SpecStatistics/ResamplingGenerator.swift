/// A reproducible generator for resampling (splitmix64; Steele, Lea and Flood 2014): the same seed gives the same
/// intervals on every machine.
public struct ResamplingGenerator: RandomNumberGenerator, Sendable {
  private var state: UInt64

  /// A generator at its beginning.
  ///
  /// - Parameter seed: any number.
  public init(seed: UInt64) { state = seed }

  /// The next 64 random bits.
  public mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var z = state
    z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
    return z ^ (z >> 31)
  }

  /// A random index below a bound, by the multiplication method (Lemire 2019); the bias of at most bound / 2^64 is far
  /// below what resampling could show.
  ///
  /// - Parameter bound: at least 1.
  /// - Returns: an index from 0 up to the bound, without it.
  mutating func index(below bound: Int) -> Int {
    Int(truncatingIfNeeded: next().multipliedFullWidth(by: UInt64(bound)).high)
  }
}
