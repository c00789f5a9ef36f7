import SpecDocument
import SpecFiles
import SpecMetrics
import SpecStatistics
import SpecStore

// What servers did with several requests in flight.
extension RunSections {
  /// A method pays where its throughput is above vanilla's.
  private static let even = 1.0

  /// One table by concurrency, and where speculation stops to pay.
  var concurrency: [Block] {
    guard let loads = summary.loads else { return [] }
    let hasRepeats = loads.all.contains { $0.ratios != nil }
    var table = Table(
      labels: ["Decoder"],
      numbers: [
        "Concurrency", "In flight", "Tokens/s", "Over vanilla", hasRepeats ? "Repeats" : nil, "TTFT p50", "p95", "p99",
        "ITL p50", "p95", "p99", "#Mean Accepted Tokens", "Acceptance", "Failed", "Outputs that differ", "Client",
      ].compactMap(\.self)
    )
    for concurrency in loads.concurrencies {
      for decoder in summary.decoders {
        guard let load = loads[decoder.id, concurrency] else { continue }
        table.append([name(decoder), "\(concurrency)"] + cells(load, hasRepeats: hasRepeats))
      }
    }
    let points = summary.decoders.compactMap { decoder in payment(decoder, loads).map { ListItem($0) } }
    return [.heading(2, "By concurrency")] + (points.isEmpty ? [] : [.list(points)])
      + [.table(table), .paragraph(concurrencyNote(loads, hasRepeats: hasRepeats))]
      + [plots[RunPlot.concurrency.rawValue]].compactMap(\.self).map(Block.plot)
  }

  private func cells(_ load: ServedLoad, hasRepeats: Bool) -> [String] {
    let spread = load.ratios.map { "\(NumberFormat.bound($0.lowerBound))–\(NumberFormat.bound($0.upperBound))" }
    let latencies = [load.timeToFirstToken, load.interTokenLatency].flatMap { latency in
      [latency?.p50Milliseconds, latency?.p95Milliseconds, latency?.p99Milliseconds].map(NumberFormat.milliseconds)
    }
    let own = [
      NumberFormat.fixed(load.inFlight, decimals: 1), NumberFormat.rate(load.tokensPerSecond),
      NumberFormat.ratio(load.ratio),
    ]
    let rest = [
      NumberFormat.mean(load.meanAcceptedTokens), NumberFormat.percent(load.acceptanceRate),
      "\(load.failures) of \(load.answers + load.failures)",
      load.compared > 0 ? "\(load.differing) of \(load.compared)" : NumberFormat.missing,
      NumberFormat.percent(load.clientShare),
    ]
    return own + (hasRepeats ? [spread ?? NumberFormat.missing] : []) + latencies + rest
  }

  /// Where a decoder stops to pay; nil for vanilla and where nothing tells.
  private func payment(_ decoder: Stored<DecoderRecord>, _ loads: ServedLoads) -> RichText? {
    let levels = loads.concurrencies.compactMap { concurrency in
      loads[decoder.id, concurrency].flatMap { load in load.ratio.map { (concurrency, $0, Self.pays(load)) } }
    }
    guard let first = levels.first, let last = levels.last else { return nil }
    func told(_ one: (concurrency: Int, ratio: Double, pays: Bool)) -> RichText {
      "\(quantity(one.concurrency, "request")) in flight (\(NumberFormat.ratio(one.ratio)))"
    }
    let label = name(decoder)
    guard let stop = levels.first(where: { !$0.2 }) else {
      return "\(strong: "\(label)") pays at every measured concurrency, up to \(told(last))."
    }
    guard let before = levels.last(where: { $0.0 < stop.0 }) else {
      guard let best = levels.first(where: \.2) else {
        return "\(strong: "\(label)") pays at no measured concurrency: \(told(first))."
      }
      return "\(strong: "\(label)") does not pay with \(told(first)), but with \(told(best))."
    }
    return "\(strong: "\(label)") pays up to \(told(before)) and no longer with \(told(stop))."
  }

  /// Whether a method was faster than vanilla in every repeat.
  private static func pays(_ load: ServedLoad) -> Bool { (load.ratios?.lowerBound ?? load.ratio ?? 0) > even }

  private func concurrencyNote(_ loads: ServedLoads, hasRepeats: Bool) -> RichText {
    let repeats: RichText =
      hasRepeats
      ? " \"Repeats\" has the least and the greatest ratio of single repeats; a method pays where all are above 1."
      : " One repeat does not tell how much of it is noise."
    return """
      Each server alone decoded the suite in a closed loop: as many clients as the concurrency says, each of which sends its
      next request when the last one is answered. A conversation belongs to one client, which goes through its turns; later
      turns carry the answers that vanilla gave alone. "In flight" is the mean number of requests under way: it is lower where
      the last ones run out. Tokens/s are those of all answers over the time until the last had come, prefills
      included. "Over vanilla" is their ratio to vanilla's with as many requests in flight: a speedup where outputs are
      equal.\(repeats) TTFT and ITL are by the client's clock; tokens that came in one piece have no time between them.
      Acceptance is that of each answer, or where answers do not tell it, that of the server's counters over the level; the
      lengths of passes are those of the pieces then, and a server under load may put several passes into one. Outputs are
      compared with those that vanilla gave alone: an engine's sums may depend on what else it computes at the time, so that
      vanilla may differ from itself. "Client" is the processor time of this program as a share of one processor.
      """
  }

  /// What has to be known of the loads before the first number.
  var loadPoints: [RichText] {
    guard let loads = summary.loads else { return [] }
    let failures = loads.all.reduce(0) { $0 + $1.failures }
    let clear = loads.all.reduce(0) { $0 + $1.differingClearly }
    let compared = loads.all.reduce(0) { $0 + $1.compared }
    var points: [RichText] = []
    if failures > 0 {
      points.append("\(quantity(failures, "request")) failed with several in flight; see \"By concurrency\".")
    }
    if clear > 0 {
      points.append(
        """
        With several requests in flight, \(clear) of \(compared) outputs differ from those that vanilla gave alone, where it
        was sure or where nothing tells how sure it was.
        """
      )
    }
    return points
  }
}
