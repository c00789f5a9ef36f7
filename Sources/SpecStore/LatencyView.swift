extension Views {
  /// Nearest-rank percentiles and the mean of the time to the first token ('ttft'), the decode time per token after
  /// the prefill's ('tpot') and the time between those as they become available ('itl'), in milliseconds.
  ///
  /// There is one sample for every token, so the view is built to sort narrow rows only: one integer, `cell`, stands
  /// for decoder, metric (bits 20 and 21) and category (bits 0 to 19; 0 is 'overall'). Samples are numbered within their
  /// cell and within the overall cell in one go; then only those at a wanted place are kept. The times between tokens of
  /// a generation add up to the time between its first and its last.
  static let latency = View(name: "latency") { limited in
    """
    WITH category_code (category, code) AS (
      SELECT 'overall', 0
      UNION ALL
      SELECT category, row_number() OVER (ORDER BY category)
      FROM (SELECT DISTINCT category FROM prompt WHERE \(limited("run_id")))
    ), metric_code (metric, code) AS (
      VALUES ('ttft', 0), ('tpot', 1048576), ('itl', 2097152)
    ), measured AS MATERIALIZED (
      SELECT
        (decoder_id << 22) | code AS cell, generation_id, prefill_ns, decode_ns, prefill_tokens,
        output_tokens - prefill_tokens AS decode_tokens,
        (SELECT max(position) FROM token WHERE token.generation_id = measured_generation.generation_id) AS last
      FROM measured_generation
      JOIN category_code USING (category)
      WHERE \(limited("run_id"))
    ), sample (cell, ns) AS (
      SELECT cell, prefill_ns FROM measured
      UNION ALL
      SELECT cell | 1048576, 1.0 * decode_ns / decode_tokens FROM measured WHERE decode_tokens > 0
      UNION ALL
      SELECT cell | 2097152, token.available_ns - previous.available_ns
      FROM measured
      CROSS JOIN token ON token.generation_id = measured.generation_id
      CROSS JOIN token AS previous
        ON previous.generation_id = token.generation_id AND previous.position = token.position - 1
      WHERE token.position >= prefill_tokens
    ), numbered AS (
      SELECT
        cell, ns, row_number() OVER (PARTITION BY cell ORDER BY ns) AS place,
        row_number() OVER (PARTITION BY cell >> 20 ORDER BY ns) AS overall_place
      FROM sample
    ), generation_total (cell, samples, ns) AS (
      SELECT cell, 1, prefill_ns FROM measured
      UNION ALL
      SELECT cell | 1048576, 1, 1.0 * decode_ns / decode_tokens FROM measured WHERE decode_tokens > 0
      UNION ALL
      SELECT
        cell | 2097152, last - first.position, final.available_ns - first.available_ns
      FROM measured
      JOIN token AS first
        ON first.generation_id = measured.generation_id AND first.position = max(prefill_tokens - 1, 0)
      JOIN token AS final ON final.generation_id = measured.generation_id AND final.position = last
      WHERE last > first.position
    ), total (cell, samples, ns) AS MATERIALIZED (
      SELECT cell, sum(samples), sum(ns) FROM generation_total GROUP BY cell
      UNION ALL
      SELECT cell >> 20 << 20, sum(samples), sum(ns) FROM generation_total GROUP BY cell >> 20
    ), wanted (cell, percent, place) AS MATERIALIZED (
      SELECT cell, percentage.column1, (samples * percentage.column1 + 99) / 100
      FROM total
      JOIN (VALUES (50), (90), (95), (99)) AS percentage
    ), found AS MATERIALIZED (
      SELECT * FROM numbered
      WHERE (cell, place) IN (SELECT cell, place FROM wanted)
        OR (cell >> 20 << 20, overall_place) IN (SELECT cell, place FROM wanted)
    ), percentile (cell, percent, ns) AS (
      SELECT wanted.cell, percent, ns FROM wanted
      JOIN found ON (found.cell = wanted.cell AND found.place = wanted.place)
        OR (found.cell >> 20 << 20 = wanted.cell AND found.overall_place = wanted.place)
    )
    SELECT
      run_id, decoder.id AS decoder_id, decoder.name AS decoder, category_code.category AS category, metric,
      samples, 1e-6 * total.ns / samples AS mean_ms,
      max(iif(percent = 50, percentile.ns, NULL)) / 1e6 AS p50_ms,
      max(iif(percent = 90, percentile.ns, NULL)) / 1e6 AS p90_ms,
      max(iif(percent = 95, percentile.ns, NULL)) / 1e6 AS p95_ms,
      max(iif(percent = 99, percentile.ns, NULL)) / 1e6 AS p99_ms
    FROM total
    JOIN percentile USING (cell)
    JOIN decoder ON decoder.id = total.cell >> 22
    JOIN category_code ON category_code.code = total.cell & 1048575
    JOIN metric_code ON metric_code.code = total.cell & 3145728
    GROUP BY total.cell
    """
  }
}
