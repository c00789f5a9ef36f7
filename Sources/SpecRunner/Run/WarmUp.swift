import SpecDecoding
import SpecFiles
import SpecModel

/// Decodes until times settle, so that no measured generation pays for cold caches, page faults or a sleeping clock.
package struct WarmUp {
  /// At least this many generations of each decoder: a time has to be like the one before it.
  static let fewest = 3
  /// And at most this many, on a machine that does not settle.
  static let most = 12
  /// Settled: a generation's time is within this share of the fastest before it, neither slower nor faster yet.
  static let tolerance = 0.05

  let rules: StopRules

  /// What a warm-up found.
  struct Outcome {
    /// How many generations it took.
    var generations = 0
    /// The names of the decoders that did not settle.
    var unsettled: [String] = []
    /// For each decoder the time of a generation once settled, in nanoseconds; nil where it did not settle.
    var times: [Int?] = []
  }

  /// Every decoder until it settles.
  ///
  /// - Parameters:
  ///   - prompt: what is decoded.
  ///   - decoders: the decoders of the run.
  ///   - settled: for each decoder the time at which an earlier attempt at the run had settled, in nanoseconds: one
  ///     generation that takes as long shows that the machine is as it was.
  ///   - observer: hears which decoder it is, and may end it.
  /// - Returns: what was found.
  /// - Throws: ``RunInterrupted`` if the observer wants to stop.
  func run(
    _ prompt: RunPrompt,
    decoders: [any MeasuredDecoder],
    settled: [Int?] = [],
    observer: some RunObserver
  ) throws -> Outcome {
    var short = rules
    short.maximumNewTokens = min(rules.maximumNewTokens, 32)
    var outcome = Outcome()
    for (index, decoder) in decoders.enumerated() {
      observer.working(on: "Warming up \(decoder.name), decoder \(index + 1) of \(decoders.count)")
      let known = index < settled.count ? settled[index].map(Double.init) : nil
      let counts = try Self.settle(at: known) {
        let generation = try decoder.measure(
          prompt,
          rules: short,
          place: "the warm-up",
          shouldStop: { observer.wantsToStop }
        )
        if generation.isAbandoned { throw RunInterrupted() }
        return Double(generation.prefillNanoseconds + generation.decodeNanoseconds)
      }
      outcome.generations += counts.generations
      outcome.times.append(counts.settled ? Int(counts.time) : nil)
      if !counts.settled { outcome.unsettled.append(decoder.name) }
    }
    return outcome
  }

  /// Repeats something until its times settle.
  ///
  /// - Parameters:
  ///   - known: the time at which it had settled before; nil if that is not known.
  ///   - measure: does it once and tells its time.
  /// - Returns: how often it was done, whether the times settled, and the fastest time.
  /// - Throws: what `measure` throws.
  package static func settle(
    at known: Double? = nil,
    _ measure: () throws -> Double
  ) rethrows -> (generations: Int, settled: Bool, time: Double) {
    var fastest = Double.infinity
    for generations in 1...most {
      let time = try measure()
      let isAsBefore = known.map { abs(time / $0 - 1) <= tolerance } ?? false
      let isSettled = generations >= fewest && abs(time / fastest - 1) <= tolerance
      fastest = min(fastest, time)
      if isAsBefore || isSettled { return (generations, true, fastest) }
    }
    return (most, false, fastest)
  }

  /// What a resumed run notes of its warm-up.
  static func resumeNote(_ outcome: Outcome) -> String {
    "Warm-up: the times had settled after \(quantity(outcome.generations, "generation")), compared with those of the earlier attempt."
  }

  /// What a run notes when some decoders did not settle.
  package static func warning(_ unsettled: [String]) -> String {
    "Warm-up did not settle in \(most) generations of \(unsettled.joined(separator: ", ")): the machine is busy or its clock "
      + "is changing."
  }
}
