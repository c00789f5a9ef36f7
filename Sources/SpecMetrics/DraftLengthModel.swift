import SpecStore

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
