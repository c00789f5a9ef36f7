/// How far the repeats of decoders that were measured next to each other differ, by chance and because the clock or a neighbor
/// may favor some decoders in one repeat and others in the next.
///
/// Each decoder's time in each repeat, the baseline's too, is taken relative to its mean. What all decoders have in common in
/// a repeat cancels in every ratio and is taken out; what is left are the interactions of decoders and repeats, whose mean
/// square has (decoders − 1) · (repeats − 1) degrees of freedom (two-way layout; Scheffé 1959, chapter 4). It is what a ratio
/// of two decoders errs by, however much of it is chance and however much the repeats' own.
///
/// Assumed is that a repeat does to each decoder's time something of its own, independent of the others and of about the same
/// size for all of them, the baseline included. A repeat that slows one decoder only is thus taken for less than it is to that
/// one and for more than it is to the others.
package struct RepeatEffect: Sendable {
  /// With one degree of freedom the repeats tell too little of how they differ: Student's t is 12.7 then, 4.3 with two.
  package static let fewestDegrees = 2

  /// Mean square of decoders by repeats.
  let between: Double
  /// The same mean square formed question by question: that to be expected if the repeats did not differ.
  let within: Double
  /// Degrees of freedom of ``between``.
  let degrees: Double
  /// Number of repeats.
  let repeats: Int
  /// Number of decoders beside the baseline that were measured whole in every repeat.
  package let decoders: Int

  /// Whether so many repeats of so many decoders tell how far repeats differ.
  ///
  /// - Parameters:
  ///   - decoders: number of decoders beside the baseline.
  ///   - repeats: number of repeats.
  /// - Returns: whether there are ``fewestDegrees``.
  package static func canTell(decoders: Int, repeats: Int) -> Bool {
    decoders * (repeats - 1) >= fewestDegrees
  }

  /// Compares the repeats of some decoders; nil where too little was measured to tell.
  ///
  /// - Parameter decoders: the decoders, all against the same generations of the baseline; those that have not been measured
  ///   whole in every repeat are left out.
  package init?(_ decoders: [PairedTimes]) {
    guard let first = decoders.max(by: { $0.repeatCount < $1.repeatCount }) else { return nil }
    repeats = first.repeatCount
    let whole = decoders.filter { $0.isWhole(as: first) }
    guard Self.canTell(decoders: whole.count, repeats: repeats) else { return nil }
    let baseline = first.questions.map { $0.map { $0.baseline / first.totals.baseline } }
    // By decoder, then question, then repeat; each decoder's shares of its own time add up to 1.
    let shares =
      [baseline]
      + whole.map { decoder in
        decoder.questions.map { $0.map { $0.method / decoder.totals.method } }
      }
    self.decoders = whole.count
    degrees = Double(whole.count * (repeats - 1))
    let scale = Double(repeats * repeats) / degrees
    within = (0..<first.questionCount).reduce(0) { sum, question in
      sum + scale * Self.interaction(shares.map { $0[question] })
    }
    let sums = shares.map { decoder in
      (0..<first.repeatCount).map { repeatIndex in decoder.reduce(0) { $0 + $1[repeatIndex] } }
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
  var variance: Double { 2 / Double(repeats) * between }

  /// How much of that variance chance makes, on the average of all decoders.
  var chance: Double { 2 / Double(repeats) * within }
}

extension PairedTimes {
  /// Whether all questions were measured in every repeat, against the same times of the baseline as another decoder's.
  fileprivate func isWhole(as other: PairedTimes) -> Bool {
    ratioOfSums != nil && questions.count == other.questions.count
      && zip(questions, other.questions).allSatisfy { own, others in
        own.count == other.repeatCount && own.count == others.count
          && zip(own, others).allSatisfy { $0.baseline == $1.baseline }
      }
  }
}
