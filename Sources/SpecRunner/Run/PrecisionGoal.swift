import SpecMetrics
import SpecStore

/// How narrow the speedups' intervals of this suite have to be, and how long that may take.
package struct PrecisionGoal: Sendable, Equatable {
  /// Most repeats, whatever the precision.
  package static let mostRepeats = 10_000
  /// How far the ends of every decoder's overall interval may lie from its speedup: 0.02 for 2 %.
  package var precision: Double
  /// No repeat begins with which all repeats, those of earlier attempts included, would take longer; nil for no limit.
  package var timeBudget: Duration?

  /// - Parameters:
  ///   - precision: above 0, as a share.
  ///   - timeBudget: nil for no limit.
  package init(precision: Double, timeBudget: Duration? = nil) {
    self.precision = precision
    self.timeBudget = timeBudget
  }

  /// How precise a run's least precise speedup is.
  struct Worst {
    let decoder: String
    /// What is known so precisely: a speedup, or a ratio of times per token.
    let basis: SpeedBasis
    /// Infinite where there is no interval yet.
    let precision: Double
    /// Whether more repeats can give an interval: not where the decode times are zero.
    let canImprove: Bool

    /// `1.8 %`, or the most that is worth telling.
    var text: String { precision < 10 ? "\(Double(Int(precision * 1000)) / 10) %" : "more than 1000 %" }
  }

  /// Finds the least precise speedup of a run.
  ///
  /// - Parameters:
  ///   - run: the run's id.
  ///   - store: the database.
  /// - Returns: nil without anything to compare, as when every prompt was skipped.
  /// - Throws: `StoreError`.
  static func worst(of run: Int64, in store: BenchmarkStore) throws(StoreError) -> Worst? {
    let times = try RunTimes(store: store, run: run)
    return try store.decoders(of: run).filter { !$0.isVanilla }
      .compactMap { decoder in
        times.estimate(of: decoder.id, in: .overall).map { estimate in
          Worst(
            decoder: decoder.name,
            basis: estimate.basis,
            precision: estimate.ofThisSuite?.precision ?? .infinity,
            canImprove: estimate.ratio != nil
          )
        }
      }
      .max { $0.precision < $1.precision }
  }
}
