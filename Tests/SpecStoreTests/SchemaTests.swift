import Foundation
import GRDB
import SpecCore
import SpecStore
import SpecTestSupport
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
        "environment", "run", "decoder", "prompt", "generation", "cycle", "token", "repeat_condition", "run_input",
        "server", "probe", "served_generation", "chunk", "failure", "load",
        "load_request", "shard", "grdb_migrations",
      ]
    )
    #expect(
      try names("view", in: example.folder.database) == [
        "measured_generation", "generation_scope", "generation_pair", "speedup", "time_split", "mean_accepted_tokens",
        "acceptance_rate",
        "acceptance_by_position", "acceptance_by_place", "latency", "losslessness", "skips",
      ]
    )
  }

  /// A file of the first version gains what came later and keeps its rows.
  @Test func anOlderFileIsBroughtUpToDate() throws {
    let folder = try TemporaryFolder()
    try FirstVersion.make(at: folder.database)
    let store = try BenchmarkStore(openingAt: folder.database)
    let generation = try #require(try store.generations(of: 1).first)
    #expect(generation.outputIDs == [5, 6, 7] && generation.stopReason == .endToken && generation.repeatIndex == 0)
    #expect(generation.decodeNanoseconds == 4000 && generation.startedAt.exactText == "2025-07-13T12:34:57.000Z")
    #expect(generation.prefillTokens == 1 && generation.prefillCycles == 0)
    #expect(generation.preemptedSteps == nil && generation.mismatchMargin == nil)
    #expect(try store.tokens(of: generation.id).map(\.availableNanoseconds) == [1000, 3000, 5000])
    #expect(try store.cycles(of: generation.id).map(\.verifyNanoseconds) == [2000, 2000])
    #expect(try store.cycles(of: generation.id).allSatisfy { $0.passPositions == nil && $0.outsideVocabulary == nil })
    let run = try store.run(1)
    #expect(run.modelName == "tiny" && run.origin == .measured && run.storedWeightType == nil)
    #expect(run.temperature == 0 && run.topK == 0 && run.topP == 1 && run.verification == "coupled")
    #expect(run.plan == nil && run.plannedPrompts == nil)
    #expect(try store.inputs(of: 1).isEmpty && store.conditions(of: 1).isEmpty)
    #expect(try store.environment(of: 1).executableHash == nil)
    #expect(try store.decoders(of: 1).allSatisfy { !$0.isNoiseFloor })
    #expect(try store.pairs(of: 1).count == 1)
    let current = try ExampleRun().folder
    for kind in ["table", "view", "index", "trigger"] {
      #expect(try names(kind, in: folder.database) == names(kind, in: current.database))
    }
  }

  /// Before categories were open, the table of prompts allowed six, and ids were integers.
  @Test func aFileWithSixCategoriesKeepsItsRowsAndTakesOthers() throws {
    let example = try ExampleRun()
    let before = try BenchmarkStore(openingAt: example.folder.database)
    let (prompts, generations) = (try before.prompts(of: 1), try before.generations(of: 1))
    let pairs = try before.pairs(of: 1)
    var configuration = Configuration()
    configuration.foreignKeysEnabled = false
    let views = try names("view", in: example.folder.database)
    try DatabaseQueue(path: example.folder.database, configuration: configuration).write { database in
      try FirstVersion.undoWords(in: database)
      try database.execute(
        sql: """
          CREATE TABLE old_prompt (
            id INTEGER PRIMARY KEY,
            run_id INTEGER NOT NULL REFERENCES run (id) ON DELETE CASCADE,
            ordinal INTEGER NOT NULL,
            question_id INTEGER NOT NULL,
            turn INTEGER NOT NULL CHECK (turn >= 0),
            category TEXT NOT NULL
              CHECK (category IN ('mt_bench', 'translation', 'summarization', 'qa', 'math_reasoning', 'rag')),
            subcategory TEXT NOT NULL,
            prompt_tokens INTEGER NOT NULL,
            ids_hash TEXT NOT NULL,
            skip_reason TEXT,
            UNIQUE (run_id, question_id, turn)
          ) STRICT;
          INSERT INTO old_prompt SELECT
            id, run_id, ordinal, question_id, turn, category, subcategory, prompt_tokens, ids_hash, skip_reason
          FROM prompt;
          DROP TABLE prompt;
          ALTER TABLE old_prompt RENAME TO prompt;
          DELETE FROM grdb_migrations WHERE identifier IN ('10-own-categories', '13-prompt-texts');
          """
      )
    }
    let store = try BenchmarkStore(openingAt: example.folder.database, for: .writing)
    #expect(try store.prompts(of: 1) == prompts && store.generations(of: 1) == generations)
    #expect(try store.pairs(of: 1) == pairs)
    #expect(try names("view", in: example.folder.database) == views)
    #expect(
      try names("trigger", in: example.folder.database) == ["environment_follows_run", "environment_follows_shard"]
    )
    #expect(
      try names("index", in: example.folder.database).isSuperset(of: ["generation_by_prompt", "run_by_environment"])
    )
    var prompt = Example.prompt(90, category: "humaneval")
    prompt.writtenID = "\"HumanEval/0\""
    let id = try store.insertPrompt(prompt, run: 1)
    #expect(try store.prompts(of: 1).first { $0.id == id }?.questionText == "HumanEval/0")
    #expect(try store.categories(of: 1).last == "humaneval")
    try DatabaseQueue(path: example.folder.database).write { database in
      #expect(try Row.fetchAll(database, sql: "PRAGMA foreign_key_check").isEmpty)
      #expect(try String.fetchOne(database, sql: "PRAGMA integrity_check") == "ok")
      // A generation still goes with its prompt.
      try database.execute(sql: "DELETE FROM prompt")
      #expect(try Int.fetchOne(database, sql: "SELECT count(*) FROM generation") == 0)
    }
  }

  @Test func categoriesComeInOneOrder() throws {
    let example = try ExampleRun(categories: ["zebra", "rag", "alpha", "mt_bench", "qa", "lat"])
    for (index, prompt) in example.prompts.enumerated() {
      _ = try example.store.record(
        Example.generation(example.decoders[0], prompt, repeatIndex: index),
        cycles: [],
        tokens: []
      )
    }
    let order = ["mt_bench", "qa", "rag", "zebra", "alpha", "lat"]
    #expect(try example.store.categories(of: example.run) == order)
  }

  /// The conditions of an older run are those of its first attempt.
  @Test func conditionsOfAnOlderFileAreKept() throws {
    let example = try ExampleRun()
    let condition = RepeatCondition(
      repeatIndex: 1,
      startedAt: Date(timeIntervalSince1970: 1000),
      finishedAt: Date(timeIntervalSince1970: 2000),
      loadAverage: 0.5,
      warnings: ["It was dark."]
    )
    try BenchmarkStore(openingAt: example.folder.database, for: .writing).recordCondition(condition, run: 1)
    try DatabaseQueue(path: example.folder.database).write { database in
      try FirstVersion.undoWords(in: database)
      try database.execute(
        sql: """
          CREATE TABLE old (
            run_id INTEGER NOT NULL, pass INTEGER NOT NULL, started_at TEXT NOT NULL, finished_at TEXT NOT NULL,
            load_average REAL, other_share REAL, steal_share REAL, frequency_mhz REAL, final_frequency_mhz REAL,
            swapped_pages INTEGER, on_battery INTEGER, taints TEXT NOT NULL
          ) STRICT;
          INSERT INTO old SELECT run_id, pass, started_at, finished_at, load_average, other_share, steal_share,
            frequency_mhz, final_frequency_mhz, swapped_pages, on_battery, taints FROM pass_condition;
          DROP TABLE pass_condition;
          ALTER TABLE old RENAME TO pass_condition;
          DROP TABLE run_input;
          ALTER TABLE environment DROP COLUMN executable_hash;
          ALTER TABLE run DROP COLUMN plan;
          ALTER TABLE run DROP COLUMN planned_prompts;
          ALTER TABLE decoder DROP COLUMN warm_up_ns;
          DELETE FROM grdb_migrations WHERE identifier = '9-run-identity';
          """
      )
    }
    #expect(try BenchmarkStore(openingAt: example.folder.database).conditions(of: 1) == [condition])
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

  /// Older files say it by their tokens.
  @Test func anOlderFileGainsThePrefillCounts() throws {
    let example = try ExampleRun(categories: ["qa", "rag"])
    try example.recordPrefillCycle()
    try example.store.record(
      Example.generation(example.decoders[0], example.prompts[1], tokens: 3),
      cycles: [],
      tokens: Example.tokens([1000, 3000, 5000])
    )
    let before = try example.store.generations(of: 1)
    let queue = try DatabaseQueue(path: example.folder.database)
    try queue.write { database in
      try FirstVersion.undoWords(in: database)
      try database.execute(
        sql: """
          ALTER TABLE generation DROP COLUMN prefill_tokens;
          ALTER TABLE generation DROP COLUMN prefill_cycles;
          DELETE FROM grdb_migrations WHERE identifier LIKE '%-prefill-counts';
          """
      )
    }
    let store = try BenchmarkStore(openingAt: example.folder.database, for: .writing)
    #expect(try store.generations(of: 1) == before)
    #expect(before.map(\.prefillTokens).sorted() == [1, 3])
  }
}
