import SpecFiles
import SpecMetrics
import SpecStore

extension MarkdownFigures {
  /// The columns of Spec-Bench's own output.
  var specBenchColumns: String? {
    let ratio = summary.naming.common == .speedup ? "Speedup" : "Ratio"
    var table = MarkdownTable(
      labels: ["Decoder"],
      figures: [
        "#Mean accepted", "Tokens/s", "Baseline, exact", ratio, "Baseline, re-tokenized", "\(ratio) of speed.py",
      ]
    )
    for decoder in summary.decoders {
      guard let speed = SpecBenchSpeed(summary.metrics.times.pairs[decoder.id] ?? []) else { continue }
      table.append([
        name(decoder), NumberFormat.mean(summary.metrics[decoder.id, .overall].accepted?.meanAcceptedTokens),
        NumberFormat.rate(speed.tokensPerSecond), NumberFormat.rate(speed.baseline),
        NumberFormat.ratio(speed.speedup), NumberFormat.rate(speed.retokenizedBaseline),
        NumberFormat.ratio(speed.retokenizedSpeedup),
      ])
    }
    guard !table.isEmpty else { return nil }
    return section(
      "As Spec-Bench prints it",
      table,
      """
      Means over questions of tokens per second in the first pass, prefill included, as Spec-Bench's speed.py computes
      them from an export of this run. For its baseline it makes vanilla's text into tokens again and subtracts one for
      each turn; that column is computed the same way, beside the exact count.
      """
    )
  }
}
