import SpecFiles
import SpecStore

/// The table of all runs in a database.
public enum RunList {
  /// Renders the runs as a Markdown table that also reads as plain text.
  ///
  /// - Parameters:
  ///   - store: The database.
  ///   - columns: The width of a terminal: a list is made where it has no room for the table. Nil for the table.
  /// - Returns: The table or list, or a sentence when there is no run, ending with a newline.
  /// - Throws: A `StoreError`.
  public static func render(_ store: BenchmarkStore, columns: Int? = nil) throws(StoreError) -> String {
    var table = MarkdownTable(columns: titles.map { ($0, ["Run", "Passes", "Prompts"].contains($0) ? .right : .left) })
    var rows: [[String]] = []
    for run in try store.runs() { rows.append(cells(of: try RunOutline(store: store, run: run))) }
    for row in rows { table.append(row) }
    guard !table.isEmpty else { return "The database holds no run.\n" }
    let isWide = columns.map { TerminalText.columns(of: String(table.text.prefix { $0 != "\n" })) > $0 } ?? false
    return (isWide ? list(rows, columns: columns) : table.text) + "\n"
  }

  private static let titles = [
    "Run", "Date (UTC)", "Model", "Suite", "Decoders", "Passes", "Prompts", "Fastest", "Lossless", "State",
  ]

  /// The cells of each run below each other.
  private static func list(_ rows: [[String]], columns: Int?) -> String {
    let width = (titles.map(\.count).max() ?? 0) + 4
    return rows.map { row in
      zip(titles, row).enumerated().map { index, cell in
        let (title, text) = cell
        let label = (index == 0 ? "" : "  ") + title
        let padding = String(repeating: " ", count: width - label.count)
        return TerminalText.wrapped(text, after: label + padding, columns: columns, indentation: width)
      }.joined(separator: "\n")
    }.joined(separator: "\n\n")
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
      (outline.isFinished ? outline.fastest : nil).map { decoder, speed in
        let unit = speed.basis == .speedup ? "" : " per token"
        return "\(NumberFormat.ratio(speed.ratio))\(unit) \(MarkdownText.plain(decoder.name))"
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
