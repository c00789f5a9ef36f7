internal import GRDB

/// Where a generation first differs from vanilla's.
package struct Difference: Equatable, Sendable {
  /// The first position that differs.
  package let position: Int
  /// Vanilla's token there; nil where its output has ended.
  package let expected: Int?
  /// The generation's token there; nil where its output has ended.
  package let found: Int?
  /// The target's largest logit there minus its second largest: 0 is a tie. Nil where that is not known.
  package var topTwoMargin: Double?

  /// Makes a difference; the properties say what each value means.
  package init(position: Int, expected: Int?, found: Int?, topTwoMargin: Double? = nil) {
    self.position = position
    self.expected = expected
    self.found = found
    self.topTwoMargin = topTwoMargin
  }
}

extension BenchmarkStore {
  /// Notes how a recorded generation compares with vanilla's, which may have been decoded after it.
  ///
  /// - Parameters:
  ///   - generation: the generation's id.
  ///   - difference: where it differs; nil when it is the same.
  /// - Throws: a ``StoreError``, for example when there is no such generation.
  package func recordComparison(generation: Int64, difference: Difference?) throws(StoreError) {
    try write { database in
      try database.execute(
        sql: """
          UPDATE generation
          SET lossless = ?, mismatch_position = ?, expected_token = ?, found_token = ?, mismatch_margin = ?
          WHERE id = ?
          """,
        arguments: [
          difference == nil, difference?.position, difference?.expected, difference?.found, difference?.topTwoMargin,
          generation,
        ]
      )
      if database.changesCount == 0 {
        throw StoreError.rejected(path: path, reason: "there is no generation \(generation)")
      }
    }
  }
}
