import SpecCore
import SpecStatistics
import SpecStore

/// The times of a run's decoders beside vanilla's, from which all its ratios and their intervals are formed: those of a
/// report, and those that a run with a precision goal waits for.
package struct RunTimes: Sendable {
  /// The generations beside vanilla's, by decoder.
  package let pairs: [Int64: [GenerationPair]]
  /// The categories of the run's prompts in the order of tables, then `overall`.
  package let categories: [Category]
  private let baseline: Int64?
  private let byCategory: [Category: [Int64: [GenerationPair]]]
  private let speeds: [Category: [Int64: SpeedMetrics]]
  /// How far the repeats of all decoders differ, by category; without an entry where too little was measured to tell.
  package let effects: [Category: RepeatEffect]

  /// Reads the times of a run.
  ///
  /// - Parameters:
  ///   - store: the database.
  ///   - run: the run's id.
  /// - Throws: a `StoreError`.
  package init(store: BenchmarkStore, run: Int64) throws(StoreError) {
    let all = try store.pairs(of: run)
    let baseline = try store.decoders(of: run).first(where: \.isVanilla)?.id
    categories = try store.categories(of: run).map(Category.init) + [.overall]
    pairs = Dictionary(grouping: all, by: \.decoderID)
    var byCategory = Dictionary(grouping: all) { Category(rawValue: $0.category) }
      .mapValues { Dictionary(grouping: $0, by: \.decoderID) }
    byCategory[.overall] = pairs
    self.byCategory = byCategory
    speeds = byCategory.mapValues { $0.compactMapValues { SpeedMetrics($0) } }
    self.baseline = baseline
    effects = byCategory.compactMapValues { cells in
      let contestants = cells.filter { $0.key != baseline }.sorted { $0.key < $1.key }
      return RepeatEffect(contestants.map { PairedTimes(repeatTimesOf: $0.value) })
    }
  }

  /// The generations of a decoder beside vanilla's in one category.
  package func pairs(of decoder: Int64, in category: Category) -> [GenerationPair] {
    byCategory[category]?[decoder] ?? []
  }

  /// The ratios of a decoder; nil where it has no pair.
  package func speed(of decoder: Int64, in category: Category) -> SpeedMetrics? {
    speeds[category]?[decoder]
  }

  /// How well the ratio of a decoder is known; nil where it has no pair. It takes thousands of random draws.
  package func estimate(of decoder: Int64, in category: Category) -> SpeedEstimate? {
    let own = pairs(of: decoder, in: category)
    return own.isEmpty ? nil : SpeedEstimate(own, decoder == baseline ? nil : effects[category])
  }

  /// Cycles of a decoder that were kept waiting for a processor; nil where that was not recorded.
  package func preemptedSteps(of decoder: Int64) -> Int? {
    let counts = (pairs[decoder] ?? []).compactMap(\.preemptedSteps)
    return counts.isEmpty ? nil : counts.reduce(0, +)
  }
}
