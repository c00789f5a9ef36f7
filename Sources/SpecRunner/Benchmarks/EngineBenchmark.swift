import SpecKernels
import SpecModel
import SpecStatistics

/// How fast the engine is, against what the machine can do, all measured in turn in one process.
package struct EngineBenchmark {
  /// What the machine can do at most.
  package struct Limits: Codable, Sendable {
    /// Bytes per second read from a buffer much larger than any cache.
    package var readBytesPerSecond: Double
    /// Bytes per second read again and again from a buffer of the weights' size.
    package var readSameSizeBytesPerSecond: Double
    /// Multiply-adds per second in registers.
    package var multiplyAddsPerSecond: Double
  }

  /// One pass over some positions.
  package struct Pass: Codable, Sendable {
    /// Positions computed at once.
    package var positions: Int
    /// Median time in seconds.
    package var seconds: Double
    /// Multiply-adds of its matrix products.
    package var multiplyAdds: Int
    /// Its time over that of one position, the median of pairs measured in turn; nil for a prefill.
    package var ofOnePosition: Double?
    /// The rate at which it reads the weights, over the faster of the two rates of reading: for one position the median of
    /// ratios measured in turn, for more positions that over ``ofOnePosition``, for a prefill the quotient of medians.
    package var ofReading: Double
    /// Its multiply-adds per second over the peak: for a prefill the median of ratios measured in turn, else the quotient
    /// of medians.
    package var ofMultiplyAdds: Double
  }

  /// What the time of a pass goes into: means over passes whose operations were timed one by one.
  package struct Profile: Codable, Sendable {
    /// Positions computed at once.
    package var positions: Int
    /// Time of a pass in seconds, the timing included.
    package var seconds: Double
    /// Seconds in each operation; the rest of the pass lies between them.
    package var operations: [SpecKernels.Operation: Double]
  }

  /// All that was measured.
  package struct Result: Codable, Sendable {
    /// The model's name or the shape's.
    package var model: String
    /// How weights are held.
    package var weightType: String
    /// Threads.
    package var threads: Int
    /// The kernel set.
    package var kernels: String
    /// Bytes of weights that one pass reads.
    package var weightBytes: Int
    /// Medians over the rounds.
    package var limits: Limits
    /// Decoding and verifying: T(m), with the logits of every position.
    package var passes: [Pass]
    /// Prefill, with the logits of the last position.
    package var prefills: [Pass]
    /// Where passes over some numbers of positions spend their time, the largest prefill last.
    package var profiles: [Profile]
  }

  /// Positions of the passes.
  package static let positions = [1, 2, 3, 4, 5, 6, 7, 8, 10, 12, 16, 24, 32, 48, 64]
  /// Positions of the prefills.
  package static let prefillPositions = [128, 512]
  /// Positions of the passes whose operations are timed.
  package static let profiledPositions = [1, 4, 8]
  /// Positions before those of a pass where nothing else is asked for.
  package static let shortContext = 64
  private let name: String
  private let target: Transformer
  private let cache: KVCache
  private let rows: Activations
  private let normalized: Activations
  /// Positions in the cache when a pass begins; at least 1 and not more than the benchmark was made for.
  var context: Int
  /// Positions that a pass may have.
  private var room: Int { capacity - context }
  private let capacity: Int

  /// - Parameters:
  ///   - name: the model's name or the shape's.
  ///   - target: the model.
  ///   - context: positions before those of a decoding or verifying pass; at most half of the model's are taken.
  /// - Throws: `KernelError` if there is not enough memory.
  package init(name: String, target: Transformer, context: Int = Self.shortContext) throws {
    self.name = name
    self.target = target
    self.context = max(1, min(context, target.configuration.contextLength / 2))
    capacity = min(target.configuration.contextLength, self.context + (Self.prefillPositions.max() ?? 0))
    cache = try target.makeCache(capacity: capacity)
    rows = try Activations(capacity: capacity, width: target.configuration.hiddenSize)
    normalized = try Activations(capacity: Transformer.largestTree, width: target.configuration.hiddenSize)
  }

  /// What one measurement after the other has shown.
  private struct Samples {
    var reading: [Double] = []
    var readingSameSize: [Double] = []
    var multiplyAdds: [Double] = []
    var times: [Int: [Double]] = [:]
    /// Times over that of one position just before.
    var ratios: [Int: [Double]] = [:]
    /// The reading rate of one position over the machine's just before.
    var shares: [Double] = []
    /// Prefill times with the peak of multiply-adds just before.
    var prefills: [Int: [(seconds: Double, peak: Double)]] = [:]
  }

  /// Measures everything in turn, round after round, and takes medians. On a shared machine the memory is now fast and
  /// now slow: whatever is compared is measured one right after the other, and the median is that of the ratios.
  ///
  /// - Parameters:
  ///   - rounds: how often.
  ///   - progress: called after each round.
  ///   - check: called between passes; what it throws ends the measurement.
  /// - Returns: the medians.
  /// - Throws: `KernelError` if there is not enough memory, and what `check` throws.
  package func run(
    rounds: Int,
    progress: (Int, Int) -> Void,
    check: () throws -> Void = {}
  ) throws -> Result {
    let large = try target.context.makeReadingBuffer(bytes: 1 << 30)
    // From some size on no cache helps, and a large model leaves no room for as much again.
    let sameSize = try target.context.makeReadingBuffer(bytes: min(target.packedByteCount, 2 << 30))
    let fits = Self.prefillPositions.filter { $0 <= target.configuration.contextLength }
    let positions = Self.positions.filter { $0 <= room }
    var samples = Samples()
    for round in 0..<rounds {
      for _ in 0..<4 {
        try check()
        try measureDecoding(large, sameSize, &samples)
      }
      for count in positions { try measurePairs(count, &samples, check) }
      for count in fits {
        try check()
        let peak = target.context.measureMultiplyAdds(seconds: 0.1)
        samples.multiplyAdds.append(peak)
        samples.prefills[count, default: []].append((try time { try prefill(count) }, peak))
      }
      progress(round + 1, rounds)
    }
    let profiles =
      try positions.filter(Self.profiledPositions.contains).map { count in
        try check()
        return try profile(count, repetitions(of: count) * rounds) { try verify(count) }
      } + fits.suffix(1).map { count in try profile(count, rounds) { try prefill(count) } }
    return result(of: samples, positions: positions, prefills: fits, profiles: profiles)
  }

  /// Both rates of reading, and right after them passes over one position.
  private func measureDecoding(_ large: ReadingBuffer, _ sameSize: ReadingBuffer, _ samples: inout Samples) throws {
    let reading = target.context.measureReading(large, seconds: 0.1)
    let again = target.context.measureReading(sameSize, seconds: 0.1)
    samples.reading.append(reading)
    samples.readingSameSize.append(again)
    try verify(1)  // the measurement before has filled the caches with other things
    let seconds = try median((0..<repetitions(of: 1)).map { _ in try time { try verify(1) } })
    samples.shares.append(Double(target.packedByteCount) / seconds / max(reading, again))
  }

  /// Passes over one position and over some, in turn.
  private func measurePairs(_ count: Int, _ samples: inout Samples, _ check: () throws -> Void) throws {
    for _ in 0..<repetitions(of: count) {
      try check()
      let one = try time { try verify(1) }
      let seconds = count == 1 ? one : try time { try verify(count) }
      samples.times[count, default: []].append(seconds)
      samples.ratios[count, default: []].append(seconds / one)
    }
  }

  private func result(
    of samples: Samples,
    positions: [Int],
    prefills fits: [Int],
    profiles: [Profile]
  ) -> Result {
    let limits = Limits(
      readBytesPerSecond: median(samples.reading),
      readSameSizeBytesPerSecond: median(samples.readingSameSize),
      multiplyAddsPerSecond: median(samples.multiplyAdds)
    )
    let (layers, head) = (target.multiplyAddsOfLayers, target.multiplyAddsOfHead)
    let share = median(samples.shares)
    let passes = positions.map { count in
      let (seconds, ratio) = (median(samples.times[count] ?? []), median(samples.ratios[count] ?? []))
      let work = count * (layers + head)
      return Pass(
        positions: count,
        seconds: seconds,
        multiplyAdds: work,
        ofOnePosition: ratio,
        ofReading: share / ratio,
        ofMultiplyAdds: Double(work) / seconds / limits.multiplyAddsPerSecond
      )
    }
    let prefills = fits.map { count in
      let measured = samples.prefills[count] ?? []
      let (seconds, work) = (median(measured.map(\.seconds)), count * layers + head)
      return Pass(
        positions: count,
        seconds: seconds,
        multiplyAdds: work,
        ofOnePosition: nil,
        ofReading: Double(target.packedByteCount) / seconds
          / max(limits.readBytesPerSecond, limits.readSameSizeBytesPerSecond),
        ofMultiplyAdds: median(measured.map { Double(work) / $0.seconds / $0.peak })
      )
    }
    return Result(
      model: name,
      weightType: target.weightType.rawValue,
      threads: target.context.threads,
      kernels: target.context.kernels.name,
      weightBytes: target.packedByteCount,
      limits: limits,
      passes: passes,
      prefills: prefills,
      profiles: profiles
    )
  }

  private func profile(_ count: Int, _ repetitions: Int, _ pass: () throws -> Void) rethrows -> Profile {
    target.context.operationTimes = OperationTimes()
    let seconds = try time { for _ in 0..<repetitions { try pass() } } / Double(repetitions)
    let times = target.context.operationTimes ?? OperationTimes()
    target.context.operationTimes = nil
    let operations = SpecKernels.Operation.allCases.map { ($0, Double(times[$0]) / 1e9 / Double(repetitions)) }
    return Profile(positions: count, seconds: seconds, operations: Dictionary(uniqueKeysWithValues: operations))
  }

  /// T(m) alone: the cost in seconds of one pass over m positions, the median of a few.
  ///
  /// - Parameters:
  ///   - counts: which m; those that the context has no room for are left out.
  ///   - rounds: how often each is measured, in turn.
  ///   - longest: how often in a row, at most.
  ///   - check: called between passes; what it throws ends the measurement.
  /// - Returns: seconds by m. The tokens are made up, so that logits that are not finite say nothing of anybody's text: the
  ///   pass took its time all the same.
  /// - Throws: what `check` throws.
  package func costs(
    of counts: [Int],
    rounds: Int,
    inARow longest: Int = 10,
    check: () throws -> Void
  ) throws -> [Int: Double] {
    var times: [Int: [Double]] = [:]
    _ = pass(1)  // fills the cache up to the context
    for _ in 0..<rounds {
      for count in counts where count <= room {
        // In a row: the first of them finds in the cache what a pass of another size has left.
        for _ in 0..<min(longest, repetitions(of: count)) {
          try check()
          times[count, default: []].append(time { _ = pass(count) })
        }
      }
    }
    return times.mapValues(median)
  }

  /// Short passes are measured more often, so that a round weighs them all alike.
  private func repetitions(of count: Int) -> Int {
    let work = Double(target.packedByteCount) * Double(max(1, count / 4))
    return max(count <= 16 ? 3 : 1, min(50, Int(4e9 / work)))
  }

  private func verify(_ count: Int) throws(NotFiniteLogits) {
    try require(pass(count), at: context)
  }

  /// A pass over made-up tokens behind the context, with the choice of a token after each.
  private func pass(_ count: Int) -> [Choice] {
    cache.truncate(to: context)
    if cache.count < context { run(context - cache.count) }
    let states = run(count)
    let finals = normalized[rows: 0..<count]
    target.normalizeFinal(states, into: finals)
    return choices(from: finals)
  }

  /// Chooses tokens, as decoding does.
  private func choices(from states: ActivationRows) -> [Choice] {
    target.context.choose(target.logits(of: states), withProbability: false)
  }

  private func require(_ choices: [Choice], at first: Int) throws(NotFiniteLogits) {
    if let row = choices.firstIndex(where: { !$0.isFinite }) { throw NotFiniteLogits(.target, at: first + row + 1) }
  }

  private func prefill(_ count: Int) throws(NotFiniteLogits) {
    cache.truncate(to: 0)
    let states = run(count)
    let final = normalized[rows: 0..<1]
    target.normalizeFinal(states[count - 1..<count], into: final)
    try require(choices(from: final), at: count - 1)
  }

  @discardableResult
  private func run(_ count: Int) -> ActivationRows {
    let states = rows[rows: 0..<count]
    let vocabulary = Token(target.configuration.vocabularySize)
    target.embed((0..<Token(count)).map { ($0 &* 7919 &+ 13) % vocabulary }, into: states)
    target.forward(states, cache: cache)
    return states
  }

  private func time(_ body: () throws -> Void) rethrows -> Double {
    let start = MonotonicClock.now
    try body()
    return Double(MonotonicClock.now - start) / 1e9
  }

  private func median(_ values: [Double]) -> Double { Quantiles(values).median ?? 0 }
}
