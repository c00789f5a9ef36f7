import Foundation

/// What a decoder would gain with several sequences decoded at once, as T(m) and the recorded cycles predict it:
///
///     S(B) = tokens per cycle × T(B) / (verification + drafting with B sequences)
///
/// At B = 1 it is the explained speedup. With B sequences vanilla's pass has B positions, and the target's pass of a cycle
/// that had m has B·m: as B grows the passes leave the range in which more positions cost little, and what speculation spends
/// on rejected tokens is missing elsewhere.
///
/// Assumed: the sequences run in step; their cycles are like the recorded ones; a pass over B·m positions of B sequences takes
/// as long as one over B·m positions of one sequence. The caches of B sequences are B times as much memory to read, which T(m)
/// does not show.
package struct BatchedSpeedup: Sendable {
  /// The prediction for one number of sequences.
  package struct Point: Equatable, Sendable {
    /// Sequences at once.
    package let batch: Int
    /// Vanilla's time over the decoder's.
    package let speedup: Double
    /// Positions of the target's pass, the mean over cycles.
    package let positions: Double
    /// Whether it rests on T of more positions than were measured.
    package let isExtrapolated: Bool
  }

  /// The most sequences.
  package static let largest = 64

  /// One for each number of sequences from 1 to ``largest``.
  package let points: [Point]

  /// From how many sequences on the decoder is slower than vanilla; nil where it is faster with ``largest``.
  package var losesFrom: Int? {
    guard let last = points.last, last.speedup < 1 else { return nil }
    return (points.last { $0.speedup >= 1 }?.batch ?? 0) + 1
  }

  /// - Parameters:
  ///   - explained: the decoder's speedup with one sequence.
  ///   - cycles: its cycles; those without times of their own are left out.
  ///   - curve: T(m).
  package init?(_ explained: ExplainedSpeedup, cycles: CycleTally, curve: CostCurve) {
    let timed = cycles.timed
    guard let alone = curve.mean(of: timed), alone > 0 else { return nil }
    let passes = Dictionary(timed.kinds.map { ($0.key.positions, $0.value.cycles) }, uniquingKeysWith: +)
      .sorted { $0.key < $1.key }
    let count = Double(timed.total.cycles)
    let drafting = BatchedDrafting(timed, curve: curve)
    points = (1...Self.largest).map { batch in
      let pass = passes.reduce(0) { $0 + Double($1.value) * curve[batch * $1.key] } / count
      let cost = explained.verifyCost * pass / alone + explained.draftCost * drafting.growth(batch)
      return Point(
        batch: batch,
        speedup: explained.keptTokens * curve[batch] / curve[1] / cost,
        positions: Double(batch) * passes.reduce(0) { $0 + Double($1.value * $1.key) } / count,
        isExtrapolated: batch * (passes.last?.key ?? 1) > curve.largestMeasured
      )
    }
  }
}

/// How drafting grows with the number of sequences. The drafter makes one pass after the other; a pass has the sequences
/// that still draft, each with as many positions as the draft has nodes on a level, and takes what it took with one sequence,
/// times the growth of the target's T over as many positions. Passes go on for the longest draft of all sequences.
private struct BatchedDrafting {
  /// For each place of a draft, from the first, the share of cycles that draft there.
  private let shares: [Double]
  /// Nodes on a level: 1 for chains.
  private let width: Double
  private let curve: CostCurve

  init(_ cycles: CycleTally, curve: CostCurve) {
    self.curve = curve
    var ending = Array(repeating: 0, count: cycles.longestDraft + 1)
    for (kind, sums) in cycles.kinds { ending[max(kind.drafted, 0)] += sums.cycles }
    var (shares, reaching) = ([Double](), 0)
    for place in ending.indices.dropFirst().reversed() {
      reaching += ending[place]
      shares.append(Double(reaching) / Double(cycles.total.cycles))
    }
    // A drafter that never drafts makes one pass to find that out.
    self.shares = shares.isEmpty ? [1] : shares.reversed()
    let drafted = cycles.sum(\.drafted)
    width = drafted > 0 ? max(1, Double(cycles.sum(\.nodes)) / Double(drafted)) : 1
  }

  /// What drafting of a batch takes over what that of one sequence takes.
  func growth(_ batch: Int) -> Double {
    let passes = shares.reduce(0) { sum, share in
      // That a pass is made at all, and how many sequences are in it then.
      let chance = 1 - pow(1 - share, Double(batch))
      return chance > 0 ? sum + chance * curve[Double(batch) * share / chance * width] : sum
    }
    return passes / (curve[width] * shares.reduce(0, +))
  }
}
