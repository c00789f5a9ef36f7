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

  /// How clearly the target decided where a generation first differs from vanilla's; null where nothing computed it.
  static let mismatchMargin = "ALTER TABLE generation ADD COLUMN mismatch_margin REAL"
}
