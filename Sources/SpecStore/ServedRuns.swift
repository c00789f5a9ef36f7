internal import GRDB

// What runs that measured another engine through its servers have beside the rows that every run has.
extension BenchmarkStore {
  /// Notes what is known of the servers of a run and what was probed, in the place of what was noted before.
  ///
  /// - Parameters:
  ///   - servers: one for each decoder.
  ///   - probes: what was looked at, in order.
  /// - Throws: a ``StoreError``; nothing is written then.
  package func recordServers(_ servers: [ServerRecord], probes: [ProbeRecord]) throws(StoreError) {
    try write { database in
      for server in servers {
        for table in ["server", "probe"] {
          try database.execute(sql: "DELETE FROM \(table) WHERE decoder_id = ?", arguments: [server.decoderID])
        }
        try InsertedRow(record: server).insert(database)
      }
      for probe in probes { try InsertedRow(record: probe).insert(database) }
    }
  }

  /// Notes a try that failed.
  ///
  /// - Parameter failure: the try.
  /// - Throws: a ``StoreError``.
  package func recordFailure(_ failure: FailureRecord) throws(StoreError) {
    try write { try InsertedRow(record: failure).insert($0) }
  }

  /// The servers of a run.
  ///
  /// - Parameter run: the run's id.
  /// - Returns: one for each decoder, in the order of the run; none for a run of this package's own decoders.
  /// - Throws: a ``StoreError``.
  package func servers(of run: Int64) throws(StoreError) -> [ServerRecord] {
    let sql = """
      SELECT server.* FROM server JOIN decoder ON decoder.id = decoder_id WHERE run_id = ? ORDER BY ordinal
      """
    return try read { try ServerRecord.fetchAll($0, sql: sql, arguments: [run]) }
  }

  /// What was probed before a run.
  ///
  /// - Parameter run: the run's id.
  /// - Returns: the findings by decoder, in order.
  /// - Throws: a ``StoreError``.
  package func probes(of run: Int64) throws(StoreError) -> [ProbeRecord] {
    let sql = """
      SELECT probe.decoder_id, probe.name, passed, finding FROM probe JOIN decoder ON decoder.id = decoder_id
      WHERE run_id = ? ORDER BY ordinal, probe.id
      """
    return try read { try ProbeRecord.fetchAll($0, sql: sql, arguments: [run]) }
  }

  /// The tries of a run that failed.
  ///
  /// - Parameter run: the run's id.
  /// - Returns: the tries in the order in which they were made.
  /// - Throws: a ``StoreError``.
  package func failures(of run: Int64) throws(StoreError) -> [FailureRecord] {
    let sql = """
      SELECT failure.* FROM failure JOIN decoder ON decoder.id = decoder_id WHERE run_id = ? ORDER BY failure.id
      """
    return try read { try FailureRecord.fetchAll($0, sql: sql, arguments: [run]) }
  }

  /// What the servers told of the generations of a run.
  ///
  /// - Parameter run: the run's id.
  /// - Returns: by decoder, each with the generation beside it.
  /// - Throws: a ``StoreError``.
  package func servedGenerations(
    of run: Int64
  ) throws(StoreError) -> [(generation: Stored<GenerationRecord>, served: ServedGenerationRecord)] {
    let records = try read { database in
      let sql = """
        SELECT served_generation.* FROM served_generation JOIN generation ON generation.id = generation_id
        JOIN decoder ON decoder.id = decoder_id WHERE run_id = ?
        """
      return try Row.fetchAll(database, sql: sql, arguments: [run]).reduce(into: [Int64: ServedGenerationRecord]()) {
        $0[try $1.decode(Int64.self, forColumn: "generation_id")] = try ServedGenerationRecord(row: $1)
      }
    }
    return try generations(of: run).compactMap { generation in records[generation.id].map { (generation, $0) } }
  }

  /// The streamed pieces of a generation.
  ///
  /// - Parameter generation: the generation's id.
  /// - Returns: the pieces in order.
  /// - Throws: a ``StoreError``.
  package func chunks(of generation: Int64) throws(StoreError) -> [ChunkRecord] {
    try read { database in
      try ChunkRecord.fetchAll(
        database,
        sql: "SELECT arrived_ns, tokens FROM chunk WHERE generation_id = ? ORDER BY ordinal",
        arguments: [generation]
      )
    }
  }
}
