import Foundation
internal import GRDB
import SpecCore

extension BenchmarkStore {
  /// Writes a new run with its environment, decoders and the prompts known so far, in one transaction.
  ///
  /// - Parameters:
  ///   - run: the run.
  ///   - environment: what it is measured with.
  ///   - decoders: its decoders.
  ///   - prompts: its prompts; later ones follow with ``insertPrompt(_:run:)``.
  ///   - inputs: the files that its results depend on.
  /// - Returns: the ids of the new rows.
  /// - Throws: a ``StoreError``; nothing is written then.
  package func beginRun(
    _ run: RunRecord,
    environment: EnvironmentRecord,
    decoders: [DecoderRecord],
    prompts: [PromptRecord],
    inputs: [RunInput] = []
  ) throws(StoreError) -> RunIdentifiers {
    try write { database in
      try OrphanRows.delete(database)
      let environmentID = try InsertedRow(record: environment).insertedID(database)
      let runID = try InsertedRow(record: run, parents: ["environment_id": environmentID]).insertedID(database)
      for input in inputs { try InsertedRow(record: input, parents: ["run_id": runID]).insert(database) }
      return RunIdentifiers(
        run: runID,
        decoders: try decoders.map { decoder in
          try InsertedRow(record: decoder, parents: ["run_id": runID]).insertedID(database)
        },
        prompts: try prompts.map { prompt in
          try InsertedRow(record: prompt, parents: ["run_id": runID]).insertedID(database)
        }
      )
    }
  }

  /// Adds a prompt to a run: a later turn is known only after vanilla has answered the earlier one.
  ///
  /// - Parameters:
  ///   - prompt: the prompt.
  ///   - run: the run's id.
  /// - Returns: the id of the new row.
  /// - Throws: a ``StoreError``, for example when the run has this question and turn already.
  package func insertPrompt(_ prompt: PromptRecord, run: Int64) throws(StoreError) -> Int64 {
    try write { try InsertedRow(record: prompt, parents: ["run_id": run]).insertedID($0) }
  }

  /// Notes when a run ended.
  ///
  /// - Parameters:
  ///   - run: the run's id.
  ///   - date: when it ended.
  /// - Throws: a ``StoreError``, for example when there is no such run.
  package func finishRun(_ run: Int64, at date: Date) throws(StoreError) {
    try write { database in
      try database.execute(
        sql: "UPDATE run SET finished_at = ? WHERE id = ?",
        arguments: [date.exactText, run]
      )
      if database.changesCount == 0 { throw StoreError.noSuchRun(path: path, run: run) }
    }
  }

  /// Notes what passes over some positions cost in a run.
  ///
  /// - Parameters:
  ///   - costs: the costs, by number of positions.
  ///   - run: the run's id.
  /// - Throws: a ``StoreError``, for example when there is no such run.
  package func recordVerificationCost(_ costs: [PassCost], run: Int64) throws(StoreError) {
    try write { database in
      let text = try JSONText.line(costs)
      try database.execute(sql: "UPDATE run SET verification_cost = ? WHERE id = ?", arguments: [text, run])
      if database.changesCount == 0 { throw StoreError.noSuchRun(path: path, run: run) }
    }
  }

  /// Writes a generation with its cycles and tokens in one transaction.
  ///
  /// - Parameters:
  ///   - generation: the generation.
  ///   - cycles: its cycles in order; their ordinals count from 0.
  ///   - tokens: its tokens in order; their positions count from 0.
  ///   - served: what a server told of it, if one made it.
  ///   - chunks: the pieces in which a server sent it.
  /// - Returns: the id of the generation's row.
  /// - Throws: a ``StoreError``; nothing is written then.
  @discardableResult
  package func record(
    _ generation: GenerationRecord,
    cycles: [CycleRecord],
    tokens: [TokenRecord],
    served: ServedGenerationRecord? = nil,
    chunks: [ChunkRecord] = []
  ) throws(StoreError) -> Int64 {
    try write { database in
      let id = try InsertedRow(record: generation).insertedID(database)
      try insert(cycles, generation: id, database)
      try insert(tokens, generation: id, database)
      if let served { try InsertedRow(record: served, parents: ["generation_id": id]).insert(database) }
      try insert(chunks, generation: id, database)
      return id
    }
  }

  /// Deletes all decoders' generations of a prompt in a repeat, so that they can be measured again next to each other.
  ///
  /// - Parameters:
  ///   - prompt: the prompt's id.
  ///   - repeatIndex: the repeat.
  /// - Throws: a ``StoreError``; nothing is deleted then.
  package func deleteGenerations(prompt: Int64, repeatIndex: Int) throws(StoreError) {
    try write { database in
      try database.execute(
        sql: "DELETE FROM generation WHERE prompt_id = ? AND repeat = ?",
        arguments: [prompt, repeatIndex]
      )
    }
  }

  // Cycles and tokens go in by prepared statements of many rows: one statement for each row takes longer, and encoding a
  // record for each row several times as long.

  /// Rows that one statement inserts.
  private static let rowsOfStatement = 64

  /// Inserts the rows of a generation in order.
  ///
  /// - Parameters:
  ///   - rows: the rows.
  ///   - generation: the generation's id.
  ///   - database: the connection to write with.
  /// - Throws: SQLite's error.
  private func insert<Record: RowOfMany>(_ rows: [Record], generation: Int64, _ database: Database) throws {
    let row = "(\(repeatElement("?", count: Record.columns.count + 2).joined(separator: ",")))"
    let columns = (["generation_id", Record.place] + Record.columns).joined(separator: ", ")
    func sql(_ count: Int) -> String {
      "INSERT INTO \(Record.table) (\(columns)) VALUES \(repeatElement(row, count: count).joined(separator: ","))"
    }
    let whole = sql(Self.rowsOfStatement)
    for first in stride(from: 0, to: rows.count, by: Self.rowsOfStatement) {
      let places = first..<min(first + Self.rowsOfStatement, rows.count)
      var arguments = StatementArguments()
      for place in places { arguments += rows[place].values(generation, place) }
      let statement = try database.cachedStatement(
        sql: places.count == Self.rowsOfStatement ? whole : sql(places.count)
      )
      // As many values as the statement was just made for: they need no check.
      statement.setUncheckedArguments(arguments)
      try statement.execute()
    }
  }
}
