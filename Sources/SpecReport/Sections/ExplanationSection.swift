import SpecDocument
import SpecMetrics
import SpecStore

// What explains the speedups.
extension RunSections {
  /// What the cycles' costs predict, beside what was measured.
  var explanation: [Block] {
    var table = Table(
      labels: ["Decoder"],
      numbers: [
        "Accepted", "Kept", "Draft cost", "Verify cost", "Of T(m)", "Predicted", "Measured", "Remainder", "Best draft",
        "Then",
      ]
    )
    for (decoder, explained) in summary.explained {
      let share = summary.metrics.shareOfPassCosts(summary.run.verificationCost, of: decoder.id)
      let best = draftLengths(of: decoder)?.best
      table.append([
        name(decoder), NumberFormat.mean(explained.meanAccepted), NumberFormat.mean(explained.keptTokens),
        NumberFormat.mean(explained.draftCost),
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
      Predicted = kept tokens per cycle over what a cycle costs, in vanilla's time per token (a first cycle that ran
      the prompt has no times of its own and is left out): a drafter pays as far as
      the first exceeds the second. Kept: accepted tokens without those that were cut off at a stop, with those of the
      prefill that vanilla decodes. Of T(m): what verifying took over the model's T(m) of as many positions; where the
      first layers draft only those above verify. Lookahead's passes compute its window as well, which older runs did not
      note. The remainder to the measured ratio is the rest of the cycles. Best draft: the longest draft that the same
      cycles would have gone best with, cut there, by the model's T(m); "then" is the ratio that predicts. It is known
      for drafters of chains only.
      """
    )
  }

  /// The predictions against what was measured.
  var predictions: [Block] {
    let rows = summary.explained.map { (name: name($0.decoder), explained: $0.explained) }
    return PredictionTable(label: "Decoder", rows: rows, naming: summary.naming).blocks
  }

  /// What the decoders would gain with several sequences at once.
  var batches: [Block] {
    let rows = summary.batched.map { (name: name($0.decoder), basis: $0.explained.basis, batched: $0.batched) }
    return BatchTable(label: "Decoder", rows: rows, naming: summary.naming).blocks
      + [plots[RunPlot.batch.rawValue]].compactMap(\.self).map(Block.plot)
  }

  private func draftLengths(of decoder: Stored<DecoderRecord>) -> DraftLengthModel? {
    guard let baseline = summary.outline.baseline, let costs = summary.run.verificationCost,
      let token = summary.metrics[baseline.id, .overall].cycleMilliseconds,
      let cycles = summary.metrics.cycles[decoder.id]
    else { return nil }
    return DraftLengthModel(cycles, costs: costs, tokenNanoseconds: token * 1e6)
  }
}
