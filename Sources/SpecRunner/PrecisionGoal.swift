import SpecCore
import SpecStatistics
import SpecStore

/// How narrow the speedups' intervals of this suite have to be, and how long that may take.
public struct PrecisionGoal: Sendable, Equatable {
  /// Most passes, whatever the precision.
  public static let mostPasses = 10_000
  /// How far the ends of every decoder's overall interval may lie from its speedup: 0.02 for 2 %.
  public var precision: Double
  /// No pass begins that would not be done within this time since the first; nil for no limit.
  public var timeBudget: Duration?

  /// - Parameters:
  ///   - precision: above 0, as a share.
  ///   - timeBudget: nil for no limit.
  public init(precision: Double, timeBudget: Duration? = nil) {
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
    /// Whether more passes can give an interval: not where the decode times are zero.
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
    let pairs = Dictionary(grouping: try store.pairs(of: run), by: \.decoderID)
    let decoders = try store.decoders(of: run)
    let baseline = decoders.first { $0.method == Baseline.method }
    let times = decoders.filter { $0.id != baseline?.id && pairs[$0.id] != nil }
      .map { (decoder: $0, pairs: pairs[$0.id] ?? []) }
    let effect = PassEffect(times.map { PairedTimes(passTimesOf: $0.pairs) })
    return times.filter { !$0.decoder.isNoiseFloor }
      .map { decoder, pairs in
        let times = PairedTimes(decodeTimesOf: pairs)
        return Worst(
          decoder: decoder.name,
          basis: pairs.basis,
          precision: times.intervalOfThisSuite(effect)?.precision ?? .infinity,
          canImprove: times.ratioOfSums != nil
        )
      }
      .max { $0.precision < $1.precision }
  }
}
