import SpecDocument
import SpecFiles
import SpecStore

/// The table of all runs in a database.
package enum RunList {
  /// Makes the table.
  ///
  /// - Parameter store: the database.
  /// - Returns: the table, or a sentence when there is no run.
  /// - Throws: a `StoreError`.
  package static func document(_ store: BenchmarkStore) throws(StoreError) -> Document {
    let titles = [
      "Run", "Date (UTC)", "Model", "Suite", "Decoders", "Repeats", "Prompts", "Fastest", "Lossless", "State",
    ]
    var table = Table(columns: titles.map { ($0, ["Run", "Repeats", "Prompts"].contains($0) ? .right : .left) })
    for run in try store.runs() {
      try store.checkNumbersOfMany(of: run.id)
      table.append(cells(of: try RunOutline(store: store, run: run)))
    }
    return Document([table.isEmpty ? .paragraph("The database holds no run.") : .table(table)])
  }

  private static func cells(of outline: RunOutline) -> [String] {
    let run = outline.run
    return [
      String(run.id),
      DateText.readable(run.startedAt),
      run.modelName,
      run.suiteName,
      outline.decoders.map(\.name).joined(separator: ", "),
      String(run.repeats),
      String(outline.promptCount),
      // A few questions would crown a decoder by chance.
      (outline.isFinished ? outline.fastest : nil).map { decoder, speed in
        let unit = speed.basis == .speedup ? "" : " per token"
        return "\(NumberFormat.ratio(speed.ratio))\(unit) \(decoder.name)"
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
