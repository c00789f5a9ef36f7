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
  ///
  /// - Parameters:
  ///   - run: the run's id.
  ///   - store: the database.
  /// - Returns: the decoder and its precision, infinite where there is no interval yet; nil without a decoder to compare.
  /// - Throws: `StoreError`.
  static func worst(of run: Int64, in store: BenchmarkStore) throws(StoreError) -> (decoder: String, precision: Double)?
  {
    let pairs = Dictionary(grouping: try store.pairs(of: run), by: \.decoderID)
    let baseline = try store.decoders(of: run).first { $0.method == "vanilla" }
    return try store.decoders(of: run)
      .filter { $0.id != baseline?.id && !$0.isNoiseFloor }
      .map { ($0.name, PairedTimes(decodeTimesOf: pairs[$0.id] ?? []).intervalOfThisSuite()?.precision ?? .infinity) }
      .max { $0.1 < $1.1 }
  }
}
