/// The report for readers: Markdown that also reads as plain text in a terminal.
public enum MarkdownReport {
  /// Renders a run.
  ///
  /// - Parameter summary: The run.
  /// - Returns: The report, ending with a newline.
  public static func render(_ summary: RunSummary) -> String {
    let opening = MarkdownOpening(summary: summary)
    let details = MarkdownDetails(summary: summary)
    let tables = summary.generations > 0 ? MarkdownFigures(summary: summary).sections : []
    let parts = [opening.title, opening.verdict, opening.notice, opening.mismatches, details.list, details.taints]
    return (parts.compactMap(\.self) + tables).joined(separator: "\n\n") + "\n"
  }
}
