import SpecCore

/// A view for people with the `sqlite3` shell. Reports form their metrics themselves; tests compare both.
///
/// A file keeps the views of its last migration that renewed them. A view whose columns or meaning change needs a new
/// migration; one that is only written in another way does not.
struct View: Sendable {
  let name: String
  /// The query that defines it.
  let query: String

  /// All views, in an order in which each uses only those before it.
  static let all = [
    measuredGeneration, generationScope, generationPair, speedup, timeSplit, meanAcceptedTokens, acceptanceRate,
    acceptanceByPosition, acceptanceByPlace, latency, losslessness, skips,
  ]

  /// Every generation with its run, decoder and category.
  static let measuredGeneration = View(
    name: "measured_generation",
    query: """
      SELECT
        decoder.run_id AS run_id, decoder.id AS decoder_id, decoder.name AS decoder, prompt.category AS category,
        generation.id AS generation_id, prompt_id, question_id, turn, repeat, prefill_ns, decode_ns, output_tokens,
        prefill_tokens, prefill_cycles, lossless, preempted_steps
      FROM decoder
      JOIN generation ON generation.decoder_id = decoder.id
      JOIN prompt ON prompt.id = generation.prompt_id
      """
  )

  /// Every generation twice, under its own category and under 'overall'. A join, unlike a union, lets SQLite reach
  /// the generations of one run by index.
  static let generationScope = View(
    name: "generation_scope",
    query: """
      SELECT
        run_id, decoder_id, decoder, iif(overall, 'overall', category) AS category, generation_id, prompt_id,
        question_id, repeat, prefill_ns, decode_ns, output_tokens, prefill_tokens, prefill_cycles
      FROM measured_generation
      JOIN (SELECT 0 AS overall UNION ALL SELECT 1)
      """
  )

  /// Each generation beside the one of the run's first vanilla decoder for the same prompt and repeat.
  ///
  /// `outputs_equal` decides for all metrics whether times alone may be compared: it is 1 where both outputs are the
  /// same, by the comparison on record or, where there is none yet, because the run's decoders are lossless. Answers from
  /// files are compared as texts; drafts judged by rejection are not compared and give other outputs.
  static let generationPair = View(
    name: "generation_pair",
    query: """
      SELECT
        method.run_id AS run_id, method.decoder_id AS decoder_id, method.decoder AS decoder,
        method.category AS category, method.prompt_id AS prompt_id, method.question_id AS question_id,
        method.turn AS turn, method.repeat AS repeat, method.prefill_ns AS prefill_ns, method.decode_ns AS decode_ns,
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
      JOIN generation AS vanilla ON vanilla.prompt_id = method.prompt_id AND vanilla.repeat = method.repeat
        AND vanilla.decoder_id = (
          SELECT id FROM decoder WHERE decoder.run_id = method.run_id AND method = '\(Baseline.method)'
          ORDER BY ordinal LIMIT 1
        )
      """
  )

  /// What the pairs add up to: the ratio of vanilla's times to the decoder's.
  ///
  /// It is called a speedup, `basis` 'speedup', only where all outputs are equal. Elsewhere a shorter text would count
  /// as speed, so that `speedup` is NULL and `basis` is 'time_per_token': both times of each pair are scaled to the
  /// same number of tokens, the harmonic mean of both counts, before they are added up.
  ///
  /// Spec-Bench's speedup averages tokens per second, prefill included, over questions with all their turns, and
  /// divides the two averages; here every repeat of a question counts as one of its questions.
  static let speedup = View(
    name: "speedup",
    query: """
      WITH pair AS (
        SELECT
          generation_pair.*, iif(overall, 'overall', category) AS scope,
          1.0 / nullif(decode_tokens + vanilla_decode_tokens, 0) AS decode_scale,
          1.0 / nullif(output_tokens + vanilla_output_tokens, 0) AS scale
        FROM generation_pair
        JOIN (SELECT 0 AS overall UNION ALL SELECT 1)
      ), question AS (
        SELECT
          run_id, decoder_id, scope,
          1.0 * sum(output_tokens) / sum(prefill_ns + decode_ns) AS rate,
          1.0 * sum(vanilla_output_tokens) / sum(vanilla_prefill_ns + vanilla_decode_ns) AS vanilla_rate
        FROM pair
        GROUP BY run_id, decoder_id, scope, question_id, repeat
      ), spec_bench AS (
        SELECT run_id, decoder_id, scope, avg(rate) / avg(vanilla_rate) AS spec_bench_speedup
        FROM question
        GROUP BY run_id, decoder_id, scope
      )
      SELECT
        run_id, decoder_id, decoder, scope AS category, count(DISTINCT prompt_id) AS prompts, count(*) AS pairs,
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
      JOIN spec_bench USING (run_id, decoder_id, scope)
      GROUP BY run_id, decoder_id, scope
      """
  )

  /// Where the decode time of each decoder went, in the cycles that it covers: not in a first one that ran the prompt.
  /// `other_ns` is what the cycles do not account for.
  static let timeSplit = View(
    name: "time_split",
    query: """
      WITH total AS (
        SELECT
          run_id, decoder_id, decoder, category, sum(decode_ns) AS decode_ns,
          sum((\(cycles("count(*)")) AND ordinal >= prefill_cycles)) AS cycles,
          coalesce(sum((\(cycles("sum(accept_length)")) AND ordinal >= prefill_cycles)), 0) AS accepted_tokens,
          coalesce(sum((\(cycles("sum(draft_ns)")))), 0) AS draft_ns,
          coalesce(sum((\(cycles("sum(verify_ns)")))), 0) AS verify_ns,
          coalesce(sum((\(cycles("sum(overhead_ns)")))), 0) AS overhead_ns
        FROM generation_scope AS scope
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
  )

  /// Accept lengths over cycles; the token of the prefill belongs to no cycle.
  static let meanAcceptedTokens = View(
    name: "mean_accepted_tokens",
    query: """
      WITH total AS (
        SELECT
          run_id, decoder_id, decoder, category,
          coalesce(sum((\(cycles("sum(accept_length)")))), 0) AS accepted_tokens, sum((\(cycles("count(*)")))) AS cycles
        FROM generation_scope AS scope
        GROUP BY run_id, decoder_id, category
      )
      SELECT *, 1.0 * accepted_tokens / cycles AS mean_accepted_tokens FROM total
      """
  )

  /// Accepted over drafted tokens of the drafted path, and what a tree verifies for one emitted token.
  static let acceptanceRate = View(
    name: "acceptance_rate",
    query: """
      WITH total AS (
        SELECT
          run_id, decoder_id, decoder, category,
          coalesce(sum((\(cycles("sum(drafted)")))), 0) AS drafted,
          coalesce(sum((\(cycles("sum(accepted)")))), 0) AS accepted,
          coalesce(sum((\(cycles("sum(nodes)")))), 0) AS nodes, coalesce(sum((\(cycles("sum(emitted)")))), 0) AS emitted,
          sum((\(cycles("sum(outside_vocabulary)")))) AS outside_vocabulary,
          sum((\(cycles("sum(iif(outside_vocabulary IS NULL, 0, accept_length))")))) AS judged
        FROM generation_scope AS scope
        GROUP BY run_id, decoder_id, category
      )
      SELECT
        run_id, decoder_id, decoder, category, drafted, accepted, 1.0 * accepted / drafted AS acceptance_rate,
        nodes, emitted, 1.0 * nodes / emitted AS nodes_per_emitted_token,
        outside_vocabulary, 1.0 * outside_vocabulary / judged AS outside_vocabulary_share
      FROM total
      """
  )

  /// What became of the i-th drafted token, for i from 1 to the longest draft of each decoder and category.
  ///
  /// Of the cycles that drafted anything, `marginal` is the share that accepted i tokens or more; `conditional` is
  /// the share among those that drafted i and accepted the i - 1 before; `ctar` is the share of all cycles.
  static let acceptanceByPosition = View(
    name: "acceptance_by_position",
    query: """
      WITH RECURSIVE counted AS MATERIALIZED (
        SELECT run_id, decoder_id, decoder, category, drafted, accepted, count(*) AS cycles
        FROM generation_scope JOIN cycle USING (generation_id)
        GROUP BY run_id, decoder_id, category, drafted, accepted
      ), place (position) AS (
        SELECT 1 UNION ALL SELECT position + 1 FROM place WHERE position < (SELECT max(drafted) FROM counted)
      ), total AS (
        SELECT
          run_id, decoder_id, decoder, category, position, sum(cycles) AS cycles,
          sum(iif(drafted > 0, cycles, 0)) AS drafting_cycles,
          sum(iif(drafted >= position, cycles, 0)) AS drafted_cycles,
          sum(iif(drafted >= position AND accepted >= position - 1, cycles, 0)) AS reached_cycles,
          sum(iif(accepted >= position, cycles, 0)) AS accepted_cycles
        FROM counted JOIN place
        GROUP BY run_id, decoder_id, category, position
      )
      SELECT
        run_id, decoder_id, decoder, category, position, cycles, drafting_cycles, drafted_cycles, accepted_cycles,
        1.0 * accepted_cycles / drafting_cycles AS marginal,
        1.0 * accepted_cycles / reached_cycles AS conditional,
        1.0 * accepted_cycles / cycles AS ctar
      FROM total
      WHERE drafted_cycles > 0
      """
  )

  /// What the cycles drafted, accepted and contributed along the text: in stretches of the output ('output') and of the
  /// context ('context'), whose places are counted by the tokens before a cycle.
  ///
  /// All decoders and categories of a run have the same stretches. They hold about as many of the run's cycles each: a place
  /// belongs to the n-th of them if n shares of all cycles lie before it.
  static let acceptanceByPlace = View(
    name: "acceptance_by_place",
    query: """
      WITH step AS (
        SELECT
          run_id, decoder_id, decoder, category, drafted, accepted, accept_length,
          (SELECT prompt_tokens FROM prompt WHERE prompt.id = prompt_id) AS prompt_tokens,
          sum(emitted) OVER (PARTITION BY generation_id ORDER BY ordinal) - emitted
            + iif(prefill_cycles > 0, 0, prefill_tokens) AS output_tokens
        FROM measured_generation JOIN cycle USING (generation_id)
      ), counted AS MATERIALIZED (
        SELECT
          run_id, decoder_id, decoder, category, place, (output_tokens + shift * prompt_tokens) / width * width AS start,
          width, count(*) AS cycles, sum(drafted) AS drafted, sum(accepted) AS accepted,
          sum(accept_length) AS accepted_tokens
        FROM step
        JOIN (
          SELECT '\(TextPlace.output.rawValue)' AS place, 0 AS shift, \(TextPlace.output.step) AS width
          UNION ALL SELECT '\(TextPlace.context.rawValue)', 1, \(TextPlace.context.step)
        )
        GROUP BY run_id, decoder_id, category, place, (output_tokens + shift * prompt_tokens) / width * width
      ), spread AS (
        SELECT run_id, place, start, width, sum(cycles) AS cycles FROM counted GROUP BY run_id, place, start
      ), numbered AS (
        SELECT
          run_id, place, start, width,
          \(TextPlace.mostStretches) * (sum(cycles) OVER (PARTITION BY run_id, place ORDER BY start) - cycles)
            / sum(cycles) OVER (PARTITION BY run_id, place) AS stretch
        FROM spread
      ), bounded AS (
        SELECT
          run_id, place, start, min(start) OVER (PARTITION BY run_id, place, stretch) AS from_tokens,
          max(start) OVER (PARTITION BY run_id, place, stretch) + width - 1 AS to_tokens
        FROM numbered
      ), total AS (
        SELECT
          run_id, decoder_id, decoder, iif(overall, 'overall', category) AS category, place, from_tokens, to_tokens,
          sum(cycles) AS cycles, sum(drafted) AS drafted, sum(accepted) AS accepted,
          sum(accepted_tokens) AS accepted_tokens
        FROM counted
        JOIN bounded USING (run_id, place, start)
        JOIN (SELECT 0 AS overall UNION ALL SELECT 1)
        GROUP BY run_id, decoder_id, iif(overall, 'overall', category), place, from_tokens
      )
      SELECT
        *, 1.0 * accepted / drafted AS acceptance_rate, 1.0 * accepted_tokens / cycles AS mean_accepted_tokens
      FROM total
      """
  )

  /// Nearest-rank percentiles and the mean of the time to the first token ('ttft'), the decode time per token after
  /// the prefill's ('tpot') and the time between those as they become available ('itl'), in milliseconds.
  static let latency = View(
    name: "latency",
    query: """
      WITH sample (run_id, decoder_id, decoder, category, metric, ns) AS (
        SELECT run_id, decoder_id, decoder, category, 'ttft', prefill_ns FROM generation_scope
        UNION ALL
        SELECT run_id, decoder_id, decoder, category, 'tpot', 1.0 * decode_ns / (output_tokens - prefill_tokens)
        FROM generation_scope WHERE output_tokens > prefill_tokens
        UNION ALL
        SELECT run_id, decoder_id, decoder, category, 'itl', token.available_ns - previous.available_ns
        FROM generation_scope AS scope
        JOIN token ON token.generation_id = scope.generation_id AND token.position >= prefill_tokens
        JOIN token AS previous
          ON previous.generation_id = token.generation_id AND previous.position = token.position - 1
      ), numbered AS (
        SELECT
          *, row_number() OVER (PARTITION BY run_id, decoder_id, category, metric ORDER BY ns) AS place,
          count(*) OVER (PARTITION BY run_id, decoder_id, category, metric) AS samples
        FROM sample
      )
      SELECT
        run_id, decoder_id, decoder, category, metric, samples, avg(ns) / 1e6 AS mean_ms,
        max(iif(place = (samples * 50 + 99) / 100, ns, NULL)) / 1e6 AS p50_ms,
        max(iif(place = (samples * 90 + 99) / 100, ns, NULL)) / 1e6 AS p90_ms,
        max(iif(place = (samples * 95 + 99) / 100, ns, NULL)) / 1e6 AS p95_ms,
        max(iif(place = (samples * 99 + 99) / 100, ns, NULL)) / 1e6 AS p99_ms
      FROM numbered
      GROUP BY run_id, decoder_id, category, metric
      """
  )

  /// How many generations of each decoder were compared with vanilla's, and how many differed.
  static let losslessness = View(
    name: "losslessness",
    query: """
      SELECT
        run_id, decoder.id AS decoder_id, decoder.name AS decoder, count(generation.id) AS generations,
        count(lossless) AS checked, count(iif(lossless = 0, 1, NULL)) AS mismatches
      FROM decoder
      LEFT JOIN generation ON generation.decoder_id = decoder.id
      GROUP BY run_id, decoder.id
      """
  )

  /// How many prompts were not run, and why.
  static let skips = View(
    name: "skips",
    query: """
      SELECT
        run_id, iif(overall, 'overall', prompt.category) AS category, skip_reason AS reason, count(*) AS prompts
      FROM prompt
      JOIN (SELECT 0 AS overall UNION ALL SELECT 1)
      WHERE skip_reason IS NOT NULL
      GROUP BY run_id, iif(overall, 'overall', prompt.category), skip_reason
      """
  )

  /// The beginning of a query over the cycles of each generation in `scope`. A sub-query for each generation walks its
  /// cycles by key; joining them would make SQLite sort every cycle.
  private static func cycles(_ value: String) -> String {
    "SELECT \(value) FROM cycle WHERE cycle.generation_id = scope.generation_id"
  }
}
