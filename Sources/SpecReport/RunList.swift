import SpecFiles
import SpecStore

/// The table of all runs in a database.
public enum RunList {
  /// Renders the runs as a Markdown table that also reads as plain text.
  ///
  /// - Parameter store: The database.
  /// - Returns: The table, or a sentence when there is no run, ending with a newline.
  /// - Throws: A `StoreError`.
  public static func render(_ store: BenchmarkStore) throws(StoreError) -> String {
    var table = MarkdownTable(columns: [
      ("Run", .right), ("Date (UTC)", .left), ("Model", .left), ("Suite", .left), ("Decoders", .left),
      ("Passes", .right), ("Prompts", .right), ("Fastest", .left), ("Lossless", .left), ("State", .left),
    ])
    for run in try store.runs() {
      table.append(cells(of: try RunOutline(store: store, run: run)))
    }
    return (table.isEmpty ? "The database holds no run." : table.text) + "\n"
  }

  private static func cells(of outline: RunOutline) -> [String] {
    let run = outline.run
    return [
      String(run.id),
      DateText.readable(run.startedAt),
      MarkdownText.plain(run.modelName),
      MarkdownText.plain(run.suiteName),
      outline.decoders.map { MarkdownText.plain($0.name) }.joined(separator: ", "),
      String(run.passes),
      String(outline.promptCount),
      // A few questions would crown a decoder by chance.
      (outline.isFinished ? outline.fastest : nil).map { row in
        let unit = row.basis == .speedup ? "" : " per token"
        return "\(NumberFormat.ratio(row.ratio))\(unit) \(MarkdownText.plain(row.decoder))"
      }
        ?? NumberFormat.missing,
      losslessness(outline),
      outline.unfinishedText ?? "finished: \(outline.progressText)",
    ]
  }

  private static func losslessness(_ outline: RunOutline) -> String {
    let checked = outline.checkedGenerations
    let differing = outline.mismatchCount
    if outline.comparesVanillaAlone { return ofVanillaAlone(checked: checked, differing: differing) }
    if checked == 0 { return NumberFormat.missing }
    return differing == 0 ? "yes, \(checked) of \(checked)" : "NO, \(differing) of \(checked) differ"
  }

  /// A "yes" would be read as one about decoders that were not compared.
  private static func ofVanillaAlone(checked: Int, differing: Int) -> String {
    let others = "not compared: rejection gives other draws"
    if checked == 0 { return others }
    let vanilla = differing == 0 ? "vanilla \(checked) of \(checked)" : "VANILLA, \(differing) of \(checked) DIFFER"
    return "\(vanilla), others \(others)"
  }
}
