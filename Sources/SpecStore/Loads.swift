internal import GRDB

/// A load with all its requests.
package struct StoredLoad: Sendable {
  /// The load.
  package let load: Stored<LoadRecord>
  /// Its requests, by prompt.
  package let requests: [LoadRequestRecord]
}

// What servers did with several requests in flight.
extension BenchmarkStore {
  /// Writes a load with all its requests in one transaction.
  ///
  /// - Parameters:
  ///   - load: the load.
  ///   - requests: its requests.
  /// - Throws: a ``StoreError``; nothing is written then.
  package func recordLoad(_ load: LoadRecord, requests: [LoadRequestRecord]) throws(StoreError) {
    try write { database in
      let id = try InsertedRow(record: load).insertedID(database)
      for request in requests { try InsertedRow(record: request, parents: ["load_id": id]).insert(database) }
    }
  }

  /// Notes how clearly vanilla decided where a request's answer differs from its own.
  ///
  /// - Parameters:
  ///   - margin: the margin.
  ///   - load: the load's id.
  ///   - prompt: the prompt's id.
  /// - Throws: a ``StoreError``.
  package func recordLoadMargin(_ margin: Double, load: Int64, prompt: Int64) throws(StoreError) {
    try write { database in
      try database.execute(
        sql: "UPDATE load_request SET mismatch_margin = ? WHERE load_id = ? AND prompt_id = ?",
        arguments: [margin, load, prompt]
      )
    }
  }

  /// The loads of a run with their requests.
  ///
  /// - Parameter run: the run's id.
  /// - Returns: by concurrency, decoder and repeat.
  /// - Throws: a ``StoreError``.
  package func loads(of run: Int64) throws(StoreError) -> [StoredLoad] {
    try read { database in
      let sql = """
        SELECT load.* FROM load JOIN decoder ON decoder.id = decoder_id WHERE run_id = ?
        ORDER BY concurrency, ordinal, repeat
        """
      return try Row.fetchAll(database, sql: sql, arguments: [run]).map { row in
        let load = try Stored<LoadRecord>(row: row)
        let requests = try LoadRequestRecord.fetchAll(
          database,
          sql: "SELECT * FROM load_request WHERE load_id = ? ORDER BY prompt_id",
          arguments: [load.id]
        )
        return StoredLoad(load: load, requests: requests)
      }
    }
  }
}
