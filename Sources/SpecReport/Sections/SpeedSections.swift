import SpecDocument
import SpecMetrics
import SpecStore

// How fast the decoders are, by several definitions.
extension RunSections {
  /// What a decode time is: imported answers have times of whole turns only.
  private var decodeTime: String {
    summary.run.origin == .measured
      ? "decode time runs from the first token to the last"
      : "decode time is that of the whole turn, prefill included, as the answer files have it"
  }

  /// The speedups of each decoder, by category and overall.
  var speedup: [Block] {
    var table = Table(labels: ["Decoder"], numbers: taskTitles + ["#Mean Accepted Tokens", "Overall"])
    for decoder in summary.allDecoders {
      let overall = summary.metrics[decoder.id, .overall]
      let tasks = summary.columns.map { summary.naming.cell(summary.metrics[decoder.id, $0].speed) }
      table.append(
        [name(decoder)] + tasks
          + [
            NumberFormat.mean(overall.accepted?.meanAcceptedTokens), summary.naming.cell(overall.speed),
          ]
      )
    }
    return section(
      "\(summary.naming.title)",
      table,
      """
      \(definition) formed over pairs of the same prompt
      and repeat; \(decodeTime). #Mean Accepted Tokens is the mean number of tokens
      that a cycle contributes, the target's own token included and before any trimming at a stop; the token of the
      prefill belongs to no cycle. "–" stands for what was not measured.
      """,
      plots: [.speedup]
    )
  }

  /// One row for each category, where there are too many for columns.
  var speedupOfManyCategories: [Block] {
    guard summary.hasManyCategories else { return [] }
    let decoders = summary.allDecoders
    var table = Table(labels: ["Category"], numbers: decoders.map(name))
    for category in summary.tasks {
      table.append(
        [category.title]
          + decoders.map { summary.naming.cell(summary.metrics[$0.id, category].speed) }
      )
    }
    return section(
      "\(summary.naming.title) by category",
      table,
      """
      \(summary.tasks.count) categories are too many for columns: the other tables and the plots show all of them together,
      and the report as JSON or CSV has every number of each.
      """
    )
  }

  /// What the ratios are, and why some or all are no speedups.
  private var definition: RichText {
    guard let note = summary.naming.note else {
      return "Speedup is the sum of vanilla's decode times over the sum of the decoder's,"
    }
    return "\(note)\nThe ratios are the sum of vanilla's decode times over the sum of the decoder's,"
  }

  /// The speedups with the prefill.
  var endToEnd: [Block] {
    guard summary.run.origin == .measured else { return [] }
    return byCategory(
      summary.naming.common == .speedup ? "End-to-end speedup" : "End to end: \(summary.naming.title.lowercased())",
      """
      The same ratio with prefill: all work on the prompt, the drafter's included, counts on both sides.
      """
    ) { summary.naming.cell($0.speed, \.endToEndRatio) }
  }

  /// The speedups by Spec-Bench's definition.
  var specBench: [Block] {
    byCategory(
      summary.naming.common == .speedup
        ? "Speedup by Spec-Bench's definition" : "Ratio of tokens per second by Spec-Bench's definition",
      """
      The decoder's mean tokens per second over vanilla's mean tokens per second, prefill included, where each question
      with all its turns counts once for every repeat. For comparison with published tables.
      """
    ) { NumberFormat.ratio($0.speed?.specBenchSpeedup) }
  }

  /// The columns of Spec-Bench's own output.
  var specBenchColumns: [Block] {
    let ratio = summary.naming.common == .speedup ? "Speedup" : "Ratio"
    var table = Table(
      labels: ["Decoder"],
      numbers: [
        "#Mean accepted", "Tokens/s", "Baseline, exact", ratio, "Baseline, re-tokenized", "\(ratio) of speed.py",
      ]
    )
    for decoder in summary.decoders {
      guard let speed = SpecBenchSpeed(summary, decoder.id) else { continue }
      table.append([
        name(decoder), NumberFormat.mean(summary.metrics[decoder.id, .overall].accepted?.meanAcceptedTokens),
        NumberFormat.rate(speed.tokensPerSecond), NumberFormat.rate(speed.baseline),
        NumberFormat.ratio(speed.speedup), NumberFormat.rate(speed.retokenizedBaseline),
        NumberFormat.ratio(speed.retokenizedSpeedup),
      ])
    }
    guard !table.isEmpty else { return [] }
    let limits: RichText =
      summary.isFinished ? "" : " Only conversations with all their turns count; accepted tokens are those of all."
    return section(
      "As Spec-Bench prints it",
      table,
      """
      Means over questions of tokens per second in the first repeat, prefill included, as Spec-Bench's speed.py computes
      them from an export of this run. For its baseline it makes vanilla's text into tokens again and subtracts one for
      each turn; that column is computed the same way, beside the exact count.\(limits)
      """
    )
  }

  /// Which tokens the decode time brought.
  private var decodeTokens: String {
    summary.run.origin == .measured ? "Tokens after the prefill's" : "All tokens"
  }

  /// The speed alone.
  var tokensPerSecond: [Block] {
    byCategory(
      "Tokens per second",
      """
      \(decodeTokens) over decode time, summed over the same pairs as the ratios above.
      """
    ) { NumberFormat.rate($0.speed?.tokensPerSecond) }
  }
}
