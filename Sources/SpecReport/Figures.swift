import SpecStore

/// What the views say about one decoder in one category or overall; nil where nothing was measured.
struct Figures: Sendable {
  var speedup: Speedup?
  var accepted: MeanAcceptedTokens?
  var acceptance: AcceptanceRate?
  var time: TimeSplit?
  var latencies: [LatencyMetric: Latency] = [:]
  /// By position, from 1.
  var positions: [AcceptanceAtPosition] = []

  /// Whether any generation was recorded here.
  var isMeasured: Bool { accepted != nil }

  /// Decode time per cycle in milliseconds.
  var cycleMilliseconds: Double? {
    guard let time, time.cycles > 0 else { return nil }
    return Double(time.decodeNanoseconds) / Double(time.cycles) / 1e6
  }
}

/// All figures of a run, by decoder and category.
struct FigureTable: Sendable {
  private struct Place: Hashable, Sendable {
    let decoder: Int64
    let category: String
  }

  private var figures: [Place: Figures] = [:]

  /// - Parameters:
  ///   - speedups: the run's speedups.
  ///   - recorded: what its cycles and tokens add up to.
  ///   - origin: where it comes from: imported answers tell nothing of drafts and of the times of cycles and tokens.
  init(speedups: [Speedup], recorded: RunFigures, origin: RunOrigin) {
    for row in speedups { self[row.decoderID, row.category].speedup = row }
    for row in recorded.meanAcceptedTokens { self[row.decoderID, row.category].accepted = row }
    guard origin == .measured else { return }
    for row in recorded.acceptanceRates { self[row.decoderID, row.category].acceptance = row }
    for row in recorded.timeSplits { self[row.decoderID, row.category].time = row }
    for row in recorded.latencies() { self[row.decoderID, row.category].latencies[row.metric] = row }
    for row in recorded.acceptanceByPosition { self[row.decoderID, row.category].positions.append(row) }
  }

  subscript(decoder: Int64, category: ReportCategory) -> Figures {
    self[decoder, category.rawValue]
  }

  private subscript(decoder: Int64, category: String) -> Figures {
    get { figures[Place(decoder: decoder, category: category), default: Figures()] }
    set { figures[Place(decoder: decoder, category: category)] = newValue }
  }
}
