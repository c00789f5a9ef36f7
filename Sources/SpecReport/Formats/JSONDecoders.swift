import SpecFiles
import SpecMetrics
import SpecStatistics
import SpecStore

// The decoders and their metrics.
extension JSONReport {
  static func decoder(_ decoder: Stored<DecoderRecord>, _ summary: RunSummary) throws -> JSONValue {
    let categories = summary.tasks.compactMap { category in
      let metrics = summary.metrics[decoder.id, category]
      return metrics.isMeasured ? (category.rawValue, self.metrics(metrics)) : nil
    }
    let losslessness = summary.outline.losslessness[decoder.id]
    var members = try JSONValue(encoding: decoder.record).membersByKey
    for column in ["ordinal", "is_noise_floor"] { members[column] = nil }
    members["settings"] = .parsing(decoder.settings)
    members["generations"] = .integer(losslessness?.generations ?? 0)
    members["lossless"] = [
      "checked": .integer(losslessness?.checked ?? 0), "mismatches": .integer(losslessness?.mismatches ?? 0),
    ]
    members["overall"] = metrics(summary.metrics[decoder.id, .overall])
    members["spec_bench"] = try JSONValue(encoding: SpecBenchSpeed(summary, decoder.id))
    members["categories"] = .members(Dictionary(categories, uniquingKeysWith: { first, _ in first }))
    return .members(members)
  }

  private static func metrics(_ metrics: Metrics) -> JSONValue {
    let estimate = metrics.estimate
    func interval(_ basis: SpeedBasis, _ interval: ConfidenceInterval?) -> JSONValue {
      guard estimate?.basis == basis, let interval else { return .null }
      return .array([.number(interval.lower), .number(interval.upper)])
    }
    func median(_ metric: LatencyMetric) -> JSONValue { .orNull(metrics.latencies[metric]?.p50Milliseconds) }
    var members = metrics.namedValues
    members["speedup_interval_of_this_suite"] = interval(.speedup, estimate?.ofThisSuite)
    members["speedup_interval_over_questions"] = interval(.speedup, estimate?.overQuestions)
    members["time_per_token_ratio_interval_of_this_suite"] = interval(.timePerToken, estimate?.ofThisSuite)
    members["time_per_token_ratio_interval_over_questions"] = interval(.timePerToken, estimate?.overQuestions)
    members["cycles"] = .integer(metrics.accepted?.cycles ?? 0)
    members["outside_vocabulary"] = .orNull(metrics.acceptance?.outsideVocabulary)
    members["outside_vocabulary_share"] = .orNull(metrics.acceptance?.outsideVocabularyShare)
    members["time_to_first_token_ms"] = median(.timeToFirstToken)
    members["time_per_output_token_ms"] = median(.timePerOutputToken)
    members["inter_token_latency_ms"] = median(.interTokenLatency)
    return .members(members)
  }

  static func explanation(_ summary: RunSummary) throws -> JSONValue {
    .array(
      try summary.explained.map { decoder, explained in
        var members = try JSONValue(encoding: explained).membersByKey
        members["decoder"] = .text(decoder.name)
        members["difference"] = .number(explained.difference)
        members["predicted_by_pass_costs"] = .orNull(explained.predictedByPassCosts)
        members["difference_by_pass_costs"] = .orNull(explained.differenceByPassCosts)
        members["share_of_pass_costs"] = .orNull(
          summary.metrics.shareOfPassCosts(summary.run.verificationCost, of: decoder.id)
        )
        return .members(members)
      }
    )
  }

  /// One row for each decoder and number of sequences.
  static func byBatchSize(_ summary: RunSummary) -> JSONValue {
    .array(
      summary.batched.flatMap { decoder, explained, batched in
        batched.points.map { point -> JSONValue in
          [
            "decoder": .text(decoder.name), "basis": .text(explained.basis.rawValue),
            "batch_size": .integer(point.batch), "predicted": .number(point.speedup),
            "positions": .number(point.positions), "extrapolated": .boolean(point.isExtrapolated),
          ]
        }
      }
    )
  }

  /// A flat list, each row with its decoder and category, which data frames read as it is.
  static func rows(_ summary: RunSummary, _ make: (Metrics) throws -> [JSONValue]) throws -> JSONValue {
    let places = summary.decoders.flatMap { decoder in summary.categories.map { (decoder, $0) } }
    return .array(
      try places.flatMap { decoder, category in
        try make(summary.metrics[decoder.id, category]).map { row in
          var members = row.membersByKey
          members["decoder"] = .text(decoder.name)
          members["category"] = .text(category.rawValue)
          return .members(members)
        }
      }
    )
  }
}

extension Metrics {
  /// The metrics that JSON and the flat tables call by the same names.
  var namedValues: [String: JSONValue] {
    [
      "prompts": .integer(speed?.prompts ?? 0),
      "pairs": .integer(speed?.pairs ?? 0),
      "tokens": .integer(speed?.tokens ?? 0),
      "basis": .orNull(speed?.basis.rawValue),
      "speedup": .orNull(speed?.speedup),
      "time_per_token_ratio": .orNull(speed?.timePerTokenRatio),
      "verdict": .orNull(estimate?.verdictText),
      "outliers": .integer(estimate?.outliers ?? 0),
      "end_to_end_speedup": .orNull(speed?.endToEndSpeedup),
      "end_to_end_time_per_token_ratio": .orNull(speed?.endToEndTimePerTokenRatio),
      "spec_bench_speedup": .orNull(speed?.specBenchSpeedup),
      "tokens_per_second": .orNull(speed?.tokensPerSecond),
      "mean_accepted_tokens": .orNull(accepted?.meanAcceptedTokens),
      "acceptance_rate": .orNull(acceptance?.acceptanceRate),
      "nodes_per_emitted_token": .orNull(acceptance?.nodesPerEmittedToken),
    ]
  }
}
