import SpecStore

// The decoders and their figures.
extension JSONReport {
  static func decoder(_ decoder: Stored<DecoderRecord>, _ summary: RunSummary) -> ReportValue {
    let categories = ReportCategory.tasks.compactMap { category in
      let figures = summary.figures[decoder.id, category]
      return figures.isMeasured ? (category.rawValue, self.figures(figures)) : nil
    }
    let losslessness = summary.outline.losslessness[decoder.id]
    return [
      "name": ReportValue(decoder.name),
      "method": ReportValue(decoder.method),
      "spec": ReportValue(decoder.spec),
      "settings": ReportValue(json: decoder.settings),
      "added_parameters": ReportValue(decoder.addedParameters),
      "generations": ReportValue(losslessness?.generations ?? 0),
      "lossless": [
        "checked": ReportValue(losslessness?.checked ?? 0), "mismatches": ReportValue(losslessness?.mismatches ?? 0),
      ],
      "overall": figures(summary.figures[decoder.id, .overall]),
      "categories": .object(Dictionary(categories, uniquingKeysWith: { first, _ in first })),
    ]
  }

  private static func figures(_ figures: Figures) -> ReportValue {
    let speedup = figures.speedup
    return [
      "speedup": ReportValue(speedup?.speedup),
      "end_to_end_speedup": ReportValue(speedup?.endToEndSpeedup),
      "spec_bench_speedup": ReportValue(speedup?.specBenchSpeedup),
      "tokens_per_second": ReportValue(speedup?.tokensPerSecond),
      "prompts": ReportValue(speedup?.prompts ?? 0),
      "pairs": ReportValue(speedup?.pairs ?? 0),
      "tokens": ReportValue(speedup?.tokens ?? 0),
      "mean_accepted_tokens": ReportValue(figures.accepted?.meanAcceptedTokens),
      "cycles": ReportValue(figures.accepted?.cycles ?? 0),
      "acceptance_rate": ReportValue(figures.acceptance?.acceptanceRate),
      "nodes_per_emitted_token": ReportValue(figures.acceptance?.nodesPerEmittedToken),
      "time_to_first_token_ms": ReportValue(figures.latencies[.timeToFirstToken]?.p50Milliseconds),
      "time_per_output_token_ms": ReportValue(figures.latencies[.timePerOutputToken]?.p50Milliseconds),
      "inter_token_latency_ms": ReportValue(figures.latencies[.interTokenLatency]?.p50Milliseconds),
    ]
  }

  /// A flat list, each row with its decoder and category, which data frames read as it is.
  static func rows(_ summary: RunSummary, _ make: (Figures) -> [[String: ReportValue]]) -> ReportValue {
    let places = summary.decoders.flatMap { decoder in ReportCategory.allCases.map { (decoder, $0) } }
    return ReportValue(
      places.flatMap { decoder, category in
        make(summary.figures[decoder.id, category]).map { row in
          let place = ["decoder": ReportValue(decoder.name), "category": ReportValue(category.rawValue)]
          return .object(row.merging(place) { value, _ in value })
        }
      }
    )
  }

  static func position(_ row: AcceptanceAtPosition) -> [String: ReportValue] {
    [
      "position": ReportValue(row.position),
      "cycles": ReportValue(row.cycles),
      "drafting_cycles": ReportValue(row.draftingCycles),
      "drafted_cycles": ReportValue(row.draftedCycles),
      "accepted_cycles": ReportValue(row.acceptedCycles),
      "marginal": ReportValue(row.marginal),
      "conditional": ReportValue(row.conditional),
    ]
  }

  static func consecutiveAcceptance(_ row: AcceptanceAtPosition) -> [String: ReportValue] {
    ["w": ReportValue(row.position), "ctar": ReportValue(row.consecutiveTokenAcceptanceRate)]
  }

  static func latency(_ row: Latency) -> [String: ReportValue] {
    [
      "metric": ReportValue(row.metric.rawValue),
      "samples": ReportValue(row.samples),
      "mean_ms": ReportValue(row.meanMilliseconds),
      "p50_ms": ReportValue(row.p50Milliseconds),
      "p90_ms": ReportValue(row.p90Milliseconds),
      "p95_ms": ReportValue(row.p95Milliseconds),
      "p99_ms": ReportValue(row.p99Milliseconds),
    ]
  }

  static func timeSplit(_ row: TimeSplit) -> [String: ReportValue] {
    [
      "cycles": ReportValue(row.cycles),
      "decode_ns": ReportValue(row.decodeNanoseconds),
      "draft_ns": ReportValue(row.draftNanoseconds),
      "verify_ns": ReportValue(row.verifyNanoseconds),
      "overhead_ns": ReportValue(row.overheadNanoseconds),
      "other_ns": ReportValue(row.otherNanoseconds),
      "draft_share": ReportValue(row.draftShare),
      "verify_share": ReportValue(row.verifyShare),
      "overhead_share": ReportValue(row.overheadShare),
      "other_share": ReportValue(row.otherShare),
    ]
  }
}
