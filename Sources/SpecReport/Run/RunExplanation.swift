import SpecMetrics
import SpecStore

// What the costs of the cycles account for.
extension RunSummary {
  /// A decoder with its explained speedup.
  typealias Explained = (decoder: Stored<DecoderRecord>, explained: ExplainedSpeedup)
  /// A decoder with what is predicted for several sequences at once.
  typealias Batched = (decoder: Stored<DecoderRecord>, explained: ExplainedSpeedup, batched: BatchedSpeedup)

  /// T(m), as far as the run measured it.
  private var passCosts: CostCurve? { run.verificationCost.flatMap { CostCurve($0) } }

  /// The decoders beside vanilla whose speedup is explained.
  var explained: [Explained] {
    let curve = passCosts
    return decoders.compactMap { decoder in explanation(of: decoder, curve).map { (decoder, $0) } }
  }

  /// Those of them whose speedup with several sequences is predicted: where the run has T(m).
  var batched: [Batched] {
    guard let curve = passCosts else { return [] }
    return explained.compactMap { decoder, explained in
      guard let cycles = metrics.cycles[decoder.id],
        let batched = BatchedSpeedup(explained, cycles: cycles, curve: curve)
      else { return nil }
      return (decoder, explained, batched)
    }
  }

  private func explanation(of decoder: Stored<DecoderRecord>, _ curve: CostCurve?) -> ExplainedSpeedup? {
    guard let baseline = outline.baseline, decoder.id != baseline.id else { return nil }
    return ExplainedSpeedup(
      metrics[decoder.id, .overall],
      vanilla: metrics[baseline.id, .overall],
      cycles: metrics.cycles[decoder.id],
      curve: curve
    )
  }
}
