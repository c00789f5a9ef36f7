internal import GRDB

// What the check of a bundle reads.
extension BenchmarkStore {
  /// The text that each table, view, index and trigger was made by.
  ///
  /// - Returns: by kind and name, as `view speedup`.
  /// - Throws: a ``StoreError``.
  package func schema() throws(StoreError) -> [String: String] {
    try read { database in
      let sql = "SELECT type || ' ' || name, sql FROM sqlite_schema WHERE sql IS NOT NULL"
      return try Row.fetchAll(database, sql: sql).reduce(into: [:]) { $0[$1[0]] = $1[1] }
    }
  }

  /// Reads all generations of a run with their cycles and tokens, one after the other, so that no more than one is in memory.
  ///
  /// - Parameters:
  ///   - run: the run's id.
  ///   - body: takes each generation, vanilla's before the others of its prompt and repeat, repeat by repeat.
  /// - Throws: a ``StoreError``.
  package func forEachRecorded(
    of run: Int64,
    _ body: (Stored<GenerationRecord>, [CycleRecord], [TokenRecord]) -> Void
  ) throws(StoreError) {
    let sql = """
      SELECT generation.* FROM decoder JOIN generation ON generation.decoder_id = decoder.id
      WHERE run_id = ? ORDER BY repeat, prompt_id, decoder.ordinal
      """
    try read { database in
      let rows = try Row.fetchCursor(database, sql: sql, arguments: [run])
      while let row = try rows.next() {
        let generation = try Stored<GenerationRecord>(row: row)
        let tokens = try database.cachedStatement(
          sql: """
            SELECT \(TokenRecord.columns.joined(separator: ", ")) FROM token WHERE generation_id = ? ORDER BY position
            """
        )
        let cycles = try CycleRecord.all(of: generation.id, database)
        let rows = try TokenRecord.fetchAll(tokens, arguments: [generation.id])
        try checkNumbers(of: run, cycles, rows.lazy.map(\.availableNanoseconds))
        body(generation, cycles, rows)
      }
    }
  }

  /// The generations of a run by their ids, with what makes each unique.
  ///
  /// - Parameter run: the run's id.
  /// - Returns: the keys by id.
  /// - Throws: a ``StoreError``.
  package func generationKeys(of run: Int64) throws(StoreError) -> [Int64: GenerationKey] {
    let sql = """
      SELECT generation.id AS id, decoder_id, prompt_id, repeat FROM decoder
      JOIN generation ON generation.decoder_id = decoder.id WHERE run_id = ?
      """
    return try read { database in
      try Row.fetchAll(database, sql: sql, arguments: [run]).reduce(into: [:]) {
        $0[$1["id"]] = try GenerationKey(row: $1)
      }
    }
  }

  /// The generations of some prompts of a run.
  ///
  /// - Parameters:
  ///   - run: the run's id.
  ///   - prompts: the ids of the prompts.
  /// - Returns: the generations in the order in which they were written.
  /// - Throws: a ``StoreError``.
  package func generations(of run: Int64, prompts: [Int64]) throws(StoreError) -> [Stored<GenerationRecord>] {
    let sql = """
      SELECT generation.* FROM generation JOIN decoder ON decoder.id = decoder_id
      WHERE run_id = ? AND prompt_id = ? ORDER BY generation.id
      """
    return try read { database in
      try prompts.flatMap { prompt in
        try Row.fetchAll(database, sql: sql, arguments: [run, prompt]).map(Stored<GenerationRecord>.init)
      }
    }
  }
}
