import SpecDocument
import SpecMetrics
import SpecStore

/// The table of speedups for a paper.
package enum PaperTable {
  /// Makes the table.
  ///
  /// - Parameter summary: the run.
  /// - Returns: the table with comments on where it comes from.
  package static func document(_ summary: RunSummary) -> Document {
    let titles = ["Decoder"] + summary.columns.map(\.title) + ["#MAT", "Overall", "95 % interval"]
    var table = Table(labels: Array(titles.prefix(1)), numbers: Array(titles.dropFirst()))
    for decoder in summary.decoders { table.append(row(decoder, summary)) }
    let preliminary = summary.outline.unfinishedText.map { "Preliminary: the run is \($0)." }
    table.notes = [summary.naming.note, preliminary].compactMap(\.self).map { RichText(raw: $0) }
    let origin = "\(summary.run.modelName) on \(summary.run.suiteName), run \(summary.run.id)"
    return Document([
      .comment(RichText(raw: "SpecBench \(summary.environment.packageVersion): \(origin)")),
      .comment(#"needs \usepackage{booktabs}; the interval is of this suite, or else over questions"#),
      .table(table),
    ])
  }

  private static func row(_ decoder: Stored<DecoderRecord>, _ summary: RunSummary) -> [String] {
    func ratio(_ category: ReportCategory) -> String {
      let row = summary.metrics[decoder.id, category].speed
      guard let value = row?.ratio else { return NumberFormat.missing }
      let isMarked = summary.naming.common == nil && row?.basis == .timePerToken
      return "\(NumberFormat.fixed(value, decimals: 2))×" + (isMarked ? " per token" : "")
    }
    let isBaseline = decoder.id == summary.outline.baseline?.id
    let interval = isBaseline ? nil : summary.metrics[decoder.id, .overall].estimate?.interval
    return [summary.labels[decoder]] + summary.columns.map(ratio)
      + [
        NumberFormat.mean(summary.metrics[decoder.id, .overall].accepted?.meanAcceptedTokens), ratio(.overall),
        NumberFormat.interval(interval, separator: "–"),
      ]
  }
}
