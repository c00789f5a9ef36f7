/// A small reproducible generator (splitmix64; Steele, Lea and Flood 2014). The same seed gives the same numbers on every
/// machine.
public struct SplitMix64: RandomNumberGenerator, Sendable {
  private var state: UInt64

  /// A generator at its beginning.
  ///
  /// - Parameter seed: any number.
  public init(seed: UInt64) { state = seed }

  /// A generator for one place among many.
  ///
  /// - Parameter keys: the numbers that name the place, such as seed, repeat and question. Their order counts.
  public init(keys: [Int]) {
    state = 0
    for key in keys { state = next() ^ UInt64(bitPattern: Int64(key)) }
  }

  /// The next 64 random bits.
  public mutating func next() -> UInt64 {
    let bits = Self.mixed(state)
    state &+= Self.step
    return bits
  }

  /// A number from 0 up to, not including, the bound, by the multiplication method (Lemire 2019). The bias of at most
  /// bound / 2^64 is far below what any sample shows.
  ///
  /// - Parameter bound: at least 1.
  /// - Returns: a number of the range, all equally likely.
  public mutating func below(_ bound: Int) -> Int {
    Int(truncatingIfNeeded: next().multipliedFullWidth(by: UInt64(bound)).high)
  }

  /// One step of the generator: 64 bits that look random and follow from the value alone.
  public static func mixed(_ value: UInt64) -> UInt64 {
    var z = value &+ step
    z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
    return z ^ (z >> 31)
  }

  private static let step: UInt64 = 0x9e37_79b9_7f4a_7c15
}
