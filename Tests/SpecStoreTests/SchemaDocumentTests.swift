import Foundation
import GRDB
import SpecStore
import SpecTestSupport
import Testing

/// The page that describes the schema says what the schema is.
@Suite struct SchemaDocumentTests {
  /// The columns that the page names, by table or view.
  private func documented() throws -> [String: Set<String>] {
    let page = try String(contentsOf: Fixtures.package.appending(path: "docs/schema.md"), encoding: .utf8)
    var (tables, name) = ([String: Set<String>](), "")
    for line in page.split(separator: "\n") {
      if line.hasPrefix("### ") {
        name = String(line.dropFirst(4))
        tables[name] = []
      } else if line.hasPrefix("| `"), let cell = line.dropFirst().split(separator: "|").first {
        for column in cell.matches(of: /`([a-z0-9_]+)`/) { tables[name]?.insert(String(column.output.1)) }
      }
    }
    return tables
  }

  @Test func everyColumnIsDocumented() throws {
    let example = try ExampleRun()
    let schema = try DatabaseQueue(path: example.folder.database).read { database in
      let names = try String.fetchAll(
        database,
        sql: """
          SELECT name FROM sqlite_schema
          WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite_%' AND name <> 'grdb_migrations'
          """
      )
      return try names.reduce(into: [String: Set<String>]()) { tables, name in
        tables[name] = try String.fetchSet(database, sql: "SELECT name FROM pragma_table_xinfo(?)", arguments: [name])
      }
    }
    let documented = try documented()
    #expect(Set(documented.keys) == Set(schema.keys))
    for (name, columns) in schema { #expect(documented[name] == columns, "\(name)") }
  }

  /// Other tools may know less of SQLite than this program: no column is generated, and no table is a virtual one.
  @Test func nothingNeedsAnExtension() throws {
    let example = try ExampleRun()
    try DatabaseQueue(path: example.folder.database).read { database in
      let generated = try String.fetchAll(
        database,
        sql: """
          SELECT item.name FROM sqlite_schema AS item JOIN pragma_table_xinfo(item.name) AS info
          WHERE item.type = 'table' AND info.hidden <> 0
          """
      )
      let virtual = try String.fetchAll(
        database,
        sql: "SELECT name FROM pragma_table_list WHERE schema = 'main' AND type NOT IN ('table', 'view')"
      )
      #expect(generated.isEmpty && virtual.isEmpty)
    }
  }

  /// A copy of a run has to know where all of it is.
  @Test func everyTableBelongsToARun() throws {
    let example = try ExampleRun()
    let tables = try DatabaseQueue(path: example.folder.database).read {
      try String.fetchSet(
        $0,
        sql:
          "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' AND name <> 'grdb_migrations'"
      )
    }
    #expect(Set(RunTables.all.map(\.table)) == tables)
  }
}
