import Foundation
import SpecCore
import SpecDocument
import SpecFiles
import SpecReport
import SpecStore

/// The files of a bundle that follow from its rows: whoever has the rows can make them again and compare.
enum DerivedFiles {
  /// The report's figures, which do not depend on how a version words its reports.
  static let figures = "report.json"
  /// The report in words, for readers.
  static let reports = ["report.md", "report.html"]

  /// Makes the files of the one run that a database holds.
  ///
  /// - Parameters:
  ///   - store: the database.
  ///   - run: the run's id.
  /// - Returns: the files with their texts.
  /// - Throws: `StoreError`, `EncodingError`.
  static func make(_ store: BenchmarkStore, run: Int64) throws -> [(name: String, text: String)] {
    let summary = try RunSummary(store: store, run: run)
    let document = RunReport.document(summary)
    return [
      ("report.md", ended(MarkdownRenderer().render(document))),
      ("report.html", ended(HTMLRenderer().render(document, title: "SpecBench report"))),
      (figures, try JSONReport.render(summary)),
      ("settings.json", try settings(summary.run.record)),
      ("environment.json", try environment(store, run: run)),
      ("inputs.sha256", try store.inputs(of: run).map { "\($0.sha256)  \($0.role)\n" }.joined()),
    ]
  }

  private static func ended(_ text: String) -> String { text.hasSuffix("\n") ? text : text + "\n" }

  /// What the run was asked to do.
  private static func settings(_ run: RunRecord) throws -> String {
    try JSONText.lines([
      "command_line": JSONValue.text(run.commandLine), "options": .parsing(run.options),
      "plan": run.plan.map { .parsing($0) } ?? .null,
    ]) + "\n"
  }

  /// The machine, the program, and what each repeat met.
  private static func environment(_ store: BenchmarkStore, run: Int64) throws -> String {
    try JSONText.lines([
      "environment": JSONValue(encoding: store.environment(of: run).record),
      "conditions": JSONValue(encoding: store.conditions(of: run)),
    ]) + "\n"
  }
}
