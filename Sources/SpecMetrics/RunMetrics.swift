import SpecCore
import SpecStatistics
import SpecStore

/// All that was measured of one decoder in one category or overall; nil where nothing was.
package struct Metrics: Sendable {
  /// Ratios of vanilla's times to the decoder's.
  package var speed: SpeedMetrics?
  /// How well the ratio of decode times is known.
  package var estimate: SpeedEstimate?
  /// What the cycles contributed.
  package var accepted: AcceptedTokens?
  /// How much of the drafts was accepted.
  package var acceptance: DraftAcceptance?
  /// Where the decode time went.
  package var time: TimeSplit?
  /// Distributions of times.
  package var latencies: [LatencyMetric: Latency] = [:]
  /// Acceptance by position, from 1.
  package var positions: [AcceptanceAtPosition] = []
  /// Acceptance along the output, then with the depth of the context; each by place.
  package var places: [AcceptanceAtPlace] = []

  /// Whether any generation was recorded here.
  package var isMeasured: Bool { accepted != nil }

  /// Time of drafting for each token of the drafted paths, in milliseconds; nil where nothing was drafted.
  package var draftMilliseconds: Double? {
    guard let time, let drafted = acceptance?.drafted, drafted > 0 else { return nil }
    return Double(time.draftNanoseconds) / Double(drafted) / 1e6
  }

  /// Decode time per cycle in milliseconds.
  package var cycleMilliseconds: Double? {
    guard let time, time.cycles > 0 else { return nil }
    return Double(time.decodeNanoseconds) / Double(time.cycles) / 1e6
  }
}

/// The metrics of a run, by decoder and category: the one definition that all reports read.
///
/// The SQL views say the same for the `sqlite3` shell.
package struct RunMetrics: Sendable {
  private struct Place: Hashable, Sendable {
    let decoder: Int64
    let category: Category
  }

  /// Tokens over which a pace is taken.
  package let stretch: Int
  /// The stretches of the texts by which acceptance is told.
  package let stretches: TextStretches
  /// The times that ratios are formed from.
  package let times: RunTimes
  /// The cycles of each decoder, counted by what they did.
  package let cycles: [Int64: CycleTally]
  /// How the time per token changes along the outputs of each decoder.
  package let paces: [Int64: [TokenPace]]
  private let table: [Place: Metrics]

  /// Reads a run's rows once and forms its metrics.
  ///
  /// - Parameters:
  ///   - store: the database.
  ///   - run: the run.
  ///   - times: its times; nil reads them.
  ///   - stretch: tokens over which a pace is taken, at least 1.
  /// - Throws: a `StoreError`.
  package init(
    store: BenchmarkStore,
    run: Stored<RunRecord>,
    times: RunTimes? = nil,
    stretch: Int = 16
  ) throws(StoreError) {
    let times = if let times { times } else { try RunTimes(store: store, run: run.id) }
    var tallies: [Place: MetricTally] = [:]
    var paces: [Int64: StretchTally] = [:]
    let isServed = try !store.servers(of: run.id).isEmpty
    try store.forEachGeneration(of: run.id) { generation in
      let generation = isServed ? generation.whileLikeVanilla : generation
      let decoder = generation.decoderID
      tallies[Place(decoder: decoder, category: generation.category), default: MetricTally()].add(generation)
      paces[decoder, default: StretchTally(stretch: stretch)].add(generation)
    }
    for place in Array(tallies.keys) { tallies[place]?.sortTimes() }
    for (place, tally) in tallies {
      tallies[Place(decoder: place.decoder, category: .overall), default: MetricTally()].add(tally)
    }
    let stretches = TextStretches(tallies.filter { $0.key.category == .overall }.map(\.value.places))
    var table = tallies.mapValues { Self.metrics($0, stretches, origin: run.origin, hasPhases: !isServed) }
    for (decoder, category) in times.pairs.keys.flatMap({ id in times.categories.map { (id, $0) } }) {
      guard let speed = times.speed(of: decoder, in: category) else { continue }
      let place = Place(decoder: decoder, category: category)
      table[place, default: Metrics()].speed = speed
      table[place, default: Metrics()].estimate = times.estimate(of: decoder, in: category)
    }
    self.stretch = stretch
    self.stretches = stretches
    self.times = times
    self.table = table
    self.paces = paces.mapValues(\.paces)
    let overall = tallies.filter { $0.key.category == .overall }.map { ($0.key.decoder, $0.value.cycles) }
    cycles = Dictionary(uniqueKeysWithValues: overall)
  }

  /// Imported answers tell nothing of drafts and of the times of cycles and tokens, servers nothing of what a cycle's time
  /// went into.
  private static func metrics(
    _ tally: MetricTally,
    _ stretches: TextStretches,
    origin: RunOrigin,
    hasPhases: Bool
  ) -> Metrics {
    var metrics = Metrics()
    metrics.accepted = AcceptedTokens(tally.cycles)
    guard origin == .measured else { return metrics }
    metrics.acceptance = DraftAcceptance(tally.cycles)
    if hasPhases { metrics.time = TimeSplit(tally) }
    metrics.latencies = Latency.all(tally)
    metrics.positions = AcceptanceAtPosition.all(tally.cycles)
    metrics.places = AcceptanceAtPlace.all(tally.places, in: stretches)
    return metrics
  }

  /// The metrics of a decoder in a category, or in `overall`; without any where nothing was measured.
  package func metrics(of decoder: Int64, in category: Category) -> Metrics {
    table[Place(decoder: decoder, category: category)] ?? Metrics()
  }
}

extension MeasuredGeneration {
  /// The generation with the cycles that began before its output left vanilla's: after that another engine's two outputs are
  /// different continuations, and what of them was accepted cannot be compared.
  fileprivate var whileLikeVanilla: MeasuredGeneration {
    guard let mismatchPosition else { return self }
    var (generation, end) = (self, min(1, outputTokens))
    generation.cycles = cycles.prefix { cycle in
      defer { end += cycle.emitted }
      return end < mismatchPosition
    }.map(\.self)
    return generation
  }
}
