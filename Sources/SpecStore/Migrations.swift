internal import GRDB

/// The numbered steps that bring a file to the current schema. A released step never changes: add a new one.
enum Migrations {
  static var migrator: DatabaseMigrator {
    var migrator = DatabaseMigrator()
    migrator.registerMigration("1") { database in
      try database.execute(sql: "PRAGMA application_id = \(Schema.applicationID)")
      try database.execute(sql: Schema.tables)
    }
    migrator.registerMigration("2-noise-floor") { database in
      try database.execute(sql: Schema.noiseFloor)
    }
    migrator.registerMigration("3-pass-conditions") { database in
      try database.execute(sql: Schema.passConditions)
    }
    migrator.registerMigration("4-origin") { database in
      try database.execute(sql: Schema.origin)
    }
    migrator.registerMigration("5-sampling") { database in
      try database.execute(sql: Schema.sampling)
    }
    migrator.registerMigration("6-stored-weight-type") { database in
      try database.execute(sql: Schema.storedWeightType)
    }
    migrator.registerMigration("7-retokenized") { database in
      try database.execute(sql: Schema.retokenized)
    }
    migrator.registerMigration("8-mismatch-margin") { database in
      try database.execute(sql: Schema.mismatchMargin)
    }
    migrator.registerMigration("9-run-identity") { database in
      try database.execute(sql: Schema.runIdentity)
    }
    migrator.registerMigration("10-own-categories") { database in
      try dropViews(database)
      try database.execute(sql: Schema.openCategories)
      try createViews(database)
    }
    migrator.registerMigration("11-prefill-counts") { database in
      try dropViews(database)
      try database.execute(sql: Schema.prefillCounts)
      try createViews(database)
    }
    return migrator
  }

  /// Takes away all views of any version: a table that a view reads cannot be replaced.
  private static func dropViews(_ database: Database) throws {
    for view in View.all { try database.execute(sql: "DROP VIEW IF EXISTS \(view.name)") }
  }

  /// Replaces all views by their current definitions. A migration that changes tables or views calls this last; the first
  /// one does not, since renaming a table later takes views whose columns are all there.
  private static func createViews(_ database: Database) throws {
    try dropViews(database)
    for view in View.all {
      try database.execute(sql: "CREATE VIEW \(view.name) AS \(view.query)")
    }
  }
}
