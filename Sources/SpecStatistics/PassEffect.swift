/// How far the passes of decoders that were measured next to each other differ, by chance and because the clock or a neighbour
/// may favour some decoders in one pass and others in the next.
///
/// Each decoder's time in each pass, the baseline's too, is taken relative to its mean. What all decoders have in common in
/// a pass cancels in every ratio and is taken out; what is left are the interactions of decoders and passes, whose mean
/// square has (decoders − 1) · (passes − 1) degrees of freedom (two-way layout; Scheffé 1959, chapter 4). It is what a ratio
/// of two decoders errs by, however much of it is chance and however much the passes' own.
///
/// Assumed is that a pass does to each decoder's time something of its own, independent of the others and of about the same
/// size for all of them, the baseline included. A pass that slows one decoder only is thus taken for less than it is to that
/// one and for more than it is to the others.
public struct PassEffect: Sendable {
  /// With one degree of freedom the passes tell too little of how they differ: Student's t is 12.7 then, 4.3 with two.
  public static let fewestDegrees = 2

  /// Mean square of decoders by passes.
  let between: Double
  /// The same mean square formed question by question: that to be expected if the passes did not differ.
  let within: Double
  /// Degrees of freedom of ``between``.
  let degrees: Double
  /// Number of passes.
  let passes: Int
  /// Number of decoders beside the baseline that were measured whole in every pass.
  public let decoders: Int

  /// Whether so many passes of so many decoders tell how far passes differ.
  ///
  /// - Parameters:
  ///   - decoders: number of decoders beside the baseline.
  ///   - passes: number of passes.
  /// - Returns: whether there are ``fewestDegrees``.
  public static func canTell(decoders: Int, passes: Int) -> Bool {
    decoders * (passes - 1) >= fewestDegrees
  }

  /// Compares the passes of some decoders; nil where too little was measured to tell.
  ///
  /// - Parameter decoders: the decoders, all against the same generations of the baseline; those that have not been measured
  ///   whole in every pass are left out.
  public init?(_ decoders: [PairedTimes]) {
    guard let first = decoders.max(by: { $0.passCount < $1.passCount }) else { return nil }
    passes = first.passCount
    let whole = decoders.filter { $0.isWhole(as: first) }
    guard Self.canTell(decoders: whole.count, passes: passes) else { return nil }
    let baseline = first.questions.map { $0.map { $0.baseline / first.totals.baseline } }
    // By decoder, then question, then pass; each decoder's shares of its own time add up to 1.
    let shares =
      [baseline]
      + whole.map { decoder in
        decoder.questions.map { $0.map { $0.method / decoder.totals.method } }
      }
    self.decoders = whole.count
    degrees = Double(whole.count * (passes - 1))
    let scale = Double(passes * passes) / degrees
    within = (0..<first.questionCount).reduce(0) { sum, question in
      sum + scale * Self.interaction(shares.map { $0[question] })
    }
    let sums = shares.map { decoder in
      (0..<first.passCount).map { pass in decoder.reduce(0) { $0 + $1[pass] } }
    }
    between = scale * Self.interaction(sums)
  }

  /// The sum of squares of what remains of a table when the means of its rows and of its columns are taken out.
  private static func interaction(_ table: [[Double]]) -> Double {
    let centered = table.map { row in
      let mean = row.reduce(0, +) / Double(row.count)
      return row.map { $0 - mean }
    }
    return (centered.first ?? []).indices.reduce(0) { sum, column in
      let values = centered.map { $0[column] }
      return sum + sampleVariance(values) * Double(values.count - 1)
    }
  }

  /// The variance of the logarithm of a ratio of two decoders.
  var variance: Double { 2 / Double(passes) * between }

  /// How much of that variance chance makes, on the average of all decoders.
  var chance: Double { 2 / Double(passes) * within }
}

extension PairedTimes {
  /// Whether all questions were measured in every pass, against the same times of the baseline as another decoder's.
  fileprivate func isWhole(as other: PairedTimes) -> Bool {
    ratioOfSums != nil && questions.count == other.questions.count
      && zip(questions, other.questions).allSatisfy { own, others in
        own.count == other.passCount && own.count == others.count
          && zip(own, others).allSatisfy { $0.baseline == $1.baseline }
      }
  }
}
