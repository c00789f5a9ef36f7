import ArgumentParser
import Foundation
import SpecReport
import SpecStore

struct CompareCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "compare",
    abstract: "Compare two runs, two databases or two decoders of a run.",
    discussion: """
      A side is written FILE, RUN, RUN/DECODER, FILE:RUN or FILE:RUN/DECODER; without a run, the file's last one is \
      meant, and without a file, --database. Two decoders of one run are compared directly, two runs through each run's \
      own vanilla: they must be of the same host, checkpoint and questions. Absolute times are shown, never judged.

        specbench compare 1/kangaroo 1/medusa
        specbench compare before.sqlite after.sqlite --fail-if-slower 3% --require-lossless

      Exit codes: 0 done; 1 an output differs from vanilla's, or none was compared (--require-lossless); 2 something \
      given cannot be used; 3 slower than allowed (--fail-if-slower); 64 usage.
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
    help: ArgumentHelp("Exit code 3 when a whole 95 % interval is slower by more than this.", valueName: "percent")
  )
  var slowerLimit: String?

  @Flag(help: "Exit code 1 unless every output was compared with vanilla's and is the same.")
  var requireLossless = false

  @Flag(help: "Compare runs that were not measured alike, too.")
  var anyway = false

  func validate() throws { _ = try limit() }

  func run() throws {
    let comparison = try RunComparison(side(first), side(second), anyway: anyway)
    try say(String(ComparisonReport.render(comparison).dropLast()))
    if let limit = try limit() {
      for row in comparison.rows where row.isSlower(than: limit) == nil {
        throw NoInterval(decoder: row.second)
      }
    }
    if requireLossless, comparison.lossless.mismatches > 0 || comparison.lossless.checked == 0 {
      tell("specbench: not every output is identical to vanilla's")
      throw ExitCode(1)
    }
    guard let limit = try limit() else { return }
    let slower = comparison.rows.filter { $0.isSlower(than: limit) == true }.map(\.second)
    if !slower.isEmpty {
      tell("specbench: slower by more than \(slowerLimit ?? ""): \(slower.joined(separator: ", "))")
      throw ExitCode(3)
    }
  }

  private func limit() throws -> Double? {
    try slowerLimit.map { try Percentage.share($0, of: "--fail-if-slower") }
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
      throw ValidationError("\(file) holds no run: make one with 'specbench run'.")
    }
    return ComparisonSide(store: store, run: id, decoder: decoder)
  }
}

/// A comparison that was to be judged but cannot be.
struct NoInterval: Error, CustomStringConvertible {
  let decoder: String

  var description: String {
    "\(decoder) has no interval to be judged by: measure both runs with --passes 2 or more"
  }
}
