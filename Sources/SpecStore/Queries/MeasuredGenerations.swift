internal import GRDB
import SpecCore

/// A generation with the numbers of its cycles and tokens that metrics are formed from.
package struct MeasuredGeneration: Sendable {
  /// The decoder's id.
  package var decoderID: Int64
  /// The prompt's category.
  package var category: Category
  /// Number of tokens of the prompt.
  package var promptTokens: Int
  /// Time to the first token, in nanoseconds.
  package var prefillNanoseconds: Int
  /// Time from the first token to the last, in nanoseconds.
  package var decodeNanoseconds: Int
  /// Number of generated tokens.
  package var outputTokens: Int
  /// Tokens that the prefill's time brought.
  package var prefillTokens: Int
  /// Cycles whose time is the prefill's.
  package var prefillCycles: Int
  /// The first position that differs from vanilla's output, if one does.
  package var mismatchPosition: Int?
  /// The cycles in order.
  package var cycles: [CycleRecord]
  /// When tokens became available, in nanoseconds since the start of the prefill: the last of the prefill's, where the
  /// decode time begins, and all after it.
  package var availableNanoseconds: [Int]
}

extension BenchmarkStore {
  /// Reads all generations of a run, one after the other, so that no more than one is in memory.
  ///
  /// Every row is read once in the order of the primary keys, and only the columns that count.
  ///
  /// - Parameters:
  ///   - run: the run's id.
  ///   - body: takes each generation.
  /// - Throws: a ``StoreError``.
  package func forEachGeneration(
    of run: Int64,
    _ body: (MeasuredGeneration) -> Void
  ) throws(StoreError) {
    let sql = """
      SELECT generation.id, decoder_id, category, prefill_ns, decode_ns, output_tokens, prefill_tokens,
        prefill_cycles, mismatch_position, prompt_tokens
      FROM decoder
      JOIN generation ON generation.decoder_id = decoder.id
      JOIN prompt ON prompt.id = generation.prompt_id
      WHERE decoder.run_id = ?
      ORDER BY generation.id
      """
    try read { database in
      let rows = try Row.fetchCursor(database, sql: sql, arguments: [run])
      while let row = try rows.next() {
        let (id, prefillTokens): (Int64, Int) = (row[0], row[6])
        let cycles = try CycleRecord.all(of: id, database)
        let times = try Self.times(of: id, from: max(prefillTokens - 1, 0), database)
        try checkNumbers(of: run, cycles, times)
        body(
          MeasuredGeneration(
            decoderID: row[1],
            category: Category(rawValue: row[2]),
            promptTokens: row[9],
            prefillNanoseconds: row[3],
            decodeNanoseconds: row[4],
            outputTokens: row[5],
            prefillTokens: prefillTokens,
            prefillCycles: row[7],
            mismatchPosition: row[8],
            cycles: cycles,
            availableNanoseconds: times
          )
        )
      }
    }
  }

  private static func times(of generation: Int64, from position: Int, _ database: Database) throws -> [Int] {
    let statement = try database.cachedStatement(
      sql: "SELECT available_ns FROM token WHERE generation_id = ? AND position >= ? ORDER BY position"
    )
    return try Int.fetchAll(statement, arguments: [generation, position])
  }
}
