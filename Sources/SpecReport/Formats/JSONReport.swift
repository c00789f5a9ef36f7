import SpecDocument
import SpecCore
import SpecFiles
import SpecMetrics
import SpecStatistics
import SpecStore

/// The report for programs.
///
/// Rates and shares are between 0 and 1, times say their unit in the name, and what was not measured is null. The
/// three times of a decoder or category are medians; where `basis` is `time_per_token` outputs need not be equal, and there is
/// no speedup; the list `latency` has the other percentiles and the means.
package enum JSONReport {
  /// Renders a run as JSON with sorted keys.
  ///
  /// - Parameter summary: the run.
  /// - Returns: the text of one JSON object.
  /// - Throws: `EncodingError`, should a value have no JSON text.
  package static func render(_ summary: RunSummary) throws -> String {
    var members = try columns(summary).merging(metrics(summary)) { column, _ in column }
    if let served = summary.served {
      members["servers"] = try JSONValue(encoding: served.servers)
      members["probes"] = try JSONValue(encoding: served.probes)
      members["failures"] = try JSONValue(encoding: served.failures)
    }
    if let joined = summary.joined { members["shards"] = .array(try joined.shards.map(shard)) }
    if let loads = summary.loads { members["by_concurrency"] = try byConcurrency(loads, summary) }
    return try JSONText.lines(members) + "\n"
  }

  /// A shard of a joined run with its machine.
  private static func shard(_ joined: JoinedShard) throws -> JSONValue {
    var members = try JSONValue(encoding: joined.shard.record).membersByKey
    members["environment"] = try JSONValue(encoding: joined.environment)
    members["prompts"] = .integer(joined.prompts)
    members["generations"] = .integer(joined.generations)
    return .members(members)
  }

  /// The run's columns by their names. Those of the model, the suite and the sampling make an object each.
  private static func columns(_ summary: RunSummary) throws -> [String: JSONValue] {
    let run = summary.run.record
    var columns = try JSONValue(encoding: run).membersByKey
    // How the run is gone on with concerns the program alone.
    for column in ["origin", "plan", "planned_prompts"] { columns[column] = nil }
    columns["options"] = .parsing(run.options)
    columns["verification_cost"] = .array(
      try (run.verificationCost ?? []).map { cost in
        .members(try JSONValue(encoding: cost).membersByKey.filter { $0.key != "samples" })
      }
    )
    func take(_ names: KeyValuePairs<String, String>) -> [String: JSONValue] {
      names.reduce(into: [:]) { members, name in members[name.value] = columns.removeValue(forKey: name.key) }
    }
    let model = take([
      "model_name": "name", "model_path": "path", "model_hash": "hash", "tokenizer_hash": "tokenizer_hash",
      "architecture": "architecture", "parameters": "parameters", "weight_type": "weight_type",
      "stored_weight_type": "stored_weight_type",
    ])
    var suite = take([
      "suite_name": "name", "suite_version": "version", "suite_hash": "hash", "suite_path": "path",
    ])
    suite["prompts"] = .integer(summary.outline.promptCount)
    suite["prompts_by_category"] = try JSONValue(encoding: summary.outline.measuredPrompts)
    let sampling = take([
      "temperature": "temperature", "top_k": "top_k", "top_p": "top_p", "verification": "verification",
    ])
    columns["model_detail"] = .members(model)
    columns["suite_detail"] = .members(suite)
    columns["sampling"] = .members(sampling)
    return columns
  }

  /// What the run measured, and with what.
  private static func metrics(_ summary: RunSummary) throws -> [String: JSONValue] {
    [
      "run": .integer(Int(summary.run.id)),
      "model": .text(summary.run.modelName),
      "suite": .text(summary.run.suiteName),
      "environment": try JSONValue(encoding: summary.environment),
      "preliminary": .boolean(!summary.isFinished),
      "generations": .integer(summary.generations),
      "expected_generations": .integer(summary.expectedGenerations),
      "lossless": [
        "checked": .integer(summary.checkedGenerations), "mismatches": .integer(summary.mismatches.count),
      ],
      "mismatches": .array(summary.mismatches.map(mismatch)),
      "skips": skips(summary.skips),
      "skip_reasons": try JSONValue(encoding: summary.skips),
      "decoders": .array(try summary.decoders.map { try decoder($0, summary) }),
      "noise_floor": try summary.outline.noiseFloor.map { try decoder($0, summary) } ?? .null,
      "explained_speedup": try explanation(summary),
      "predicted_by_batch_size": byBatchSize(summary),
      "conditions": try JSONValue(encoding: summary.conditions),
      "acceptance_by_position": try rows(summary) { try $0.positions.map(JSONValue.init(encoding:)) },
      "acceptance_by_place": try rows(summary) { try $0.places.map(JSONValue.init(encoding:)) },
      "ctar": try rows(summary) { metrics in
        metrics.positions.map { ["w": .integer($0.position), "ctar": .number($0.consecutiveTokenAcceptanceRate)] }
      },
      "latency": try rows(summary) { metrics in
        try LatencyMetric.allCases.compactMap { metrics.latencies[$0] }.map(JSONValue.init(encoding:))
      },
      "time_split": try rows(summary) { try $0.time.map { [try JSONValue(encoding: $0)] } ?? [] },
    ]
  }

  /// One row for each decoder and concurrency.
  private static func byConcurrency(_ loads: ServedLoads, _ summary: RunSummary) throws -> JSONValue {
    let places = loads.concurrencies.flatMap { level in summary.decoders.map { (level, $0) } }
    return .array(
      try places.compactMap { level, decoder in
        guard let load = loads[decoder.id, level] else { return nil }
        return [
          "decoder": .text(decoder.name), "concurrency": .integer(level), "answers": .integer(load.answers),
          "failures": .integer(load.failures), "tokens": .integer(load.tokens),
          "tokens_per_second": .orNull(load.tokensPerSecond), "throughput_over_vanilla": .orNull(load.ratio),
          "mean_in_flight": .orNull(load.inFlight), "client_processor_share": .orNull(load.clientShare),
          "ttft": try load.timeToFirstToken.map(JSONValue.init(encoding:)) ?? .null,
          "itl": try load.interTokenLatency.map(JSONValue.init(encoding:)) ?? .null,
          "mean_accepted_tokens": .orNull(load.meanAcceptedTokens), "acceptance_rate": .orNull(load.acceptanceRate),
          "lossless": ["checked": .integer(load.compared), "mismatches": .integer(load.differing)],
        ]
      }
    )
  }

  private static func mismatch(_ mismatch: Mismatch) -> JSONValue {
    [
      "question_id": .question(mismatch.questionID, written: mismatch.writtenID),
      "turn": .integer(mismatch.turn),
      "category": .text(mismatch.category),
      "decoder": .text(mismatch.decoder),
      "repeat": .integer(mismatch.repeatIndex),
      "position": .orNull(mismatch.position),
      "expected_token": .orNull(mismatch.expectedToken),
      "found_token": .orNull(mismatch.foundToken),
      "top_two_margin": .orNull(mismatch.topTwoMargin),
      "tie": .orNull(mismatch.isTie),
    ]
  }

  private static func skips(_ skips: [Skip]) -> JSONValue {
    .members(Dictionary(grouping: skips, by: \.category).mapValues { .integer($0.reduce(0) { $0 + $1.prompts }) })
  }
}

extension JSONValue {
  /// An object of members in any order: the writer sorts them.
  static func members(_ members: [String: JSONValue]) -> JSONValue {
    .object(members.map { JSONMember(key: ArraySlice($0.key.utf8), value: $0.value) })
  }

  /// A value that may not be there.
  static func orNull(_ value: Bool?) -> JSONValue { value.map(JSONValue.boolean) ?? .null }
  static func orNull(_ value: Int?) -> JSONValue { value.map(JSONValue.integer) ?? .null }
  static func orNull(_ value: Double?) -> JSONValue { value.map(JSONValue.number) ?? .null }
  static func orNull(_ value: String?) -> JSONValue { value.map(JSONValue.text) ?? .null }

  /// The id of a question as the suite's file writes it.
  static func question(_ number: Int, written: String?) -> JSONValue {
    written.map(JSONValue.parsing) ?? .integer(number)
  }
}
