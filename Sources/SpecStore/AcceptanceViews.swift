extension Views {
  /// Accept lengths over cycles; the token of the prefill belongs to no cycle.
  static let meanAcceptedTokens = View(name: "mean_accepted_tokens") { limited in
    """
    WITH total AS (
      SELECT
        run_id, decoder_id, decoder, category, \(cycleSum("accept_length")) AS accepted_tokens,
        sum((SELECT count(*) FROM cycle WHERE cycle.generation_id = scope.generation_id)) AS cycles
      FROM generation_scope AS scope
      WHERE \(limited("run_id"))
      GROUP BY run_id, decoder_id, category
    )
    SELECT *, 1.0 * accepted_tokens / cycles AS mean_accepted_tokens FROM total
    """
  }

  /// Accepted over drafted tokens of the drafted path, and what a tree verifies for one emitted token.
  static let acceptanceRate = View(name: "acceptance_rate") { limited in
    """
    WITH total AS (
      SELECT
        run_id, decoder_id, decoder, category, \(cycleSum("drafted")) AS drafted,
        \(cycleSum("accepted")) AS accepted, \(cycleSum("nodes")) AS nodes, \(cycleSum("emitted")) AS emitted
      FROM generation_scope AS scope
      WHERE \(limited("run_id"))
      GROUP BY run_id, decoder_id, category
    )
    SELECT
      run_id, decoder_id, decoder, category, drafted, accepted, 1.0 * accepted / drafted AS acceptance_rate,
      nodes, emitted, 1.0 * nodes / emitted AS nodes_per_emitted_token
    FROM total
    """
  }

  /// What became of the i-th drafted token, for i from 1 to the longest draft of each decoder and category.
  ///
  /// Of the cycles that drafted anything, `marginal` is the share that accepted i tokens or more; `conditional` is
  /// the share among those that drafted i and accepted the i - 1 before; `ctar` is the share of all cycles. Cycles are
  /// counted by what they drafted and accepted first. `json_each` over a list of as many zeros counts a draft's
  /// positions, since SQLite's generate_series is not part of the library.
  static let acceptanceByPosition = View(name: "acceptance_by_position") { limited in
    """
    WITH histogram AS MATERIALIZED (
      SELECT run_id, decoder_id, decoder, category, drafted, accepted, count(*) AS cycles
      FROM measured_generation
      JOIN cycle USING (generation_id)
      WHERE \(limited("run_id"))
      GROUP BY run_id, decoder_id, category, drafted, accepted
    ), counted AS MATERIALIZED (
      SELECT
        run_id, decoder_id, decoder, iif(overall, 'overall', category) AS category, drafted, accepted, cycles
      FROM histogram
      JOIN (SELECT 0 AS overall UNION ALL SELECT 1)
    ), total AS (
      SELECT
        decoder_id, category, sum(cycles) AS cycles, sum(iif(drafted > 0, cycles, 0)) AS drafting_cycles
      FROM counted
      GROUP BY decoder_id, category
    ), reached AS (
      SELECT
        run_id, decoder_id, decoder, category, place.key + 1 AS position,
        sum(cycles) AS drafted_cycles,
        sum(iif(accepted >= place.key, cycles, 0)) AS reached_cycles,
        sum(iif(accepted > place.key, cycles, 0)) AS accepted_cycles
      FROM counted
      JOIN json_each('[0' || replace(hex(zeroblob(drafted - 1)), '00', ',0') || ']') AS place
      WHERE drafted > 0
      GROUP BY run_id, decoder_id, category, position
    )
    SELECT
      run_id, decoder_id, decoder, category, position, cycles, drafting_cycles, drafted_cycles, accepted_cycles,
      1.0 * accepted_cycles / drafting_cycles AS marginal,
      1.0 * accepted_cycles / reached_cycles AS conditional,
      1.0 * accepted_cycles / cycles AS ctar
    FROM reached
    JOIN total USING (decoder_id, category)
    """
  }
}
