import SpecStore

/// A decoder's speedup as its accepted tokens and the costs of its cycles predict it.
package struct ExplainedSpeedup: Encodable, Sendable {
  /// Tokens that a cycle contributes on average.
  package let meanAccepted: Double
  /// What drafting costs in a cycle, in vanilla's time per token.
  package let draftCost: Double
  /// What verifying costs in a cycle, in vanilla's time per token.
  package let verifyCost: Double
  /// The measured ratio: a speedup, or one of times per token.
  package let measured: Double
  /// Which of the two.
  package let basis: SpeedBasis

  /// Accepted tokens over the cost of a cycle.
  package let predicted: Double
  /// What the prediction leaves out: the rest of the cycles, and tokens cut off at a stop.
  package let remainder: Double

  enum CodingKeys: String, CodingKey {
    case meanAccepted = "mean_accepted_tokens"
    case draftCost = "draft_cost"
    case verifyCost = "verify_cost"
    case predicted, measured, basis, remainder
  }

  /// - Parameters:
  ///   - metrics: the decoder's metrics.
  ///   - vanilla: vanilla's, of the same prompts.
  package init?(_ metrics: Metrics, vanilla: Metrics) {
    guard let time = metrics.time, time.cycles > 0, time.draftNanoseconds + time.verifyNanoseconds > 0,
      let own = vanilla.cycleMilliseconds, own > 0, let speed = metrics.speed, let measured = speed.ratio
    else { return nil }
    let token = own * 1e6 * Double(time.cycles)
    // Of the cycles that the times are those of.
    meanAccepted = Double(time.acceptedTokens) / Double(time.cycles)
    draftCost = Double(time.draftNanoseconds) / token
    verifyCost = Double(time.verifyNanoseconds) / token
    self.measured = measured
    basis = speed.basis
    predicted = meanAccepted / (draftCost + verifyCost)
    remainder = measured - predicted
  }
}

/// What a drafter of chains would have reached with shorter drafts, from the cycles that it went through.
///
/// Cutting each recorded draft at k tokens changes what it costs and what of it is accepted, both known; the cost of
/// verifying follows the model's T(m), scaled to what verifying took in the run.
package struct DraftLengthModel: Sendable {
  /// One length.
  package struct Choice: Sendable {
    /// The most tokens drafted in a cycle.
    package let longest: Int
    /// Tokens that a cycle would contribute.
    package let meanAccepted: Double
    /// The speedup that the model predicts.
    package let speedup: Double
  }

  /// Every length from 1 to the longest draft of the run.
  package let choices: [Choice]

  /// The length that the model takes for the best.
  package var best: Choice? { choices.max { $0.speedup < $1.speedup } }

  /// - Parameters:
  ///   - cycles: the decoder's cycles; those without times of their own are left out.
  ///   - costs: T(m).
  ///   - tokenNanoseconds: vanilla's time per token.
  package init?(_ cycles: CycleTally, costs: [PassCost], tokenNanoseconds: Double) {
    let timed = cycles.timed
    let (longest, drafted, total) = (timed.longestDraft, timed.sum(\.drafted), timed.total)
    let curve = CostCurve(costs)
    guard longest > 1, drafted > 0, tokenNanoseconds > 0, timed.kinds.keys.allSatisfy(\.isChain) else { return nil }
    guard let curve, let share = curve.share(of: timed) else { return nil }
    let draft = Double(total.draftNanoseconds) / Double(drafted)
    let scale = share * 1e6
    let kinds = timed.inOrder
    choices = (1...longest).map { most in
      let accepted = timed.sum { min($0.accepted, most) + 1 }
      let cost = kinds.reduce(0.0) { sum, each in
        let length = min(each.kind.drafted, most)
        return sum + Double(each.sums.cycles) * (draft * Double(length) + scale * curve[length + 1])
      }
      return Choice(
        longest: most,
        meanAccepted: Double(accepted) / Double(total.cycles),
        speedup: Double(accepted) * tokenNanoseconds / cost
      )
    }
  }
}

/// T(m) in milliseconds between and beyond the measured m, by straight lines.
package struct CostCurve: Sendable {
  private let costs: [PassCost]

  package init?(_ costs: [PassCost]) {
    guard costs.count > 1,
      costs.allSatisfy({ $0.milliseconds > 0 && $0.milliseconds.isFinite && (1...1 << 20).contains($0.positions) })
    else { return nil }
    self.costs = costs.sorted { $0.positions < $1.positions }
  }

  package subscript(positions: Int) -> Double {
    let above = min(max(costs.firstIndex { $0.positions >= positions } ?? costs.count - 1, 1), costs.count - 1)
    let (first, second) = (costs[above - 1], costs[above])
    let share = Double(positions - first.positions) / Double(max(second.positions - first.positions, 1))
    return first.milliseconds + share * (second.milliseconds - first.milliseconds)
  }

  /// What verifying took in some cycles over T(m) of as many positions: 1 where it is the whole target that verifies and
  /// the run's passes were like the measured ones; nil without cycles.
  package func share(of cycles: CycleTally) -> Double? {
    let timed = cycles.timed
    let expected = timed.inOrder.reduce(0) { $0 + Double($1.sums.cycles) * self[$1.kind.nodes + 1] }
    return expected > 0 ? Double(timed.total.verifyNanoseconds) / 1e6 / expected : nil
  }
}
