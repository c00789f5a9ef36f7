import SpecFiles
import SpecMetrics
import SpecStore

/// A comparison for readers.
public enum ComparisonReport {
  /// Renders a comparison.
  ///
  /// - Parameter comparison: the comparison.
  /// - Returns: Markdown that also reads as plain text, ending with a newline.
  public static func render(_ comparison: RunComparison) -> String {
    let isSpeedup = comparison.rows.allSatisfy { $0.basis == .speedup }
    let noun = isSpeedup ? "speedup" : "ratio"
    var table = MarkdownTable(
      columns: [
        ("Old", .left), ("New", .left), ("Old \(noun)", .right), ("New \(noun)", .right), ("New / old", .right),
        ("95 % interval", .left), ("Verdict", .left), ("Old ms/token", .right), ("New ms/token", .right),
      ]
    )
    for row in comparison.rows {
      table.append([
        MarkdownText.plain(row.first), MarkdownText.plain(row.second), ratio(row.firstSpeedup, row.basis),
        ratio(row.secondSpeedup, row.basis), NumberFormat.fixed(row.ratio, decimals: 3),
        NumberFormat.interval(row.interval), row.verdict.text(row.basis),
        NumberFormat.fixed(row.milliseconds.first, decimals: 3),
        NumberFormat.fixed(row.milliseconds.second, decimals: 3),
      ])
    }
    let warning = comparison.differences.map { "\n> - \(MarkdownText.plain($0))" }.joined()
    let notes = comparison.notes.map { "\n- Note: \(MarkdownText.plain($0))" }.joined()
    let untimed = comparison.untimed.map(MarkdownText.plain).joined(separator: ", ")
    let parts: [String?] = [
      "# SpecBench comparison",
      "- Old: \(MarkdownText.plain(comparison.titles.first))\n- New: \(MarkdownText.plain(comparison.titles.second))"
        + notes,
      comparison.differences.isEmpty ? nil : "> **WARNING: these runs were not measured alike.**\n>\(warning)",
      table.text,
      untimed.isEmpty ? nil : "Not compared, without a time on both sides: \(untimed).",
      "New / old is above 1 where the new is faster. Two runs are compared by their \(noun)s over their own vanilla; "
        + "milliseconds per token are shown, never judged.",
      isSpeedup
        ? nil
        : "Ratios marked \"per token\" compare times per token and are no speedups, because outputs of one of the sides "
          + "need not be equal to vanilla's: both times of a pair are scaled to the same number of tokens, since a "
          + "shorter answer is not a faster one.",
      losslessness(comparison),
    ]
    return parts.compactMap(\.self).joined(separator: "\n\n") + "\n"
  }

  private static func ratio(_ value: Double, _ basis: SpeedBasis) -> String {
    NumberFormat.ratio(value) + (basis == .speedup ? "" : " per token")
  }

  private static func losslessness(_ comparison: RunComparison) -> String {
    let (checked, mismatches) = comparison.lossless
    if checked == 0 { return "No output was compared with vanilla's." }
    return mismatches == 0
      ? "All \(checked) compared outputs are identical to vanilla's."
      : "**\(mismatches) of \(checked) compared outputs differ from vanilla's.**"
  }
}
