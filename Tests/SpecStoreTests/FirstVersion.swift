import GRDB

/// A file as the first version wrote it, with one generation.
enum FirstVersion {
  /// Gives a file of today the words that files had before: passes and taints. Without its views, which read the words of
  /// today.
  static func undoWords(in database: Database) throws {
    let views = try String.fetchAll(database, sql: "SELECT name FROM sqlite_schema WHERE type = 'view'")
    for view in views { try database.execute(sql: "DROP VIEW \(view)") }
    try undoShards(in: database)
    try database.execute(
      sql: """
        ALTER TABLE environment RENAME COLUMN warnings TO taints;
        ALTER TABLE run RENAME COLUMN repeats TO passes;
        ALTER TABLE generation RENAME COLUMN repeat TO pass;
        ALTER TABLE repeat_condition RENAME COLUMN repeat TO pass;
        ALTER TABLE repeat_condition RENAME COLUMN warnings TO taints;
        ALTER TABLE repeat_condition RENAME TO pass_condition;
        ALTER TABLE cycle DROP COLUMN outside_vocabulary;
        DELETE FROM grdb_migrations
        WHERE identifier IN ('12-words', '16-acceptance-by-place', '19-draft-vocabulary');
        """
    )
  }

  /// Takes away what joined runs need.
  private static func undoShards(in database: Database) throws {
    try database.execute(
      sql: """
        DROP TRIGGER environment_follows_run;
        CREATE TRIGGER environment_follows_run AFTER DELETE ON run BEGIN
          DELETE FROM environment
          WHERE id = OLD.environment_id AND NOT EXISTS (SELECT 1 FROM run WHERE environment_id = OLD.environment_id);
        END;
        DROP INDEX prompt_by_shard;
        ALTER TABLE prompt DROP COLUMN shard_id;
        DROP TABLE shard;
        CREATE TABLE plain_condition (
          run_id INTEGER NOT NULL REFERENCES run (id) ON DELETE CASCADE,
          repeat INTEGER NOT NULL,
          attempt INTEGER NOT NULL,
          started_at TEXT NOT NULL,
          finished_at TEXT NOT NULL,
          load_average REAL,
          other_share REAL,
          steal_share REAL,
          frequency_mhz REAL,
          final_frequency_mhz REAL,
          swapped_pages INTEGER,
          on_battery INTEGER,
          warnings TEXT NOT NULL DEFAULT '[]',
          PRIMARY KEY (run_id, repeat, attempt)
        ) STRICT, WITHOUT ROWID;
        INSERT INTO plain_condition SELECT run_id, repeat, attempt, started_at, finished_at, load_average, other_share,
          steal_share, frequency_mhz, final_frequency_mhz, swapped_pages, on_battery, warnings FROM repeat_condition;
        DROP TABLE repeat_condition;
        ALTER TABLE plain_condition RENAME TO repeat_condition;
        DELETE FROM grdb_migrations WHERE identifier = '18-shards';
        """
    )
  }

  static func make(at path: String) throws {
    try DatabaseQueue(path: path).write { database in
      try database.execute(sql: tables)
      try database.execute(sql: rows)
    }
  }

  private static let rows = """
    PRAGMA application_id = 0x53504543;
    CREATE TABLE grdb_migrations (identifier TEXT NOT NULL PRIMARY KEY);
    INSERT INTO grdb_migrations VALUES ('1');
    INSERT INTO environment (
      host_name, cpu_model, physical_cores, logical_cores, affinity, memory_total_bytes, memory_available_bytes,
      operating_system, kernel, compiler, package_version, build_configuration, kernel_set
    ) VALUES ('bench', 'Example 9000', 4, 8, '0-7', 64, 60, 'Debian 12', '6.1', 'Swift 6.3', '0.0.1', 'release', 'avx2');
    INSERT INTO run (
      started_at, command_line, environment_id, model_name, model_path, model_hash, tokenizer_hash, architecture,
      parameters, weight_type, threads, suite_name, suite_version, suite_hash, suite_path, passes, max_new_tokens,
      context_length, seed
    ) VALUES (
      '2025-07-13T12:34:56.789Z', 'specbench run', 1, 'tiny', '/models/tiny', 'm', 't', 'llama', 1000, 'f32', 2, 'demo',
      '1', 's', '/suites/demo', 1, 32, 256, 7
    );
    INSERT INTO decoder (run_id, ordinal, name, method, spec, added_parameters)
    VALUES (1, 0, 'vanilla', 'vanilla', 'vanilla', 0);
    INSERT INTO prompt (run_id, ordinal, question_id, turn, category, subcategory, prompt_tokens, ids_hash)
    VALUES (1, 0, 81, 0, 'qa', 'qa', 12, 'i');
    INSERT INTO generation (
      decoder_id, prompt_id, pass, ordinal, started_at, prefill_ns, decode_ns, output_tokens, output_ids, text, stop_reason
    ) VALUES (1, 1, 0, 0, '2025-07-13T12:34:57.000Z', 1000, 4000, 3, '[5,6,7]', 'text', 'end_token');
    INSERT INTO cycle VALUES (1, 0, 0, 0, 0, 1, 1, 0, 2000, 0), (1, 1, 0, 0, 0, 1, 1, 0, 2000, 0);
    INSERT INTO token VALUES (1, 0, 5, NULL, 1000), (1, 1, 6, 0, 3000), (1, 2, 7, 1, 5000);
    """

  private static let tables = """
    CREATE TABLE environment (
      id INTEGER PRIMARY KEY,
      host_name TEXT NOT NULL,
      cpu_model TEXT NOT NULL,
      physical_cores INTEGER NOT NULL,
      logical_cores INTEGER NOT NULL,
      affinity TEXT NOT NULL,
      governor TEXT,
      frequency_mhz REAL,
      load_average REAL,
      memory_total_bytes INTEGER NOT NULL,
      memory_available_bytes INTEGER NOT NULL,
      operating_system TEXT NOT NULL,
      kernel TEXT NOT NULL,
      compiler TEXT NOT NULL,
      package_version TEXT NOT NULL,
      source_commit TEXT,
      build_configuration TEXT NOT NULL CHECK (build_configuration IN ('release', 'debug')),
      kernel_set TEXT NOT NULL,
      taints TEXT NOT NULL DEFAULT '[]' CHECK (json_valid(taints))
    ) STRICT;

    CREATE TABLE run (
      id INTEGER PRIMARY KEY,
      started_at TEXT NOT NULL,
      finished_at TEXT,
      command_line TEXT NOT NULL,
      environment_id INTEGER NOT NULL REFERENCES environment (id) ON DELETE CASCADE,
      model_name TEXT NOT NULL,
      model_path TEXT NOT NULL,
      model_hash TEXT NOT NULL,
      tokenizer_hash TEXT NOT NULL,
      architecture TEXT NOT NULL,
      parameters INTEGER NOT NULL,
      weight_type TEXT NOT NULL,
      threads INTEGER NOT NULL,
      suite_name TEXT NOT NULL,
      suite_version TEXT NOT NULL,
      suite_hash TEXT NOT NULL,
      suite_path TEXT NOT NULL,
      passes INTEGER NOT NULL,
      max_new_tokens INTEGER NOT NULL,
      context_length INTEGER NOT NULL,
      seed INTEGER NOT NULL,
      options TEXT NOT NULL DEFAULT '{}' CHECK (json_valid(options)),
      verification_cost TEXT CHECK (verification_cost IS NULL OR json_valid(verification_cost))
    ) STRICT;
    CREATE INDEX run_by_environment ON run (environment_id);

    -- An environment belongs to the run that captured it and goes with it.
    CREATE TRIGGER environment_follows_run AFTER DELETE ON run BEGIN
      DELETE FROM environment
      WHERE id = OLD.environment_id AND NOT EXISTS (SELECT 1 FROM run WHERE environment_id = OLD.environment_id);
    END;

    CREATE TABLE decoder (
      id INTEGER PRIMARY KEY,
      run_id INTEGER NOT NULL REFERENCES run (id) ON DELETE CASCADE,
      ordinal INTEGER NOT NULL,
      name TEXT NOT NULL,
      method TEXT NOT NULL,
      spec TEXT NOT NULL,
      settings TEXT NOT NULL DEFAULT '{}' CHECK (json_valid(settings)),
      added_parameters INTEGER NOT NULL,
      UNIQUE (run_id, name)
    ) STRICT;

    CREATE TABLE prompt (
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

    CREATE TABLE generation (
      id INTEGER PRIMARY KEY,
      decoder_id INTEGER NOT NULL REFERENCES decoder (id) ON DELETE CASCADE,
      prompt_id INTEGER NOT NULL REFERENCES prompt (id) ON DELETE CASCADE,
      pass INTEGER NOT NULL CHECK (pass >= 0),
      ordinal INTEGER NOT NULL,
      started_at TEXT NOT NULL,
      prefill_ns INTEGER NOT NULL CHECK (prefill_ns >= 0),
      decode_ns INTEGER NOT NULL CHECK (decode_ns >= 0),
      output_tokens INTEGER NOT NULL CHECK (output_tokens >= 0),
      output_ids TEXT NOT NULL CHECK (json_valid(output_ids)),
      text TEXT NOT NULL,
      stop_reason TEXT NOT NULL CHECK (stop_reason IN ('end_token', 'max_new_tokens', 'context_length')),
      lossless INTEGER CHECK (lossless IN (0, 1)),
      mismatch_position INTEGER,
      expected_token INTEGER,
      found_token INTEGER,
      UNIQUE (decoder_id, prompt_id, pass)
    ) STRICT;
    CREATE INDEX generation_by_prompt ON generation (prompt_id, pass);

    CREATE TABLE cycle (
      generation_id INTEGER NOT NULL REFERENCES generation (id) ON DELETE CASCADE,
      ordinal INTEGER NOT NULL CHECK (ordinal >= 0),
      drafted INTEGER NOT NULL CHECK (drafted >= 0),
      nodes INTEGER NOT NULL CHECK (nodes >= drafted),
      accepted INTEGER NOT NULL CHECK (accepted BETWEEN 0 AND drafted),
      accept_length INTEGER NOT NULL CHECK (accept_length >= accepted),
      emitted INTEGER NOT NULL CHECK (emitted BETWEEN 0 AND accept_length),
      draft_ns INTEGER NOT NULL,
      verify_ns INTEGER NOT NULL,
      overhead_ns INTEGER NOT NULL,
      PRIMARY KEY (generation_id, ordinal)
    ) STRICT, WITHOUT ROWID;

    -- cycle holds the ordinal of a cycle of the same generation. It is no foreign key, since that would cost one
    -- look-up for every token; the writer of a generation has both in hand.
    CREATE TABLE token (
      generation_id INTEGER NOT NULL REFERENCES generation (id) ON DELETE CASCADE,
      position INTEGER NOT NULL CHECK (position >= 0),
      token_id INTEGER NOT NULL,
      cycle INTEGER,
      available_ns INTEGER NOT NULL,
      PRIMARY KEY (generation_id, position)
    ) STRICT, WITHOUT ROWID;
    """
}
