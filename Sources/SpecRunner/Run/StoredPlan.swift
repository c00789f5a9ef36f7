import Foundation
import SpecCore
import SpecEngines
import SpecFiles
import SpecStore
import SpecSuite

/// Everything that a run was asked to do, so that it can be gone on with from any working directory without saying it
/// again.
package struct StoredPlan: Codable, Equatable, Sendable {
  /// The model's folder, absolute.
  package var model: String
  /// How weights are held.
  package var weightType: String
  /// Threads that compute.
  package var threads: Int
  /// The kernel set.
  package var kernels: String
  /// The suite's folder or file, absolute.
  package var suite: String
  /// The questions chosen, in their order; those of all shards.
  package var questions: [Int]
  /// Turns of all those questions; nil in older runs.
  package var prompts: Int?
  /// Which part of the questions the run measures; nil for all of them.
  package var shard: Shard?
  /// Most tokens of an output.
  package var maximumNewTokens: Int
  /// The decoders with all settings, vanilla and the noise floor left out.
  package var decoders: [String]
  /// Whether vanilla is measured once more.
  package var noiseFloor: Bool
  /// Where relative paths in the decoders' settings begin.
  package var workingDirectory: String
  /// What logits are divided by.
  package var temperature: Float
  /// How many of the likeliest tokens may be drawn; 0 for all.
  package var topK: Int
  /// The share of probability that the drawn tokens come from.
  package var topP: Float
  /// The seed of the order and of sampling.
  package var seed: Int
  /// How drafts are judged.
  package var verification: String
  /// How often each prompt is measured, at least.
  package var repeats: Int
  /// The precision to reach, as a share; nil for none.
  package var precision: Double?
  /// Seconds that reaching it may take; nil for no limit.
  package var timeBudget: Double?
  /// Where the report goes, absolute; nil for none.
  package var report: String?
  /// How conversations are written; nil for the suite's way.
  package var chatTemplate: PromptWriter?
  /// The engine behind whose servers the decoders are; nil for the package's own.
  package var engine: EngineSettings?
  /// How many requests servers have in flight, level by level; nil for one at a time alone.
  package var concurrency: [Int]?
  /// How often a server is asked again after a failure; nil in older runs.
  package var retries: Int?
  /// Whether the run ends where no try has gone well; nil in older runs.
  package var stopsOnError: Bool?
  /// The command that began the run, where it makes several; nil for one that makes one, and in older runs.
  package var series: StoredSeries?

  /// The precision to reach, with its time.
  package var goal: PrecisionGoal? {
    precision.map { PrecisionGoal(precision: $0, timeBudget: timeBudget.map { .seconds($0) }) }
  }

  /// A stored plan's text with this plan's places: files whose content is the same may have been moved since.
  ///
  /// - Parameter text: the stored plan, of a run that this plan goes on with.
  /// - Returns: nil where nothing has moved, or nothing is stored.
  /// - Throws: what the JSON encoder throws.
  func textWithPlaces(for text: String?) throws -> String? {
    // What no version of this program has written is left as it is.
    guard let old = StoredPlan(text) else { return nil }
    var moved = old
    moved.model = model
    moved.suite = suite
    moved.decoders = decoders
    moved.workingDirectory = workingDirectory
    moved.report = report
    return moved == old ? nil : try JSONText.line(moved)
  }
}

extension StoredPlan {
  /// Reads the plan of a run; nil where none is stored that this version understands.
  ///
  /// - Parameter run: the run.
  package init?(of run: RunRecord) { self.init(run.plan) }

  /// Reads a plan that is stored with a run.
  ///
  /// - Parameter text: its text; nil comes of none, and of what no version of this program has written.
  package init?(_ text: String?) {
    guard let text, let plan = try? JSONDecoder().decode(StoredPlan.self, from: Data(text.utf8)) else { return nil }
    self = plan
  }
}

extension RunPlan {
  /// The plan as it is stored with its run.
  func stored(_ model: any RunModel, _ decoders: [any MeasuredDecoder]) -> StoredPlan {
    let description = model.description([])
    return StoredPlan(
      model: description.path,
      weightType: description.weightType,
      threads: description.threads,
      kernels: description.kernels,
      suite: FilePlace.absolute(suitePath),
      questions: questions.map(\.key),
      prompts: promptsOfAllShards,
      shard: shard,
      maximumNewTokens: maximumNewTokens,
      decoders: decoders.filter { !$0.isBaseline && !$0.isNoiseFloor }.map(\.specText),
      noiseFloor: decoders.contains(where: \.isNoiseFloor),
      workingDirectory: workingDirectory,
      temperature: sampling.limits.temperature,
      topK: sampling.limits.topK,
      topP: sampling.limits.topP,
      seed: seed,
      verification: sampling.verification.rawValue,
      repeats: repeats,
      precision: goal?.precision,
      timeBudget: goal?.timeBudget.map { $0 / .seconds(1) },
      report: report,
      chatTemplate: suite.template,
      engine: model.engine,
      concurrency: concurrency.isEmpty ? nil : concurrency,
      retries: retries,
      stopsOnError: stopsOnError,
      series: series
    )
  }
}
