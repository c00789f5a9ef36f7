import Foundation

// The interval "of this suite": what the ratio would be if the same questions were measured again and again.
extension PairedTimes {
  /// The 95 % interval of the ratio of sums with the questions fixed and the passes as the sample.
  ///
  /// The logarithm of the ratio is linearized: each question in each pass contributes v/V − m/M. Its variance has two
  /// components. Within a question the passes differ by chance, independently of other questions: a stratified variance
  /// with the degrees of freedom of Welch (1947). And whole passes differ: a component estimated from all decoders of the
  /// run together, see ``PassEffect`` for what that assumes, and taken as zero where the estimate is negative. The reach is
  /// Student's t with the degrees of freedom that Satterthwaite (1946) gives the sum.
  ///
  /// In simulations with 10, 20 and 60 questions of skewed lengths and times, the interval holds the truth in 93–99 % of
  /// runs, whether passes differ or not, for one decoder with 4 and 8 passes and for three and more with 2, 4 and 8. Without
  /// a ``PassEffect``, as with one or two decoders and 2 passes, passes are taken as alike: the interval then holds the truth
  /// as often only if they are.
  ///
  /// - Parameter effect: how far whole passes differ; nil estimates it from these pairs alone, which takes four passes.
  /// - Returns: the interval; nil when no question was measured in two passes.
  public func intervalOfThisSuite(_ effect: PassEffect? = nil) -> ConfidenceInterval? {
    guard let ratio = ratioOfSums, var variation = Variation(withinQuestions: influences) else { return nil }
    // Questions measured only once would add as much as the others did, each its share of the time.
    let repeated = questions.filter { $0.count > 1 }.joined().reduce(0) { $0 + $1.method }
    variation.variance *= totals.method / repeated
    if let effect = effect ?? PassEffect([self]) { variation.add(effect) }
    let reach =
      variation.variance.squareRoot()
      * Distributions.studentQuantile((1 + ConfidenceInterval.confidence) / 2, degreesOfFreedom: variation.degrees)
    return ConfidenceInterval(lower: ratio * exp(-reach), upper: ratio * exp(reach))
  }

  /// What each question in each pass contributes to the logarithm of the ratio; by question, then by pass.
  private var influences: [[Double]] {
    questions.map { passes in passes.map { $0.baseline / totals.baseline - $0.method / totals.method } }
  }
}

/// An estimated variance of the logarithm of the ratio.
private struct Variation {
  var variance: Double
  var degrees: Double

  /// From the differences between passes of the same question.
  ///
  /// - Parameter influences: by question, then by pass.
  init?(withinQuestions influences: [[Double]]) {
    var (variance, spread, repeated) = (0.0, 0.0, 0)
    for question in influences where question.count > 1 {
      let own = Double(question.count) * sampleVariance(question)
      variance += own
      // Welch's correction: the square of an estimated variance is too large by (f + 2) / f on average.
      spread += own * own / Double(question.count + 1)
      repeated += question.count - 1
    }
    guard repeated > 0 else { return nil }
    self.variance = variance
    degrees = spread > 0 ? min(max(variance * variance / spread - 2, 1), Double(repeated)) : Double(repeated)
  }

  /// Adds the component of whole passes, with Satterthwaite's degrees of freedom for the sum.
  mutating func add(_ effect: PassEffect) {
    let (addition, square) = effect.addition
    guard addition > 0 else { return }
    let sum = variance + addition
    degrees = max(sum * sum / (variance * variance / degrees + square * square / effect.degrees), 1)
    variance = sum
  }
}

/// The unbiased variance of at least two values.
func sampleVariance(_ values: [Double]) -> Double {
  let mean = values.reduce(0, +) / Double(values.count)
  return values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count - 1)
}
