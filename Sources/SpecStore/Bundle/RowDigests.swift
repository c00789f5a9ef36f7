import SpecFiles
internal import GRDB

/// SHA-256 of the rows of a run, piece by piece, so that a row that was changed can be told from all others.
///
/// What is hashed is a text that the `sqlite3` shell can write, too. For each table of a piece it has a line with the table's
/// name and its columns, then a line for each row in the order of its key, with the values as SQL literals (`quote()`;
/// real numbers by `printf('%!.17g')`) between commas.
struct RowDigests {
  private let database: Database
  private let run: Int64
  private let columns: [String: [String]]

  /// - Parameters:
  ///   - database: a connection to the file, of whatever version.
  ///   - run: the run's id.
  /// - Throws: SQLite's error.
  init(_ database: Database, run: Int64) throws {
    (self.database, self.run) = (database, run)
    columns = try RunTables.all.reduce(into: [:]) { columns, part in
      columns[part.table] = try database.tableExists(part.table) ? database.columns(in: part.table).map(\.name) : []
    }
  }

  /// The pieces with their digests: `schema`, the tables that have few rows, each prompt, each load and each generation.
  ///
  /// - Parameter body: takes the piece's name, as `generation 12`, and 64 hexadecimal digits.
  /// - Throws: SQLite's error; what `body` throws.
  func forEach(_ body: (String, String) throws -> Void) throws {
    try body("schema", schema())
    for table in [
      "environment", "run", "shard", "decoder", "run_input", "repeat_condition", "server", "probe", "failure",
    ] {
      try body(table, digest([(table, nil)], id: run))
    }
    for (table, children) in [
      ("prompt", []), ("generation", ["cycle", "token", "served_generation", "chunk"]), ("load", ["load_request"]),
    ] {
      let ids = try Int64.fetchAll(
        database,
        sql: "SELECT id FROM \(table) WHERE \(condition(of: table)) ORDER BY id",
        arguments: ["run": run]
      )
      for id in ids {
        let pieces = [(table, "id")] + children.map { ($0, "\(table)_id") }
        try body("\(table) \(id)", digest(pieces, id: id))
      }
    }
  }

  private func condition(of table: String) -> String {
    RunTables.all.first { $0.table == table }?.condition ?? "false"
  }

  /// The texts that tables, views, indices and triggers were made by.
  private func schema() throws -> String {
    var hash = SHA256()
    let sql = "SELECT type || ' ' || name || ': ' || sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY type, name"
    for text in try String.fetchAll(database, sql: sql) where !text.hasPrefix("table sqlar:") {
      hash.update(Array((text + "\n").utf8))
    }
    return hash.hexDigest()
  }

  /// The digest of the rows of some tables.
  ///
  /// - Parameters:
  ///   - tables: each with the column that holds `id`; nil takes all rows of the run.
  ///   - id: the value.
  /// - Returns: 64 hexadecimal digits.
  /// - Throws: SQLite's error.
  private func digest(_ tables: [(table: String, column: String?)], id: Int64) throws -> String {
    var hash = SHA256()
    for (table, column) in tables {
      let columns = columns[table] ?? []
      hash.update(Array("\(table)(\(columns.joined(separator: ",")))\n".utf8))
      guard !columns.isEmpty else { continue }
      let values = columns.map { "iif(typeof(\"\($0)\") = 'real', printf('%!.17g', \"\($0)\"), quote(\"\($0)\"))" }
      let order = RunTables.all.first { $0.table == table }?.order ?? "1"
      let rows = try database.cachedStatement(
        sql: """
          SELECT \(values.joined(separator: " || ',' || ")) FROM \(table)
          WHERE \(column.map { "\"\($0)\" = :id" } ?? condition(of: table).replacing(":run", with: ":id")) ORDER BY \(order)
          """
      )
      let texts = try String.fetchCursor(rows, arguments: ["id": id])
      while let text = try texts.next() { hash.update(Array((text + "\n").utf8)) }
    }
    return hash.hexDigest()
  }
}
