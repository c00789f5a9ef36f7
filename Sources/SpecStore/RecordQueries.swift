internal import GRDB

extension BenchmarkStore {
  /// All runs.
  ///
  /// - Returns: The runs in the order in which they were begun.
  /// - Throws: A ``StoreError``.
  public func runs() throws(StoreError) -> [Stored<RunRecord>] {
    try stored(RunRecord.self, "SELECT * FROM run ORDER BY id")
  }

  /// One run.
  ///
  /// - Parameter run: The run's id.
  /// - Returns: The run.
  /// - Throws: A ``StoreError``, for example when there is no such run.
  public func run(_ run: Int64) throws(StoreError) -> Stored<RunRecord> {
    guard let found = try stored(RunRecord.self, "SELECT * FROM run WHERE id = ?", [run]).first else {
      throw .noSuchRun(path: path, run: run)
    }
    return found
  }

  /// The run begun last.
  ///
  /// - Returns: The run; nil when the database holds none.
  /// - Throws: A ``StoreError``.
  public func lastRun() throws(StoreError) -> Stored<RunRecord>? {
    try stored(RunRecord.self, "SELECT * FROM run ORDER BY id DESC LIMIT 1").first
  }

  /// What a run was measured with.
  ///
  /// - Parameter run: The run's id.
  /// - Returns: The environment.
  /// - Throws: A ``StoreError``, for example when there is no such run.
  public func environment(of run: Int64) throws(StoreError) -> Stored<EnvironmentRecord> {
    let sql = "SELECT environment.* FROM environment JOIN run ON run.environment_id = environment.id WHERE run.id = ?"
    guard let found = try stored(EnvironmentRecord.self, sql, [run]).first else {
      throw .noSuchRun(path: path, run: run)
    }
    return found
  }

  /// The decoders of a run.
  ///
  /// - Parameter run: The run's id.
  /// - Returns: The decoders by ordinal.
  /// - Throws: A ``StoreError``.
  public func decoders(of run: Int64) throws(StoreError) -> [Stored<DecoderRecord>] {
    try stored(DecoderRecord.self, "SELECT * FROM decoder WHERE run_id = ? ORDER BY ordinal, id", [run])
  }

  /// The prompts of a run, the skipped ones included.
  ///
  /// - Parameter run: The run's id.
  /// - Returns: The prompts by ordinal, then turn.
  /// - Throws: A ``StoreError``.
  public func prompts(of run: Int64) throws(StoreError) -> [Stored<PromptRecord>] {
    try stored(PromptRecord.self, "SELECT * FROM prompt WHERE run_id = ? ORDER BY ordinal, turn", [run])
  }

  /// The generations of a run.
  ///
  /// - Parameter run: The run's id.
  /// - Returns: The generations in the order in which they were written.
  /// - Throws: A ``StoreError``.
  public func generations(of run: Int64) throws(StoreError) -> [Stored<GenerationRecord>] {
    let sql = """
      SELECT generation.* FROM decoder JOIN generation ON generation.decoder_id = decoder.id
      WHERE run_id = ? ORDER BY generation.id
      """
    return try stored(GenerationRecord.self, sql, [run])
  }

  /// The cycles of a generation.
  ///
  /// - Parameter generation: The generation's id.
  /// - Returns: The cycles in order.
  /// - Throws: A ``StoreError``.
  public func cycles(of generation: Int64) throws(StoreError) -> [CycleRecord] {
    try read { try CycleRecord.all(of: generation, $0) }
  }

  /// The tokens of a generation.
  ///
  /// - Parameter generation: The generation's id.
  /// - Returns: The tokens in order.
  /// - Throws: A ``StoreError``.
  public func tokens(of generation: Int64) throws(StoreError) -> [TokenRecord] {
    try read { database in
      let statement = try database.cachedStatement(
        sql: "SELECT token_id, cycle, available_ns FROM token WHERE generation_id = ? ORDER BY position"
      )
      return try TokenRecord.fetchAll(statement, arguments: [generation])
    }
  }

  /// What a run has recorded, so that resuming it knows what is missing.
  ///
  /// - Parameter run: The run's id.
  /// - Returns: The keys of all its generations.
  /// - Throws: A ``StoreError``.
  public func recordedGenerations(run: Int64) throws(StoreError) -> Set<GenerationKey> {
    let sql = """
      SELECT decoder_id, prompt_id, repeat FROM decoder JOIN generation ON generation.decoder_id = decoder.id
      WHERE run_id = ?
      """
    return try read { try GenerationKey.fetchSet($0, sql: sql, arguments: [run]) }
  }

  /// What one decoder of a run has put out.
  ///
  /// - Parameters:
  ///   - run: The run's id.
  ///   - decoder: The decoder's id.
  /// - Returns: The outputs by prompt and repeat.
  /// - Throws: A ``StoreError``.
  public func outputs(run: Int64, decoder: Int64) throws(StoreError) -> [RecordedOutput] {
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
