extension Migration {
  /// The steps after the first version, in their order. A released step never changes: add a new one at the end.
  static let later = [
    // Marks the decoder that is vanilla once more: what its speedup differs from 1 is the noise of the measurement.
    Migration(
      name: "2-noise-floor",
      sql: """
        ALTER TABLE decoder ADD COLUMN is_noise_floor INTEGER NOT NULL DEFAULT 0 CHECK (is_noise_floor IN (0, 1));
        """
    ),
    // What else the machine did during each pass, and the steps during which the decoder was kept waiting. Null stands
    // for what the system does not tell.
    Migration(
      name: "3-pass-conditions",
      sql: """
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
    ),
    // Where a run's figures come from: measured by this program, or read from the files of Spec-Bench, which hold no
    // token ids, no environment and no times of cycles.
    Migration(
      name: "4-origin",
      sql: """
        ALTER TABLE run ADD COLUMN origin TEXT NOT NULL DEFAULT 'measured' CHECK (origin IN ('measured', 'spec_bench'));
        """
    ),
    // How a run chose its tokens.
    Migration(
      name: "5-sampling",
      sql: """
        ALTER TABLE run ADD COLUMN temperature REAL NOT NULL DEFAULT 0 CHECK (temperature >= 0);
        ALTER TABLE run ADD COLUMN top_k INTEGER NOT NULL DEFAULT 0 CHECK (top_k >= 0);
        ALTER TABLE run ADD COLUMN top_p REAL NOT NULL DEFAULT 1 CHECK (top_p > 0 AND top_p <= 1);
        ALTER TABLE run ADD COLUMN verification TEXT NOT NULL DEFAULT 'coupled'
          CHECK (verification IN ('coupled', 'rejection'));
        """
    ),
    // The type in which the checkpoint stores its weights; a run may hold them in another. NULL in older runs.
    Migration(
      name: "6-stored-weight-type",
      sql: "ALTER TABLE run ADD COLUMN stored_weight_type TEXT"
    ),
    // Vanilla's tokens as Spec-Bench counts them: its text made into tokens again, less one.
    Migration(
      name: "7-retokenized",
      sql: """
        ALTER TABLE generation ADD COLUMN retokenized_tokens INTEGER;
        """
    ),
    // How clearly the target decided where a generation first differs from vanilla's; null where nothing computed it.
    Migration(
      name: "8-mismatch-margin",
      sql: "ALTER TABLE generation ADD COLUMN mismatch_margin REAL"
    ),
    // What a run's results depend on, so that resuming it can tell whether all of it is still the same: the files by
    // content, the plan, and the built program. Null in older runs. The conditions of a pass are kept for each attempt at
    // it, and the settled time of the warm-up for each decoder.
    Migration(
      name: "9-run-identity",
      sql: """
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
    ),
    // Takes categories other than Spec-Bench's, and ids that are no integers. A table's checks cannot be changed, so the
    // table is made anew in the way that SQLite's documentation gives; foreign keys are off meanwhile and checked after.
    Migration(
      name: "10-own-categories",
      renewsViews: true,
      sql: """
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
    ),
    // What of a generation the prefill's time brought: its first token, or all tokens of a first cycle that ran the
    // prompt. Decode times of imported answers hold the whole turn.
    Migration(
      name: "11-prefill-counts",
      renewsViews: true,
      sql: """
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
    ),
    // The words of the field: a repetition of the suite is a repeat, since a pass is one of a model; what makes a
    // measurement doubtful is a warning.
    Migration(
      name: "12-words",
      renewsViews: true,
      sql: """
        ALTER TABLE environment RENAME COLUMN taints TO warnings;
        ALTER TABLE run RENAME COLUMN passes TO repeats;
        ALTER TABLE generation RENAME COLUMN pass TO repeat;
        ALTER TABLE pass_condition RENAME COLUMN pass TO repeat;
        ALTER TABLE pass_condition RENAME COLUMN taints TO warnings;
        ALTER TABLE pass_condition RENAME TO repeat_condition;
        UPDATE run SET plan = json_set(json_remove(plan, '$.passes'), '$.repeats', json_extract(plan, '$.passes'))
        WHERE json_type(plan, '$.passes') IS NOT NULL;
        UPDATE run SET
          options = json_set(
            json_remove(options, '$.least_passes'), '$.least_repeats', json_extract(options, '$.least_passes')
          )
        WHERE json_type(options, '$.least_passes') IS NOT NULL;
        """
    ),
    // What each model was asked, to the letter: the text and the ids of its tokens, as the generations have theirs. Runs of
    // older versions did not note them.
    Migration(
      name: "13-prompt-texts",
      sql: """
        ALTER TABLE prompt ADD COLUMN text TEXT;
        ALTER TABLE prompt ADD COLUMN token_ids TEXT CHECK (token_ids IS NULL OR json_valid(token_ids));
        """
    ),
    // Runs that measured another engine through its servers: the servers, what was probed, what they told of each
    // generation, the pieces in which it came, and the tries that failed.
    Migration(
      name: "14-servers",
      sql: """
        CREATE TABLE server (
          decoder_id INTEGER PRIMARY KEY REFERENCES decoder (id) ON DELETE CASCADE,
          engine TEXT NOT NULL,
          dialect TEXT NOT NULL,
          address TEXT NOT NULL,
          command TEXT,
          version TEXT,
          model TEXT,
          model_path TEXT,
          weight_type TEXT,
          speculation TEXT,
          note TEXT,
          facts TEXT NOT NULL DEFAULT '{}' CHECK (json_valid(facts)),
          takes_ids INTEGER NOT NULL CHECK (takes_ids IN (0, 1)),
          is_exclusive INTEGER NOT NULL CHECK (is_exclusive IN (0, 1))
        ) STRICT;
        CREATE TABLE probe (
          id INTEGER PRIMARY KEY,
          decoder_id INTEGER NOT NULL REFERENCES decoder (id) ON DELETE CASCADE,
          name TEXT NOT NULL,
          passed INTEGER CHECK (passed IN (0, 1)),
          finding TEXT NOT NULL
        ) STRICT;
        CREATE INDEX probe_by_decoder ON probe (decoder_id);
        CREATE TABLE served_generation (
          generation_id INTEGER PRIMARY KEY REFERENCES generation (id) ON DELETE CASCADE,
          prompt_ns INTEGER CHECK (prompt_ns >= 0),
          decode_ns INTEGER CHECK (decode_ns >= 0),
          prompt_tokens INTEGER CHECK (prompt_tokens >= 0),
          cached_tokens INTEGER CHECK (cached_tokens >= 0),
          drafts INTEGER CHECK (drafts >= 0),
          drafted INTEGER CHECK (drafted >= 0),
          accepted INTEGER CHECK (accepted >= 0),
          pass_source TEXT
        ) STRICT;
        CREATE TABLE chunk (
          generation_id INTEGER NOT NULL REFERENCES generation (id) ON DELETE CASCADE,
          ordinal INTEGER NOT NULL CHECK (ordinal >= 0),
          arrived_ns INTEGER NOT NULL CHECK (arrived_ns >= 0),
          tokens INTEGER CHECK (tokens >= 0),
          PRIMARY KEY (generation_id, ordinal)
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE failure (
          id INTEGER PRIMARY KEY,
          decoder_id INTEGER NOT NULL REFERENCES decoder (id) ON DELETE CASCADE,
          prompt_id INTEGER NOT NULL REFERENCES prompt (id) ON DELETE CASCADE,
          repeat INTEGER NOT NULL CHECK (repeat >= 0),
          started_at TEXT NOT NULL,
          reason TEXT NOT NULL
        ) STRICT;
        CREATE INDEX failure_by_decoder ON failure (decoder_id);
        CREATE INDEX failure_by_prompt ON failure (prompt_id);
        """
    ),
    // Servers with several requests in flight: what became of the suite at a concurrency, and each request of it. The
    // pieces of an answer are a list of their times and tokens.
    Migration(
      name: "15-loads",
      sql: """
        CREATE TABLE load (
          id INTEGER PRIMARY KEY,
          decoder_id INTEGER NOT NULL REFERENCES decoder (id) ON DELETE CASCADE,
          repeat INTEGER NOT NULL CHECK (repeat >= 0),
          concurrency INTEGER NOT NULL CHECK (concurrency > 0),
          started_at TEXT NOT NULL,
          wall_ns INTEGER NOT NULL CHECK (wall_ns >= 0),
          client_ns INTEGER NOT NULL CHECK (client_ns >= 0),
          drafts INTEGER CHECK (drafts >= 0),
          drafted INTEGER CHECK (drafted >= 0),
          accepted INTEGER CHECK (accepted >= 0),
          UNIQUE (decoder_id, repeat, concurrency)
        ) STRICT;
        CREATE TABLE load_request (
          load_id INTEGER NOT NULL REFERENCES load (id) ON DELETE CASCADE,
          prompt_id INTEGER NOT NULL REFERENCES prompt (id) ON DELETE CASCADE,
          client INTEGER NOT NULL CHECK (client >= 0),
          sent_ns INTEGER NOT NULL CHECK (sent_ns >= 0),
          failure TEXT,
          prefill_ns INTEGER NOT NULL CHECK (prefill_ns >= 0),
          decode_ns INTEGER NOT NULL CHECK (decode_ns >= 0),
          output_tokens INTEGER NOT NULL CHECK (output_tokens >= 0),
          pieces TEXT NOT NULL CHECK (json_valid(pieces)),
          accept_lengths TEXT CHECK (accept_lengths IS NULL OR json_valid(accept_lengths)),
          drafted INTEGER CHECK (drafted >= 0),
          accepted INTEGER CHECK (accepted >= 0),
          output_ids TEXT NOT NULL CHECK (json_valid(output_ids)),
          text TEXT NOT NULL,
          lossless INTEGER CHECK (lossless IN (0, 1)),
          mismatch_position INTEGER,
          expected_token INTEGER,
          found_token INTEGER,
          mismatch_margin REAL,
          PRIMARY KEY (load_id, prompt_id)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX load_request_by_prompt ON load_request (prompt_id);
        """
    ),
    // The view of acceptance along the text is new.
    Migration(name: "16-acceptance-by-place", renewsViews: true, sql: ""),
    // How many positions the target's pass of a cycle had: Lookahead's passes have more than the nodes that are verified. Older
    // runs did not note it.
    Migration(
      name: "17-pass-positions",
      sql: "ALTER TABLE cycle ADD COLUMN pass_positions INTEGER CHECK (pass_positions >= 0);"
    ),
    // The shards of a run that were measured into databases of their own and joined: when, by which command, on which machine.
    // A prompt belongs to one shard with all that was made of it, so that no pair of times can come from two machines. The
    // conditions of repeats are kept for each shard; their key cannot be changed, so the table is made anew.
    Migration(
      name: "18-shards",
      sql: """
        CREATE TABLE shard (
          id INTEGER PRIMARY KEY,
          run_id INTEGER NOT NULL REFERENCES run (id) ON DELETE CASCADE,
          environment_id INTEGER NOT NULL REFERENCES environment (id),
          number INTEGER NOT NULL CHECK (number BETWEEN 1 AND count),
          count INTEGER NOT NULL,
          started_at TEXT NOT NULL,
          finished_at TEXT,
          command_line TEXT NOT NULL,
          repeats INTEGER NOT NULL,
          planned_prompts INTEGER CHECK (planned_prompts >= 0),
          verification_cost TEXT CHECK (verification_cost IS NULL OR json_valid(verification_cost)),
          UNIQUE (run_id, number)
        ) STRICT;
        CREATE INDEX shard_by_environment ON shard (environment_id);
        ALTER TABLE prompt ADD COLUMN shard_id INTEGER REFERENCES shard (id) ON DELETE CASCADE;
        CREATE INDEX prompt_by_shard ON prompt (shard_id) WHERE shard_id IS NOT NULL;

        DROP TRIGGER environment_follows_run;
        CREATE TRIGGER environment_follows_run AFTER DELETE ON run BEGIN
          DELETE FROM environment
          WHERE id = OLD.environment_id AND NOT EXISTS (SELECT 1 FROM run WHERE environment_id = OLD.environment_id)
            AND NOT EXISTS (SELECT 1 FROM shard WHERE environment_id = OLD.environment_id);
        END;
        CREATE TRIGGER environment_follows_shard AFTER DELETE ON shard BEGIN
          DELETE FROM environment
          WHERE id = OLD.environment_id AND NOT EXISTS (SELECT 1 FROM run WHERE environment_id = OLD.environment_id)
            AND NOT EXISTS (SELECT 1 FROM shard WHERE environment_id = OLD.environment_id);
        END;

        CREATE TABLE shard_condition (
          run_id INTEGER NOT NULL REFERENCES run (id) ON DELETE CASCADE,
          shard INTEGER NOT NULL DEFAULT 0 CHECK (shard >= 0),
          repeat INTEGER NOT NULL CHECK (repeat >= 0),
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
          warnings TEXT NOT NULL DEFAULT '[]' CHECK (json_valid(warnings)),
          PRIMARY KEY (run_id, shard, repeat, attempt)
        ) STRICT, WITHOUT ROWID;
        INSERT INTO shard_condition (run_id, repeat, attempt, started_at, finished_at, load_average, other_share, steal_share,
          frequency_mhz, final_frequency_mhz, swapped_pages, on_battery, warnings)
        SELECT run_id, repeat, attempt, started_at, finished_at, load_average, other_share, steal_share,
          frequency_mhz, final_frequency_mhz, swapped_pages, on_battery, warnings FROM repeat_condition;
        DROP TABLE repeat_condition;
        ALTER TABLE shard_condition RENAME TO repeat_condition;
        """
    ),
    // How many tokens of a cycle lay outside the drafter's vocabulary, where that does not have all tokens: what a draft
    // vocabulary costs. The view of acceptance tells it.
    Migration(
      name: "19-draft-vocabulary",
      renewsViews: true,
      sql: """
        ALTER TABLE cycle ADD COLUMN outside_vocabulary INTEGER
          CHECK (outside_vocabulary BETWEEN 0 AND accept_length);
        """
    ),
  ]
}
