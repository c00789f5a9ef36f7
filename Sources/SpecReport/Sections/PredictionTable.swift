import SpecDocument
import SpecMetrics

/// Predicted against measured ratios, in the reports of runs and sweeps.
struct PredictionTable {
  /// The title of the column with the names.
  let label: String
  let rows: [(name: String, explained: ExplainedSpeedup)]
  let naming: SpeedNaming

  /// The section; empty without rows.
  var blocks: [Block] {
    guard !rows.isEmpty else { return [] }
    var table = Table(
      labels: [label],
      numbers: ["Kept", "Measured", "Predicted", "Difference", "By T(m)", "Difference by T(m)"]
    )
    for (name, explained) in rows {
      table.append([
        name, NumberFormat.mean(explained.keptTokens), naming.cell(explained.measured, explained.basis),
        NumberFormat.ratio(explained.predicted), Self.signed(explained.difference),
        NumberFormat.ratio(explained.predictedByPassCosts), Self.signed(explained.differenceByPassCosts),
      ])
    }
    return [.heading(2, "Predicted against measured"), .paragraph(largest), .table(table), .paragraph(note)]
  }

  /// Which predictions are furthest off.
  private var largest: RichText {
    let own = furthest { $0.difference }.map { name, difference in
      "The largest difference between predicted and measured is \(Self.signed(difference)), that of \(code: name)"
        as RichText
    }
    let byPassCosts = furthest { $0.differenceByPassCosts }.map { name, difference in
      "by T(m) it is \(Self.signed(difference)), that of \(code: name)" as RichText
    }
    return [own, byPassCosts].compactMap(\.self).joined(separator: "; ") + "."
  }

  private func furthest(_ difference: (ExplainedSpeedup) -> Double?) -> (name: String, difference: Double)? {
    rows.compactMap { row in difference(row.explained).map { (row.name, $0) } }
      .max { $0.1.magnitude < $1.1.magnitude }
  }

  private var note: RichText {
    """
    Differences are shares of the measured ratio. Predicted: kept tokens per cycle over what drafting and verifying took, so
    that the difference is the rest of the cycles. By T(m): drafting and the rest as they were, and for verifying vanilla's own
    passes times T(m)/T(1) of the recorded positions. T(m) was measured apart from the decoders: this is the test of whether
    accepted tokens and T(m) account for the ratio. Where the first layers draft, they are not run again to verify, and T(m)
    counts them twice.
    """
  }

  private static func signed(_ share: Double?) -> String {
    let text = NumberFormat.percent(share)
    return share.map { $0 > 0 } == true && text != NumberFormat.percent(0) ? "+\(text)" : text
  }
}
