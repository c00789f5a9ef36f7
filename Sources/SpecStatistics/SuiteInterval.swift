import Foundation

// The interval "of this suite": what the ratio would be if the same questions were measured again and again.
extension PairedTimes {
  /// The share of harmless runs in which the test for differing passes below may cry wolf.
  private static let passTestLevel = 0.05

  /// The 95 % interval of the ratio of sums with the questions fixed and the passes as the sample.
  ///
  /// The logarithm of the ratio is linearized: each question in each pass contributes v/V − m/M. Within a question the
  /// passes differ by chance alone, so the variance is the stratified one with the degrees of freedom of Welch (1947) and
  /// Student's t. Should whole passes differ by more than chance explains (F test at 5 %), as when the clock changed
  /// between them, the passes themselves are the sample.
  ///
  /// - Returns: the interval; nil when no question was measured in two passes.
  public func intervalOfThisSuite() -> ConfidenceInterval? {
    guard let ratio = ratioOfSums else { return nil }
    let influences = questions.map { passes in
      passes.map { $0.baseline / totals.baseline - $0.method / totals.method }
    }
    guard var variation = Variation(withinQuestions: influences) else { return nil }
    // Questions measured only once would add as much as the others did, each its share of the time.
    let repeated = questions.filter { $0.count > 1 }.joined().reduce(0) { $0 + $1.method }
    variation.variance *= totals.method / repeated
    if let passes = Variation(betweenPasses: influences), passes.variance > variation.variance,
      let chance = Variation(withinQuestions: influences, withoutPasses: true),
      passes.probability(byChance: chance) < Self.passTestLevel
    {
      variation = passes
    }
    let reach =
      variation.variance.squareRoot()
      * Distributions.studentQuantile((1 + ConfidenceInterval.confidence) / 2, degreesOfFreedom: variation.degrees)
    return ConfidenceInterval(lower: ratio * exp(-reach), upper: ratio * exp(reach))
  }
}

/// An estimated variance of the logarithm of the ratio.
private struct Variation {
  var variance: Double
  var degrees: Double

  /// From the differences between passes of the same question.
  ///
  /// - Parameters:
  ///   - influences: by question, then by pass.
  ///   - withoutPasses: whether what all questions of a pass have in common is taken out first; each question must then
  ///     have been measured in every pass.
  init?(withinQuestions influences: [[Double]], withoutPasses: Bool = false) {
    var (variance, spread, repeated) = (0.0, 0.0, 0)
    let common = withoutPasses ? Self.sums(influences).map { $0 / Double(influences.count) } : []
    for question in influences where question.count > 1 {
      let values = withoutPasses ? zip(question, common).map { $0 - $1 } : question
      let own = Double(values.count) * sampleVariance(values)
      variance += own
      // Welch's correction: the square of an estimated variance is too large by (f + 2) / f on average.
      spread += own * own / Double(values.count + 1)
      repeated += question.count - 1
    }
    guard repeated > 0 else { return nil }
    let lost = withoutPasses ? Double(influences.count) / Double(max(influences.count - 1, 1)) : 1
    self.variance = variance * lost
    degrees = spread > 0 ? min(max(variance * variance / spread - 2, 1), Double(repeated)) : Double(repeated)
  }

  /// From the sums of whole passes; nil unless every question was measured in every pass.
  init?(betweenPasses influences: [[Double]]) {
    guard influences.count > 1, let count = influences.first?.count, count > 1,
      influences.allSatisfy({ $0.count == count })
    else { return nil }
    variance = Double(count) * sampleVariance(Self.sums(influences))
    degrees = Double(count - 1)
  }

  private static func sums(_ influences: [[Double]]) -> [Double] {
    (influences.first ?? []).indices.map { pass in influences.reduce(0) { $0 + $1[pass] } }
  }

  /// How probable a variance as large as this one would be if both estimated the same.
  func probability(byChance chance: Variation) -> Double {
    guard chance.variance > 0 else { return 0 }
    return Distributions.fisherTail(
      variance / chance.variance,
      numerator: degrees,
      denominator: chance.degrees
    )
  }
}

/// The unbiased variance of at least two values.
func sampleVariance(_ values: [Double]) -> Double {
  let mean = values.reduce(0, +) / Double(values.count)
  return values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count - 1)
}
