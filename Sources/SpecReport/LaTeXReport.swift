import SpecFiles
import SpecMetrics
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
    let preliminary = summary.outline.unfinishedText.map { "Preliminary: the run is \($0)." }
    let notes = [summary.naming.note, preliminary].compactMap(\.self).map {
      "\\multicolumn{\(titles.count)}{p{0.9\\linewidth}}{\\footnotesize\n\(wrapped(LaTeXText.plain($0)))} \\\\"
    }
    let origin = "\(summary.run.modelName) on \(summary.run.suiteName), run \(summary.run.id)"
    let lines =
      [
        "% " + LaTeXText.comment("SpecBench \(summary.environment.packageVersion): \(origin)"),
        "% needs \\usepackage{booktabs}; the interval is of this suite, or else over questions",
        "\\begin{tabular}{l\(String(repeating: "r", count: titles.count - 1))}", "\\toprule",
        titles.joined(separator: " & ") + " \\\\", "\\midrule",
      ] + rows + ["\\bottomrule"] + notes + ["\\end{tabular}"]
    return lines.joined(separator: "\n") + "\n"
  }

  /// A paragraph in lines that an editor shows whole.
  private static func wrapped(_ text: String) -> String {
    text.split(separator: " ").reduce(into: [""]) { lines, word in
      let line = lines[lines.count - 1]
      let isFull = !line.isEmpty && line.utf8.count + word.utf8.count >= 100
      if isFull {
        lines.append(String(word))
      } else {
        lines[lines.count - 1] = line.isEmpty ? String(word) : "\(line) \(word)"
      }
    }.joined(separator: "\n")
  }

  private static func row(_ decoder: Stored<DecoderRecord>, _ summary: RunSummary) -> [String] {
    func ratio(_ category: ReportCategory) -> String {
      let row = summary.metrics[decoder.id, category].speed
      guard let value = row?.ratio else { return "--" }
      let isMarked = summary.naming.common == nil && row?.basis == .timePerToken
      return "\(NumberFormat.fixed(value, decimals: 2))$\\times$" + (isMarked ? " per token" : "")
    }
    let accepted = summary.metrics[decoder.id, .overall].accepted?.meanAcceptedTokens
    let isBaseline = decoder.id == summary.outline.baseline?.id
    let interval = isBaseline ? nil : summary.metrics[decoder.id, .overall].estimate?.interval
    return [LaTeXText.plain(summary.labels[decoder])] + summary.columns.map(ratio)
      + [
        accepted == nil ? "--" : NumberFormat.mean(accepted), ratio(.overall),
        interval == nil ? "--" : NumberFormat.interval(interval, separator: "--"),
      ]
  }
}
