import SpecDocument
import SpecStore

// What Spec-Bench itself would say.
extension RunSections {
  /// The columns of Spec-Bench's own output.
  var specBenchColumns: [Block] {
    let ratio = summary.naming.common == .speedup ? "Speedup" : "Ratio"
    var table = Table(
      labels: ["Decoder"],
      figures: [
        "#Mean accepted", "Tokens/s", "Baseline, exact", ratio, "Baseline, re-tokenized", "\(ratio) of speed.py",
      ]
    )
    for decoder in summary.decoders {
      guard let figures = SpecBenchFigures(summary.estimates.pairs[decoder.id] ?? []) else { continue }
      table.append([
        name(decoder), NumberFormat.mean(summary.figures[decoder.id, .overall].accepted?.meanAcceptedTokens),
        NumberFormat.rate(figures.tokensPerSecond), NumberFormat.rate(figures.baseline),
        NumberFormat.ratio(figures.speedup), NumberFormat.rate(figures.retokenizedBaseline),
        NumberFormat.ratio(figures.retokenizedSpeedup),
      ])
    }
    guard !table.isEmpty else { return [] }
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
