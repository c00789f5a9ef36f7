internal import GRDB

extension BenchmarkStore {
  /// All runs.
  ///
  /// - Returns: the runs in the order in which they were begun.
  /// - Throws: a ``StoreError``.
  package func runs() throws(StoreError) -> [Stored<RunRecord>] {
    try stored(RunRecord.self, "SELECT * FROM run ORDER BY id")
  }

  /// One run.
  ///
  /// - Parameter run: the run's id.
  /// - Returns: the run.
  /// - Throws: a ``StoreError``, for example when there is no such run.
  package func run(_ run: Int64) throws(StoreError) -> Stored<RunRecord> {
    guard let found = try stored(RunRecord.self, "SELECT * FROM run WHERE id = ?", [run]).first else {
      throw .noSuchRun(path: path, run: run)
    }
    return found
  }

  /// The run begun last.
  ///
  /// - Returns: the run; nil when the database holds none.
  /// - Throws: a ``StoreError``.
  package func lastRun() throws(StoreError) -> Stored<RunRecord>? {
    try stored(RunRecord.self, "SELECT * FROM run ORDER BY id DESC LIMIT 1").first
  }

  /// What a run was measured with.
  ///
  /// - Parameter run: the run's id.
  /// - Returns: the environment.
  /// - Throws: a ``StoreError``, for example when there is no such run.
  package func environment(of run: Int64) throws(StoreError) -> Stored<EnvironmentRecord> {
    let sql = "SELECT environment.* FROM environment JOIN run ON run.environment_id = environment.id WHERE run.id = ?"
    guard let found = try stored(EnvironmentRecord.self, sql, [run]).first else {
      throw .noSuchRun(path: path, run: run)
    }
    return found
  }

  /// The decoders of a run.
  ///
  /// - Parameter run: the run's id.
  /// - Returns: the decoders by ordinal.
  /// - Throws: a ``StoreError``.
  package func decoders(of run: Int64) throws(StoreError) -> [Stored<DecoderRecord>] {
    try stored(DecoderRecord.self, "SELECT * FROM decoder WHERE run_id = ? ORDER BY ordinal, id", [run])
  }

  /// The prompts of a run, the skipped ones included.
  ///
  /// - Parameter run: the run's id.
  /// - Returns: the prompts by ordinal, then turn.
  /// - Throws: a ``StoreError``.
  package func prompts(of run: Int64) throws(StoreError) -> [Stored<PromptRecord>] {
    try stored(PromptRecord.self, "SELECT * FROM prompt WHERE run_id = ? ORDER BY ordinal, turn", [run])
  }

  /// The generations of a run.
  ///
  /// - Parameter run: the run's id.
  /// - Returns: the generations in the order in which they were written.
  /// - Throws: a ``StoreError``.
  package func generations(of run: Int64) throws(StoreError) -> [Stored<GenerationRecord>] {
    let sql = """
      SELECT generation.* FROM decoder JOIN generation ON generation.decoder_id = decoder.id
      WHERE run_id = ? ORDER BY generation.id
      """
    return try stored(GenerationRecord.self, sql, [run])
  }

  /// The cycles of a generation.
  ///
  /// - Parameter generation: the generation's id.
  /// - Returns: the cycles in order.
  /// - Throws: a ``StoreError``.
  package func cycles(of generation: Int64) throws(StoreError) -> [CycleRecord] {
    try read { try CycleRecord.all(of: generation, $0) }
  }

  /// The tokens of a generation.
  ///
  /// - Parameter generation: the generation's id.
  /// - Returns: the tokens in order.
  /// - Throws: a ``StoreError``.
  package func tokens(of generation: Int64) throws(StoreError) -> [TokenRecord] {
    try read { database in
      let statement = try database.cachedStatement(
        sql: "SELECT token_id, cycle, available_ns FROM token WHERE generation_id = ? ORDER BY position"
      )
      return try TokenRecord.fetchAll(statement, arguments: [generation])
    }
  }

  /// What a run has recorded, so that resuming it knows what is missing.
  ///
  /// - Parameter run: the run's id.
  /// - Returns: the keys of all its generations.
  /// - Throws: a ``StoreError``.
  package func recordedGenerations(run: Int64) throws(StoreError) -> Set<GenerationKey> {
    let sql = """
      SELECT decoder_id, prompt_id, repeat FROM decoder JOIN generation ON generation.decoder_id = decoder.id
      WHERE run_id = ?
      """
    return try read { try GenerationKey.fetchSet($0, sql: sql, arguments: [run]) }
  }

  /// What one decoder of a run has put out.
  ///
  /// - Parameters:
  ///   - run: the run's id.
  ///   - decoder: the decoder's id.
  /// - Returns: the outputs by prompt and repeat.
  /// - Throws: a ``StoreError``.
  package func outputs(run: Int64, decoder: Int64) throws(StoreError) -> [RecordedOutput] {
    let sql = """
      SELECT prompt_id, repeat, output_ids, text FROM decoder JOIN generation ON generation.decoder_id = decoder.id
      WHERE run_id = ? AND decoder.id = ? ORDER BY prompt_id, repeat
      """
    return try read { try RecordedOutput.fetchAll($0, sql: sql, arguments: [run, decoder]) }
  }

  private func stored<Record: StoredRecord>(
    _ type: Record.Type,
    _ sql: String,
    _ arguments: StatementArguments = []
  ) throws(StoreError) -> [Stored<Record>] {
    try read { database in
      try Row.fetchAll(database, sql: sql, arguments: arguments).map(Stored.init)
    }
  }
}
