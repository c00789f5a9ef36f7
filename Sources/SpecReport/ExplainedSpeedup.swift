import SpecStore

/// A decoder's speedup as its accepted tokens and the costs of its cycles predict it.
struct ExplainedSpeedup: Sendable {
  /// Tokens that a cycle contributes on average.
  let meanAccepted: Double
  /// What drafting costs in a cycle, in vanilla's time per token.
  let draftCost: Double
  /// What verifying costs in a cycle, in vanilla's time per token.
  let verifyCost: Double
  /// The measured ratio: a speedup, or one of times per token.
  let measured: Double
  /// Which of the two.
  let basis: SpeedBasis

  /// Accepted tokens over the cost of a cycle.
  var predicted: Double { meanAccepted / (draftCost + verifyCost) }
  /// What the prediction leaves out: the rest of the cycles, and tokens cut off at a stop.
  var remainder: Double { measured - predicted }

  /// - Parameters:
  ///   - figures: the decoder's figures.
  ///   - vanilla: vanilla's, of the same prompts.
  init?(_ figures: Figures, vanilla: Figures) {
    guard let time = figures.time, time.cycles > 0, time.draftNanoseconds + time.verifyNanoseconds > 0,
      let own = vanilla.cycleMilliseconds, own > 0, let speedup = figures.speedup, let measured = speedup.ratio
    else { return nil }
    let token = own * 1e6 * Double(time.cycles)
    // Of the cycles that the times are those of.
    meanAccepted = Double(time.acceptedTokens) / Double(time.cycles)
    draftCost = Double(time.draftNanoseconds) / token
    verifyCost = Double(time.verifyNanoseconds) / token
    self.measured = measured
    basis = speedup.basis
  }
}

/// What a drafter of chains would have reached with shorter drafts, from the cycles that it went through.
///
/// Cutting each recorded draft at k tokens changes what it costs and what of it is accepted, both known; the cost of
/// verifying follows the model's T(m), scaled to what verifying took in the run.
struct DraftLengthModel: Sendable {
  /// One length.
  struct Choice: Sendable {
    /// The most tokens drafted in a cycle.
    let longest: Int
    /// Tokens that a cycle would contribute.
    let meanAccepted: Double
    /// The speedup that the model predicts.
    let speedup: Double
  }

  /// Every length from 1 to the longest draft of the run.
  let choices: [Choice]

  /// The length that the model takes for the best.
  var best: Choice? { choices.max { $0.speedup < $1.speedup } }

  /// - Parameters:
  ///   - all: the decoder's cycles; those without times of their own are left out.
  ///   - costs: T(m).
  ///   - tokenNanoseconds: vanilla's time per token.
  init?(_ all: [CycleCount], costs: [PassCost], tokenNanoseconds: Double) {
    let counts = all.filter(\.isTimed)
    let longest = counts.reduce(0) { max($0, $1.drafted) }
    let drafted = counts.reduce(0) { $0 + $1.drafted * $1.cycles }
    let curve = CostCurve(costs)
    guard longest > 1, drafted > 0, tokenNanoseconds > 0, counts.allSatisfy(\.isChain) else { return nil }
    guard let curve, let share = curve.share(of: counts) else { return nil }
    let cycles = counts.reduce(0) { $0 + $1.cycles }
    let draft = Double(counts.reduce(0) { $0 + $1.draftNanoseconds }) / Double(drafted)
    let scale = share * 1e6
    choices = (1...longest).map { most in
      let accepted = counts.reduce(0) { $0 + (min($1.accepted, most) + 1) * $1.cycles }
      let cost = counts.reduce(0.0) { sum, count in
        let length = min(count.drafted, most)
        return sum + Double(count.cycles) * (draft * Double(length) + scale * curve[length + 1])
      }
      return Choice(
        longest: most,
        meanAccepted: Double(accepted) / Double(cycles),
        speedup: Double(accepted) * tokenNanoseconds / cost
      )
    }
  }
}

extension RunSummary {
  /// What a decoder's verifying took over T(m); nil where one of them is not known.
  func shareOfPassCosts(_ decoder: Int64) -> Double? {
    run.verificationCost.flatMap(CostCurve.init)?.share(of: cycleCounts.filter { $0.decoderID == decoder })
  }
}

/// T(m) in milliseconds between and beyond the measured m, by straight lines.
struct CostCurve: Sendable {
  private let costs: [PassCost]

  init?(_ costs: [PassCost]) {
    guard costs.count > 1,
      costs.allSatisfy({ $0.milliseconds > 0 && $0.milliseconds.isFinite && (1...1 << 20).contains($0.positions) })
    else { return nil }
    self.costs = costs.sorted { $0.positions < $1.positions }
  }

  subscript(positions: Int) -> Double {
    let above = min(max(costs.firstIndex { $0.positions >= positions } ?? costs.count - 1, 1), costs.count - 1)
    let (first, second) = (costs[above - 1], costs[above])
    let share = Double(positions - first.positions) / Double(max(second.positions - first.positions, 1))
    return first.milliseconds + share * (second.milliseconds - first.milliseconds)
  }

  /// What verifying took in some cycles over T(m) of as many positions: 1 where it is the whole target that verifies and
  /// the run's passes were like the measured ones; nil without cycles.
  func share(of all: [CycleCount]) -> Double? {
    let counts = all.filter(\.isTimed)
    let expected = counts.reduce(0) { $0 + Double($1.cycles) * self[$1.nodes + 1] }
    return expected > 0 ? Double(counts.reduce(0) { $0 + $1.verifyNanoseconds }) / 1e6 / expected : nil
  }
}
