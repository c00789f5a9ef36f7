internal import GRDB

/// Copies rows of another database, with all rows that depend on them, into this one.
///
/// Which rows depend on which follows from the foreign keys of the schema, so that a table that is added later is copied as
/// well. Copied rows get new ids; which id became which is kept in temporary tables, one for each table.
struct RowCopy {
  /// The name under which the other database is attached.
  static let source = "source"

  /// What has to be known of a table.
  private struct Shape {
    let name: String
    let columns: [String]
    /// The columns that may be empty.
    let optional: Set<String>
    /// Its foreign keys: column and table.
    let parents: [(column: String, table: String)]
  }

  private let database: Database
  private let shapes: [Shape]
  /// The tables whose new ids are known.
  private var known: Set<String> = []

  /// - Parameter database: inside a transaction; the other one is attached.
  /// - Throws: SQLite's error.
  init(_ database: Database) throws {
    self.database = database
    let names = try String.fetchAll(
      database,
      sql: "SELECT name FROM main.sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY rowid"
    )
    shapes = try names.map { try Self.shape(of: $0, database) }
  }

  private static func shape(of table: String, _ database: Database) throws -> Shape {
    let columns = try Row.fetchAll(
      database,
      sql: #"SELECT name, "notnull" = 0 AND pk = 0 FROM pragma_table_info(?, 'main')"#,
      arguments: [table]
    ).map { (name: $0[0] as String, isOptional: $0[1] as Bool) }
    let keys = try Row.fetchAll(
      database,
      sql: #"SELECT "from", "table" FROM pragma_foreign_key_list(?, 'main') ORDER BY id DESC"#,
      arguments: [table]
    )
    return Shape(
      name: table,
      columns: columns.map(\.name),
      optional: Set(columns.filter(\.isOptional).map(\.name)),
      parents: keys.map { ($0[0], $0[1]) }
    )
  }

  /// Says which rows of this database stand for some of the other one.
  ///
  /// - Parameters:
  ///   - table: their table.
  ///   - ids: the ids there, with those here.
  /// - Throws: SQLite's error.
  mutating func match(_ table: String, _ ids: [Int64: Int64]) throws {
    try begin(table)
    for (old, new) in ids {
      try database.execute(sql: "INSERT INTO \(Self.map(table)) VALUES (?, ?)", arguments: [old, new])
    }
  }

  /// The new id of a row.
  ///
  /// - Parameters:
  ///   - table: its table, which was copied or matched.
  ///   - old: its id there.
  /// - Returns: nil where it was not copied.
  /// - Throws: SQLite's error.
  func id(_ table: String, of old: Int64) throws -> Int64? {
    try Int64.fetchOne(database, sql: "SELECT new FROM \(Self.map(table)) WHERE old = ?", arguments: [old])
  }

  /// Copies the rows of a table whose parents were copied or matched.
  ///
  /// - Parameters:
  ///   - table: the table.
  ///   - condition: which of them, in SQL; a row is called `row`.
  ///   - values: what stands in some columns instead of what stands there.
  ///   - ids: ids that rows get here, by those there; other rows get ids behind all others.
  /// - Throws: SQLite's error.
  mutating func copy(
    _ table: String,
    where condition: String = "true",
    values: [String: Int64] = [:],
    ids: [Int64: Int64] = [:]
  ) throws {
    guard let shape = shapes.first(where: { $0.name == table }) else { return }
    let keys = shape.parents.filter { values[$0.column] == nil }
    let parents = keys.filter { !shape.optional.contains($0.column) }
    // Few parents have many rows: the rows are looked up by their parent.
    let maps = parents.map { "\(Self.map($0.table)) AS map_\($0.column)" }
    let matches = parents.map { "map_\($0.column).old = row.\($0.column)" }
    let rows = """
      FROM \((maps.prefix(1) + ["\(Self.source).\(table) AS row"] + maps.dropFirst()).joined(separator: " CROSS JOIN "))
      WHERE \(([condition] + matches).joined(separator: " AND "))
      """
    if shape.columns.contains("id") {
      try match(table, ids)
      try database.execute(
        sql: """
          INSERT OR IGNORE INTO \(Self.map(table))
          SELECT row.id, (SELECT coalesce(max(id), 0) FROM main.\(table)) + row_number() OVER (ORDER BY row.id) \(rows)
          """
      )
    }
    let copies = shape.columns.map { column in
      if let value = values[column] { return String(value) }
      if column == "id" { return "(SELECT new FROM \(Self.map(table)) WHERE old = row.id)" }
      guard let key = keys.first(where: { $0.column == column }) else { return "row.\"\(column)\"" }
      let isOptional = shape.optional.contains(column)
      return isOptional ? "(SELECT new FROM \(Self.map(key.table)) WHERE old = row.\(column))" : "map_\(column).new"
    }
    let names = shape.columns.map { "\"\($0)\"" }.joined(separator: ", ")
    try database.execute(sql: "INSERT INTO main.\(table) (\(names)) SELECT \(copies.joined(separator: ", ")) \(rows)")
  }

  /// Copies all rows that depend on those of a table that was copied or matched. A table that depends on another one as well,
  /// of which nothing was copied, is left out.
  ///
  /// - Parameter table: the table.
  /// - Throws: SQLite's error.
  mutating func copyDependents(of table: String) throws {
    var open = dependents(of: table)
    func isNext(_ shape: Shape) -> Bool {
      shape.parents.allSatisfy { key in !open.contains { $0.name == key.table } }
    }
    while let next = open.firstIndex(where: isNext) {
      let shape = open.remove(at: next)
      let isWhole = shape.parents.allSatisfy { known.contains($0.table) || shape.optional.contains($0.column) }
      if isWhole, !known.contains(shape.name) { try copy(shape.name) }
    }
  }

  /// The tables that depend on one, directly or not.
  private func dependents(of table: String) -> [Shape] {
    var names: Set<String> = [table]
    var found: [Shape] = []
    while let next = shapes.first(where: { shape in
      !names.contains(shape.name) && shape.parents.contains { names.contains($0.table) }
    }) {
      names.insert(next.name)
      found.append(next)
    }
    return found
  }

  /// Takes away what was kept of the ids.
  ///
  /// - Throws: SQLite's error.
  func end() throws {
    for table in known { try database.execute(sql: "DROP TABLE \(Self.map(table))") }
  }

  private mutating func begin(_ table: String) throws {
    known.insert(table)
    try database.execute(
      sql: """
        DROP TABLE IF EXISTS \(Self.map(table));
        CREATE TEMP TABLE copied_\(table) (old INTEGER PRIMARY KEY, new INTEGER NOT NULL);
        """
    )
  }

  private static func map(_ table: String) -> String { "temp.copied_\(table)" }
}
