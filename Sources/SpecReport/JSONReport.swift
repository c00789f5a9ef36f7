import SpecDocument
import SpecStore

/// The report for programs.
///
/// Rates and shares are between 0 and 1, times say their unit in the name, and what was not measured is null. The
/// three times of a decoder or category are medians; where `basis` is `time_per_token` outputs need not be equal, and there is
/// no speedup; the list `latency` has the other percentiles and the means.
public enum JSONReport {
  /// Renders a run as JSON with sorted keys.
  ///
  /// - Parameter summary: The run.
  /// - Returns: The text of one JSON object.
  /// - Throws: `EncodingError`, should a value have no JSON text.
  public static func render(_ summary: RunSummary) throws -> String {
    try document(summary).rendered()
  }

  private static func document(_ summary: RunSummary) -> ReportValue {
    let run = summary.run
    return [
      "run": ReportValue(run.id),
      "model": ReportValue(run.modelName),
      "model_detail": model(run.record),
      "suite": ReportValue(run.suiteName),
      "suite_detail": suite(summary),
      "environment": environment(summary.environment),
      "command_line": ReportValue(run.commandLine),
      "options": ReportValue(json: run.options),
      "verification_cost": ReportValue(
        (run.verificationCost ?? []).map {
          [
            "positions": ReportValue($0.positions), "milliseconds": ReportValue($0.milliseconds),
            "context": ReportValue($0.context),
          ]
        }
      ),
      "started_at": ReportValue(DateText.exact(run.startedAt)),
      "finished_at": ReportValue(run.finishedAt.map(DateText.exact)),
      "preliminary": ReportValue(!summary.isFinished),
      "threads": ReportValue(run.threads),
      "passes": ReportValue(run.passes),
      "max_new_tokens": ReportValue(run.maxNewTokens),
      "context_length": ReportValue(run.contextLength),
      "seed": ReportValue(run.seed),
      "sampling": [
        "temperature": ReportValue(run.temperature),
        "top_k": ReportValue(run.topK),
        "top_p": ReportValue(run.topP),
        "verification": ReportValue(run.verification),
      ],
      "generations": ReportValue(summary.generations),
      "expected_generations": ReportValue(summary.expectedGenerations),
      "lossless": [
        "checked": ReportValue(summary.checkedGenerations), "mismatches": ReportValue(summary.mismatches.count),
      ],
      "mismatches": ReportValue(summary.mismatches.map(mismatch)),
      "skips": skips(summary.skips),
      "skip_reasons": ReportValue(summary.skips.map(skip)),
      "decoders": ReportValue(summary.decoders.map { decoder($0, summary) }),
      "noise_floor": summary.outline.noiseFloor.map { decoder($0, summary) } ?? .null,
      "explained_speedup": explanation(summary),
      "conditions": ReportValue(summary.conditions.map(condition)),
      "acceptance_by_position": rows(summary) { $0.positions.map(position) },
      "ctar": rows(summary) { $0.positions.map(consecutiveAcceptance) },
      "latency": rows(summary) { figures in
        LatencyMetric.inOrder.compactMap { figures.latencies[$0] }.map(latency)
      },
      "time_split": rows(summary) { $0.time.map { [timeSplit($0)] } ?? [] },
    ]
  }

  private static func model(_ run: RunRecord) -> ReportValue {
    [
      "name": ReportValue(run.modelName),
      "path": ReportValue(run.modelPath),
      "hash": ReportValue(run.modelHash),
      "tokenizer_hash": ReportValue(run.tokenizerHash),
      "architecture": ReportValue(run.architecture),
      "parameters": ReportValue(run.parameters),
      "weight_type": ReportValue(run.weightType),
      "stored_weight_type": ReportValue(run.storedWeightType),
    ]
  }

  private static func suite(_ summary: RunSummary) -> ReportValue {
    let run = summary.run
    return [
      "name": ReportValue(run.suiteName),
      "version": ReportValue(run.suiteVersion),
      "hash": ReportValue(run.suiteHash),
      "path": ReportValue(run.suitePath),
      "prompts": ReportValue(summary.outline.promptCount),
      "prompts_by_category": .object(summary.outline.measuredPrompts.mapValues { ReportValue($0) }),
    ]
  }

  private static func environment(_ environment: EnvironmentRecord) -> ReportValue {
    [
      "host_name": ReportValue(environment.hostName),
      "cpu_model": ReportValue(environment.cpuModel),
      "physical_cores": ReportValue(environment.physicalCores),
      "logical_cores": ReportValue(environment.logicalCores),
      "affinity": ReportValue(environment.affinity),
      "governor": ReportValue(environment.governor),
      "frequency_mhz": ReportValue(environment.frequencyMegahertz),
      "load_average": ReportValue(environment.loadAverage),
      "memory_total_bytes": ReportValue(environment.memoryTotalBytes),
      "memory_available_bytes": ReportValue(environment.memoryAvailableBytes),
      "operating_system": ReportValue(environment.operatingSystem),
      "kernel": ReportValue(environment.kernel),
      "compiler": ReportValue(environment.compiler),
      "package_version": ReportValue(environment.packageVersion),
      "source_commit": ReportValue(environment.sourceCommit),
      "executable_hash": ReportValue(environment.executableHash),
      "build_configuration": ReportValue(environment.buildConfiguration.rawValue),
      "kernel_set": ReportValue(environment.kernelSet),
      "taints": ReportValue(environment.taints.map { ReportValue($0) }),
    ]
  }

  private static func mismatch(_ mismatch: Mismatch) -> ReportValue {
    [
      "question_id": ReportValue(question: mismatch.questionID, written: mismatch.writtenID),
      "turn": ReportValue(mismatch.turn),
      "category": ReportValue(mismatch.category),
      "decoder": ReportValue(mismatch.decoder),
      "pass": ReportValue(mismatch.pass),
      "position": ReportValue(mismatch.position),
      "expected_token": ReportValue(mismatch.expectedToken),
      "found_token": ReportValue(mismatch.foundToken),
      "top_two_margin": ReportValue(mismatch.topTwoMargin),
      "tie": mismatch.isTie.map { ReportValue($0) } ?? .null,
    ]
  }

  private static func skips(_ skips: [Skip]) -> ReportValue {
    .object(Dictionary(grouping: skips, by: \.category).mapValues { ReportValue($0.reduce(0) { $0 + $1.prompts }) })
  }

  private static func skip(_ skip: Skip) -> ReportValue {
    [
      "category": ReportValue(skip.category),
      "reason": ReportValue(skip.reason),
      "prompts": ReportValue(skip.prompts),
    ]
  }
}

extension LatencyMetric {
  /// The metrics in the order of the tables.
  static let inOrder: [LatencyMetric] = [.timeToFirstToken, .timePerOutputToken, .interTokenLatency]
}
