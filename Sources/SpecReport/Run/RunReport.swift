import SpecDocument
import SpecMetrics
import SpecStore

/// The report on one run for readers.
package enum RunReport {
  /// Makes the report.
  ///
  /// - Parameter summary: the run.
  /// - Returns: the report with its plots.
  package static func document(_ summary: RunSummary) -> Document {
    let sections = RunSections(
      summary: summary,
      plots: Dictionary(RunPlots.render(summary).map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
    )
    return Document(sections.opening + sections.details + (summary.generations > 0 ? sections.tables : []))
  }
}

/// The sections of a run's report. Each is empty where it has nothing to show.
struct RunSections {
  let summary: RunSummary
  /// By name.
  var plots: [String: Plot] = [:]

  /// The tables of numbers in their order, each with a paragraph on what they mean.
  var tables: [Block] {
    [
      speedup, speedupOfManyCategories, certainty, explanation, predictions, batches, endToEnd, specBench,
      specBenchColumns, tokensPerSecond,
      concurrency, serverCounts, acceptance, draftVocabulary, acceptanceByPosition, consecutiveAcceptance,
      acceptanceByPlace, latency, clocks, timeSplit, verificationCost, addedParameters,
      servers, probes, failures, shards, conditions, losslessness,
    ].flatMap(\.self)
  }

  /// The titles of the columns for categories.
  var taskTitles: [String] { summary.columns.map(\.title) }

  /// What a reader calls a decoder.
  func name(_ decoder: Stored<DecoderRecord>) -> String { summary.labels[decoder] }

  /// A table under its title, with a paragraph on what it shows and with plots.
  func section(_ title: RichText, _ table: Table, _ note: RichText, plots kinds: [RunPlot] = []) -> [Block] {
    [.heading(2, title), .table(table), .paragraph(note)] + kinds.compactMap { plots[$0.rawValue] }.map(Block.plot)
  }

  /// One row for each decoder, one column for each category and one for all of them.
  func byCategory(_ title: RichText, _ note: RichText, _ cell: (Metrics) -> String) -> [Block] {
    var table = Table(labels: ["Decoder"], numbers: taskTitles + [ReportCategory.overall.title])
    for decoder in summary.decoders {
      table.append([name(decoder)] + (summary.columns + [.overall]).map { cell(summary.metrics[decoder.id, $0]) })
    }
    return section(title, table, note)
  }
}
