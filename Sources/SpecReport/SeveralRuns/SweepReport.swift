import SpecDocument
import SpecFiles
import SpecMetrics
import SpecStore

/// Many settings of one or more runs against each other: speed against compression, as in the ablations of the Kangaroo
/// paper, and the best setting of each category.
package enum SweepReport {
  /// One setting.
  private struct Entry {
    let name: String
    let metrics: [ReportCategory: Metrics]
    let estimate: SpeedEstimate?
    let explained: ExplainedSpeedup?
    let batched: BatchedSpeedup?

    /// Vanilla's time over the setting's: a speedup, or a ratio of times per token.
    var ratio: Double? { metrics[.overall]?.speed?.ratio }
    var basis: SpeedBasis { metrics[.overall]?.speed?.basis ?? .speedup }
    /// The ratio in a sentence, marked where it is no speedup.
    var ratioText: String { NumberFormat.ratio(ratio) + (ratio == nil || basis == .speedup ? "" : " per token") }
    var compression: Double? { metrics[.overall]?.accepted?.meanAcceptedTokens }
  }

  /// Makes the report.
  ///
  /// - Parameter summaries: the runs; each setting's ratio is that over its own run's vanilla.
  /// - Returns: the report with its plot.
  package static func document(_ summaries: [RunSummary]) -> Document {
    let entries = entries(summaries)
    let naming = SpeedNaming(summaries.map(\.outline))
    let subject = summaries.first.map { OpeningSection.subject($0.run.record) }
    let title: RichText = "SpecBench sweep: \(subject ?? "nothing")"
    return Document(
      [.heading(1, title), .paragraph(verdict(entries, summaries))] + machine(summaries)
        + (plot(summaries).map { [.plot($0)] } ?? []) + settings(entries, naming)
        + bestByCategory(entries, categories(summaries), naming) + predictions(entries, naming)
    )
  }

  /// Draws speed against compression.
  ///
  /// - Parameter summaries: the runs.
  /// - Returns: the plot; nil when no setting was measured.
  package static func plot(_ summaries: [RunSummary]) -> Plot? {
    let methods = summaries.flatMap { summary in summary.decoders.filter { !$0.isVanilla }.map(\.method) }
    let names = methods.reduce(into: [String]()) { if !$0.contains($1) { $0.append($1) } }
    let entries = entries(summaries)
    let series = names.map { method in
      let own = entries.filter { $0.name.prefix { $0 != ":" } == method }
      return (
        name: method,
        points: zip(own, SettingDifferences.texts(own.map(\.name))).compactMap { entry, label in
          entry.compression.flatMap { x in
            entry.ratio.map { (x: x, y: $0, label: label.isEmpty ? method : label) }
          }
        }
      )
    }
    guard series.contains(where: { !$0.points.isEmpty }) else { return nil }
    let naming = SpeedNaming(summaries.map(\.outline))
    let measure = naming.common == .speedup ? "Overall speedup" : "Overall \(naming.title.lowercased())"
    var plot = ScatterPlot(
      title: "Speed against compression",
      note: "\(measure) by mean accepted tokens; the settings that no other exceeds in both are joined",
      columnTitle: "mean accepted tokens",
      series: series
    )
    (plot.leastColumn, plot.reference, plot.unit) = (1, 1, "x")
    return Plot(name: "frontier", plot)
  }

  private static func entries(_ summaries: [RunSummary]) -> [Entry] {
    let isMixed = Set(summaries.map { "\($0.run.weightType) \($0.run.threads)" }).count > 1
    let all = summaries.flatMap { summary in
      let explained = Dictionary(uniqueKeysWithValues: summary.explained.map { ($0.decoder.id, $0.explained) })
      let batched = Dictionary(uniqueKeysWithValues: summary.batched.map { ($0.decoder.id, $0.batched) })
      return summary.decoders.filter { !$0.isVanilla }.map { decoder in
        let context = isMixed ? ", \(summary.run.weightType), \(quantity(summary.run.threads, "thread"))" : ""
        return Entry(
          name: decoder.spec + context,
          metrics: Dictionary(
            summary.categories.map { ($0, summary.metrics[decoder.id, $0]) },
            uniquingKeysWith: { first, _ in first }
          ),
          estimate: summary.metrics[decoder.id, .overall].estimate,
          explained: explained[decoder.id],
          batched: batched[decoder.id]
        )
      }
    }
    return all.sorted { $0.ratio ?? 0 > $1.ratio ?? 0 }
  }

  private static func verdict(_ entries: [Entry], _ summaries: [RunSummary]) -> RichText {
    let unfinished = summaries.compactMap { summary in
      summary.outline.unfinishedText.map { "run \(summary.run.id) is \($0)" }
    }
    guard unfinished.isEmpty else {
      return """
        \(strong: "The sweep is unfinished"): \(unfinished.joined(separator: ", ")). All numbers are preliminary, so \
        that no setting is called the fastest.
        """
    }
    let doubts = summaries.compactMap { TimeDoubts(summary: $0).text }.first
    return [doubts, headline(entries, isDoubtful: doubts != nil)].compactMap(\.self).joined(separator: " ")
  }

  private static func headline(_ entries: [Entry], isDoubtful: Bool) -> RichText {
    guard let best = entries.first, best.ratio != nil else { return "No setting was measured." }
    let interval = interval(best.estimate).map { ", 95 % interval \($0)" } ?? ""
    let widest = entries.max { $0.compression ?? 0 < $1.compression ?? 0 }
    let ratio: RichText = isDoubtful ? "\(best.ratioText)" : "\(strong: "\(best.ratioText)")"
    return """
      Of \(entries.count) settings the fastest is \(code: best.name): \(ratio)\(interval), at \
      \(NumberFormat.mean(best.compression)) accepted tokens per cycle. The most tokens per cycle, \
      \(NumberFormat.mean(widest?.compression)), has \(code: widest?.name ?? "") at \
      \(widest?.ratioText ?? NumberFormat.missing). The best of many settings owes part of its lead to chance: measure it \
      once more by itself.
      """
  }

  /// The interval that there is, with its name: the repeats' own, or else that over questions.
  private static func interval(_ estimate: SpeedEstimate?) -> String? {
    if let own = estimate?.ofThisSuite { return "\(NumberFormat.interval(own)) on this suite" }
    return estimate?.overQuestions.map { "\(NumberFormat.interval($0)) over questions" }
  }

  /// One point for each run, in one list as far as no warning stands between them.
  private static func machine(_ summaries: [RunSummary]) -> [Block] {
    var (blocks, items) = ([Block](), [ListItem]())
    for summary in summaries {
      let sections = RunSections(summary: summary)
      let text: RichText = """
        Run \(summary.run.id): \(summary.run.weightType) on \(summary.environment.cpuModel); \
        \(summary.mismatches.count) of \(summary.checkedGenerations) compared outputs differ from vanilla's
        """
      items.append(ListItem(text, items: sections.provenance))
      if sections.warnings.isEmpty { continue }
      blocks += [.list(items)] + sections.warnings
      items = []
    }
    return blocks + (items.isEmpty ? [] : [.list(items)])
  }

  private static func settings(_ entries: [Entry], _ naming: SpeedNaming) -> [Block] {
    var table = Table(
      columns: [
        ("Setting", .left), (naming.column, .right), ("Of this suite", .left), ("Over questions", .left),
        ("Accepted", .right), ("Acceptance", .right), ("Draft cost", .right), ("Verify cost", .right),
      ]
    )
    for entry in entries {
      table.append([
        entry.name, naming.cell(entry.ratio, entry.basis),
        NumberFormat.interval(entry.estimate?.ofThisSuite), NumberFormat.interval(entry.estimate?.overQuestions),
        NumberFormat.mean(entry.compression),
        NumberFormat.percent(entry.metrics[.overall]?.acceptance?.acceptanceRate),
        NumberFormat.mean(entry.explained?.draftCost), NumberFormat.mean(entry.explained?.verifyCost),
      ])
    }
    let subject = naming.note.map { "\($0) Ratios" } ?? "Speedups"
    let note: RichText = """
      \(subject) are over the vanilla of the same run, with 95 % intervals. Of this suite: the same questions measured again
      and again; it takes two repeats. Over questions: other questions of the same kind. Accepted: mean accepted tokens per
      cycle, the compression rate of the Kangaroo paper. Costs are those of a cycle, in vanilla's time per token.
      """
    return [.heading(2, "Settings"), .table(table), .paragraph(note)]
  }

  /// Predicted against measured ratios, and what several sequences at once would give.
  private static func predictions(_ entries: [Entry], _ naming: SpeedNaming) -> [Block] {
    let explained = entries.compactMap { entry in entry.explained.map { (name: entry.name, explained: $0) } }
    let batched = entries.compactMap { entry in
      entry.batched.map { (name: entry.name, basis: entry.basis, batched: $0) }
    }
    return PredictionTable(label: "Setting", rows: explained, naming: naming).blocks
      + BatchTable(label: "Setting", rows: batched, naming: naming).blocks
  }

  /// The categories of all runs, each once.
  private static func categories(_ summaries: [RunSummary]) -> [ReportCategory] {
    var seen: Set<ReportCategory> = []
    return summaries.flatMap(\.tasks).filter { seen.insert($0).inserted } + [.overall]
  }

  private static func bestByCategory(
    _ entries: [Entry],
    _ categories: [ReportCategory],
    _ naming: SpeedNaming
  ) -> [Block] {
    var table = Table(
      columns: [("Category", .left), ("Best setting", .left), (naming.column, .right), ("Accepted", .right)]
    )
    for category in categories {
      let measured = entries.filter { $0.metrics[category]?.speed?.ratio != nil }
      guard
        let best = measured.max(by: {
          $0.metrics[category]?.speed?.ratio ?? 0 < $1.metrics[category]?.speed?.ratio ?? 0
        })
      else { continue }
      table.append([
        category.title, best.name,
        naming.cell(best.metrics[category]?.speed),
        NumberFormat.mean(best.metrics[category]?.accepted?.meanAcceptedTokens),
      ])
    }
    return [.heading(2, "Best setting by category"), .table(table)]
  }
}
