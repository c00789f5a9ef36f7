import SpecDocument
import SpecMetrics
import SpecStore

// How long things took, and what the methods cost.
extension RunSections {
  /// Times to the first token and between tokens.
  var latency: [Block] {
    var table = Table(labels: ["Metric", "Decoder"], numbers: ["p50", "p90", "p95", "p99", "Mean"])
    for metric in LatencyMetric.allCases {
      for decoder in summary.decoders {
        guard let row = summary.metrics[decoder.id, .overall].latencies[metric] else { continue }
        let values = [
          row.p50Milliseconds, row.p90Milliseconds, row.p95Milliseconds, row.p99Milliseconds, row.meanMilliseconds,
        ]
        table.append([metric.rawValue.uppercased(), name(decoder)] + values.map { NumberFormat.milliseconds($0) })
      }
    }
    guard !table.isEmpty else { return [] }
    return section(
      "Latency",
      table,
      """
      TTFT: time to the first token. TPOT: decode time over the tokens after the prefill's, one value for each generation.
      ITL: time between tokens as they become available; tokens that one cycle emits become available together, so the
      times within a cycle are zero. Percentiles by nearest rank.
      """,
      plots: [.latency, .pace]
    )
  }

  /// What parts of a cycle take.
  var timeSplit: [Block] {
    guard summary.run.origin == .measured, summary.served == nil else { return [] }
    var table = Table(
      labels: ["Decoder"],
      numbers: ["Draft", "Verify", "Overhead", "Other", "Outside passes", "Cycles", "Time per cycle"]
    )
    for decoder in summary.decoders {
      let metrics = summary.metrics[decoder.id, .overall]
      let shares = [
        metrics.time?.draftShare, metrics.time?.verifyShare, metrics.time?.overheadShare, metrics.time?.otherShare,
        metrics.time?.outsideShare,
      ]
      table.append(
        [name(decoder)] + shares.map { NumberFormat.percent($0) }
          + [
            metrics.time.map { String($0.cycles) } ?? NumberFormat.missing,
            NumberFormat.milliseconds(metrics.cycleMilliseconds),
          ]
      )
    }
    return section(
      "Where the time goes",
      table,
      """
      Shares of the decode time: drafting with a model, verification by the target, the rest of the cycles (searching
      n-grams, comparing, moving cache entries), and what no cycle accounts for. The last two together lie outside the
      models' passes: the method's own overhead. A first cycle that ran the prompt is prefill and not counted here.
      """,
      plots: [.time]
    )
  }

  /// What verification costs: T(m), beside which the accepted tokens have to be seen.
  var verificationCost: [Block] {
    guard let costs = summary.run.verificationCost, let first = costs.first, first.milliseconds > 0 else { return [] }
    var table = Table(labels: ["Positions m"], numbers: costs.map { String($0.positions) })
    table.append(["T(m)"] + costs.map { NumberFormat.milliseconds($0.milliseconds) })
    table.append(["T(m)/T(1)"] + costs.map { NumberFormat.mean($0.milliseconds / first.milliseconds) })
    for (host, own) in summary.joined?.costsByHost ?? [] {
      let times = costs.map { cost in own.first { $0.positions == cost.positions }?.milliseconds }
      table.append(["T(m) of \(host)"] + times.map { NumberFormat.milliseconds($0) })
    }
    let measured: RichText =
      first.context.map {
        """
        measured now and then
        between the questions, the most positions less often: means of medians. The context is that of the last answer, \($0) positions in the middle.
        """
      } ?? "after 64 positions of\ncontext at most; medians, measured before the first repeat."
    return section(
      "Cost of verification",
      table,
      """
      One pass of the target over m positions with the logits of each, \(measured)
      A cycle that verifies m positions can pay only if it yields more than T(m)/T(1) tokens.
      """
    )
  }

  /// What the methods need beside the target.
  var addedParameters: [Block] {
    guard summary.run.origin == .measured, summary.served == nil else { return [] }
    var table = Table(labels: ["Decoder", "Method"], numbers: ["Added parameters", "Share of the target"])
    for decoder in summary.decoders {
      let target = summary.run.parameters
      let share = target > 0 ? Double(decoder.addedParameters) / Double(target) : nil
      table.append([
        name(decoder), decoder.method, NumberFormat.count(decoder.addedParameters),
        NumberFormat.percent(share),
      ])
    }
    return section(
      "Added parameters",
      table,
      """
      Parameters that the method needs beside the target's own. Rows of the target's head that are packed apart for a draft
      vocabulary are none: they take memory alone.
      """
    )
  }
}
