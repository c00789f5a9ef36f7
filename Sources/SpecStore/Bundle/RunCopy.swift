import SpecFiles
internal import GRDB

extension BenchmarkStore {
  /// Writes a new database that holds one run alone, with the ids that it has here.
  ///
  /// - Parameters:
  ///   - run: the run's id.
  ///   - path: the new file, of which nothing is there yet.
  /// - Throws: a ``StoreError``, for example when there is no such run.
  package func copy(run: Int64, toNewFile path: String) throws(StoreError) {
    _ = try self.run(run)
    // Made and closed, so that it has the schema and nobody else holds it.
    try BenchmarkStore(creatingAt: path).close()
    do {
      try queue.writeWithoutTransaction { database in
        try database.execute(sql: "ATTACH DATABASE ? AS copy", arguments: [path])
        // What was thrown before says more than a file that cannot be let go of.
        defer { try? database.execute(sql: "DETACH DATABASE copy") }
        // Deferred, it locks this file for reading alone.
        try database.inTransaction(.deferred) {
          for part in RunTables.all {
            let columns = try database.columns(in: part.table).map { "\"\($0.name)\"" }.joined(separator: ", ")
            try database.execute(
              sql: """
                INSERT INTO copy.\(part.table) (\(columns))
                SELECT \(columns) FROM main.\(part.table) WHERE \(part.condition) ORDER BY \(part.order)
                """,
              arguments: ["run": run]
            )
          }
          return .commit
        }
      }
    } catch {
      throw StoreError(error, path: path, file: path, access: .writing)
    }
  }

  /// Closes the file. Whoever uses the store afterwards gets an error.
  ///
  /// - Throws: a ``StoreError``.
  func close() throws(StoreError) {
    do { try queue.close() } catch { throw StoreError(error, path: path, file: file, access: access) }
  }
}
