/// A view whose one definition serves both the `sqlite3` shell, over all runs, and the fetch functions, over one run.
///
/// SQLite does not carry a condition on a view down through its groupings and windows: it would aggregate every run
/// of the file and then throw the others away. So the condition is put in at the innermost place instead.
struct View: Sendable {
  /// Gives the condition that limits a column of run ids.
  typealias RunCondition = (_ column: String) -> String

  let name: String
  private let body: @Sendable (_ limited: RunCondition) -> String

  /// Makes a view from a query that applies the condition where it takes its rows.
  init(name: String, body: @escaping @Sendable (_ limited: RunCondition) -> String) {
    self.name = name
    self.body = body
  }

  /// The query that defines the view.
  var overAllRuns: String { body { _ in "TRUE" } }

  /// The query for the run given by the argument `run`.
  var overOneRun: String { body { column in "\(column) = :run" } }
}

/// All views of the database.
enum Views {
  /// The views in an order in which each uses only those before it.
  static let all = [
    measuredGeneration, generationScope, generationPair, speedup, timeSplit, meanAcceptedTokens, acceptanceRate,
    acceptanceByPosition, latency, losslessness, skips,
  ]

  /// Every generation with its run, decoder and category.
  static let measuredGeneration = View(name: "measured_generation") { _ in
    """
    SELECT
      decoder.run_id AS run_id, decoder.id AS decoder_id, decoder.name AS decoder, prompt.category AS category,
      generation.id AS generation_id, prompt_id, question_id, turn, pass, prefill_ns, decode_ns, output_tokens,
      prefill_tokens, prefill_cycles, lossless, preempted_steps
    FROM decoder
    JOIN generation ON generation.decoder_id = decoder.id
    JOIN prompt ON prompt.id = generation.prompt_id
    """
  }

  /// Every generation twice, under its own category and under 'overall'. A join, unlike a union, lets SQLite reach
  /// the generations of one run by index.
  static let generationScope = View(name: "generation_scope") { _ in
    """
    SELECT
      run_id, decoder_id, decoder, iif(overall, 'overall', category) AS category, generation_id, prompt_id,
      question_id, pass, prefill_ns, decode_ns, output_tokens, prefill_tokens, prefill_cycles
    FROM measured_generation
    JOIN (SELECT 0 AS overall UNION ALL SELECT 1)
    """
  }

  /// How many generations of each decoder were compared with vanilla's, and how many differed.
  static let losslessness = View(name: "losslessness") { limited in
    """
    SELECT
      run_id, decoder.id AS decoder_id, decoder.name AS decoder, count(generation.id) AS generations,
      count(lossless) AS checked, count(iif(lossless = 0, 1, NULL)) AS mismatches
    FROM decoder
    LEFT JOIN generation ON generation.decoder_id = decoder.id
    WHERE \(limited("run_id"))
    GROUP BY run_id, decoder.id
    """
  }

  /// How many prompts were not run, and why.
  static let skips = View(name: "skips") { limited in
    """
    SELECT
      run_id, iif(overall, 'overall', prompt.category) AS category, skip_reason AS reason, count(*) AS prompts
    FROM prompt
    JOIN (SELECT 0 AS overall UNION ALL SELECT 1)
    WHERE skip_reason IS NOT NULL AND \(limited("run_id"))
    GROUP BY run_id, iif(overall, 'overall', prompt.category), skip_reason
    """
  }
}
