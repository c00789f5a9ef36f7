/// The report for readers: Markdown that also reads as plain text in a terminal.
public enum MarkdownReport {
  /// Renders a run.
  ///
  /// - Parameters:
  ///   - summary: The run.
  ///   - plots: Where each plot lies, by its name; those that are not there are left out.
  /// - Returns: The report, ending with a newline.
  public static func render(_ summary: RunSummary, plots: [String: String] = [:]) -> String {
    let opening = MarkdownOpening(summary: summary)
    let details = MarkdownDetails(summary: summary)
    let tables = summary.generations > 0 ? MarkdownFigures(summary: summary, plots: plots).sections : []
    let parts = [
      opening.title, opening.subtitle, opening.verdict, opening.notice, opening.mismatches, details.list,
      details.taints,
    ]
    return (parts.compactMap(\.self) + tables).joined(separator: "\n\n") + "\n"
  }
}
