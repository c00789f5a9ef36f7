import CSpecKernels

/// The largest logits of rows, each with its token, and what all other tokens of the row sum up to: enough for the exact
/// probabilities of the listed tokens.
public final class LikeliestLogits {
  /// Number of rows.
  public let rows: Int
  /// Listed tokens of a row.
  public let count: Int
  /// The tokens, `count` for each row, the likeliest first, equals by lowest id.
  public let ids: TokenRows
  /// Their logits, in the same places.
  public let logits: FloatMatrix
  /// ln Σ e^logit over the tokens that are not listed, one number for each row.
  public let others: FloatMatrix

  /// Lists of zeros.
  ///
  /// - Parameters:
  ///   - rows: number of rows, at least 1.
  ///   - count: listed tokens of a row, at least 1.
  /// - Throws: ``KernelError/outOfMemory(bytes:purpose:)``.
  public init(rows: Int, count: Int) throws(KernelError) {
    (self.rows, self.count) = (rows, count)
    ids = TokenRows(rows: rows, columns: count)
    logits = try FloatMatrix(rows: rows, columns: count)
    others = try FloatMatrix(rows: rows, columns: 1)
  }

  /// Lends the lists out as the kernels take them, from a row on.
  fileprivate func withNative<Result>(from row: Int = 0, _ body: (inout sk_likeliest) -> Result) -> Result {
    defer { withExtendedLifetime(self) {} }
    return ids.withMutableNumbers { ids in
      var list = sk_likeliest(
        count: count,
        ids: ids.baseAddress.map { $0 + row * count },
        logits: logits.pointer + row * count,
        others: others.pointer + row
      )
      return body(&list)
    }
  }
}

/// Rows of token ids.
public final class TokenRows {
  /// Number of rows.
  public let rows: Int
  /// Ids in a row.
  public let columns: Int
  /// The ids, row after row.
  public private(set) var numbers: [Int32]

  /// Rows of zeros.
  public init(rows: Int, columns: Int) {
    (self.rows, self.columns) = (rows, columns)
    numbers = [Int32](repeating: 0, count: rows * columns)
  }

  /// Lends the ids out for writing, row after row.
  ///
  /// - Parameter body: what to do with them; the buffer must not leave it.
  /// - Returns: what the body returns.
  public func withMutableNumbers<Result>(
    _ body: (UnsafeMutableBufferPointer<Int32>) throws -> Result
  ) rethrows -> Result {
    try numbers.withUnsafeMutableBufferPointer { try body($0) }
  }
}

extension ComputeContext {
  /// Lists the largest logits of each row.
  ///
  /// - Parameters:
  ///   - logits: rows of more logits than are listed; used up: what is listed is overwritten in them.
  ///   - list: takes the lists; has as many rows.
  public func chooseLikeliest(_ logits: FloatMatrix, into list: LikeliestLogits) {
    defer { withExtendedLifetime(logits) {} }
    precondition(list.rows == logits.rows && list.count < logits.columns, "a list's shapes")
    list.withNative { sk_choose_likeliest(&native, logits.pointer, logits.rows, logits.columns, &$0) }
  }

  /// −Σ p ln q of each row over the tokens that the teacher lists, and over all others together as one more.
  ///
  /// By the data-processing inequality it is a lower bound of the loss against the whole distribution. Both have their
  /// least value where the student gives the listed tokens the teacher's probabilities.
  ///
  /// - Parameters:
  ///   - student: rows of logits; replaced by their gradient times the scale if there is one.
  ///   - teacher: as many rows, of ids below the student's columns.
  ///   - ahead: how many rows further on the teacher's row of each of the student's is.
  ///   - included: whether each row counts; the others have loss 0 and gradient 0. Those that have no row of the teacher's
  ///     do not count.
  ///   - gradientScale: what the gradient of each row's loss is multiplied by; nil for no gradient.
  /// - Returns: each row's loss.
  public func crossEntropy(
    _ student: FloatMatrix,
    teacher: LikeliestLogits,
    ahead: Int = 0,
    included: [Bool],
    gradientScale: Float?
  ) -> [Float] {
    defer { withExtendedLifetime(student) {} }
    precondition(
      student.rows == teacher.rows && teacher.count < student.columns && included.count == student.rows && ahead >= 0
        && !included.suffix(ahead).contains(true)
        && teacher.ids.numbers.allSatisfy { $0 >= 0 && Int($0) < student.columns },
      "a loss's shapes or tokens"
    )
    var losses = [Float](repeating: 0, count: student.rows)
    let done = withOptionalPointer(to: gradientScale) { scale in
      // Of a row that does not count nothing is read.
      teacher.withNative(from: min(ahead, teacher.rows - 1)) {
        sk_likeliest_cross_entropy(
          &native,
          student.pointer,
          &$0,
          student.rows,
          student.columns,
          included,
          scale,
          &losses
        )
      }
    }
    precondition(done, "no memory for the lists of a loss")
    return losses
  }

  /// The place of each row's largest number, the lowest among equals.
  ///
  /// - Parameter rows: numbers.
  /// - Returns: one place for each row.
  public func largestPlaces(_ rows: FloatMatrix) -> [Int32] {
    defer { withExtendedLifetime(rows) {} }
    var places = [Int32](repeating: 0, count: rows.rows)
    sk_largest_places(&native, rows.pointer, rows.rows, rows.columns, &places)
    return places
  }
}
