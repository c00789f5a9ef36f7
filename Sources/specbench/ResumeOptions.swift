import ArgumentParser
import Foundation
import SpecFiles
import SpecRunner
import SpecSuite

/// Going on with what was stopped.
struct ResumeOptions: ParsableArguments {
  /// Which run to go on with.
  enum Target: ExpressibleByArgument, CustomStringConvertible {
    case newest
    case run(Int64)

    init?(argument: String) {
      guard let run = Int64(argument), run > 0 else { return nil }
      self = .run(run)
    }

    var description: String { "the newest" }
  }

  @Option(
    defaultAsFlag: Target.newest,
    parsing: .next,
    help: ArgumentHelp(
      "Go on with an unfinished run and the plan that the database holds, from any folder. Other options must agree with that "
        + "plan; only --repeats may be more.",
      valueName: "run"
    )
  )
  var resume: Target?

  @Flag(
    help: ArgumentHelp(
      "With --resume: go on although the checkpoint, the suite's files or the program have changed. The report tells what has."
    )
  )
  var acceptChanges = false

  func validate() throws {
    if acceptChanges, resume == nil {
      throw ValidationError("--accept-changes goes with --resume; give both, or neither")
    }
  }

  /// Whether anything is to be gone on with.
  var resumes: Bool { resume != nil }

  /// The options that say which run to go on with and where things are, and nothing of what to measure.
  static let ofPlace = ["--resume", "--accept-changes", "--database", "--report", "--ignore-memory"]
}

/// A stored run that a command goes on with, and which of its options the command line gives itself.
struct Resumption {
  let run: PlannedRun
  var given = GivenOptions()

  /// The stored plan.
  var plan: StoredPlan { run.plan }

  /// The questions; nil where the command line chooses them.
  var questions: [Int]? { given.has("--limit", "--categories", "--quick") ? nil : plan.questions }

  /// Where relative paths in the decoders' settings begin.
  var workingDirectory: String? { given.has("--decoders") ? nil : plan.workingDirectory }

  /// How conversations are written; nil where the command line says it.
  var chatTemplate: PromptWriter? {
    given.has("--chat-template", "--template", "--template-date") ? nil : plan.chatTemplate
  }

  /// The precision to reach, where the plan decides on it.
  func goal(_ options: PrecisionOptions) -> PrecisionGoal? {
    given.has("--precision", "--time-budget") ? options.goal : plan.goal
  }

  /// Goes to the folder in which the run was begun: what the plan says of an engine's programs and files begins there.
  ///
  /// - Throws: ``MissingFolder``.
  func enterFolder() throws {
    guard FileManager.default.changeCurrentDirectoryPath(plan.workingDirectory) else {
      throw MissingFolder(path: plan.workingDirectory, run: run.id)
    }
  }
}

/// The folder in which a run was begun is gone.
struct MissingFolder: Error, CustomStringConvertible {
  let path: String
  let run: Int64

  var description: String {
    "\(path): there is no such folder, in which run \(run) was begun and its plan's paths start; bring it back, or give the "
      + "command's own options with --resume"
  }
}

extension SuiteOptions {
  /// A stored plan with what the command line gives of the suite.
  func asked(_ plan: StoredPlan, _ given: GivenOptions) throws -> StoredPlan {
    var asked = plan
    if given.has("--max-new-tokens"), let maximumNewTokens { asked.maximumNewTokens = maximumNewTokens }
    guard given.names("--limit", "--categories", "--quick") else { return asked }
    var options = self
    if !given.names("--suite") { options.suite = plan.suite }
    asked.questions = try options.load().suite.questions.map(\.questionID)
    return asked
  }
}
