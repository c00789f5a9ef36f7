import SpecFiles
import SpecMetrics
import SpecStore

// What happened inside the cycles, and how long things took.
extension MarkdownFigures {
  /// More columns than this are no longer readable.
  private static let shownPositions = 12

  var acceptanceByPosition: String? {
    var table = MarkdownTable(labels: ["Decoder", "Share"], figures: positionTitles)
    for decoder in summary.decoders {
      let positions = shownPositions(of: decoder)
      guard !positions.isEmpty else { continue }
      table.append([name(decoder), "marginal"] + positions.map { NumberFormat.percent($0?.marginal) })
      table.append([name(decoder), "conditional"] + positions.map { NumberFormat.percent($0?.conditional) })
    }
    guard !table.isEmpty else { return nil }
    return section(
      "Acceptance by position",
      table,
      """
      Marginal: of the cycles that drafted at all, the share in which the token at this place of the draft was
      accepted. Conditional: the same share of the cycles that drafted this place and accepted all places before it.
      "–" stands where no draft reached.
      """ + hiddenPositions,
      plots: [.acceptance, .acceptLengths]
    )
  }

  var consecutiveAcceptance: String? {
    var table = MarkdownTable(labels: ["Decoder"], figures: positionTitles.map { "w = \($0)" })
    for decoder in summary.decoders {
      let positions = shownPositions(of: decoder)
      guard !positions.isEmpty else { continue }
      table.append([name(decoder)] + positions.map { NumberFormat.percent($0?.consecutiveTokenAcceptanceRate) })
    }
    guard !table.isEmpty else { return nil }
    return section(
      "Consecutive acceptance, CTAR(w)",
      table,
      """
      The share of all cycles in which at least w consecutive draft tokens were accepted, as in the Kangaroo paper.
      """ + hiddenPositions
    )
  }

  var latency: String? {
    var table = MarkdownTable(labels: ["Metric", "Decoder"], figures: ["p50", "p90", "p95", "p99", "Mean"])
    for metric in LatencyMetric.allCases {
      for decoder in summary.decoders {
        guard let row = summary.metrics[decoder.id, .overall].latencies[metric] else { continue }
        let values = [
          row.p50Milliseconds, row.p90Milliseconds, row.p95Milliseconds, row.p99Milliseconds, row.meanMilliseconds,
        ]
        table.append([metric.rawValue.uppercased(), name(decoder)] + values.map { NumberFormat.milliseconds($0) })
      }
    }
    guard !table.isEmpty else { return nil }
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

  var timeSplit: String? {
    guard summary.run.origin == .measured else { return nil }
    var table = MarkdownTable(
      labels: ["Decoder"],
      figures: ["Draft", "Verify", "Overhead", "Other", "Outside passes", "Cycles", "Time per cycle"]
    )
    for decoder in summary.decoders {
      let figures = summary.metrics[decoder.id, .overall]
      let shares = [
        figures.time?.draftShare, figures.time?.verifyShare, figures.time?.overheadShare, figures.time?.otherShare,
        figures.time?.outsideShare,
      ]
      table.append(
        [name(decoder)] + shares.map { NumberFormat.percent($0) }
          + [
            figures.time.map { String($0.cycles) } ?? NumberFormat.missing,
            NumberFormat.milliseconds(figures.cycleMilliseconds),
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
  var verificationCost: String? {
    guard let costs = summary.run.verificationCost, let first = costs.first, first.milliseconds > 0 else { return nil }
    var table = MarkdownTable(labels: ["Positions m"], figures: costs.map { String($0.positions) })
    table.append(["T(m)"] + costs.map { NumberFormat.milliseconds($0.milliseconds) })
    table.append(["T(m)/T(1)"] + costs.map { NumberFormat.mean($0.milliseconds / first.milliseconds) })
    let measured =
      first.context.map {
        "measured now and then\nbetween the questions: means of medians. The context is that of the last answer, "
          + "\($0) positions in the middle."
      } ?? "after 64 positions of\ncontext at most; medians, measured before the first pass."
    return section(
      "Cost of verification",
      table,
      """
      One pass of the target over m positions with the logits of each, \(measured)
      A cycle that verifies m positions can pay only if it yields more than T(m)/T(1) tokens.
      """
    )
  }

  private var longestDraft: Int {
    summary.decoders.reduce(0) { max($0, summary.metrics[$1.id, .overall].positions.count) }
  }

  private var positionTitles: [String] {
    (0..<min(longestDraft, Self.shownPositions)).map { String($0 + 1) }
  }

  /// One entry for each column, nil after the decoder's longest draft; none for a decoder that does not draft.
  private func shownPositions(of decoder: Stored<DecoderRecord>) -> [AcceptanceAtPosition?] {
    let positions = summary.metrics[decoder.id, .overall].positions
    guard !positions.isEmpty else { return [] }
    return positionTitles.indices.map { positions.indices.contains($0) ? positions[$0] : nil }
  }

  private var hiddenPositions: String {
    longestDraft > Self.shownPositions
      ? "\nDrafts had up to \(longestDraft) places; those after \(Self.shownPositions) are in the JSON report." : ""
  }
}
