import Foundation

/// How often guesses of a chance came true: a guess is replaced by what guesses of its kind were worth so far.
///
/// Guesses are counted whether or not they were drafted, so that nothing has to be drafted only to learn.
package struct ChanceCalibration {
  private struct Count {
    var judged: Float = 0
    var right: Float = 0
    /// How many judged guesses the first opinion counts as.
    static let weight: Float = 6
    /// What a guess is worth by first opinion, as a part of itself.
    static let trust: Float = 0.75
  }

  /// Orders from this one on share their counts.
  private static let longestOrder = 5
  /// Chances are divided into parts of half an octave; the last one has all below.
  private static let parts = 12
  /// Chances above this one have a part of their own.
  private static let certain: Float = 0.97

  private var counts = [Count](repeating: Count(), count: (longestOrder + 1) * (parts + 1))

  /// Nothing is judged yet.
  package init() {}

  /// What a guess is worth.
  ///
  /// - Parameters:
  ///   - guess: a chance, from 0 to 1.
  ///   - order: the longest end of the text that it follows from, in tokens.
  /// - Returns: a chance.
  package func chance(_ guess: Float, order: Int) -> Float {
    let count = counts[Self.cell(guess, order)]
    return (count.right + Count.weight * Count.trust * guess) / (count.judged + Count.weight)
  }

  /// Hears whether a guess came true.
  package mutating func hear(_ guess: Float, order: Int, isRight: Bool) {
    let cell = Self.cell(guess, order)
    counts[cell].judged += 1
    if isRight { counts[cell].right += 1 }
  }

  private static func cell(_ guess: Float, _ order: Int) -> Int {
    let part = guess > certain ? 0 : 1 + max(0, min(parts - 1, Int(-log2(max(guess, 1e-4)) * 2)))
    return min(order, longestOrder) * (parts + 1) + part
  }
}
