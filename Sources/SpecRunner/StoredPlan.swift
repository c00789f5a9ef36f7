import Foundation
import SpecCore
import SpecFiles
import SpecStore
import SpecSuite

/// Everything that a run was asked to do, so that it can be gone on with from any working directory without saying it
/// again.
public struct StoredPlan: Codable, Equatable, Sendable {
  /// The model's folder, absolute.
  public var model: String
  /// How weights are held.
  public var weightType: String
  /// Threads that compute.
  public var threads: Int
  /// The kernel set.
  public var kernels: String
  /// The suite's folder or file, absolute.
  public var suite: String
  /// The questions chosen, in their order.
  public var questions: [Int]
  /// Most tokens of an output.
  public var maximumNewTokens: Int
  /// The decoders with all settings, vanilla and the noise floor left out.
  public var decoders: [String]
  /// Whether vanilla is measured once more.
  public var noiseFloor: Bool
  /// Where relative paths in the decoders' settings begin.
  public var workingDirectory: String
  /// What logits are divided by.
  public var temperature: Float
  /// How many of the likeliest tokens may be drawn; 0 for all.
  public var topK: Int
  /// The share of probability that the drawn tokens come from.
  public var topP: Float
  /// The seed of the order and of sampling.
  public var seed: Int
  /// How drafts are judged.
  public var verification: String
  /// How often each prompt is measured, at least.
  public var repeats: Int
  /// The precision to reach, as a share; nil for none.
  public var precision: Double?
  /// Seconds that reaching it may take; nil for no limit.
  public var timeBudget: Double?
  /// Where the report goes, absolute; nil for none.
  public var report: String?
  /// How conversations are written; nil for the suite's way.
  public var chatTemplate: ChatTemplate?

  /// The precision to reach, with its time.
  public var goal: PrecisionGoal? {
    precision.map { PrecisionGoal(precision: $0, timeBudget: timeBudget.map { .seconds($0) }) }
  }

  /// A stored plan's text with this plan's places: files whose content is the same may have been moved since.
  ///
  /// - Parameter text: the stored plan, of a run that this plan goes on with.
  /// - Returns: nil where nothing has moved, or nothing is stored.
  /// - Throws: what the JSON encoder throws.
  func textWithPlaces(for text: String?) throws -> String? {
    // What no version of this program has written is left as it is.
    guard let text, let old = try? JSONDecoder().decode(StoredPlan.self, from: Data(text.utf8)) else { return nil }
    var moved = old
    moved.model = model
    moved.suite = suite
    moved.decoders = decoders
    moved.workingDirectory = workingDirectory
    moved.report = report
    return moved == old ? nil : try JSONText.line(moved)
  }

  /// The plan of the newest unfinished run that was measured into a database.
  ///
  /// - Parameter store: the database.
  /// - Returns: the run and its plan.
  /// - Throws: ``ResumeError`` if there is no such run or it has no plan; `StoreError`.
  public static func ofNewestUnfinishedRun(in store: BenchmarkStore) throws -> (run: Int64, plan: StoredPlan) {
    guard let run = try store.runs().last(where: { $0.finishedAt == nil && $0.origin == .measured }) else {
      throw ResumeError.nothingUnfinished(database: store.path)
    }
    guard let text = run.plan, let plan = try? JSONDecoder().decode(StoredPlan.self, from: Data(text.utf8)) else {
      throw ResumeError.noPlan(database: store.path, run: run.id)
    }
    return (run.id, plan)
  }
}

extension RunPlan {
  /// The plan as it is stored with its run.
  func stored(_ model: LoadedModel, _ decoders: [RunDecoder]) -> StoredPlan {
    StoredPlan(
      model: model.directory,
      weightType: model.target.weightType.rawValue,
      threads: model.target.context.threads,
      kernels: model.target.context.kernels.name,
      suite: FilePlace.absolute(suitePath),
      questions: suite.questions.map(\.questionID),
      maximumNewTokens: maximumNewTokens,
      decoders: decoders.filter { !$0.isBaseline && !$0.isNoiseFloor }.map(\.spec.description),
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
      chatTemplate: suite.template
    )
  }
}
