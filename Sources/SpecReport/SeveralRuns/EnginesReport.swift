import SpecDocument
import SpecMetrics
import SpecStore

/// Runs of several engines beside each other, in tokens per second. What one engine does faster than another is no speedup of
/// a method, since engines differ in more than that: ratios are those inside each engine, over its own vanilla.
package enum EnginesReport {
  /// Makes the report.
  ///
  /// - Parameters:
  ///   - store: the database.
  ///   - runs: the runs, one or more for each engine, in the order of the tables.
  /// - Returns: the report.
  /// - Throws: a `StoreError`, for example where there is no such run.
  package static func document(_ store: BenchmarkStore, runs: [Int64]) throws(StoreError) -> Document {
    var summaries: [RunSummary] = []
    var conditions: [RunConditions] = []
    for run in runs {
      summaries.append(try RunSummary(store: store, run: run))
      conditions.append(try RunConditions(store, run: run))
    }
    return Document(
      opening(summaries) + rates(summaries) + ratios(summaries) + differences(summaries, conditions)
    )
  }

  private static func opening(_ summaries: [RunSummary]) -> [Block] {
    let suites = summaries.map(\.run.suiteName).reduce(into: [String]()) { if !$0.contains($1) { $0.append($1) } }
    let unfinished = summaries.compactMap { summary in
      summary.outline.unfinishedText.map { "run \(summary.run.id) is \($0)" }
    }
    let state: RichText =
      unfinished.isEmpty ? "" : "\n\(strong: "All numbers are preliminary"): \(unfinished.joined(separator: ", "))."
    return [
      .heading(1, "SpecBench report: engines beside each other, suite \(suites.joined(separator: ", "))"),
      .paragraph(
        """
        Tokens per second are shown beside each other and never called a speedup: engines differ in their kernels, weights,
        threads and clocks. Ratios are formed inside each engine, over its own vanilla.\(state)
        """
      ),
    ]
  }

  /// What a reader calls the engine of a run.
  private static func engine(_ summary: RunSummary) -> String {
    if let served = summary.served { return "\(served.servers[0].engine) (\(served.engineText))" }
    return summary.run.origin == .measured ? "SpecBench \(summary.environment.packageVersion)" : "imported"
  }

  private static func rates(_ summaries: [RunSummary]) -> [Block] {
    let tasks = summaries.first?.columns ?? []
    let columns = summaries.allSatisfy { $0.columns == tasks } ? tasks : []
    var table = Table(
      labels: ["Run", "Engine", "Decoder", "Weights"],
      numbers: columns.map(\.title) + [ReportCategory.overall.title]
    )
    for summary in summaries {
      for decoder in summary.decoders {
        table.append(
          [
            "\(summary.run.id)", engine(summary), summary.labels[decoder],
            summary.run.weightType.isEmpty ? NumberFormat.missing : summary.run.weightType,
          ]
            + (columns + [.overall]).map {
              NumberFormat.rate(summary.metrics[decoder.id, $0].speed?.tokensPerSecond)
            }
        )
      }
    }
    return [
      .heading(2, "Tokens per second"), .table(table),
      .paragraph(
        """
        Tokens after the prefill's over decode time, summed over the pairs with the engine's own vanilla. Times of servers are
        by the client's clock; those of SpecBench's own decoders are taken in the process.
        """
      ),
    ]
  }

  private static func ratios(_ summaries: [RunSummary]) -> [Block] {
    var table = Table(
      labels: ["Run", "Decoder"],
      numbers: ["Over its own vanilla", "#Mean Accepted Tokens", "Outputs that differ"]
    )
    for summary in summaries {
      for decoder in summary.decoders where !decoder.isVanilla {
        let metrics = summary.metrics[decoder.id, .overall]
        let isSpeedup = metrics.speed?.basis != .timePerToken
        table.append([
          "\(summary.run.id)", summary.labels[decoder],
          NumberFormat.ratio(metrics.speed?.ratio) + (metrics.speed?.ratio == nil || isSpeedup ? "" : " per token"),
          NumberFormat.mean(metrics.accepted?.meanAcceptedTokens),
          "\(summary.mismatches.count { $0.decoder == decoder.name })",
        ])
      }
    }
    guard !table.isEmpty else { return [] }
    return [
      .heading(2, "Inside each engine"), .table(table),
      .paragraph(
        """
        Vanilla's decode time over the decoder's, both of the same engine; where outputs differ, times are compared per token.
        Each run's own report has the intervals and says where outputs differ.
        """
      ),
    ]
  }

  /// What else differs between the engines than the engine.
  private static func differences(_ summaries: [RunSummary], _ conditions: [RunConditions]) -> [Block] {
    guard let first = conditions.first else { return [] }
    let points = zip(summaries, conditions).dropFirst().map { summary, other -> ListItem in
      let found = first.obstacles(other)
      let text = found.isEmpty ? "nothing else is known to differ" : found.joined(separator: "; ")
      return ListItem("Run \(summary.run.id) against run \(summaries[0].run.id): \(text).")
    }
    guard !points.isEmpty else { return [] }
    return [.heading(2, "What else differs"), .list(Array(points))]
  }
}
