import SpecDocument
import SpecStatistics
import SpecStore

// The decoders and their figures.
extension JSONReport {
  static func decoder(_ decoder: Stored<DecoderRecord>, _ summary: RunSummary) -> ReportValue {
    let categories = summary.tasks.compactMap { category in
      let figures = summary.figures[decoder.id, category]
      return figures.isMeasured
        ? (category.rawValue, self.figures(figures, summary.estimates[decoder.id, category])) : nil
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
      "overall": figures(summary.figures[decoder.id, .overall], summary.estimates[decoder.id, .overall]),
      "spec_bench": specBench(SpecBenchFigures(summary, decoder.id)),
      "categories": .object(Dictionary(categories, uniquingKeysWith: { first, _ in first })),
    ]
  }

  private static func figures(_ figures: Figures, _ estimate: SpeedEstimate?) -> ReportValue {
    let speedup = figures.speedup
    func interval(_ basis: SpeedBasis, _ interval: ConfidenceInterval?) -> ReportValue {
      self.interval(estimate?.basis == basis ? interval : nil)
    }
    return [
      "basis": ReportValue(speedup?.basis.rawValue),
      "speedup": ReportValue(speedup?.speedup),
      "speedup_interval_of_this_suite": interval(.speedup, estimate?.ofThisSuite),
      "speedup_interval_over_questions": interval(.speedup, estimate?.overQuestions),
      "time_per_token_ratio": ReportValue(speedup?.timePerTokenRatio),
      "time_per_token_ratio_interval_of_this_suite": interval(.timePerToken, estimate?.ofThisSuite),
      "time_per_token_ratio_interval_over_questions": interval(.timePerToken, estimate?.overQuestions),
      "verdict": ReportValue(estimate?.verdictText),
      "outliers": ReportValue(estimate?.outliers ?? 0),
      "end_to_end_speedup": ReportValue(speedup?.endToEndSpeedup),
      "end_to_end_time_per_token_ratio": ReportValue(speedup?.endToEndTimePerTokenRatio),
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

  private static func specBench(_ figures: SpecBenchFigures?) -> ReportValue {
    guard let figures else { return .null }
    return [
      "tokens_per_second": ReportValue(figures.tokensPerSecond),
      "baseline_tokens_per_second": ReportValue(figures.baseline),
      "speedup": ReportValue(figures.speedup),
      "baseline_tokens_per_second_retokenized": ReportValue(figures.retokenizedBaseline),
      "speedup_retokenized": ReportValue(figures.retokenizedSpeedup),
    ]
  }

  static func interval(_ interval: ConfidenceInterval?) -> ReportValue {
    interval.map { [ReportValue($0.lower), ReportValue($0.upper)] }.map(ReportValue.list) ?? .null
  }

  static func explanation(_ summary: RunSummary) -> ReportValue {
    guard let baseline = summary.outline.baseline else { return .list([]) }
    let vanilla = summary.figures[baseline.id, .overall]
    return ReportValue(
      summary.decoders.filter { $0.id != baseline.id }.compactMap { decoder in
        ExplainedSpeedup(summary.figures[decoder.id, .overall], vanilla: vanilla).map { explained in
          [
            "decoder": ReportValue(decoder.name),
            "mean_accepted_tokens": ReportValue(explained.meanAccepted),
            "draft_cost": ReportValue(explained.draftCost),
            "verify_cost": ReportValue(explained.verifyCost),
            "share_of_pass_costs": ReportValue(summary.shareOfPassCosts(decoder.id)),
            "predicted": ReportValue(explained.predicted),
            "measured": ReportValue(explained.measured),
            "basis": ReportValue(explained.basis.rawValue),
            "remainder": ReportValue(explained.remainder),
          ]
        }
      }
    )
  }

  static func condition(_ condition: PassCondition) -> ReportValue {
    [
      "pass": ReportValue(condition.pass),
      "attempt": ReportValue(condition.attempt),
      "started_at": ReportValue(DateText.exact(condition.startedAt)),
      "finished_at": ReportValue(DateText.exact(condition.finishedAt)),
      "load_average": ReportValue(condition.loadAverage),
      "other_share": ReportValue(condition.otherShare),
      "steal_share": ReportValue(condition.stealShare),
      "frequency_mhz": ReportValue(condition.frequencyMegahertz),
      "final_frequency_mhz": ReportValue(condition.finalFrequencyMegahertz),
      "swapped_pages": ReportValue(condition.swappedPages),
      "on_battery": condition.onBattery.map { ReportValue($0) } ?? .null,
      "taints": ReportValue(condition.taints.map { ReportValue($0) }),
    ]
  }

  /// A flat list, each row with its decoder and category, which data frames read as it is.
  static func rows(_ summary: RunSummary, _ make: (Figures) -> [[String: ReportValue]]) -> ReportValue {
    let places = summary.decoders.flatMap { decoder in summary.categories.map { (decoder, $0) } }
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
      "outside_share": ReportValue(row.outsideShare),
    ]
  }
}
