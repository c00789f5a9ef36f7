/// What a run's cycles and tokens add up to: all that a report says of them, from one walk through their rows.
///
/// The views say the same for the `sqlite3` shell; a million tokens would take a report seconds to ask them.
public struct RunFigures: Sendable {
  /// One decoder in one category or overall.
  struct Cell: Sendable {
    var cycles = CycleTally()
    var decodeNanoseconds = 0
    /// In nanoseconds, one for each generation.
    var timesToFirstToken: [Int] = []
    /// In nanoseconds, one for each generation with tokens after the prefill's.
    var timesPerOutputToken: [Double] = []
    /// In nanoseconds, one for each token after the prefill's.
    var timesBetweenTokens: [Int] = []

    mutating func add(_ other: Cell) {
      cycles.add(other.cycles)
      decodeNanoseconds += other.decodeNanoseconds
      timesToFirstToken += other.timesToFirstToken
      timesPerOutputToken += other.timesPerOutputToken
      timesBetweenTokens += other.timesBetweenTokens
    }
  }

  /// A cell and whose it is.
  struct Place: Sendable {
    let decoderID: Int64
    let decoder: String
    let category: String
    let cell: Cell
  }

  /// Time over a stretch of tokens, by its number.
  struct Stretches: Sendable {
    var nanoseconds: [Int] = []
    var generations: [Int] = []

    mutating func add(_ time: Int, at place: Int) {
      while nanoseconds.count <= place {
        nanoseconds.append(0)
        generations.append(0)
      }
      nanoseconds[place] += time
      generations[place] += 1
    }
  }

  let run: Int64
  /// By decoder in the order of the run, then by category as `categories(of:)` has them, overall last.
  let places: [Place]
  let stretch: Int
  let stretches: [Int64: Stretches]

  /// What the view `mean_accepted_tokens` says.
  public var meanAcceptedTokens: [MeanAcceptedTokens] {
    places.map { place in
      let (accepted, cycles) = (place.cell.cycles.sum(\.acceptLength), place.cell.cycles.total.cycles)
      return MeanAcceptedTokens(
        runID: run,
        decoderID: place.decoderID,
        decoder: place.decoder,
        category: place.category,
        acceptedTokens: accepted,
        cycles: cycles,
        meanAcceptedTokens: quotient(accepted, cycles)
      )
    }
  }

  /// What the view `acceptance_rate` says.
  public var acceptanceRates: [AcceptanceRate] {
    places.map { place in
      let cycles = place.cell.cycles
      let (drafted, accepted, nodes) = (cycles.sum(\.drafted), cycles.sum(\.accepted), cycles.sum(\.nodes))
      let emitted = cycles.total.emitted
      return AcceptanceRate(
        runID: run,
        decoderID: place.decoderID,
        decoder: place.decoder,
        category: place.category,
        drafted: drafted,
        accepted: accepted,
        acceptanceRate: quotient(accepted, drafted),
        nodes: nodes,
        emitted: emitted,
        nodesPerEmittedToken: quotient(nodes, emitted)
      )
    }
  }

  /// What the view `time_split` says.
  public var timeSplits: [TimeSplit] {
    places.map { place in
      let (timed, decode) = (place.cell.cycles.timed, place.cell.decodeNanoseconds)
      let total = timed.total
      let other = decode - total.draftNanoseconds - total.verifyNanoseconds - total.overheadNanoseconds
      return TimeSplit(
        runID: run,
        decoderID: place.decoderID,
        decoder: place.decoder,
        category: place.category,
        cycles: total.cycles,
        acceptedTokens: timed.sum(\.acceptLength),
        decodeNanoseconds: decode,
        draftNanoseconds: total.draftNanoseconds,
        verifyNanoseconds: total.verifyNanoseconds,
        overheadNanoseconds: total.overheadNanoseconds,
        otherNanoseconds: other,
        draftShare: quotient(total.draftNanoseconds, decode),
        verifyShare: quotient(total.verifyNanoseconds, decode),
        overheadShare: quotient(total.overheadNanoseconds, decode),
        otherShare: quotient(other, decode)
      )
    }
  }

  /// What the view `acceptance_by_position` says: for each decoder and category that drafted, one row for each position
  /// up to the longest draft.
  public var acceptanceByPosition: [AcceptanceAtPosition] {
    places.flatMap { place -> [AcceptanceAtPosition] in
      let tally = place.cell.cycles
      let (cycles, drafting) = (tally.total.cycles, tally.cycles { $0.drafted > 0 })
      let longest = tally.kinds.keys.reduce(0) { max($0, $1.drafted) }
      return (0..<longest).map { index in
        let accepted = tally.cycles { $0.accepted > index }
        return AcceptanceAtPosition(
          runID: run,
          decoderID: place.decoderID,
          decoder: place.decoder,
          category: place.category,
          position: index + 1,
          cycles: cycles,
          draftingCycles: drafting,
          draftedCycles: tally.cycles { $0.drafted > index },
          acceptedCycles: accepted,
          marginal: Double(accepted) / Double(drafting),
          conditional: quotient(accepted, tally.cycles { $0.drafted > index && $0.accepted >= index }),
          consecutiveTokenAcceptanceRate: Double(accepted) / Double(cycles)
        )
      }
    }
  }

  /// The cycles counted by what they did: one row for each decoder and kind of cycle that occurred.
  public var cycleCounts: [CycleCount] {
    places.filter { $0.category == Self.overall }.flatMap { place in
      place.cell.cycles.inOrder.map { kind, sums in
        CycleCount(
          decoderID: place.decoderID,
          drafted: kind.drafted,
          accepted: kind.accepted,
          acceptLength: kind.acceptLength,
          nodes: kind.nodes,
          isTimed: kind.isTimed,
          cycles: sums.cycles,
          draftNanoseconds: sums.draftNanoseconds,
          verifyNanoseconds: sums.verifyNanoseconds
        )
      }
    }
  }

  /// How the time per token changes along the outputs: one row for each decoder and stretch of tokens that a generation
  /// has whole.
  public var tokenPaces: [TokenPace] {
    stretches.sorted { $0.key < $1.key }.flatMap { decoder, stretches in
      stretches.generations.indices.map { index in
        let time = Double(stretches.nanoseconds[index]) / Double(stretches.generations[index])
        return TokenPace(
          decoderID: decoder,
          position: index * stretch,
          generations: stretches.generations[index],
          milliseconds: time / Double(stretch) / 1e6
        )
      }
    }
  }

  /// What the view `latency` says. Samples are sorted, which is most of the work of a report.
  public func latencies() -> [Latency] {
    places.flatMap { place in
      [
        latency(.timeToFirstToken, place, place.cell.timesToFirstToken.sorted().map(Double.init)),
        latency(.timePerOutputToken, place, place.cell.timesPerOutputToken.sorted()),
        latency(.interTokenLatency, place, place.cell.timesBetweenTokens.sorted().map(Double.init)),
      ].compactMap(\.self)
    }
  }

  static let overall = "overall"

  private func latency(_ metric: LatencyMetric, _ place: Place, _ sorted: [Double]) -> Latency? {
    guard !sorted.isEmpty else { return nil }
    /// By nearest rank.
    func percentile(_ percent: Int) -> Double { sorted[(sorted.count * percent + 99) / 100 - 1] / 1e6 }
    return Latency(
      runID: run,
      decoderID: place.decoderID,
      decoder: place.decoder,
      category: place.category,
      metric: metric,
      samples: sorted.count,
      meanMilliseconds: 1e-6 * sorted.reduce(0, +) / Double(sorted.count),
      p50Milliseconds: percentile(50),
      p90Milliseconds: percentile(90),
      p95Milliseconds: percentile(95),
      p99Milliseconds: percentile(99)
    )
  }

  private func quotient(_ one: Int, _ other: Int) -> Double? {
    other == 0 ? nil : Double(one) / Double(other)
  }
}
