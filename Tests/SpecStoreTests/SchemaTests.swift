import GRDB
import SpecStore
import Testing

@Suite struct SchemaTests {
  private func names(_ type: String, in path: String) throws -> Set<String> {
    try DatabaseQueue(path: path).read { database in
      try String.fetchSet(
        database,
        sql: "SELECT name FROM sqlite_schema WHERE type = ? AND name NOT LIKE 'sqlite_%'",
        arguments: [type]
      )
    }
  }

  @Test func holdsTheDocumentedTablesAndViews() throws {
    let example = try ExampleRun()
    #expect(
      try names("table", in: example.folder.database) == [
        "environment", "run", "decoder", "prompt", "generation", "cycle", "token", "pass_condition", "run_input",
        "grdb_migrations",
      ]
    )
    #expect(
      try names("view", in: example.folder.database) == [
        "measured_generation", "generation_scope", "speedup", "time_split", "mean_accepted_tokens", "acceptance_rate",
        "acceptance_by_position", "latency", "losslessness", "skips",
      ]
    )
  }

  /// A file of the first version gains what came later and keeps its rows.
  @Test func anOlderFileIsBroughtUpToDate() throws {
    let example = try ExampleRun()
    let before = try BenchmarkStore(openingAt: example.folder.database).generations(of: 1)
    try DatabaseQueue(path: example.folder.database).write { database in
      try database.execute(
        sql: """
          DROP TABLE pass_condition;
          DROP TABLE run_input;
          ALTER TABLE environment DROP COLUMN executable_hash;
          ALTER TABLE run DROP COLUMN plan;
          ALTER TABLE run DROP COLUMN planned_prompts;
          ALTER TABLE decoder DROP COLUMN warm_up_ns;
          ALTER TABLE generation DROP COLUMN preempted_steps;
          ALTER TABLE generation DROP COLUMN retokenized_tokens;
          ALTER TABLE generation DROP COLUMN mismatch_margin;
          ALTER TABLE run DROP COLUMN origin;
          ALTER TABLE run DROP COLUMN temperature;
          ALTER TABLE run DROP COLUMN top_k;
          ALTER TABLE run DROP COLUMN top_p;
          ALTER TABLE run DROP COLUMN verification;
          ALTER TABLE run DROP COLUMN stored_weight_type;
          ALTER TABLE decoder DROP COLUMN is_noise_floor;
          DELETE FROM grdb_migrations WHERE identifier <> '1';
          """
      )
    }
    let store = try BenchmarkStore(openingAt: example.folder.database)
    #expect(try store.generations(of: 1) == before)
    #expect(try store.run(1).origin == .measured && store.conditions(of: 1).isEmpty)
    let run = try store.run(1)
    #expect(run.temperature == 0 && run.topK == 0 && run.topP == 1 && run.verification == "coupled")
    #expect(run.storedWeightType == nil && run.plan == nil && run.plannedPrompts == nil)
    #expect(try store.inputs(of: 1).isEmpty && store.environment(of: 1).executableHash == nil)
    #expect(try store.decoders(of: 1).allSatisfy { !$0.isNoiseFloor })
  }

  @Test func tablesAreStrictAndWriteAheadLogged() throws {
    let example = try ExampleRun()
    try DatabaseQueue(path: example.folder.database).read { database in
      let loose = try String.fetchAll(
        database,
        sql: """
          SELECT name FROM pragma_table_list
          WHERE schema = 'main' AND type = 'table' AND NOT strict AND name NOT LIKE 'sqlite_%'
          """
      )
      #expect(loose == ["grdb_migrations"])
      #expect(try String.fetchOne(database, sql: "PRAGMA journal_mode") == "wal")
      #expect(try Row.fetchAll(database, sql: "PRAGMA foreign_key_check").isEmpty)
      #expect(try String.fetchOne(database, sql: "PRAGMA integrity_check") == "ok")
    }
  }

  @Test func everyViewCanBeQueriedForOneRun() throws {
    let example = try ExampleRun()
    let queue = try DatabaseQueue(path: example.folder.database)
    for view in try names("view", in: example.folder.database) {
      try queue.read { database in
        _ = try Row.fetchAll(database, sql: "SELECT * FROM \(view) WHERE run_id = 1")
      }
    }
  }
}
