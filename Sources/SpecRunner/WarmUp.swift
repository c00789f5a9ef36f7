import SpecDecoding
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

  /// Every decoder until it settles.
  ///
  /// - Parameters:
  ///   - prompt: what is decoded.
  ///   - decoders: the decoders of the run.
  /// - Returns: how many generations it took, and the names of the decoders that did not settle.
  func run(_ prompt: [Token], decoders: [RunDecoder]) -> (generations: Int, unsettled: [String]) {
    var short = rules
    short.maximumNewTokens = min(rules.maximumNewTokens, 32)
    var outcome = (generations: 0, unsettled: [String]())
    for decoder in decoders {
      let counts = Self.settle {
        let generation = generate(prompt, with: decoder.decoder, rules: short)
        return Double(generation.prefillTime + generation.decodeTime)
      }
      outcome.generations += counts.generations
      if !counts.settled { outcome.unsettled.append(decoder.name) }
    }
    return outcome
  }

  /// Repeats something until its times settle.
  ///
  /// - Parameter measure: does it once and tells its time.
  /// - Returns: how often it was done, and whether the times settled.
  package static func settle(_ measure: () -> Double) -> (generations: Int, settled: Bool) {
    var fastest = Double.infinity
    for generations in 1...most {
      let time = measure()
      if generations >= fewest, abs(time / fastest - 1) <= tolerance { return (generations, true) }
      fastest = min(fastest, time)
    }
    return (most, false)
  }

  /// What a run notes when some decoders did not settle.
  package static func taint(_ unsettled: [String]) -> String {
    "Warm-up did not settle in \(most) generations of \(unsettled.joined(separator: ", ")): the machine is busy or its clock "
      + "is changing."
  }
}
