import SpecStore

/// What generations add up to, before metrics are formed of it.
struct MetricTally: Sendable {
  var cycles = CycleTally()
  var places = PlaceTally()
  var decodeNanoseconds = 0
  /// In nanoseconds, one for each generation.
  var timesToFirstToken: [Int] = []
  /// In nanoseconds, one for each generation with tokens after the prefill's.
  var timesPerOutputToken: [Double] = []
  /// In nanoseconds, one for each token after the prefill's.
  var timesBetweenTokens: [Int] = []

  mutating func add(_ generation: MeasuredGeneration) {
    decodeNanoseconds += generation.decodeNanoseconds
    timesToFirstToken.append(generation.prefillNanoseconds)
    let decodeTokens = generation.outputTokens - generation.prefillTokens
    if decodeTokens > 0 {
      timesPerOutputToken.append(Double(generation.decodeNanoseconds) / Double(decodeTokens))
    }
    cycles.add(generation.cycles, prefillCycles: generation.prefillCycles)
    places.add(generation)
    let times = generation.availableNanoseconds
    for (earlier, later) in zip(times, times.dropFirst()) { timesBetweenTokens.append(later - earlier) }
  }

  /// Puts all times in rising order. Sorting several tallies that are added up takes hardly any time then.
  mutating func sortTimes() {
    timesToFirstToken.sort()
    timesPerOutputToken.sort()
    timesBetweenTokens.sort()
  }

  mutating func add(_ other: MetricTally) {
    cycles.add(other.cycles)
    places.add(other.places)
    decodeNanoseconds += other.decodeNanoseconds
    timesToFirstToken += other.timesToFirstToken
    timesPerOutputToken += other.timesPerOutputToken
    timesBetweenTokens += other.timesBetweenTokens
  }
}

/// Times over stretches of as many tokens, added up over the generations that have the stretch whole.
struct StretchTally: Sendable {
  let stretch: Int
  private var nanoseconds: [Int] = []
  private var generations: [Int] = []

  init(stretch: Int) { self.stretch = stretch }

  mutating func add(_ generation: MeasuredGeneration) {
    let times = generation.availableNanoseconds
    let first = max(generation.prefillTokens - 1, 0)
    for end in Swift.stride(from: stretch, to: times.count, by: stretch) where first + end < generation.outputTokens {
      let place = end / stretch - 1
      if place == nanoseconds.count {
        nanoseconds.append(0)
        generations.append(0)
      }
      nanoseconds[place] += times[end] - times[end - stretch]
      generations[place] += 1
    }
  }

  var paces: [TokenPace] {
    generations.indices.map { place in
      let time = Double(nanoseconds[place]) / Double(generations[place])
      return TokenPace(
        position: place * stretch,
        generations: generations[place],
        milliseconds: time / Double(stretch) / 1e6
      )
    }
  }
}
