import SpecCore
import SpecFiles
import SpecMetrics
import SpecStore

/// A run as one flat table, one row for each decoder and category, for spreadsheets and data frames.
package enum FlatReport {
  /// The columns, in order. `basis` says whether the intervals and the verdict are those of `speedup`, which is empty where
  /// outputs need not be equal, or of `time_per_token_ratio`.
  static let columns = [
    "run", "model", "suite", "decoder", "method", "spec", "noise_floor", "category", "prompts", "pairs", "tokens",
    "basis", "speedup", "time_per_token_ratio", "suite_low", "suite_high", "questions_low", "questions_high", "verdict",
    "outliers",
    "end_to_end_speedup", "end_to_end_time_per_token_ratio", "spec_bench_speedup", "tokens_per_second",
    "mean_accepted_tokens", "acceptance_rate",
    "nodes_per_emitted_token", "ttft_p50_ms", "tpot_p50_ms", "itl_p50_ms", "added_parameters", "checked", "mismatches",
    "preliminary",
  ]

  /// Renders a run as comma-separated values (RFC 4180) with a line of titles; what was not measured is empty.
  ///
  /// - Parameter summary: the run.
  /// - Returns: the text.
  package static func csv(_ summary: RunSummary) -> String {
    let lines = rows(summary).map { row in columns.map { cell(row[$0] ?? .null) }.joined(separator: ",") }
    return ([columns.joined(separator: ",")] + lines).joined(separator: "\n") + "\n"
  }

  /// Renders a run as JSON lines with the same names; what was not measured is null.
  ///
  /// - Parameter summary: the run.
  /// - Returns: the text, one object a line.
  /// - Throws: `EncodingError`, should a value have no JSON text.
  package static func jsonLines(_ summary: RunSummary) throws -> String {
    try rows(summary).map { try JSONText.line($0) + "\n" }.joined()
  }

  static func rows(_ summary: RunSummary) -> [[String: JSONValue]] {
    summary.allDecoders.flatMap { decoder in
      summary.categories.filter { summary.metrics[decoder.id, $0].isMeasured }.map { category in
        metrics(summary.metrics[decoder.id, category])
          .merging(identity(of: decoder, category, summary)) { _, own in own }
      }
    }
  }

  private static func identity(
    of decoder: Stored<DecoderRecord>,
    _ category: ReportCategory,
    _ summary: RunSummary
  ) -> [String: JSONValue] {
    let losslessness = summary.outline.losslessness[decoder.id]
    return [
      "run": .integer(Int(summary.run.id)),
      "model": .text(summary.run.modelName),
      "suite": .text(summary.run.suiteName),
      "decoder": .text(decoder.name),
      "method": .text(decoder.method),
      "spec": .text(decoder.spec),
      "noise_floor": .boolean(decoder.isNoiseFloor),
      "category": .text(category.rawValue),
      "added_parameters": .integer(decoder.addedParameters),
      "checked": .integer(losslessness?.checked ?? 0),
      "mismatches": .integer(losslessness?.mismatches ?? 0),
      "preliminary": .boolean(!summary.isFinished),
    ]
  }

  private static func metrics(_ metrics: Metrics) -> [String: JSONValue] {
    var values = metrics.namedValues
    let numbers: [String: Double?] = [
      "suite_low": metrics.estimate?.ofThisSuite?.lower, "suite_high": metrics.estimate?.ofThisSuite?.upper,
      "questions_low": metrics.estimate?.overQuestions?.lower,
      "questions_high": metrics.estimate?.overQuestions?.upper,
      "ttft_p50_ms": metrics.latencies[.timeToFirstToken]?.p50Milliseconds,
      "tpot_p50_ms": metrics.latencies[.timePerOutputToken]?.p50Milliseconds,
      "itl_p50_ms": metrics.latencies[.interTokenLatency]?.p50Milliseconds,
    ]
    for (name, number) in numbers { values[name] = .orNull(number) }
    return values
  }

  private static func cell(_ value: JSONValue) -> String {
    switch value {
    case .null, .array, .object: ""
    case .boolean(let value): value ? "true" : "false"
    case .integer(let value): String(value)
    case .number(let value): value.isFinite ? String(value) : ""
    case .otherNumber(let digits): digits
    case .string(let bytes): CSVText.cell(String(decoding: bytes, as: UTF8.self))
    }
  }
}
