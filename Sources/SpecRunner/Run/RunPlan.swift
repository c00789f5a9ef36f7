import Foundation
import SpecCore
import SpecDecoding
import SpecEngines
import SpecStore
import SpecSuite

/// What a run measures.
package struct RunPlan: Sendable {
  /// The suite, already narrowed to the questions wanted.
  package var suite: Suite
  /// Which part of the questions this run measures, which ``suite`` then holds alone; nil for all of them.
  package private(set) var shard: Shard?
  /// The questions of all shards.
  let questions: [QuestionID]
  /// Turns of all those questions.
  let promptsOfAllShards: Int
  /// Where the suite was read from.
  package var suitePath: String
  /// How often each prompt is measured.
  package var repeats: Int
  /// Most tokens of an output.
  package var maximumNewTokens: Int
  /// Seed of the order in which decoders take a prompt.
  package var seed: Int
  /// How tokens are chosen.
  package var sampling: Sampling
  /// The command line, for the record.
  package var commandLine: String
  /// Whether to go on with the database's newest unfinished run of the same plan.
  package var resumes: Bool
  /// The run to go on with, and no other; nil finds one of the same plan.
  package var resumedRun: Int64?
  /// Whether a run is gone on with although files or the program are not those that it was begun with.
  package var acceptsChanges = false
  /// Whether resuming also takes an earlier run of the same plan that is finished, as a sweep of several runs does.
  package var reusesFinishedRuns = false
  /// Whether such a sweep begins what no earlier attempt has begun; its first run has to be there.
  package var beginsWhatIsMissing = false
  /// Where relative paths in the decoders' settings begin.
  package var workingDirectory = FileManager.default.currentDirectoryPath
  /// Where the run's report goes, absolute; nil for none.
  package var report: String?
  /// When there have been repeats enough; nil stops after ``repeats``.
  package var goal: PrecisionGoal?
  /// The command that makes this run and others; nil for one that makes one.
  package var series: StoredSeries?
  /// How often a generation that failed is tried again.
  package var retries = 0
  /// Whether the run ends where no try has gone well; else it goes on with the next generation.
  package var stopsOnError = true
  /// How many requests servers are to have in flight at a time, level by level, once all is measured one at a time.
  package var concurrency: [Int] = []
  /// What makes the results doubtful before anything is measured, one sentence each.
  package var warnings: [String] = []
  /// The clocks of dates and of what passes between them.
  package var clock = RunClock.system

  /// Makes a plan; the properties say what each value means.
  package init(
    suite: Suite,
    suitePath: String,
    repeats: Int,
    maximumNewTokens: Int,
    seed: Int,
    sampling: Sampling = .greedy,
    commandLine: String,
    resumes: Bool = false,
    goal: PrecisionGoal? = nil
  ) {
    self.suite = suite
    (questions, promptsOfAllShards) = (suite.questions.map(\.id), suite.promptCount)
    self.suitePath = suitePath
    // One repeat alone has no interval whose width could be judged.
    self.repeats = goal == nil ? repeats : max(repeats, 2)
    self.maximumNewTokens = maximumNewTokens
    self.seed = seed
    self.sampling = sampling
    self.commandLine = commandLine
    self.resumes = resumes
    self.goal = goal
  }

  /// Narrows the plan to a part of its questions.
  ///
  /// - Parameter shard: which part.
  /// - Throws: `SuiteError` if there are fewer questions than shards.
  package mutating func take(_ shard: Shard) throws(SuiteError) {
    suite = try suite.selecting(shard)
    self.shard = shard
  }

  /// Options without a column of their own.
  ///
  /// - Parameter engine: the engine behind whose servers the decoders are; nil for the package's own.
  /// - Returns: their texts by name.
  func options(_ engine: EngineSettings?) -> [String: String] {
    var options = [
      "chat_template": suite.template.name,
      "questions": questionsText(questions),
    ]
    options[RunRecord.shardOption] = shard?.rawValue
    if engine?.prompts == .server { options["chat_template"] = "the server's own" }
    // A template of a name that everybody knows is told by it; of any other the text is named.
    if engine?.prompts != .server, ChatTemplate.named(suite.template.name).map(PromptWriter.parts) != suite.template {
      options["chat_template_sha256"] = suite.template.contentHash
    }
    if engine?.prompts != .server { options["chat_template_date"] = suite.template.date.map { "\($0)" } }
    if !concurrency.isEmpty { options["concurrency"] = concurrency.map(String.init).joined(separator: ",") }
    if let goal {
      options["precision"] = String(goal.precision)
      options["least_repeats"] = String(repeats)
    }
    return options
  }

  /// The order in which decoders take a prompt, as indices: shuffled by seed, repeat, question and turn.
  func order(of decoders: Int, repeatIndex: Int, question: Int, turn: Int) -> [Int] {
    var generator = SplitMix64(keys: [seed, repeatIndex, question, turn])
    return Array(0..<decoders).shuffled(using: &generator)
  }
}
