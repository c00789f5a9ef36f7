import SpecCore
import SpecDocument
import SpecFiles
import SpecMetrics
import SpecStatistics

/// A choice of settings for readers.
package enum TuningReport {
  /// Makes the report.
  ///
  /// - Parameter tuning: the choice.
  /// - Returns: the report.
  package static func document(_ tuning: Tuning) -> Document {
    Document(
      [.heading(1, "SpecBench settings: \(tuning.subject)"), .paragraph(headline(tuning)), .list(runs(tuning))]
        + [.heading(2, "Best settings by category"), .table(table(tuning)), .paragraph(note)]
        + leftOut(tuning)
        + [.heading(2, "Best settings overall"), .list(tuning.best.map { ListItem("\(code: $0.spec)") })]
    )
  }

  private static func headline(_ tuning: Tuning) -> RichText {
    guard let first = tuning.best.first else { return "No setting was measured." }
    let interval = first.estimate.interval.map { ", 95 % interval \(NumberFormat.interval($0))" } ?? ""
    let heldOut = first.heldOut.map { ", and \(NumberFormat.ratio($0)) held out" } ?? ""
    let settings = tuning.best.reduce(0) { $0 + $1.settings }
    return """
      Of \(quantity(settings, "lossless setting")) the best overall is \(code: first.spec): \
      \(strong: "\(NumberFormat.ratio(first.estimate.ratio))")\(interval)\(heldOut). The best of many settings on the same \
      questions owes a part of its lead to chance; what is held out does not.
      """
  }

  private static func runs(_ tuning: Tuning) -> [ListItem] {
    tuning.runs.map { run in
      ListItem("Run \(run.id): \(run.outline)", items: run.doubts.map { RichText(raw: $0) })
    }
  }

  private static func table(_ tuning: Tuning) -> Table {
    var table = Table(
      columns: [
        ("Category", .left), ("Best setting", .left), ("Speedup", .right), ("95 % interval", .left),
        ("Held out", .right), ("Halves that agree", .right), ("Over the default", .left),
        ("Over the second best", .left),
      ]
    )
    for choice in tuning.choices {
      table.append([
        title(choice.category, tuning), choice.spec, NumberFormat.ratio(choice.estimate.ratio),
        NumberFormat.interval(choice.estimate.interval), NumberFormat.ratio(choice.heldOut),
        choice.heldOut == nil ? NumberFormat.missing : "\(choice.agreeingHalves) of 2",
        text(choice.overDefault, itself: "it is the default"), text(choice.overSecond, itself: NumberFormat.missing),
      ])
    }
    return table
  }

  private static func title(_ category: Category, _ tuning: Tuning) -> String {
    category == .overall ? ReportCategory.overall.title : tuning.titles[category] ?? category.rawValue
  }

  /// `1.08x (1.05 to 1.11), faster`.
  private static func text(_ rival: Tuning.Rival, itself: String) -> String {
    switch rival {
    case .itself: itself
    case .notMeasured: "not measured"
    case .measured(_, let ratio, let interval):
      "\(NumberFormat.ratio(ratio)) (\(NumberFormat.interval(interval))), \(Verdict(interval).rawValue)"
    }
  }

  private static var note: RichText {
    """
    Speedups are over vanilla, with 95 % intervals: of this suite where questions were measured twice, or else over questions.
    Held out: each half of the questions measured with the setting that is the best on the other half, so that no question
    took part in choosing its own setting; beside it on how many of the halves the setting of the row is the best. Over the
    default and over the second best: the setting's speed over that of the method without settings, and over that of the
    setting next to it, compared prompt by prompt where one run has both. It is called faster only if the whole interval lies
    above 1.
    """
  }

  private static func leftOut(_ tuning: Tuning) -> [Block] {
    guard !tuning.leftOut.isEmpty else { return [] }
    let title: RichText = "Only lossless settings are chosen. Left out:"
    return [.paragraph(title), .list(tuning.leftOut.map { ListItem(RichText(raw: $0)) })]
  }
}
