import SpecFiles
import SpecStore

/// A run as one flat table, one row for each decoder and category, for spreadsheets and data frames.
public enum FlatReport {
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
  /// - Parameter summary: The run.
  /// - Returns: The text.
  public static func csv(_ summary: RunSummary) -> String {
    let lines = rows(summary).map { row in columns.map { cell(row[$0] ?? .null) }.joined(separator: ",") }
    return ([columns.joined(separator: ",")] + lines).joined(separator: "\n") + "\n"
  }

  /// Renders a run as JSON lines with the same names; what was not measured is null.
  ///
  /// - Parameter summary: The run.
  /// - Returns: The text, one object a line.
  /// - Throws: `EncodingError`, should a value have no JSON text.
  public static func jsonLines(_ summary: RunSummary) throws -> String {
    try rows(summary).map { try ReportValue.object($0).renderedOnOneLine() + "\n" }.joined()
  }

  static func rows(_ summary: RunSummary) -> [[String: ReportValue]] {
    summary.allDecoders.flatMap { decoder in
      summary.categories.filter { summary.figures[decoder.id, $0].isMeasured }.map { category in
        identity(of: decoder, category, summary).merging(figures(of: decoder.id, category, summary)) { first, _ in first
        }
      }
    }
  }

  private static func identity(
    of decoder: Stored<DecoderRecord>,
    _ category: ReportCategory,
    _ summary: RunSummary
  ) -> [String: ReportValue] {
    let losslessness = summary.outline.losslessness[decoder.id]
    return [
      "run": ReportValue(summary.run.id),
      "model": ReportValue(summary.run.modelName),
      "suite": ReportValue(summary.run.suiteName),
      "decoder": ReportValue(decoder.name),
      "method": ReportValue(decoder.method),
      "spec": ReportValue(decoder.spec),
      "noise_floor": ReportValue(decoder.isNoiseFloor),
      "category": ReportValue(category.rawValue),
      "added_parameters": ReportValue(decoder.addedParameters),
      "checked": ReportValue(losslessness?.checked ?? 0),
      "mismatches": ReportValue(losslessness?.mismatches ?? 0),
      "preliminary": ReportValue(!summary.isFinished),
    ]
  }

  private static func figures(
    of decoder: Int64,
    _ category: ReportCategory,
    _ summary: RunSummary
  ) -> [String: ReportValue] {
    let figures = summary.figures[decoder, category]
    let estimate = summary.estimates[decoder, category]
    return [
      "prompts": ReportValue(figures.speedup?.prompts ?? 0),
      "pairs": ReportValue(figures.speedup?.pairs ?? 0),
      "tokens": ReportValue(figures.speedup?.tokens ?? 0),
      "basis": ReportValue(figures.speedup?.basis.rawValue),
      "speedup": ReportValue(figures.speedup?.speedup),
      "time_per_token_ratio": ReportValue(figures.speedup?.timePerTokenRatio),
      "suite_low": ReportValue(estimate?.ofThisSuite?.lower),
      "suite_high": ReportValue(estimate?.ofThisSuite?.upper),
      "questions_low": ReportValue(estimate?.overQuestions?.lower),
      "questions_high": ReportValue(estimate?.overQuestions?.upper),
      "verdict": ReportValue(estimate?.verdictText),
      "outliers": ReportValue(estimate?.outliers ?? 0),
      "end_to_end_speedup": ReportValue(figures.speedup?.endToEndSpeedup),
      "end_to_end_time_per_token_ratio": ReportValue(figures.speedup?.endToEndTimePerTokenRatio),
      "spec_bench_speedup": ReportValue(figures.speedup?.specBenchSpeedup),
      "tokens_per_second": ReportValue(figures.speedup?.tokensPerSecond),
      "mean_accepted_tokens": ReportValue(figures.accepted?.meanAcceptedTokens),
      "acceptance_rate": ReportValue(figures.acceptance?.acceptanceRate),
      "nodes_per_emitted_token": ReportValue(figures.acceptance?.nodesPerEmittedToken),
      "ttft_p50_ms": ReportValue(figures.latencies[.timeToFirstToken]?.p50Milliseconds),
      "tpot_p50_ms": ReportValue(figures.latencies[.timePerOutputToken]?.p50Milliseconds),
      "itl_p50_ms": ReportValue(figures.latencies[.interTokenLatency]?.p50Milliseconds),
    ]
  }

  private static func cell(_ value: ReportValue) -> String {
    switch value {
    case .null, .list, .object: ""
    case .truth(let value): value ? "true" : "false"
    case .integer(let value): String(value)
    case .number(let value): String(value)
    case .digits(let value): "\(value)"
    case .text(let value): CSVText.cell(value)
    }
  }
}
