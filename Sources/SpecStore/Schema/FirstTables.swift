extension Migration {
  /// The tables of the first version.
  static let first = Migration(
    name: "1",
    sql: """
      PRAGMA application_id = \(applicationID);

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
  )
}
