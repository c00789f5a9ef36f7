import SpecDocument
import SpecFiles
import SpecMetrics
import SpecStore

/// A comparison for readers.
package enum ComparisonReport {
  /// Makes the report.
  ///
  /// - Parameter comparison: the comparison.
  /// - Returns: the report.
  package static func document(_ comparison: RunComparison) -> Document {
    let isSpeedup = comparison.rows.allSatisfy { $0.basis == .speedup }
    let noun = isSpeedup ? "speedup" : "ratio"
    let sides: [ListItem] = [
      ListItem("Old: \(comparison.titles.first)"), ListItem("New: \(comparison.titles.second)"),
    ]
    let untimed = comparison.untimed.map { RichText(raw: $0) }.joined(separator: ", ")
    let paragraphs: [RichText?] = [
      comparison.untimed.isEmpty ? nil : "Not compared, without a time on both sides: \(untimed).",
      """
      New / old is above 1 where the new is faster. Two runs are compared by their \(noun)s over their own vanilla; \
      milliseconds per token are shown, never judged.
      """,
      isSpeedup
        ? nil
        : """
        Ratios marked "per token" compare times per token and are no speedups, because outputs of one of the sides need \
        not be equal to vanilla's: both times of a pair are scaled to the same number of tokens, since a shorter answer is \
        not a faster one.
        """,
      losslessness(comparison),
    ]
    return Document(
      [.heading(1, "SpecBench comparison"), .list(sides + comparison.notes.map { ListItem("Note: \($0)") })]
        + warning(comparison.differences) + [.table(table(comparison, noun)), .table(acceptance(comparison))]
        + paragraphs.compactMap(\.self).map(Block.paragraph)
    )
  }

  private static func warning(_ differences: [String]) -> [Block] {
    guard !differences.isEmpty else { return [] }
    let title: RichText = "\(strong: "WARNING: these runs were not measured alike.")"
    return [.note([.paragraph(title), .list(differences.map { ListItem(RichText(raw: $0)) })])]
  }

  private static func table(_ comparison: RunComparison, _ noun: String) -> Table {
    var table = Table(
      columns: [
        ("Old", .left), ("New", .left), ("Old \(noun)", .right), ("New \(noun)", .right), ("New / old", .right),
        ("95 % interval", .left), ("Verdict", .left), ("Old ms/token", .right), ("New ms/token", .right),
      ]
    )
    for row in comparison.rows {
      table.append([
        row.first, row.second, ratio(row.firstSpeedup, row.basis),
        ratio(row.secondSpeedup, row.basis), NumberFormat.telling(row.ratio, decimals: 3),
        NumberFormat.interval(row.interval), row.verdict.text(row.basis),
        NumberFormat.fixed(row.milliseconds.first, decimals: 3),
        NumberFormat.fixed(row.milliseconds.second, decimals: 3),
      ])
    }
    return table
  }

  private static func acceptance(_ comparison: RunComparison) -> Table {
    var table = Table(
      columns: [
        ("Old", .left), ("New", .left), ("Old #Mean Accepted Tokens", .right), ("New #Mean Accepted Tokens", .right),
      ]
    )
    for row in comparison.acceptances {
      table.append([
        row.first, row.second, NumberFormat.fixed(row.means.first, decimals: 3),
        NumberFormat.fixed(row.means.second, decimals: 3),
      ])
    }
    return table
  }

  private static func ratio(_ value: Double, _ basis: SpeedBasis) -> String {
    NumberFormat.ratio(value) + (basis == .speedup ? "" : " per token")
  }

  private static func losslessness(_ comparison: RunComparison) -> RichText {
    let (checked, mismatches) = comparison.lossless
    if checked == 0 { return "No output was compared with vanilla's." }
    return mismatches == 0
      ? "All \(checked) compared outputs are identical to vanilla's."
      : "\(strong: "\(mismatches) of \(checked) compared outputs differ from vanilla's.")"
  }
}
