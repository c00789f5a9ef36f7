import SpecStore

/// A decoder's speedup as its accepted tokens and the costs of its cycles predict it. Costs are those of a cycle, in
/// vanilla's time per token.
package struct ExplainedSpeedup: Encodable, Sendable {
  /// Tokens that a cycle contributes on average.
  package let meanAccepted: Double
  /// Tokens of the output for each cycle: without those that were cut off at a stop, with those that vanilla decodes and
  /// that came with this decoder's prefill.
  package let keptTokens: Double
  /// What drafting costs.
  package let draftCost: Double
  /// What verifying costs.
  package let verifyCost: Double
  /// What the rest of the decode time costs: searching texts, moving cache entries, and what no cycle accounts for.
  package let restCost: Double
  /// The measured ratio: a speedup, or one of times per token.
  package let measured: Double
  /// Which of the two.
  package let basis: SpeedBasis

  /// Kept tokens over what drafting and verifying cost.
  package let predicted: Double
  /// What the prediction leaves out: the rest of the cycles.
  package let remainder: Double
  /// The ratio that follows if the target's passes take what T(m) says, which was measured apart from the decoders; nil where
  /// T(m) is not known.
  package let predictedByPassCosts: Double?

  /// How far the prediction is from the measured ratio, as a share of that.
  package var difference: Double { predicted / measured - 1 }
  /// The same of the prediction by T(m).
  package var differenceByPassCosts: Double? { predictedByPassCosts.map { $0 / measured - 1 } }

  enum CodingKeys: String, CodingKey {
    case meanAccepted = "mean_accepted_tokens"
    case keptTokens = "kept_tokens"
    case draftCost = "draft_cost"
    case verifyCost = "verify_cost"
    case restCost = "rest_cost"
    case predicted, measured, basis, remainder
  }

  /// - Parameters:
  ///   - metrics: the decoder's metrics.
  ///   - vanilla: vanilla's, of the same prompts.
  ///   - cycles: the decoder's cycles.
  ///   - curve: T(m).
  package init?(_ metrics: Metrics, vanilla: Metrics, cycles: CycleTally?, curve: CostCurve?) {
    guard let time = metrics.time, time.cycles > 0, time.draftNanoseconds + time.verifyNanoseconds > 0,
      let own = vanilla.cycleMilliseconds, own > 0, let speed = metrics.speed, let measured = speed.ratio, measured > 0
    else { return nil }
    let token = own * 1e6 * Double(time.cycles)
    // Of the cycles that the times are those of.
    meanAccepted = Double(time.acceptedTokens) / Double(time.cycles)
    // A ratio of times per token counts the decode time's tokens alone.
    let gift = speed.basis == .speedup ? time.prefillTokens : 0
    keptTokens = Double(time.emittedTokens + gift) / Double(time.cycles)
    draftCost = Double(time.draftNanoseconds) / token
    verifyCost = Double(time.verifyNanoseconds) / token
    restCost = Double(time.overheadNanoseconds + time.otherNanoseconds) / token
    self.measured = measured
    basis = speed.basis
    predicted = keptTokens / (draftCost + verifyCost)
    remainder = measured - predicted
    let outside = draftCost + restCost
    if let target = Self.targetCost(vanilla, cycles, curve), target + outside > 0 {
      predictedByPassCosts = keptTokens / (target + outside)
    } else {
      predictedByPassCosts = nil
    }
  }

  /// What the target's passes cost by T(m): vanilla's own passes, times T(m) over T(1) on average. Only the shape of T(m)
  /// counts, since it was measured at other moments than the decoders.
  private static func targetCost(_ vanilla: Metrics, _ cycles: CycleTally?, _ curve: CostCurve?) -> Double? {
    guard let time = vanilla.time, time.verifyNanoseconds > 0, time.decodeNanoseconds > 0, let cycles, let curve,
      let mean = curve.mean(of: cycles.timed)
    else { return nil }
    return Double(time.verifyNanoseconds) / Double(time.decodeNanoseconds) * mean / curve[1]
  }
}
