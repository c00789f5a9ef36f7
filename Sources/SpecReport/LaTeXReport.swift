import SpecFiles
import SpecStore

/// The table of speedups for a paper, in LaTeX with the package `booktabs`.
public enum LaTeXReport {
  /// Renders a run.
  ///
  /// - Parameter summary: The run.
  /// - Returns: A `tabular` environment with a comment on where it comes from.
  public static func render(_ summary: RunSummary) -> String {
    let titles =
      ["Decoder"] + summary.columns.map { LaTeXText.plain($0.title) } + ["\\#MAT", "Overall", "95\\,\\% interval"]
    let rows = summary.decoders.map { row($0, summary).joined(separator: " & ") + " \\\\" }
    let note = summary.naming.note.map {
      ["\\multicolumn{\(titles.count)}{l}{\\footnotesize \(LaTeXText.plain($0))} \\\\"]
    }
    let origin = "\(summary.run.modelName) on \(summary.run.suiteName), run \(summary.run.id)"
    let lines =
      [
        "% " + LaTeXText.comment("SpecBench \(summary.environment.packageVersion): \(origin)"),
        "% needs \\usepackage{booktabs}; the interval is of this suite, or else over questions",
        "\\begin{tabular}{l\(String(repeating: "r", count: titles.count - 1))}", "\\toprule",
        titles.joined(separator: " & ") + " \\\\", "\\midrule",
      ] + rows + ["\\bottomrule"] + (note ?? []) + ["\\end{tabular}"]
    return lines.joined(separator: "\n") + "\n"
  }

  private static func row(_ decoder: Stored<DecoderRecord>, _ summary: RunSummary) -> [String] {
    func ratio(_ category: ReportCategory) -> String {
      let row = summary.figures[decoder.id, category].speedup
      guard let value = row?.ratio else { return "--" }
      let isMarked = summary.naming.common == nil && row?.basis == .timePerToken
      return "\(NumberFormat.fixed(value, decimals: 2))$\\times$" + (isMarked ? " per token" : "")
    }
    let accepted = summary.figures[decoder.id, .overall].accepted?.meanAcceptedTokens
    let isBaseline = decoder.id == summary.outline.baseline?.id
    let interval = isBaseline ? nil : summary.estimates[decoder.id, .overall]?.interval
    return [LaTeXText.plain(decoder.name)] + summary.columns.map(ratio)
      + [
        accepted == nil ? "--" : NumberFormat.mean(accepted), ratio(.overall),
        interval == nil ? "--" : NumberFormat.interval(interval, separator: "--"),
      ]
  }
}
