import ArgumentParser
import Foundation
import SpecRunner

/// The command line. Exit codes: 0 done; 1 an output differs from vanilla's; 2 something given cannot be used;
/// 3 slower than `compare` allows; 64 the command line cannot be understood; 130 stopped by Ctrl-C.
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
      'compare' allows; 64 usage; 130 stopped by Ctrl-C.
      """,
    version: RunEnvironment.packageVersion,
    subcommands: [
      RunCommand.self, ReportCommand.self, RunsCommand.self, CompareCommand.self, SweepCommand.self,
      GenerateCommand.self, ExportCommand.self, ImportCommand.self, VerifyCommand.self, DecodeCommand.self,
      InspectCommand.self, MethodsCommand.self, TrainCommand.self, BenchCommand.self, DoctorCommand.self,
    ]
  )

  static func main() {
    do {
      var command = try parseAsRoot()
      try command.run()
    } catch {
      // Help and usage are the argument parser's own affair; everything else is one sentence of ours.
      if error is ValidationError {
        // Found while the command ran, where the parser knows of no subcommand whose usage it could show.
        tell("specbench: \(error)")
        exit(withError: ExitCode.validationFailure)
      }
      if error is RunInterrupted {
        tell("\(isatty(STDERR_FILENO) == 1 ? "\n" : "")\(error)")
        exit(withError: ExitCode(130))
      }
      guard exitCode(for: error) == .failure, !(error is ExitCode) else { exit(withError: error) }
      tell("specbench: \(error)")
      exit(withError: ExitCode(2))
    }
  }
}
