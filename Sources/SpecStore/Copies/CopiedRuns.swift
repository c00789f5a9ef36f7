internal import GRDB

/// What became of rows that were to be copied.
package enum CopyOutcome: Equatable, Sendable {
  /// They were not there.
  case added
  /// The same part was there with less, which was replaced.
  case replaced
  /// The same is there already.
  case unchanged
  /// There is more of the same part, which was kept.
  case kept
}

// Rows of one database that come into another.
extension BenchmarkStore {
  /// Copies a run with all its rows from another database. A run that is there already is not copied again: it is brought up
  /// to date where the other database holds more of it.
  ///
  /// - Parameters:
  ///   - run: the run's id there.
  ///   - source: the other database.
  /// - Returns: the run's id here, and what became of it.
  /// - Throws: a ``StoreError``; nothing is written then.
  package func copyRun(_ run: Int64, from source: BenchmarkStore) throws(StoreError) -> (
    run: Int64, outcome: CopyOutcome
  ) {
    try source.checkNumbers(of: run)
    let part = RunPart(run: run)
    let content = try source.content(of: part)
    let known = try sameRun(as: content)
    if let known {
      if known.content == content { return (known.run, .unchanged) }
      if known.content.generations > content.generations { return (known.run, .kept) }
    }
    let id = try write(from: source) { database, copy in
      try OrphanRows.delete(database)
      if let known { try database.execute(sql: "DELETE FROM run WHERE id = ?", arguments: [known.run]) }
      try copy.copy(
        "environment",
        where: """
          row.id IN (
            SELECT environment_id FROM \(RowCopy.source).run WHERE id = \(run)
            UNION SELECT environment_id FROM \(RowCopy.source).shard WHERE run_id = \(run)
          )
          """
      )
      try copy.copy("run", where: "row.id = \(run)", ids: known.map { [run: $0.run] } ?? [:])
      try copy.copyDependents(of: "run")
      return try copy.id("run", of: run)
    }
    guard let id else { throw .noSuchRun(path: source.path, run: run) }
    return (id, known == nil ? .added : .replaced)
  }

  private func sameRun(as content: RunContent) throws(StoreError) -> (run: Int64, content: RunContent)? {
    for run in try runs() where run.startedAt == content.startedAt {
      let mine = try self.content(of: RunPart(run: run.id))
      if mine.isSameAttempt(as: content) { return (run.id, mine) }
    }
    return nil
  }

  /// Changes this database with another one at hand, in one transaction.
  ///
  /// - Parameters:
  ///   - source: the other database.
  ///   - body: makes the changes; the other database is called as ``RowCopy/source`` says.
  /// - Returns: what `body` returns.
  /// - Throws: a ``StoreError``; nothing is written then.
  func write<Value>(
    from source: BenchmarkStore,
    _ body: (Database, inout RowCopy) throws -> Value
  ) throws(StoreError) -> Value {
    guard access == .writing else { throw .unwritable(path: path) }
    do {
      return try queue.writeWithoutTransaction { database in
        // The other store may have opened its file in a way that its path tells.
        try database.execute(sql: "ATTACH DATABASE ? AS \(RowCopy.source)", arguments: [source.queue.path])
        let result = Result {
          var value: Value?
          try database.inTransaction(.immediate) {
            var copy = try RowCopy(database)
            value = try body(database, &copy)
            try copy.end()
            return .commit
          }
          return value
        }
        try database.execute(sql: "DETACH DATABASE \(RowCopy.source)")
        guard let value = try result.get() else { throw StoreError.failed(path: path, reason: "nothing was copied") }
        return value
      }
    } catch {
      throw StoreError(error, path: path, file: file, access: access)
    }
  }
}
