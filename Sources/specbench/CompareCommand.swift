import ArgumentParser
import Foundation
import SpecFiles
import SpecReport
import SpecStore

struct CompareCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "compare",
    abstract: "Compare two runs, two databases or two decoders of a run.",
    discussion: """
      A side is written FILE, RUN, RUN/DECODER, FILE:RUN or FILE:RUN/DECODER; without a run, the file's last one is \
      meant, and without a file, --database. Two decoders of one run are compared directly, two runs through each run's \
      own vanilla: they must be alike in all that a time or an output depends on (machine, kernels, threads, model, prompts, \
      sampling and limits), unless --anyway is given. Absolute times are shown, never judged.

        specbench compare 1/kangaroo 1/medusa
        specbench compare before.sqlite after.sqlite --fail-if-slower 3% --require-lossless

      Exit codes: 0 done; 1 an output differs from vanilla's, or none was compared (--require-lossless); 2 something \
      given cannot be used, or there is no interval to judge by, or a run to be judged is unfinished; 3 slower than \
      allowed (--fail-if-slower), or fewer tokens accepted than allowed (--fail-if-acceptance-drops); 64 usage. Where several apply all are told, and the exit code is 1 before 3 before 2.
      """
  )

  @Argument(help: ArgumentHelp("The old side.", valueName: "old"))
  var first: String

  @Argument(help: ArgumentHelp("The new side.", valueName: "new"))
  var second: String

  @Option(help: ArgumentHelp("The database of sides without a file.", valueName: "file"))
  var database = "specbench.sqlite"

  @Option(
    name: .customLong("fail-if-slower"),
    parsing: .unconditional,
    help: ArgumentHelp(
      "Exit code 3 when a whole 95 % interval is slower by more than this.",
      valueName: Percentage.valueName
    )
  )
  var slowerLimit: Percentage?

  @Option(
    name: .customLong("fail-if-acceptance-drops"),
    parsing: .unconditional,
    help: ArgumentHelp(
      "Exit code 3 when the mean accepted tokens are fewer by more than this. They do not depend on times: 0% is a limit as well.",
      valueName: Percentage.valueName
    )
  )
  var acceptanceLimit: Percentage?

  @Flag(help: "Exit code 1 unless every output was compared with vanilla's and is the same.")
  var requireLossless = false

  @Flag(help: "Compare runs that were not measured alike, and judge unfinished ones, too.")
  var anyway = false

  func validate() throws {
    try refuseEmptyPaths(["The old side": first, "The new side": second, "--database": database])
  }

  func run() throws {
    let comparison = try Activity.during("Comparing") {
      try RunComparison(side(first), side(second), anyway: anyway)
    }
    try say(markdown: ComparisonReport.document(comparison))
    try judge(comparison)
  }

  /// Tells everything that was asked to be told, and ends with the exit code of the most serious of it.
  private func judge(_ comparison: RunComparison) throws {
    var (failures, unjudged) = ([Failure](), [Failure]())
    if requireLossless, comparison.lossless.checked == 0 {
      failures.append(Failure(exitCode: 1, text: "no output was compared with vanilla's"))
    } else if requireLossless, comparison.lossless.mismatches > 0 {
      failures.append(Failure(exitCode: 1, text: "not every output is identical to vanilla's"))
    }
    if slowerLimit != nil || acceptanceLimit != nil || requireLossless, !anyway {
      unjudged += comparison.unfinished.map {
        Failure(
          exitCode: 2,
          text: "\($0), so that nothing is judged yet; finish it with 'specbench run --resume', or pass --anyway"
        )
      }
    }
    if let slowerLimit {
      let slower = comparison.rows.filter { $0.isSlower(than: slowerLimit.share) == true }.map(\.second)
      let names = slower.joined(separator: ", ")
      if !slower.isEmpty {
        failures.append(Failure(exitCode: 3, text: "slower by more than \(slowerLimit.text): \(names)"))
      }
      unjudged += comparison.rows.filter { $0.isSlower(than: slowerLimit.share) == nil }.map(\.second).map {
        Failure(exitCode: 2, text: "\($0) has no interval to be judged by; measure both runs with --repeats 2 or more")
      }
      unjudged += comparison.untimed.map {
        Failure(
          exitCode: 2,
          text: "\($0) has no decode time on both sides to be judged by; measure both runs with more than one new token"
        )
      }
    }
    if let acceptanceLimit {
      let found = judgeAcceptance(comparison, acceptanceLimit)
      failures += found.failures
      unjudged += found.unjudged
    }
    failures += unjudged
    for failure in failures { tell("specbench: \(TerminalText.line(failure.text))") }
    if let most = failures.first { throw ExitCode(most.exitCode) }
  }

  private func judgeAcceptance(
    _ comparison: RunComparison,
    _ limit: Percentage
  ) -> (failures: [Failure], unjudged: [Failure]) {
    let dropped = comparison.acceptances.filter { $0.drops(by: limit.share) == true }.map(\.second)
    let names = dropped.joined(separator: ", ")
    let unknown = comparison.acceptances.filter { $0.drops(by: limit.share) == nil }.map(\.second)
    return (
      dropped.isEmpty
        ? [] : [Failure(exitCode: 3, text: "mean accepted tokens dropped by more than \(limit.text): \(names)")],
      unknown.map {
        Failure(exitCode: 2, text: "\($0) has no cycles on both sides to be judged by; measure more than one new token")
      }
    )
  }

  /// Why the command fails. They come in falling order: what was found before what could not be judged.
  private struct Failure {
    let exitCode: Int32
    let text: String
  }

  /// A path may itself hold slashes and colons, and a decoder's name a full stop: what stands before the last slash
  /// decides whether the rest is a decoder.
  private func side(_ text: String) throws -> ComparisonSide {
    if let (file, run) = place(text) { return try side(file, run, nil) }
    if let slash = text.lastIndex(of: "/"), let (file, run) = place(String(text[..<slash])) {
      return try side(file, run, String(text[text.index(after: slash)...]))
    }
    return try side(text, nil, nil)
  }

  /// A file that is there, a run of --database, or a run of a file that is there.
  private func place(_ text: String) -> (file: String, run: Int64?)? {
    var isFolder: ObjCBool = false
    func isFile(_ path: String) -> Bool {
      FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) && !isFolder.boolValue
    }
    if isFile(text) { return (text, nil) }
    if let run = Int64(text) { return (database, run) }
    guard let colon = text.lastIndex(of: ":"), let run = Int64(text[text.index(after: colon)...]) else { return nil }
    let file = String(text[..<colon])
    return isFile(file) ? (file, run) : nil
  }

  private func side(_ file: String, _ run: Int64?, _ decoder: String?) throws -> ComparisonSide {
    let store = try BenchmarkStore(openingAt: file)
    guard let id = try run ?? store.lastRun()?.id else {
      throw ValidationError("\(file): it holds no run; make one with 'specbench run'")
    }
    return ComparisonSide(store: store, run: id, decoder: decoder)
  }
}
