import SpecCore

extension Views {
  /// Each generation beside the one of the run's first vanilla decoder for the same prompt and pass.
  ///
  /// `outputs_equal` decides for all figures whether times alone may be compared: it is 1 where both outputs are the
  /// same, by the comparison on record or, where there is none yet, because the run's decoders are lossless. Answers from
  /// files are compared as texts; drafts judged by rejection are not compared and give other outputs.
  static let generationPair = View(name: "generation_pair") { _ in
    """
    SELECT
      method.run_id AS run_id, method.decoder_id AS decoder_id, method.decoder AS decoder,
      method.category AS category, method.prompt_id AS prompt_id, method.question_id AS question_id,
      method.turn AS turn, method.pass AS pass, method.prefill_ns AS prefill_ns, method.decode_ns AS decode_ns,
      method.output_tokens AS output_tokens, max(method.output_tokens - method.prefill_tokens, 0) AS decode_tokens,
      method.preempted_steps AS preempted_steps,
      vanilla.prefill_ns AS vanilla_prefill_ns, vanilla.decode_ns AS vanilla_decode_ns,
      vanilla.output_tokens AS vanilla_output_tokens,
      max(vanilla.output_tokens - vanilla.prefill_tokens, 0) AS vanilla_decode_tokens,
      vanilla.retokenized_tokens AS vanilla_retokenized_tokens,
      method.generation_id = vanilla.id OR (
        coalesce(
          method.lossless, run.origin = 'measured' AND (run.temperature = 0 OR run.verification <> 'rejection')
        )
        AND coalesce(vanilla.lossless, 1)
        AND method.output_tokens = vanilla.output_tokens
      ) AS outputs_equal
    FROM measured_generation AS method
    JOIN run ON run.id = method.run_id
    JOIN generation AS vanilla ON vanilla.prompt_id = method.prompt_id AND vanilla.pass = method.pass
      AND vanilla.decoder_id = (
        SELECT id FROM decoder WHERE decoder.run_id = method.run_id AND method = '\(Baseline.method)' ORDER BY ordinal LIMIT 1
      )
    """
  }

  /// What the pairs add up to: the ratio of vanilla's times to the decoder's.
  ///
  /// It is called a speedup, `basis` 'speedup', only where all outputs are equal. Elsewhere a shorter text would count
  /// as speed, so that `speedup` is NULL and `basis` is 'time_per_token': both times of each pair are scaled to the
  /// same number of tokens, the harmonic mean of both counts, before they are added up.
  ///
  /// Spec-Bench's speedup averages tokens per second, prefill included, over questions with all their turns, and
  /// divides the two averages; here every pass of a question counts as one of its questions.
  static let speedup = View(name: "speedup") { limited in
    """
    WITH pair AS MATERIALIZED (
      SELECT
        run_id, decoder_id, decoder, iif(overall, 'overall', category) AS category, prompt_id, question_id, pass,
        prefill_ns, decode_ns, output_tokens, decode_tokens, vanilla_prefill_ns, vanilla_decode_ns,
        vanilla_output_tokens, vanilla_decode_tokens, outputs_equal,
        1.0 / nullif(decode_tokens + vanilla_decode_tokens, 0) AS decode_scale,
        1.0 / nullif(output_tokens + vanilla_output_tokens, 0) AS scale
      FROM generation_pair
      JOIN (SELECT 0 AS overall UNION ALL SELECT 1)
      WHERE \(limited("run_id"))
    ), question AS (
      SELECT
        decoder_id, category,
        1.0 * sum(output_tokens) / sum(prefill_ns + decode_ns) AS rate,
        1.0 * sum(vanilla_output_tokens) / sum(vanilla_prefill_ns + vanilla_decode_ns) AS vanilla_rate
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
      iif(min(outputs_equal), 'speedup', 'time_per_token') AS basis,
      iif(min(outputs_equal), 1.0 * sum(vanilla_decode_ns) / sum(decode_ns), NULL) AS speedup,
      iif(
        min(outputs_equal), 1.0 * sum(vanilla_prefill_ns + vanilla_decode_ns) / sum(prefill_ns + decode_ns), NULL
      ) AS end_to_end_speedup,
      sum(decode_scale * vanilla_decode_ns * decode_tokens)
        / sum(decode_scale * decode_ns * vanilla_decode_tokens) AS time_per_token_ratio,
      sum(scale * (vanilla_prefill_ns + vanilla_decode_ns) * output_tokens)
        / sum(scale * (prefill_ns + decode_ns) * vanilla_output_tokens) AS end_to_end_time_per_token_ratio,
      spec_bench_speedup,
      1e9 * sum(decode_tokens) / sum(decode_ns) AS tokens_per_second
    FROM pair
    JOIN spec_bench USING (decoder_id, category)
    GROUP BY run_id, decoder_id, category
    """
  }

  /// Where the decode time of each decoder went, in the cycles that it covers: not in a first one that ran the prompt.
  /// `other_ns` is what the cycles do not account for.
  static let timeSplit = View(name: "time_split") { limited in
    """
    WITH total AS (
      SELECT
        run_id, decoder_id, decoder, category,
        sum((
          SELECT count(*) FROM cycle WHERE cycle.generation_id = scope.generation_id AND ordinal >= prefill_cycles
        )) AS cycles,
        coalesce(sum((
          SELECT sum(accept_length) FROM cycle
          WHERE cycle.generation_id = scope.generation_id AND ordinal >= prefill_cycles
        )), 0) AS accepted_tokens,
        sum(decode_ns) AS decode_ns,
        \(cycleSum("draft_ns")) AS draft_ns,
        \(cycleSum("verify_ns")) AS verify_ns,
        \(cycleSum("overhead_ns")) AS overhead_ns
      FROM generation_scope AS scope
      WHERE \(limited("run_id"))
      GROUP BY run_id, decoder_id, category
    )
    SELECT
      run_id, decoder_id, decoder, category, cycles, accepted_tokens, decode_ns, draft_ns, verify_ns, overhead_ns,
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
