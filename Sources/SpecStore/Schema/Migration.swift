internal import GRDB

/// A numbered step that brings a file closer to the current schema.
struct Migration: Sendable {
  let name: String
  /// Whether it replaces tables or columns that views read. Then the views go before it, since a table that a view reads
  /// cannot be replaced, and come back after it in their current form.
  var renewsViews = false
  let sql: String

  private func apply(to database: Database) throws {
    if renewsViews { try Self.dropViews(database) }
    try database.execute(sql: sql)
    // Earlier steps leave the views out: in their current form they read columns that come later.
    guard renewsViews, name == Self.all.last(where: \.renewsViews)?.name else { return }
    for view in View.all { try database.execute(sql: "CREATE VIEW \(view.name) AS \(view.query)") }
  }

  /// Takes away all views of any version.
  private static func dropViews(_ database: Database) throws {
    for view in View.all { try database.execute(sql: "DROP VIEW IF EXISTS \(view.name)") }
  }

  /// Marks a file as SpecBench's own: the letters SPEC in SQLite's `application_id`.
  static let applicationID: Int32 = 0x5350_4543

  static var migrator: DatabaseMigrator {
    var migrator = DatabaseMigrator()
    for migration in all {
      migrator.registerMigration(migration.name) { try migration.apply(to: $0) }
    }
    return migrator
  }

  /// All steps in their order. A released step never changes: add a new one at the end of ``later``.
  private static let all = [first] + later
}
