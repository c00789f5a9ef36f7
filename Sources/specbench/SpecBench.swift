import ArgumentParser
import Foundation
import SpecFiles
import SpecKernels
import SpecRunner

/// The command line. Exit codes: 0 done; 1 an output differs from vanilla's; 2 something given cannot be used;
/// 3 slower than `compare` allows; 64 the command line cannot be understood; 129, 130 and 143 stopped by a closed terminal,
/// by Ctrl-C and by a polite termination; 141 the reader of the output has gone.
@main
struct SpecBench: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "specbench",
    abstract: "Measures lossless speculative decoding: suites, decoders, speedups you can defend.",
    discussion: """
      A suite of prompts is decoded by several methods on the same model; every token, cycle and acceptance goes into \
      an SQLite database, and reports are made from the database alone.

      Start with:  specbench run --quick

      Exit codes: 0 done; 1 an output differs from vanilla's; 2 something given cannot be used; 3 slower than \
      'compare' allows; 64 usage; 130 stopped by Ctrl-C (SIGINT), 143 by SIGTERM, 129 by SIGHUP; 141 the reader of the \
      output has gone. What was measured is kept, and a second signal ends the program at once.
      """,
    version: RunEnvironment.packageVersion,
    subcommands: [
      RunCommand.self, ReportCommand.self, RunsCommand.self, CompareCommand.self, SweepCommand.self, TuneCommand.self,
      GenerateCommand.self, ExportCommand.self, ImportCommand.self, VerifyCommand.self, DecodeCommand.self,
      TokenizeCommand.self, InspectCommand.self, MethodsCommand.self, TrainCommand.self, DatastoreCommand.self,
      FrequenciesCommand.self, MergeCommand.self, CopyCommand.self, PruneCommand.self, VacuumCommand.self,
      BenchCommand.self, BundleCommand.self, CheckCommand.self, MakeCheckpointCommand.self, ServeCommand.self,
      DoctorCommand.self,
    ]
  )

  /// Refuses the name of a command that there is not, and says which may be meant: the parser takes it for an argument.
  private static func checkName(_ arguments: [String], among commands: CommandConfiguration, of parent: String) throws {
    let parts = commands.subcommands.map { $0.configuration }
    guard !parts.isEmpty, let name = arguments.first, !name.hasPrefix("-"), name != "help" else { return }
    for part in parts where part.commandName == name {
      return try checkName(Array(arguments.dropFirst()), among: part, of: "\(parent) \(name)")
    }
    let hint = nearestNameHint(for: name, among: parts.compactMap { $0.commandName })
    throw ValidationError("there is no command \(quoted(name))\(hint); see '\(parent) --help'")
  }

  static func main() {
    holdStandardStreams()
    Interruption.observe()
    MappedFile.endProcessOnShrinking()
    do {
      if let argument = argumentThatIsNoText { throw ArgumentThatIsNoText(text: argument) }
      let arguments = Array(CommandLine.arguments.dropFirst())
      try checkName(arguments, among: configuration, of: "specbench")
      var command = try parsed(arguments)
      // What a command reads is what its outputs must not overwrite.
      try InputLog(keepsHashes: false).recording { try command.run() }
      Activity.end()
    } catch {
      // A database that was closed for the end is no failure.
      Interruption.leaveEndToOthers()
      Activity.end()
      finish(error)
    }
  }

  /// The command that the arguments ask for. What the parser does not understand is looked at once more, since its own
  /// message may blame something else.
  private static func parsed(_ arguments: [String]) throws -> any ParsableCommand {
    do {
      return try parseAsRoot(arguments)
    } catch {
      if exitCode(for: error) == .validationFailure { try CommandOptions(Self.self, arguments).check() }
      throw error
    }
  }

  /// Tells why the command ended, and ends with the code that says so.
  private static func finish(_ error: any Error) -> Never {
    switch error {
    case is Interrupted, is RunInterrupted, is WorkInterrupted: Interruption.end()
    case is ClosedOutput: Foundation.exit(ClosedOutput.exitCode)
    case is ValidationError:
      // Found while the command ran, where the parser knows of no subcommand whose usage it could show.
      tell("specbench: \(TerminalText.line("\(error)"))")
      Foundation.exit(ExitCode.validationFailure.rawValue)
    default: break
    }
    let code = exitCode(for: error)
    // Help and usage are the argument parser's own texts; everything else is one sentence of ours.
    guard code != .failure || error is ExitCode else {
      let lines = (error as? any LinedError)?.lines ?? ["\(error)"]
      tell("specbench: " + lines.map(TerminalText.line).joined(separator: "\n"))
      Foundation.exit(2)
    }
    let text = fullMessage(for: error)
    guard code.isSuccess else {
      // Every message of this program begins alike, those with the usage below them, too.
      let parsers = "Error: "
      if !text.isEmpty { tell(text.hasPrefix(parsers) ? "specbench: " + text.dropFirst(parsers.count) : text) }
      Foundation.exit(code.rawValue)
    }
    do {
      if !text.isEmpty { try say(text) }
    } catch {
      finish(error)
    }
    Foundation.exit(code.rawValue)
  }

  /// An argument that Swift's strings cannot hold: its file would not be found under the name that is left of it.
  private static var argumentThatIsNoText: String? {
    for place in 0..<Int(CommandLine.argc) {
      guard let bytes = CommandLine.unsafeArgv[place] else { continue }
      if String(validatingCString: bytes) == nil { return String(cString: bytes) }
    }
    return nil
  }
}

/// A name that is not UTF-8.
struct ArgumentThatIsNoText: Error, CustomStringConvertible {
  /// What can be shown of it.
  let text: String

  var description: String {
    "\(text): this argument is not UTF-8; rename the file, or name it by a link with a UTF-8 name"
  }
}
