internal import GRDB

extension Speedup: DecodedRow {}
extension TimeSplit: DecodedRow {}
extension MeanAcceptedTokens: DecodedRow {}
extension AcceptanceRate: DecodedRow {}
extension AcceptanceAtPosition: DecodedRow {}
extension Latency: DecodedRow {}
extension Losslessness: DecodedRow {}
extension Mismatch: DecodedRow {}
extension Skip: DecodedRow {}

// Rows come by decoder in the order of the run, then by category as `categories(of:)` has them, 'overall' last.
extension BenchmarkStore {
  /// The view `speedup` of a run: each decoder against vanilla, itself included.
  ///
  /// - Parameter run: The run's id.
  /// - Returns: One row for each decoder and category with a pair.
  /// - Throws: A ``StoreError``.
  public func speedups(of run: Int64) throws(StoreError) -> [Speedup] {
    try rows(of: Views.speedup, run: run)
  }

  /// The view `time_split` of a run.
  ///
  /// - Parameter run: The run's id.
  /// - Returns: One row for each decoder and category with a generation.
  /// - Throws: A ``StoreError``.
  public func timeSplits(of run: Int64) throws(StoreError) -> [TimeSplit] {
    try rows(of: Views.timeSplit, run: run)
  }

  /// The view `mean_accepted_tokens` of a run.
  ///
  /// - Parameter run: The run's id.
  /// - Returns: One row for each decoder and category with a generation.
  /// - Throws: A ``StoreError``.
  public func meanAcceptedTokens(of run: Int64) throws(StoreError) -> [MeanAcceptedTokens] {
    try rows(of: Views.meanAcceptedTokens, run: run)
  }

  /// The view `acceptance_rate` of a run.
  ///
  /// - Parameter run: The run's id.
  /// - Returns: One row for each decoder and category with a generation.
  /// - Throws: A ``StoreError``.
  public func acceptanceRates(of run: Int64) throws(StoreError) -> [AcceptanceRate] {
    try rows(of: Views.acceptanceRate, run: run)
  }

  /// The view `acceptance_by_position` of a run.
  ///
  /// - Parameter run: The run's id.
  /// - Returns: For each decoder and category that drafted, one row for each position up to the longest draft.
  /// - Throws: A ``StoreError``.
  public func acceptanceByPosition(of run: Int64) throws(StoreError) -> [AcceptanceAtPosition] {
    try rows(of: Views.acceptanceByPosition, run: run, then: "position")
  }

  /// The view `latency` of a run.
  ///
  /// - Parameter run: The run's id.
  /// - Returns: One row for each decoder, category and metric with a sample.
  /// - Throws: A ``StoreError``.
  public func latencies(of run: Int64) throws(StoreError) -> [Latency] {
    try rows(of: Views.latency, run: run, then: "instr('ttft tpot itl', metric)")
  }

  /// The view `losslessness` of a run.
  ///
  /// - Parameter run: The run's id.
  /// - Returns: One row for each decoder.
  /// - Throws: A ``StoreError``.
  public func losslessness(of run: Int64) throws(StoreError) -> [Losslessness] {
    try read { database in
      try Losslessness.fetchAll(
        database,
        sql: "\(Views.losslessness.overOneRun) ORDER BY decoder.ordinal, decoder_id",
        arguments: ["run": run]
      )
    }
  }

  /// The view `skips` of a run.
  ///
  /// - Parameter run: The run's id.
  /// - Returns: One row for each category and reason; none when every prompt was run.
  /// - Throws: A ``StoreError``.
  public func skips(of run: Int64) throws(StoreError) -> [Skip] {
    try read { database in
      try Skip.fetchAll(
        database,
        sql: """
          \(CategoryOrder.table)
          SELECT view.* FROM (\(Views.skips.overOneRun)) AS view \(CategoryOrder.join)
          ORDER BY \(CategoryOrder.columns), reason
          """,
        arguments: ["run": run]
      )
    }
  }

  /// The generations of a run that differ from vanilla's.
  ///
  /// - Parameter run: The run's id.
  /// - Returns: One row for each, by question, turn, decoder and pass.
  /// - Throws: A ``StoreError``.
  public func mismatches(of run: Int64) throws(StoreError) -> [Mismatch] {
    let sql = """
      SELECT
        generation.id AS generation_id, question_id, written_id, turn, category, pass, decoder.name AS decoder,
        mismatch_position AS position, expected_token, found_token, mismatch_margin
      FROM decoder
      JOIN generation ON generation.decoder_id = decoder.id
      JOIN prompt ON prompt.id = generation.prompt_id
      WHERE decoder.run_id = ? AND lossless = 0
      ORDER BY prompt.ordinal, turn, decoder.ordinal, pass
      """
    return try read { try Mismatch.fetchAll($0, sql: sql, arguments: [run]) }
  }

  private func rows<Value: DecodedRow>(
    of view: View,
    run: Int64,
    then order: String = "1"
  ) throws(StoreError) -> [Value] {
    let sql = """
      \(CategoryOrder.table)
      SELECT view.* FROM (\(view.overOneRun)) AS view JOIN decoder ON decoder.id = view.decoder_id \(CategoryOrder.join)
      ORDER BY decoder.ordinal, decoder.id, \(CategoryOrder.columns), \(order)
      """
    return try read { try Value.fetchAll($0, sql: sql, arguments: ["run": run]) }
  }
}
