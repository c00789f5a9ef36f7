import SpecStore

/// T(m) in milliseconds between and beyond the measured m, by straight lines.
package struct CostCurve: Sendable {
  private let costs: [PassCost]

  /// - Parameter costs: what was measured, in any order; nil comes of fewer than two, and of numbers that no measurement
  ///   gives.
  package init?(_ costs: [PassCost]) {
    guard costs.count > 1,
      costs.allSatisfy({ $0.milliseconds > 0 && $0.milliseconds.isFinite && (1...1 << 20).contains($0.positions) })
    else { return nil }
    self.costs = costs.sorted { $0.positions < $1.positions }
  }

  /// The most positions that were measured; T of more is extrapolated.
  package var largestMeasured: Int { costs[costs.count - 1].positions }

  /// The positions before those of the measured passes; nil in older runs.
  package var context: Int? { costs[0].context }

  package subscript(positions: Int) -> Double { self[Double(positions)] }

  /// T of a number of positions that may be a mean.
  package subscript(positions: Double) -> Double {
    guard positions <= Double(largestMeasured) else { return extrapolated(to: positions) }
    let above = min(max(costs.firstIndex { Double($0.positions) >= positions } ?? costs.count - 1, 1), costs.count - 1)
    return Self.line(costs[above - 1], costs[above], at: max(positions, Double(costs[0].positions)))
  }

  /// The line through the last measurement and the last of at most half as many positions: a pass over more positions does
  /// not take less time, whatever the noise of the last two.
  private func extrapolated(to positions: Double) -> Double {
    let last = costs[costs.count - 1]
    let base = costs.last { 2 * $0.positions <= last.positions } ?? costs[0]
    return max(last.milliseconds, Self.line(base, last, at: positions))
  }

  private static func line(_ first: PassCost, _ second: PassCost, at positions: Double) -> Double {
    let share = (positions - Double(first.positions)) / Double(max(second.positions - first.positions, 1))
    return first.milliseconds + share * (second.milliseconds - first.milliseconds)
  }

  /// What the passes of some cycles take on average by T(m), in milliseconds; nil without cycles.
  package func mean(of cycles: CycleTally) -> Double? {
    let count = cycles.total.cycles
    guard count > 0 else { return nil }
    return cycles.inOrder.reduce(0) { $0 + Double($1.sums.cycles) * self[$1.kind.positions] } / Double(count)
  }

  /// What verifying took in some cycles over T(m) of as many positions: 1 where it is the whole target that verifies and
  /// the run's passes were like the measured ones; nil without cycles.
  package func share(of cycles: CycleTally) -> Double? {
    let total = cycles.timed.total
    guard let expected = mean(of: cycles.timed), expected > 0 else { return nil }
    return Double(total.verifyNanoseconds) / 1e6 / Double(total.cycles) / expected
  }
}
