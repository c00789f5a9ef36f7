import SpecFiles

/// A comparison for readers.
public enum ComparisonReport {
  /// Renders a comparison.
  ///
  /// - Parameter comparison: the comparison.
  /// - Returns: Markdown that also reads as plain text, ending with a newline.
  public static func render(_ comparison: RunComparison) -> String {
    var table = MarkdownTable(
      columns: [
        ("Old", .left), ("New", .left), ("Old speedup", .right), ("New speedup", .right), ("New / old", .right),
        ("95 % interval", .left), ("Verdict", .left), ("Old ms/token", .right), ("New ms/token", .right),
      ]
    )
    for row in comparison.rows {
      table.append([
        MarkdownText.plain(row.first), MarkdownText.plain(row.second), NumberFormat.ratio(row.firstSpeedup),
        NumberFormat.ratio(row.secondSpeedup), NumberFormat.fixed(row.ratio, decimals: 3),
        NumberFormat.interval(row.interval), row.verdict.rawValue,
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
      "New / old is above 1 where the new is faster. Two runs are compared by their speedups over their own vanilla; "
        + "milliseconds per token are shown, never judged.",
      losslessness(comparison),
    ]
    return parts.compactMap(\.self).joined(separator: "\n\n") + "\n"
  }

  private static func losslessness(_ comparison: RunComparison) -> String {
    let (checked, mismatches) = comparison.lossless
    if checked == 0 { return "No output was compared with vanilla's." }
    return mismatches == 0
      ? "All \(checked) compared outputs are identical to vanilla's."
      : "**\(mismatches) of \(checked) compared outputs differ from vanilla's.**"
  }
}
