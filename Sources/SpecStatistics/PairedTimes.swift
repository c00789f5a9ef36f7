/// One prompt decoded twice in one pass: by the baseline and by a method.
public struct TimePair: Sendable, Equatable {
  /// The question that the prompt belongs to; all its turns have the same one.
  public var question: Int
  /// The measured pass.
  public var pass: Int
  /// The baseline's time, in any unit.
  public var baseline: Double
  /// The method's time, in the same unit.
  public var method: Double

  /// Makes a pair; the properties say what each value means.
  public init(question: Int, pass: Int, baseline: Double, method: Double) {
    self.question = question
    self.pass = pass
    self.baseline = baseline
    self.method = method
  }
}

/// The pairs of one method, and how much faster than the baseline they show it to be.
public struct PairedTimes: Sendable {
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
  /// The times of each question in each pass, all turns together; by question, then by pass.
  let questions: [[Totals]]
  /// The times of each pass.
  let passes: [Totals]

  /// Sums up pairs.
  ///
  /// - Parameter pairs: the pairs in any order; the result does not depend on it beyond rounding.
  public init(_ pairs: some Sequence<TimePair>) {
    var (totals, byPass) = (Totals(), [Int: Totals]())
    var byQuestion: [Int: [Int: Totals]] = [:]
    for pair in pairs {
      totals.add(pair)
      byPass[pair.pass, default: Totals()].add(pair)
      byQuestion[pair.question, default: [:]][pair.pass, default: Totals()].add(pair)
    }
    self.totals = totals
    // In the order of their names: a dictionary's own order differs from one process to the next.
    questions = byQuestion.sorted { $0.key < $1.key }.map { $0.value.sorted { $0.key < $1.key }.map(\.value) }
    passes = byPass.sorted { $0.key < $1.key }.map(\.value)
  }

  /// Number of different questions.
  public var questionCount: Int { questions.count }

  /// Number of different passes.
  public var passCount: Int { passes.count }

  /// The sum of the baseline's times over the sum of the method's: above 1 the method is faster. Nil without time.
  public var ratioOfSums: Double? {
    guard totals.baseline > 0, totals.method > 0 else { return nil }
    return totals.baseline / totals.method
  }
}
