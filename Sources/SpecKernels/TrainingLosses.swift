import CSpecKernels

// Losses over rows of logits, in nats, and comparisons of distributions.
extension ComputeContext {
  /// −ln softmax(logits)[target] of each row.
  ///
  /// - Parameters:
  ///   - logits: rows over the vocabulary; replaced by their gradient times the scale if there is one.
  ///   - targets: a token for each row; −1 leaves the row out (loss 0, gradient 0).
  ///   - gradientScale: what the gradient of each row's loss is multiplied by; nil for no gradient.
  /// - Returns: each row's loss.
  public func crossEntropy(_ logits: FloatMatrix, targets: [Int32], gradientScale: Float?) -> [Float] {
    defer { withExtendedLifetime(logits) {} }
    precondition(
      targets.count == logits.rows && targets.allSatisfy { $0 >= -1 && Int($0) < logits.columns },
      "a loss's shapes or targets"
    )
    var losses = [Float](repeating: 0, count: logits.rows)
    withOptionalPointer(to: gradientScale) {
      sk_cross_entropy(&native, logits.pointer, logits.rows, logits.columns, targets, $0, &losses)
    }
    return losses
  }

  /// −Σ softmax(teacher) · ln softmax(student) of each row.
  ///
  /// - Parameters:
  ///   - student: rows of logits; replaced by (softmax(student) − softmax(teacher)) · scale if there is a scale.
  ///   - teacher: rows of logits.
  ///   - ahead: how many rows further on the teacher's row of each of the student's is.
  ///   - included: whether each row counts; the others have loss 0 and gradient 0. Those that have no row of the teacher's
  ///     do not count.
  ///   - gradientScale: what the gradient of each row's loss is multiplied by; nil for no gradient.
  /// - Returns: each row's loss.
  public func crossEntropy(
    _ student: FloatMatrix,
    teacher: FloatMatrix,
    ahead: Int = 0,
    included: [Bool],
    gradientScale: Float?
  ) -> [Float] {
    defer { withExtendedLifetime((student, teacher)) {} }
    precondition(
      student.hasShape(of: teacher) && student !== teacher && included.count == student.rows && ahead >= 0
        && !included.suffix(ahead).contains(true),
      "a loss's shapes"
    )
    var losses = [Float](repeating: 0, count: student.rows)
    withOptionalPointer(to: gradientScale) {
      sk_soft_cross_entropy(
        &native,
        student.pointer,
        // Of a row that does not count nothing is read.
        teacher.pointer + min(ahead, teacher.rows - 1) * teacher.columns,
        student.rows,
        student.columns,
        included,
        $0,
        &losses
      )
    }
    return losses
  }

  /// Compares the distributions that two rows of logits stand for, row by row.
  ///
  /// - Parameters:
  ///   - student: rows of logits.
  ///   - teacher: rows of logits of the same shape.
  ///   - ahead: how many rows further on the teacher's row of each of the student's is.
  /// - Returns: one comparison for each row of the student's that has a row of the teacher's, in order.
  public func compare(_ student: FloatMatrix, teacher: FloatMatrix, ahead: Int = 0) -> [DistributionComparison] {
    defer { withExtendedLifetime((student, teacher)) {} }
    precondition(student.hasShape(of: teacher) && ahead >= 0, "a comparison's shapes")
    let count = student.rows - ahead
    guard count > 0 else { return [] }
    var found = [sk_comparison](repeating: sk_comparison(), count: count)
    sk_compare_distributions(
      &native,
      student.pointer,
      teacher.pointer + ahead * teacher.columns,
      count,
      student.columns,
      &found
    )
    return found.map {
      DistributionComparison(
        studentChoice: Int($0.student_choice),
        teacherChoice: Int($0.teacher_choice),
        rank: Int($0.rank),
        overlap: $0.overlap,
        teacherEntropy: $0.teacher_entropy
      )
    }
  }
}

/// How a student's distribution compares with its teacher's at one position.
public struct DistributionComparison: Sendable, Equatable {
  /// The student's most probable token, the lowest id among equals.
  public let studentChoice: Int
  /// The teacher's most probable token, the lowest id among equals.
  public let teacherChoice: Int
  /// The place of the teacher's choice in the student's order, 0 for the top; equals by lowest id.
  public let rank: Int
  /// Σ min(softmax(student), softmax(teacher)): the probability that speculative sampling accepts (Leviathan et al. 2023,
  /// corollary 3.6).
  public let overlap: Float
  /// The entropy of the teacher's distribution, in nats.
  public let teacherEntropy: Float
}

func withOptionalPointer<Result>(to value: Float?, _ body: (UnsafePointer<Float>?) -> Result) -> Result {
  guard let value else { return body(nil) }
  return withUnsafePointer(to: value) { body($0) }
}
