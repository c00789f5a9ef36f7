import SpecFiles
import SpecMetrics
import SpecStore

/// The tables of figures, each with a sentence on what they mean.
struct MarkdownFigures {
  let summary: RunSummary
  /// Where each plot lies, by its name.
  let plots: [String: String]

  /// The sections in order; those without anything to show are left out.
  var sections: [String] {
    [
      speedup, speedupOfManyCategories, certainty, explanation, endToEnd, specBench, specBenchColumns, tokensPerSecond,
      acceptance,
      acceptanceByPosition,
      consecutiveAcceptance, latency,
      timeSplit, verificationCost, addedParameters, conditions, losslessness,
    ].compactMap(\.self)
  }

  /// What a decode time is: imported answers have times of whole turns only.
  private var decodeTime: String {
    summary.run.origin == .measured
      ? "decode time runs from the first token to the last"
      : "decode time is that of the whole turn, prefill included, as the answer files have it"
  }

  private var speedup: String {
    var table = MarkdownTable(labels: ["Decoder"], figures: taskTitles + ["#Mean Accepted Tokens", "Overall"])
    for decoder in summary.allDecoders {
      let overall = summary.metrics[decoder.id, .overall]
      let tasks = summary.columns.map { summary.naming.cell(summary.metrics[decoder.id, $0].speed) }
      table.append(
        [name(decoder)] + tasks
          + [
            NumberFormat.mean(overall.accepted?.meanAcceptedTokens), summary.naming.cell(overall.speed),
          ]
      )
    }
    return section(
      summary.naming.title,
      table,
      """
      \(definition) formed over pairs of the same prompt
      and pass; \(decodeTime). #Mean Accepted Tokens is the mean number of tokens
      that a cycle contributes, the target's own token included and before any trimming at a stop; the token of the
      prefill belongs to no cycle. "–" stands for what was not measured.
      """,
      plots: [.speedup]
    )
  }

  /// One row for each category, where there are too many for columns.
  private var speedupOfManyCategories: String? {
    guard summary.hasManyCategories else { return nil }
    let decoders = summary.allDecoders
    var table = MarkdownTable(labels: ["Category"], figures: decoders.map(name))
    for category in summary.tasks {
      table.append(
        [MarkdownText.plain(category.title)]
          + decoders.map { summary.naming.cell(summary.metrics[$0.id, category].speed) }
      )
    }
    return section(
      "\(summary.naming.title) by category",
      table,
      """
      \(summary.tasks.count) categories are too many for columns: the other tables and the plots show all of them together,
      and the report as JSON or CSV has every figure of each.
      """
    )
  }

  /// What the ratios are, and why some or all are no speedups.
  private var definition: String {
    guard let note = summary.naming.note else {
      return "Speedup is the sum of vanilla's decode times over the sum of the decoder's,"
    }
    return "\(note)\nThe ratios are the sum of vanilla's decode times over the sum of the decoder's,"
  }

  private var endToEnd: String? {
    guard summary.run.origin == .measured else { return nil }
    return byCategory(
      summary.naming.common == .speedup ? "End-to-end speedup" : "End to end: \(summary.naming.title.lowercased())",
      """
      The same ratio with prefill: all work on the prompt, the drafter's included, counts on both sides.
      """
    ) { summary.naming.cell($0.speed, \.endToEndRatio) }
  }

  private var specBench: String {
    byCategory(
      summary.naming.common == .speedup
        ? "Speedup by Spec-Bench's definition" : "Ratio of tokens per second by Spec-Bench's definition",
      """
      The decoder's mean tokens per second over vanilla's mean tokens per second, prefill included, where each question
      with all its turns counts once for every pass. For comparison with published tables.
      """
    ) { NumberFormat.ratio($0.speed?.specBenchSpeedup) }
  }

  /// Which tokens the decode time brought.
  private var decodeTokens: String {
    summary.run.origin == .measured ? "Tokens after the prefill's" : "All tokens"
  }

  private var tokensPerSecond: String {
    byCategory(
      "Tokens per second",
      """
      \(decodeTokens) over decode time, summed over the same pairs as the ratios above.
      """
    ) { NumberFormat.rate($0.speed?.tokensPerSecond) }
  }

  private var acceptance: String? {
    guard summary.run.origin == .measured else { return nil }
    var table = MarkdownTable(
      labels: ["Decoder"],
      figures: taskTitles + [ReportCategory.overall.title, "Nodes per token"]
    )
    for decoder in summary.decoders {
      let rates = (summary.columns + [.overall]).map {
        NumberFormat.percent(summary.metrics[decoder.id, $0].acceptance?.acceptanceRate)
      }
      let nodes = summary.metrics[decoder.id, .overall].acceptance?.nodesPerEmittedToken
      table.append([name(decoder)] + rates + [NumberFormat.mean(nodes)])
    }
    return section(
      "Acceptance",
      table,
      """
      Accepted over drafted tokens of the drafted path; for a tree that is accepted depth over depth. Nodes per token
      are the drafted tokens that the target verified for every token that came out. "–" where nothing was drafted.
      """
    )
  }

  private var addedParameters: String? {
    guard summary.run.origin == .measured else { return nil }
    var table = MarkdownTable(labels: ["Decoder", "Method"], figures: ["Added parameters", "Share of the target"])
    for decoder in summary.decoders {
      let target = summary.run.parameters
      let share = target > 0 ? Double(decoder.addedParameters) / Double(target) : nil
      table.append([
        name(decoder), MarkdownText.plain(decoder.method), NumberFormat.count(decoder.addedParameters),
        NumberFormat.percent(share),
      ])
    }
    return section("Added parameters", table, "Parameters that the method needs beside the target's own.")
  }

  private var losslessness: String {
    let lines = summary.allDecoders.map { decoder in
      let row = summary.outline.losslessness[decoder.id]
      let checked = row?.checked ?? 0
      let differing = row?.mismatches ?? 0
      var result = "\(checked - differing) of \(checked) identical to vanilla"
      if differing > 0 { result += ", **\(differing) DIFFERENT**" }
      if checked == 0 { result = decoder.id == summary.outline.baseline?.id ? "the reference" : "not compared" }
      return "- \(name(decoder)): \(result)"
    }
    let unit = summary.run.origin == .measured ? "token id by token id" : "as a text"
    let note =
      summary.outline.comparesVanillaAlone
      ? "Vanilla's outputs alone are compared, \(unit): judging drafts by rejection gives the others other draws."
      : "Each output is compared with vanilla's for the same prompt, \(unit)."
    return "## Losslessness\n\n\(lines.joined(separator: "\n"))\n\n\(note)"
  }
}

extension MarkdownFigures {
  var taskTitles: [String] { summary.columns.map { MarkdownText.plain($0.title) } }

  func name(_ decoder: Stored<DecoderRecord>) -> String {
    MarkdownText.plain(summary.labels[decoder])
  }

  func section(_ title: String, _ table: MarkdownTable, _ note: String, plots kinds: [RunPlot] = []) -> String {
    let images = kinds.compactMap { kind in
      plots[kind.rawValue].map { "\n\n![\(kind.title(summary.naming))](\($0))" }
    }
    return "## \(title)\n\n\(table.text)\n\n\(note)\(images.joined())"
  }

  /// One row for each decoder, one column for each category and one for all of them.
  private func byCategory(_ title: String, _ note: String, _ cell: (Metrics) -> String) -> String {
    var table = MarkdownTable(labels: ["Decoder"], figures: taskTitles + [ReportCategory.overall.title])
    for decoder in summary.decoders {
      table.append([name(decoder)] + (summary.columns + [.overall]).map { cell(summary.metrics[decoder.id, $0]) })
    }
    return section(title, table, note)
  }
}
