// What later migrations add to the tables.
extension Schema {
  /// Marks the decoder that is vanilla once more: what its speedup differs from 1 is the noise of the measurement.
  static let noiseFloor = """
    ALTER TABLE decoder ADD COLUMN is_noise_floor INTEGER NOT NULL DEFAULT 0 CHECK (is_noise_floor IN (0, 1));
    """

  /// What else the machine did during each pass, and the steps during which the decoder was kept waiting. Null stands
  /// for what the system does not tell.
  static let passConditions = """
    CREATE TABLE pass_condition (
      run_id INTEGER NOT NULL REFERENCES run (id) ON DELETE CASCADE,
      pass INTEGER NOT NULL CHECK (pass >= 0),
      started_at TEXT NOT NULL,
      finished_at TEXT NOT NULL,
      load_average REAL,
      other_share REAL,
      steal_share REAL,
      frequency_mhz REAL,
      final_frequency_mhz REAL,
      swapped_pages INTEGER,
      on_battery INTEGER CHECK (on_battery IN (0, 1)),
      taints TEXT NOT NULL DEFAULT '[]' CHECK (json_valid(taints)),
      PRIMARY KEY (run_id, pass)
    ) STRICT, WITHOUT ROWID;
    ALTER TABLE generation ADD COLUMN preempted_steps INTEGER CHECK (preempted_steps >= 0);
    """

  /// Where a run's figures come from: measured by this program, or read from the files of Spec-Bench, which hold no
  /// token ids, no environment and no times of cycles.
  static let origin = """
    ALTER TABLE run ADD COLUMN origin TEXT NOT NULL DEFAULT 'measured' CHECK (origin IN ('measured', 'spec_bench'));
    """

  /// Vanilla's tokens as Spec-Bench counts them: its text made into tokens again, less one.
  static let retokenized = """
    ALTER TABLE generation ADD COLUMN retokenized_tokens INTEGER;
    """

  /// Takes categories other than Spec-Bench's, and ids that are no integers. A table's checks cannot be changed, so the
  /// table is made anew in the way that SQLite's documentation gives; foreign keys are off meanwhile and checked after.
  static let openCategories = """
    CREATE TABLE new_prompt (
      id INTEGER PRIMARY KEY,
      run_id INTEGER NOT NULL REFERENCES run (id) ON DELETE CASCADE,
      ordinal INTEGER NOT NULL,
      question_id INTEGER NOT NULL,
      turn INTEGER NOT NULL CHECK (turn >= 0),
      category TEXT NOT NULL CHECK (category <> '' AND category <> 'overall'),
      subcategory TEXT NOT NULL,
      prompt_tokens INTEGER NOT NULL,
      ids_hash TEXT NOT NULL,
      skip_reason TEXT,
      written_id TEXT CHECK (written_id IS NULL OR json_valid(written_id)),
      UNIQUE (run_id, question_id, turn)
    ) STRICT;
    INSERT INTO new_prompt (
      id, run_id, ordinal, question_id, turn, category, subcategory, prompt_tokens, ids_hash, skip_reason
    ) SELECT
      id, run_id, ordinal, question_id, turn, category, subcategory, prompt_tokens, ids_hash, skip_reason
    FROM prompt;
    DROP TABLE prompt;
    ALTER TABLE new_prompt RENAME TO prompt;
    """

  /// How clearly the target decided where a generation first differs from vanilla's; null where nothing computed it.
  static let mismatchMargin = "ALTER TABLE generation ADD COLUMN mismatch_margin REAL"

  /// What a run's results depend on, so that resuming it can tell whether all of it is still the same: the files by
  /// content, the plan, and the built program. Null in older runs. The conditions of a pass are kept for each attempt at
  /// it, and the settled time of the warm-up for each decoder.
  static let runIdentity = """
    ALTER TABLE environment ADD COLUMN executable_hash TEXT;
    ALTER TABLE run ADD COLUMN plan TEXT CHECK (plan IS NULL OR json_valid(plan));
    ALTER TABLE run ADD COLUMN planned_prompts INTEGER CHECK (planned_prompts >= 0);
    ALTER TABLE decoder ADD COLUMN warm_up_ns INTEGER CHECK (warm_up_ns >= 0);
    CREATE TABLE run_input (
      run_id INTEGER NOT NULL REFERENCES run (id) ON DELETE CASCADE,
      role TEXT NOT NULL,
      path TEXT NOT NULL,
      sha256 TEXT NOT NULL,
      PRIMARY KEY (run_id, role)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE attempt_condition (
      run_id INTEGER NOT NULL REFERENCES run (id) ON DELETE CASCADE,
      pass INTEGER NOT NULL CHECK (pass >= 0),
      attempt INTEGER NOT NULL CHECK (attempt >= 0),
      started_at TEXT NOT NULL,
      finished_at TEXT NOT NULL,
      load_average REAL,
      other_share REAL,
      steal_share REAL,
      frequency_mhz REAL,
      final_frequency_mhz REAL,
      swapped_pages INTEGER,
      on_battery INTEGER CHECK (on_battery IN (0, 1)),
      taints TEXT NOT NULL DEFAULT '[]' CHECK (json_valid(taints)),
      PRIMARY KEY (run_id, pass, attempt)
    ) STRICT, WITHOUT ROWID;
    INSERT INTO attempt_condition (run_id, pass, attempt, started_at, finished_at, load_average, other_share, steal_share,
      frequency_mhz, final_frequency_mhz, swapped_pages, on_battery, taints)
    SELECT run_id, pass, 0, started_at, finished_at, load_average, other_share, steal_share,
      frequency_mhz, final_frequency_mhz, swapped_pages, on_battery, taints FROM pass_condition;
    DROP TABLE pass_condition;
    ALTER TABLE attempt_condition RENAME TO pass_condition;
    """

  /// What of a generation the prefill's time brought: its first token, or all tokens of a first cycle that ran the
  /// prompt. Decode times of imported answers hold the whole turn.
  static let prefillCounts = """
    ALTER TABLE generation ADD COLUMN prefill_tokens INTEGER NOT NULL DEFAULT 1 CHECK (prefill_tokens >= 0);
    ALTER TABLE generation ADD COLUMN prefill_cycles INTEGER NOT NULL DEFAULT 0 CHECK (prefill_cycles IN (0, 1));
    UPDATE generation SET
      prefill_cycles = 1,
      prefill_tokens = (SELECT count(*) FROM token WHERE token.generation_id = generation.id AND token.cycle = 0)
    WHERE (SELECT cycle FROM token WHERE token.generation_id = generation.id AND position = 0) = 0;
    UPDATE generation SET prefill_tokens = 0
    WHERE output_tokens = 0 OR decoder_id IN (
      SELECT decoder.id FROM decoder JOIN run ON run.id = decoder.run_id WHERE run.origin = 'spec_bench'
    );
    """
}
