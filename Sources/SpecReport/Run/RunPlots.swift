import SpecDocument
import SpecMetrics
import SpecStatistics
import SpecStore

/// What the plots of a run show. The value is the name of the file.
enum RunPlot: String {
  case speedup
  case time
  case acceptance
  case acceptLengths = "accept-lengths"
  case acceptanceByOutput = "acceptance-by-output"
  case acceptanceByContext = "acceptance-by-context"
  case latency
  case pace
  case concurrency
  case batch

  /// The title of the drawing, which is also what a page says in its place.
  func title(_ naming: SpeedNaming) -> String {
    switch self {
    case .speedup: naming.common == .speedup ? "Speedup over vanilla" : naming.title
    case .time: "Where the time goes"
    case .acceptance: "Acceptance by position"
    case .acceptLengths: "Accept lengths"
    case .acceptanceByOutput: "Mean accepted tokens by place in the output"
    case .acceptanceByContext: "Mean accepted tokens by depth of context"
    case .latency: "Time per token"
    case .pace: "Time per token over position"
    case .concurrency: "Throughput over vanilla's by concurrency"
    case .batch: BatchTable.title(naming)
    }
  }
}

extension Plot {
  fileprivate init(_ kind: RunPlot, _ drawing: any PlotDrawing) {
    self.init(name: kind.rawValue, drawing)
  }
}

/// The plots of a run.
package enum RunPlots {
  /// Draws what a run has measured.
  ///
  /// - Parameter summary: the run.
  /// - Returns: the plots in the order of the report's sections; none of what was not measured.
  package static func render(_ summary: RunSummary) -> [Plot] {
    guard summary.generations > 0 else { return [] }
    return [
      speedup(summary), timeSplit(summary), acceptance(summary), acceptLengths(summary),
      acceptance(summary, along: .output), acceptance(summary, along: .context), latency(summary), pace(summary),
      concurrency(summary), batch(summary),
    ].compactMap(\.self)
  }

  /// A decoder has the same color in all plots.
  private static func color(of decoder: Stored<DecoderRecord>, _ summary: RunSummary) -> Int {
    summary.decoders.firstIndex { $0.id == decoder.id } ?? 0
  }

  private static func speedup(_ summary: RunSummary) -> Plot? {
    let decoders = summary.contestants.filter { !$0.isNoiseFloor }
    guard !summary.metrics.times.pairs.isEmpty, !decoders.isEmpty else { return nil }
    // More groups of bars than these cannot be told apart.
    let groups = summary.drawn + [.overall]
    let all = summary.outline.tasks.count
    let share = summary.hasManyCategories ? " (the \(summary.drawn.count) of \(all) with the most prompts)" : ""
    var plot = BarPlot(
      title: RunPlot.speedup.title(summary.naming),
      note: "\(measure(summary.naming)) by category\(share)\(intervals(of: decoders, summary)); "
        + "the line marks vanilla"
        + (summary.isFinished ? "" : "; preliminary, the run is unfinished"),
      groups: groups.map(\.shortTitle),
      series: decoders.map { decoder in
        BarPlot.Series(
          name: summary.labels[decoder],
          color: color(of: decoder, summary),
          bars: groups.map { category in
            let estimate = summary.metrics[decoder.id, category].estimate
            return BarPlot.Bar(value: estimate?.ratio, interval: estimate?.interval.map { $0.lower...$0.upper })
          }
        )
      }
    )
    (plot.reference, plot.unit) = (1, "x")
    return Plot(.speedup, plot)
  }

  /// What the bars show.
  private static func measure(_ naming: SpeedNaming) -> String {
    switch naming.common {
    case .speedup: "Ratio of decode times"
    case .timePerToken: "Ratio of decode times per token"
    case nil: "Ratio of decode times, of those per token where outputs differ,"
    }
  }

  /// Which of the two intervals the bars have.
  private static func intervals(of decoders: [Stored<DecoderRecord>], _ summary: RunSummary) -> String {
    let drawn = decoders.flatMap { decoder in
      (summary.drawn + [.overall]).compactMap { summary.metrics[decoder.id, $0].estimate }.filter { $0.interval != nil }
    }
    guard !drawn.isEmpty else { return "" }
    if drawn.allSatisfy({ $0.ofThisSuite != nil }) { return ", with 95 % intervals of this suite" }
    if drawn.allSatisfy({ $0.ofThisSuite == nil }) { return ", with 95 % intervals over questions" }
    return ", with 95 % intervals of this suite or else over questions"
  }

  private static func timeSplit(_ summary: RunSummary) -> Plot? {
    let rows = summary.decoders.compactMap { decoder -> (name: String, shares: [Double])? in
      guard let time = summary.metrics[decoder.id, .overall].time, let draft = time.draftShare,
        let verify = time.verifyShare, let outside = time.outsideShare
      else { return nil }
      return (summary.labels[decoder], [draft, verify, outside])
    }
    guard !rows.isEmpty, summary.run.origin == .measured else { return nil }
    let plot = ShareBarPlot(
      title: RunPlot.time.title(summary.naming),
      note: "Shares of the decode time, in percent",
      parts: ["draft", "verify", "outside passes"],
      rows: rows
    )
    return Plot(.time, plot)
  }

  private static func acceptance(_ summary: RunSummary) -> Plot? {
    let series = summary.decoders.compactMap { decoder -> LinePlot.Series? in
      let positions = summary.metrics[decoder.id, .overall].positions
      return positions.isEmpty
        ? nil
        : LinePlot.Series(
          name: summary.labels[decoder],
          color: color(of: decoder, summary),
          points: positions.map { (Double($0.position), $0.marginal * 100) }
        )
    }
    guard !series.isEmpty else { return nil }
    var plot = LinePlot(
      title: RunPlot.acceptance.title(summary.naming),
      note: "Share of drafting cycles, in percent, in which the token at this place of the draft was accepted",
      positionTitle: "place in the draft",
      series: series
    )
    plot.positions = .places
    return Plot(.acceptance, plot)
  }

  private static func acceptLengths(_ summary: RunSummary) -> Plot? {
    let drafting = summary.decoders.filter { $0.id != summary.outline.baseline?.id }
    let tallies = summary.metrics.cycles
    let longest = drafting.compactMap { tallies[$0.id]?.kinds.keys.map(\.acceptLength).max() }.max() ?? 0
    guard longest > 0 else { return nil }
    let shown = min(longest, 12)
    var plot = BarPlot(
      title: RunPlot.acceptLengths.title(summary.naming),
      note: "Share of cycles, in percent, by the number of tokens that they contributed",
      groups: (1...shown).map { $0 == shown && longest > shown ? "\($0) or more" : String($0) },
      series: drafting.map { decoder in
        let own = tallies[decoder.id]
        let all = Double(max(own?.total.cycles ?? 0, 1))
        return BarPlot.Series(
          name: summary.labels[decoder],
          color: color(of: decoder, summary),
          bars: (1...shown).map { length in
            let cycles = own?.cycles { min($0.acceptLength, shown) == length } ?? 0
            return BarPlot.Bar(value: Double(cycles) / all * 100)
          }
        )
      }
    )
    plot.groupTitle = "tokens that a cycle contributed"
    return Plot(.acceptLengths, plot)
  }

  private static func acceptance(_ summary: RunSummary, along place: TextPlace) -> Plot? {
    guard summary.run.origin == .measured, summary.metrics.stretches[place].count > 1 else { return nil }
    let series = summary.draftingDecoders.map { decoder in
      LinePlot.Series(
        name: summary.labels[decoder],
        color: color(of: decoder, summary),
        points: summary.places(of: decoder, place).map {
          (Double($0.fromTokens + $0.toTokens) / 2, $0.meanAcceptedTokens)
        }
      )
    }
    guard !series.isEmpty else { return nil }
    let kind = place == .output ? RunPlot.acceptanceByOutput : .acceptanceByContext
    let plot = LinePlot(
      title: kind.title(summary.naming),
      note: "Tokens that a cycle contributed on average; each point stands in the middle of a stretch of places",
      positionTitle: place == .output ? "tokens of the output before the cycle" : "tokens of prompt and output before",
      series: series
    )
    return Plot(kind, plot)
  }

  private static func latency(_ summary: RunSummary) -> Plot? {
    let rows = summary.decoders.map { decoder in
      let timed = (summary.metrics.times.pairs[decoder.id] ?? []).filter {
        $0.decodeTokens > 0 && $0.decodeNanoseconds > 0
      }
      let sample = Quantiles(timed.map { Double($0.decodeNanoseconds) / Double($0.decodeTokens) / 1e6 })
      return (name: summary.labels[decoder], quantiles: BoxPlot.shares.compactMap { sample.quantile($0) })
    }.filter { !$0.quantiles.isEmpty }
    guard !rows.isEmpty else { return nil }
    let plot = BoxPlot(
      title: RunPlot.latency.title(summary.naming),
      note:
        "Milliseconds, one value for each generation; boxes 25th to 75th percentile, whiskers 5th to 95th; log scale",
      rows: rows
    )
    return Plot(.latency, plot)
  }

  private static func pace(_ summary: RunSummary) -> Plot? {
    let series = summary.decoders.compactMap { decoder -> LinePlot.Series? in
      // The last stretches that only a few long outputs reach would show those outputs, not the position.
      let own = summary.metrics.paces[decoder.id] ?? []
      let reached = own.filter { 4 * $0.generations >= (own.first?.generations ?? 0) }
      guard reached.count > 1 else { return nil }
      return LinePlot.Series(
        name: summary.labels[decoder],
        color: color(of: decoder, summary),
        points: reached.map { (Double($0.position + summary.metrics.stretch), $0.milliseconds) }
      )
    }
    guard !series.isEmpty else { return nil }
    var plot = LinePlot(
      title: RunPlot.pace.title(summary.naming),
      note: "Mean milliseconds per token over \(summary.metrics.stretch) tokens each; log scale",
      positionTitle: "position in the output",
      series: series
    )
    plot.values = .logarithmic
    return Plot(.pace, plot)
  }

  private static func concurrency(_ summary: RunSummary) -> Plot? {
    guard let loads = summary.loads, let most = loads.concurrencies.last else { return nil }
    let series = summary.decoders.compactMap { decoder -> LinePlot.Series? in
      let points = loads.concurrencies.compactMap { concurrency in
        loads[decoder.id, concurrency]?.ratio.map { (x: Double(concurrency), y: $0) }
      }
      return points.isEmpty
        ? nil : LinePlot.Series(name: summary.labels[decoder], color: color(of: decoder, summary), points: points)
    }
    guard !series.isEmpty else { return nil }
    let even = LinePlot.Series(name: "", color: 0, style: .faint, points: [(0, 1), (Double(most), 1)])
    let plot = LinePlot(
      title: RunPlot.concurrency.title(summary.naming),
      note: "Ratio of tokens per second, with as many requests in flight; below the line at 1 speculation costs time",
      positionTitle: "requests in flight",
      series: [even] + series
    )
    return Plot(.concurrency, plot)
  }

  private static func batch(_ summary: RunSummary) -> Plot? {
    let series = summary.batched.map { decoder, _, batched in
      LinePlot.Series(
        name: summary.labels[decoder],
        color: color(of: decoder, summary),
        style: .plain,
        points: batched.points.map { (Double($0.batch), $0.speedup) }
      )
    }
    guard !series.isEmpty else { return nil }
    let even = LinePlot.Series(
      name: "",
      color: 0,
      style: .faint,
      points: [(0, 1), (Double(BatchedSpeedup.largest), 1)]
    )
    let plot = LinePlot(
      title: RunPlot.batch.title(summary.naming),
      note: "A prediction from T(m) and the recorded cycles; below the line at 1 vanilla is faster",
      positionTitle: "sequences decoded at once",
      series: [even] + series
    )
    return Plot(.batch, plot)
  }
}
