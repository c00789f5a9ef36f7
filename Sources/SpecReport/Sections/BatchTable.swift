import SpecDocument
import SpecMetrics

/// What decoders would gain with several sequences at once, in the reports of runs and sweeps.
struct BatchTable {
  /// The numbers of sequences that have a column.
  private static let shown = [1, 2, 4, 8, 16, 32, 64]

  /// The title of the column with the names.
  let label: String
  let rows: [(name: String, basis: SpeedBasis, batched: BatchedSpeedup)]
  let naming: SpeedNaming

  /// The section's title, and that of its plot.
  static func title(_ naming: SpeedNaming) -> String {
    "Predicted \(naming.common == .speedup ? "speedup" : "ratio") by batch size"
  }

  /// The section; empty without rows.
  var blocks: [Block] {
    guard !rows.isEmpty else { return [] }
    var table = Table(labels: [label], numbers: Self.shown.map { "S(\($0))" } + ["Below 1 from"])
    for (name, basis, batched) in rows {
      let points = batched.points.filter { Self.shown.contains($0.batch) }
      let mark = naming.common == nil && basis == .timePerToken ? " per token" : ""
      table.append(
        [name + mark] + points.map(Self.cell) + [batched.losesFrom.map(String.init) ?? NumberFormat.missing]
      )
    }
    return [.heading(2, "\(Self.title(naming))"), .table(table), .paragraph(note)]
  }

  private static func cell(_ point: BatchedSpeedup.Point) -> String {
    let text = NumberFormat.ratio(point.speedup)
    return point.isExtrapolated ? "(\(text))" : text
  }

  private var note: RichText {
    let rest: RichText = """
      of what up to \(BatchedSpeedup.largest) sequences at once would give: one sequence was measured. S(B) = kept tokens per cycle ×
      T(B) / (verifying + drafting with B sequences); S(1) is the prediction from one sequence. Verifying grows as T does from
      a cycle's m positions to B·m. Drafting is assumed to grow as the target's T does, too: a pass has the sequences that still
      draft, each with as many positions as its draft has nodes on a level, and passes go on for the longest draft. "Below 1
      from": the number of sequences from which on vanilla is faster; – stands for none up to \(BatchedSpeedup.largest).
      """
    let left: RichText = """
      Left out: that each sequence has keys and values of its own to read (T(m) was measured over one context), the rest of
      the cycles, prompts, and a server's scheduling.
      """
    let isExtrapolated = rows.contains { $0.batched.points.contains(where: \.isExtrapolated) }
    let brackets: RichText =
      isExtrapolated
      ? "\nIn brackets: passes over more positions than were measured, by a straight line." : ""
    return "\(strong: "A prediction") \(rest)\n\(left)\(brackets)"
  }
}
