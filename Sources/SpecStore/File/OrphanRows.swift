internal import GRDB

/// Rows whose parent is gone. A tool that deletes by hand leaves them, since SQLite follows foreign keys only where it is
/// told to; the next row with the parent's id would take them for its own.
enum OrphanRows {
  /// Deletes them. Ids rise from the greatest that is there, so those of parents beyond it are all that can come back:
  /// few rows are looked at, through their indices.
  ///
  /// - Parameter database: inside a transaction.
  /// - Throws: SQLite's error.
  static func delete(_ database: Database) throws {
    // Parents come before their children.
    for (table, key, parent) in [
      ("run", "environment_id", "environment"), ("shard", "run_id", "run"), ("decoder", "run_id", "run"),
      ("prompt", "run_id", "run"), ("run_input", "run_id", "run"), ("repeat_condition", "run_id", "run"),
      ("generation", "decoder_id", "decoder"),
      ("generation", "prompt_id", "prompt"), ("cycle", "generation_id", "generation"),
      ("token", "generation_id", "generation"), ("server", "decoder_id", "decoder"), ("probe", "decoder_id", "decoder"),
      ("failure", "decoder_id", "decoder"), ("failure", "prompt_id", "prompt"),
      ("served_generation", "generation_id", "generation"), ("chunk", "generation_id", "generation"),
      ("load", "decoder_id", "decoder"), ("load_request", "load_id", "load"), ("load_request", "prompt_id", "prompt"),
    ] {
      try database.execute(
        sql: "DELETE FROM \(table) WHERE \(key) > (SELECT coalesce(max(id), 0) FROM \(parent))"
      )
    }
  }
}
