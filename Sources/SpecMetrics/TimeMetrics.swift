/// Where a decoder's decode time went.
package struct TimeSplit: Encodable, Equatable, Sendable {
  /// Number of cycles that the decode time covers: a first one that ran the prompt is not among them.
  package let cycles: Int
  /// Tokens that these cycles contributed.
  package let acceptedTokens: Int
  /// Tokens that these cycles added to outputs: those that were cut off at a stop are not among them.
  package let emittedTokens: Int
  /// Tokens after the first that came with the prefill: vanilla decodes them.
  package let prefillTokens: Int
  /// Decode time in nanoseconds.
  package let decodeNanoseconds: Int
  /// Time of drafting, in nanoseconds.
  package let draftNanoseconds: Int
  /// Time of verifying, in nanoseconds.
  package let verifyNanoseconds: Int
  /// Time of everything else in the cycles, in nanoseconds.
  package let overheadNanoseconds: Int
  /// Decode time that no cycle accounts for, in nanoseconds.
  package let otherNanoseconds: Int
  /// Drafting's share of the decode time; nil without decode time, as the other shares.
  package let draftShare: Double?
  /// Verification's share of the decode time.
  package let verifyShare: Double?
  /// The overhead's share of the decode time.
  package let overheadShare: Double?
  /// The share of the decode time that no cycle accounts for.
  package let otherShare: Double?
  /// The share of the decode time that is neither drafting nor verification: the method's own overhead.
  package let outsideShare: Double?

  enum CodingKeys: String, CodingKey {
    case cycles
    case decodeNanoseconds = "decode_ns"
    case draftNanoseconds = "draft_ns"
    case verifyNanoseconds = "verify_ns"
    case overheadNanoseconds = "overhead_ns"
    case otherNanoseconds = "other_ns"
    case draftShare = "draft_share"
    case verifyShare = "verify_share"
    case overheadShare = "overhead_share"
    case otherShare = "other_share"
    case outsideShare = "outside_share"
  }

  init(_ tally: MetricTally) {
    let timed = tally.cycles.timed
    let (total, decode) = (timed.total, tally.decodeNanoseconds)
    cycles = total.cycles
    acceptedTokens = timed.sum(\.acceptLength)
    emittedTokens = total.emitted
    let all = tally.cycles.total
    prefillTokens = all.emitted - total.emitted - (all.cycles - total.cycles)
    decodeNanoseconds = decode
    draftNanoseconds = total.draftNanoseconds
    verifyNanoseconds = total.verifyNanoseconds
    overheadNanoseconds = total.overheadNanoseconds
    otherNanoseconds = decode - total.draftNanoseconds - total.verifyNanoseconds - total.overheadNanoseconds
    draftShare = quotient(draftNanoseconds, decode)
    verifyShare = quotient(verifyNanoseconds, decode)
    let (overhead, other) = (quotient(overheadNanoseconds, decode), quotient(otherNanoseconds, decode))
    (overheadShare, otherShare) = (overhead, other)
    outsideShare = overhead.flatMap { overhead in other.map { overhead + $0 } }
  }
}

/// What is measured of a generation's pace.
package enum LatencyMetric: String, CaseIterable, Encodable, Sendable {
  /// Time to the first token.
  case timeToFirstToken = "ttft"
  /// Decode time per token after the prefill's, one sample for each generation.
  case timePerOutputToken = "tpot"
  /// Time between tokens as they become available, one sample for each token after the prefill's.
  case interTokenLatency = "itl"
}

/// The distribution of one metric, in milliseconds, with nearest-rank percentiles.
package struct Latency: Encodable, Equatable, Sendable {
  /// What was measured.
  package let metric: LatencyMetric
  /// Number of samples.
  package let samples: Int
  /// The mean, in milliseconds.
  package let meanMilliseconds: Double
  /// The median, in milliseconds.
  package let p50Milliseconds: Double
  /// The 90th percentile, in milliseconds.
  package let p90Milliseconds: Double
  /// The 95th percentile, in milliseconds.
  package let p95Milliseconds: Double
  /// The 99th percentile, in milliseconds.
  package let p99Milliseconds: Double

  enum CodingKeys: String, CodingKey {
    case metric, samples
    case meanMilliseconds = "mean_ms"
    case p50Milliseconds = "p50_ms"
    case p90Milliseconds = "p90_ms"
    case p95Milliseconds = "p95_ms"
    case p99Milliseconds = "p99_ms"
  }

  /// - Parameters:
  ///   - metric: what was measured.
  ///   - sorted: the samples in rising order, in nanoseconds; nil without any.
  package init?(_ metric: LatencyMetric, sorted: [Double]) {
    guard !sorted.isEmpty else { return nil }
    func percentile(_ percent: Int) -> Double { sorted[(sorted.count * percent + 99) / 100 - 1] / 1e6 }
    self.metric = metric
    samples = sorted.count
    meanMilliseconds = 1e-6 * sorted.reduce(0, +) / Double(sorted.count)
    p50Milliseconds = percentile(50)
    p90Milliseconds = percentile(90)
    p95Milliseconds = percentile(95)
    p99Milliseconds = percentile(99)
  }

  /// The metrics that have samples. These are sorted, which is most of the work of a report.
  static func all(_ tally: MetricTally) -> [LatencyMetric: Latency] {
    let latencies = [
      Latency(.timeToFirstToken, sorted: tally.timesToFirstToken.sorted().map(Double.init)),
      Latency(.timePerOutputToken, sorted: tally.timesPerOutputToken.sorted()),
      Latency(.interTokenLatency, sorted: tally.timesBetweenTokens.sorted().map(Double.init)),
    ]
    return Dictionary(uniqueKeysWithValues: latencies.compactMap(\.self).map { ($0.metric, $0) })
  }
}

/// The pace of a decoder at one place of its outputs.
package struct TokenPace: Equatable, Sendable {
  /// The first position of the stretch.
  package let position: Int
  /// Number of generations that reach to its end.
  package let generations: Int
  /// The mean time per token in it, in milliseconds.
  package let milliseconds: Double
}
