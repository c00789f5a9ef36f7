/// One prompt decoded twice in one repeat: by the baseline and by a method.
package struct TimePair: Sendable, Equatable {
  /// The question that the prompt belongs to; all its turns have the same one.
  package var question: Int
  /// The measured repeat.
  package var repeatIndex: Int
  /// The baseline's time, in any unit.
  package var baseline: Double
  /// The method's time, in the same unit.
  package var method: Double

  /// Makes a pair; the properties say what each value means.
  package init(question: Int, repeatIndex: Int, baseline: Double, method: Double) {
    self.question = question
    self.repeatIndex = repeatIndex
    self.baseline = baseline
    self.method = method
  }

  /// The pair with both times scaled to the same number of tokens, so that the ratio is one of times per token.
  ///
  /// That number is the harmonic mean of both counts: equal counts leave the times as they are, a short output on either
  /// side takes weight from its pair, and summed up the pairs give the estimator of Mantel and Haenszel (1959) for a ratio
  /// of rates.
  ///
  /// - Parameters:
  ///   - baselineTokens: tokens that the baseline's time brought.
  ///   - methodTokens: tokens that the method's time brought.
  /// - Returns: the scaled pair; without time on either side where one of them brought no token.
  package func perToken(baselineTokens: Int, methodTokens: Int) -> TimePair {
    let sum = Double(baselineTokens) + Double(methodTokens)
    var pair = self
    guard baselineTokens > 0, methodTokens > 0 else {
      (pair.baseline, pair.method) = (0, 0)
      return pair
    }
    pair.baseline *= 2 * Double(methodTokens) / sum
    pair.method *= 2 * Double(baselineTokens) / sum
    return pair
  }
}

/// The pairs of one method, and how much faster than the baseline they show it to be.
package struct PairedTimes: Sendable {
  /// Sums of times.
  struct Totals: Sendable {
    var baseline = 0.0
    var method = 0.0

    mutating func add(_ pair: TimePair) { add(Totals(baseline: pair.baseline, method: pair.method)) }

    mutating func add(_ other: Totals) {
      baseline += other.baseline
      method += other.method
    }
  }

  /// All times together.
  let totals: Totals
  /// The times of each question in each repeat, all turns together; by question, then by repeat.
  let questions: [[Totals]]
  /// The times of each repeat.
  let repeats: [Totals]
  /// Whether every time is one: finite, and not below zero.
  private let areTimes: Bool

  /// Sums up pairs.
  ///
  /// - Parameter pairs: the pairs in any order; the result does not depend on it beyond rounding.
  package init(_ pairs: some Sequence<TimePair>) {
    var (totals, byRepeat, areTimes) = (Totals(), [Int: Totals](), true)
    var byQuestion: [Int: [Int: Totals]] = [:]
    for pair in pairs {
      areTimes = areTimes && [pair.baseline, pair.method].allSatisfy { $0 >= 0 && $0.isFinite }
      totals.add(pair)
      byRepeat[pair.repeatIndex, default: Totals()].add(pair)
      byQuestion[pair.question, default: [:]][pair.repeatIndex, default: Totals()].add(pair)
    }
    (self.totals, self.areTimes) = (totals, areTimes)
    // In the order of their names: a dictionary's own order differs from one process to the next.
    questions = byQuestion.sorted { $0.key < $1.key }.map { $0.value.sorted { $0.key < $1.key }.map(\.value) }
    repeats = byRepeat.sorted { $0.key < $1.key }.map(\.value)
  }

  /// Number of different questions.
  package var questionCount: Int { questions.count }

  /// Number of different repeats.
  package var repeatCount: Int { repeats.count }

  /// The sum of the baseline's times over the sum of the method's: above 1 the method is faster. Nil without time, where a
  /// time is below zero or not finite, and where the ratio is beyond what a number holds.
  package var ratioOfSums: Double? {
    guard areTimes, totals.baseline > 0, totals.method > 0 else { return nil }
    let ratio = totals.baseline / totals.method
    return ratio > 0 && ratio.isFinite ? ratio : nil
  }
}
