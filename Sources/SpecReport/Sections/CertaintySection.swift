import SpecCore
import SpecDocument
import SpecFiles
import SpecStatistics
import SpecMetrics
import SpecStore

// How well the speedups are known.
extension RunSections {
  /// The intervals of every speedup.
  var certainty: [Block] {
    var table = Table(
      columns: [
        ("Decoder", .left), ("Category", .left), (summary.naming.column, .right), ("Of this suite", .left),
        ("Over questions", .left), ("Outliers", .right), ("Verdict", .left),
      ]
    )
    var (unknown, withRepeats) = (0, Set<ReportCategory>())
    for decoder in summary.contestants {
      for category in summary.columns + [.overall] {
        guard let estimate = summary.metrics[decoder.id, category].estimate, let ratio = estimate.ratio else {
          continue
        }
        if estimate.ofThisSuite != nil { withRepeats.insert(category) }
        guard estimate.interval != nil else {
          unknown += 1
          continue
        }
        table.append([
          name(decoder), category.title, summary.naming.cell(ratio, estimate.basis),
          NumberFormat.interval(estimate.ofThisSuite), NumberFormat.interval(estimate.overQuestions),
          String(estimate.outliers), estimate.verdictText,
        ])
      }
    }
    let title: RichText = "How well the \(summary.naming.plural) are known"
    guard !table.isEmpty else {
      let sentence = Self.withoutInterval("None of the ratios has an interval")
      return unknown == 0 ? [] : [.heading(2, title), .paragraph(sentence)]
    }
    let left = Self.withoutInterval("Left out are \(unknown) ratios without an interval")
    let rest: RichText = unknown == 0 ? "" : "\n\(left)"
    return section(
      title,
      table,
      """
      95 % intervals. Of this suite: the same questions measured again and again, from the differences between repeats;
      it takes two repeats. \(repeatEffect(in: withRepeats))
      Over questions: other questions of the same kind, all turns of a question together; it takes
      \(PairedTimes.fewestQuestions) questions. The verdict is that of the first interval, or else of the second: "no difference shown"
      where it contains 1. Outliers are pairs more than 3.5 scaled median absolute deviations away from what the same
      prompt showed in other repeats; they are counted in all numbers.\(rest)
      """
    )
  }

  private static func withoutInterval(_ subject: RichText) -> RichText {
    """
    \(subject), so that it is not known whether they are more than noise: the interval of this suite takes two repeats, \
    that over questions \(PairedTimes.fewestQuestions) questions.
    """
  }

  /// What the intervals of some categories make of repeats that differ as a whole.
  private func repeatEffect(in categories: Set<ReportCategory>) -> RichText {
    guard !categories.isEmpty else { return "" }
    let effects = categories.compactMap { summary.metrics.times.effects[Category(rawValue: $0.rawValue)] }
    let decoders = summary.contestants.count
    if effects.isEmpty {
      let repeats = Set(summary.metrics.times.pairs.values.joined().map(\.repeatIndex)).count
      let count = quantity(repeats, "repeat is", plural: "repeats are")
      let reason: RichText =
        RepeatEffect.canTell(decoders: decoders, repeats: repeats)
        ? "Too few decoders were measured whole in every repeat \(strong: "to tell whether whole repeats differ")"
        : "\(count) \(strong: "too few to tell whether whole repeats differ")"
      return """
        \(reason), as when the clock changes between them: the intervals take it that they do not; three whole repeats \
        can tell.
        """
    }
    if effects.count == categories.count, effects.allSatisfy({ $0.decoders == decoders }) {
      return "How far repeats differ is estimated from all decoders together."
    }
    return """
      How far repeats differ is estimated from the decoders that were measured whole in every repeat of a category; where \
      too few were, the intervals take it that repeats do not differ.
      """
  }
}
