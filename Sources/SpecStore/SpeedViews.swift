extension Views {
  /// Each generation against the one of the run's first vanilla decoder for the same prompt and pass.
  ///
  /// Spec-Bench's speedup averages tokens per second, prefill included, over questions with all their turns, and
  /// divides the two averages; here every pass of a question counts as one of its questions.
  static let speedup = View(name: "speedup") { limited in
    """
    WITH pair AS MATERIALIZED (
      SELECT
        scope.*, vanilla.prefill_ns AS vanilla_prefill_ns, vanilla.decode_ns AS vanilla_decode_ns,
        vanilla.output_tokens AS vanilla_tokens
      FROM generation_scope AS scope
      JOIN generation AS vanilla ON vanilla.prompt_id = scope.prompt_id AND vanilla.pass = scope.pass
        AND vanilla.decoder_id = (
          SELECT id FROM decoder WHERE decoder.run_id = scope.run_id AND method = 'vanilla' ORDER BY ordinal LIMIT 1
        )
      WHERE \(limited("scope.run_id"))
    ), question AS (
      SELECT
        decoder_id, category,
        1.0 * sum(output_tokens) / sum(prefill_ns + decode_ns) AS rate,
        1.0 * sum(vanilla_tokens) / sum(vanilla_prefill_ns + vanilla_decode_ns) AS vanilla_rate
      FROM pair
      GROUP BY decoder_id, category, question_id, pass
    ), spec_bench AS (
      SELECT decoder_id, category, avg(rate) / avg(vanilla_rate) AS spec_bench_speedup
      FROM question
      GROUP BY decoder_id, category
    )
    SELECT
      run_id, decoder_id, decoder, category, count(DISTINCT prompt_id) AS prompts, count(*) AS pairs,
      sum(output_tokens) AS tokens,
      sum(vanilla_prefill_ns) AS vanilla_prefill_ns, sum(vanilla_decode_ns) AS vanilla_decode_ns,
      sum(prefill_ns) AS method_prefill_ns, sum(decode_ns) AS method_decode_ns,
      1.0 * sum(vanilla_decode_ns) / sum(decode_ns) AS speedup,
      1.0 * sum(vanilla_prefill_ns + vanilla_decode_ns) / sum(prefill_ns + decode_ns) AS end_to_end_speedup,
      spec_bench_speedup,
      1e9 * sum(output_tokens - 1) / sum(decode_ns) AS tokens_per_second
    FROM pair
    JOIN spec_bench USING (decoder_id, category)
    GROUP BY run_id, decoder_id, category
    """
  }

  /// Where the decode time of each decoder went; `other_ns` is what the cycles do not account for.
  static let timeSplit = View(name: "time_split") { limited in
    """
    WITH total AS (
      SELECT
        run_id, decoder_id, decoder, category,
        sum((SELECT count(*) FROM cycle WHERE cycle.generation_id = scope.generation_id)) AS cycles,
        sum(decode_ns) AS decode_ns,
        \(cycleSum("draft_ns")) AS draft_ns,
        \(cycleSum("verify_ns")) AS verify_ns,
        \(cycleSum("overhead_ns")) AS overhead_ns
      FROM generation_scope AS scope
      WHERE \(limited("run_id"))
      GROUP BY run_id, decoder_id, category
    )
    SELECT
      run_id, decoder_id, decoder, category, cycles, decode_ns, draft_ns, verify_ns, overhead_ns,
      decode_ns - draft_ns - verify_ns - overhead_ns AS other_ns,
      1.0 * draft_ns / decode_ns AS draft_share,
      1.0 * verify_ns / decode_ns AS verify_share,
      1.0 * overhead_ns / decode_ns AS overhead_share,
      1.0 * (decode_ns - draft_ns - verify_ns - overhead_ns) / decode_ns AS other_share
    FROM total
    """
  }

  /// The sum of a column over all cycles of the generations in `scope`. A sub-query for each generation walks its
  /// cycles by key; joining them would make SQLite sort every cycle twice.
  static func cycleSum(_ column: String) -> String {
    """
    coalesce(sum((SELECT sum(cycle.\(column)) FROM cycle WHERE cycle.generation_id = scope.generation_id)), 0)
    """
  }
}
