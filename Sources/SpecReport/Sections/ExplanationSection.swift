import SpecDocument
import SpecMetrics
import SpecStore

// What explains the speedups.
extension RunSections {
  /// What the cycles' costs predict, beside what was measured.
  var explanation: [Block] {
    guard let baseline = summary.outline.baseline else { return [] }
    let vanilla = summary.metrics[baseline.id, .overall]
    var table = Table(
      labels: ["Decoder"],
      numbers: [
        "Accepted", "Draft cost", "Verify cost", "Of T(m)", "Predicted", "Measured", "Remainder", "Best draft", "Then",
      ]
    )
    for decoder in summary.decoders where decoder.id != baseline.id {
      guard let explained = ExplainedSpeedup(summary.metrics[decoder.id, .overall], vanilla: vanilla) else { continue }
      let share = summary.metrics.shareOfPassCosts(summary.run.verificationCost, of: decoder.id)
      let best = draftLengths(of: decoder, vanilla)?.best
      table.append([
        name(decoder), NumberFormat.mean(explained.meanAccepted), NumberFormat.mean(explained.draftCost),
        NumberFormat.mean(explained.verifyCost), NumberFormat.percent(share),
        NumberFormat.ratio(explained.predicted),
        summary.naming.cell(explained.measured, explained.basis), NumberFormat.fixed(explained.remainder, decimals: 2),
        best.map { String($0.longest) } ?? NumberFormat.missing, NumberFormat.ratio(best?.speedup),
      ])
    }
    guard !table.isEmpty else { return [] }
    return section(
      summary.naming.common == .speedup ? "The speedup explained" : "The \(summary.naming.plural) explained",
      table,
      """
      Predicted = accepted tokens per cycle over what a cycle costs, in vanilla's time per token (a first cycle that ran
      the prompt has no times of its own and is left out): a drafter pays as far as
      the first exceeds the second. Of T(m): what verifying took over the model's T(m) of as many positions; where the
      first layers draft only those above verify, and Lookahead's passes compute its window as well. The remainder to the
      measured ratio is the rest of the cycles and tokens cut off at a stop. Best draft: the longest draft that the same
      cycles would have gone best with, cut there, by the model's T(m); "then" is the ratio that predicts. It is known
      for drafters of chains only.
      """
    )
  }

  private func draftLengths(of decoder: Stored<DecoderRecord>, _ vanilla: Metrics) -> DraftLengthModel? {
    guard let token = vanilla.cycleMilliseconds, let costs = summary.run.verificationCost,
      let cycles = summary.metrics.cycles[decoder.id]
    else { return nil }
    return DraftLengthModel(cycles, costs: costs, tokenNanoseconds: token * 1e6)
  }
}
