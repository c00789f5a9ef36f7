import Foundation
import SpecDocument
import SpecReport
import SpecStore
import Testing

/// The text of a sweep's report.
@Suite struct SweepReportTests {
  private func report(_ workspace: Workspace, repeats: Int) throws -> String {
    let run = try CertaintyTests.record(in: workspace.store, repeats: repeats)
    return MarkdownRenderer().render(SweepReport.document([try RunSummary(store: workspace.store, run: run)]))
  }

  /// With one pass the only interval is that over questions; with more the headline has that of this suite.
  @Test(arguments: [(1, "Over questions", "over questions"), (3, "Of this suite", "on this suite")])
  func headlineNamesTheIntervalThatTheTableHas(repeats: Int, column: String, name: String) throws {
    let text = try report(Workspace(), repeats: repeats)
    let table = try ReadTable(text, after: "## Settings")
    let interval = try table.cell("kangaroo:steps=6", column)
    #expect(interval != "–" && text.contains(", 95 % interval \(interval) \(name), at "))
    #expect(try table.cell("kangaroo:steps=6", "Over questions") != "–")
    #expect(try (table.cell("kangaroo:steps=6", "Of this suite") == "–") == (repeats == 1))
  }

  /// Where outputs differ no ratio of the first sentence reads as a speedup.
  @Test func ratiosOfUnequalOutputsAreNamedSo() throws {
    let workspace = try Workspace()
    let run = try CertaintyTests.record(in: workspace.store)
    try workspace.connection().write {
      try $0.execute(sql: "UPDATE generation SET lossless = 0 WHERE decoder_id = 2 AND prompt_id = 1")
    }
    let text = MarkdownRenderer().render(SweepReport.document([try RunSummary(store: workspace.store, run: run)]))
    let headline = try #require(text.split(separator: "\n").first { $0.contains("settings the fastest is") })
    let sentence = try #require(headline.components(separatedBy: "settings the fastest is").last)
    #expect(sentence.matches(of: /\dx\b/).count == 2 && sentence.matches(of: /\dx per token/).count == 2, "\(sentence)")
  }

  @Test func provenanceIsComplete() throws {
    let lines = try report(Workspace(), repeats: 1).components(separatedBy: "\n")
    let expected = [
      "- Run 1: bf16 on Example 9000; 0 of 20 compared outputs differ from vanilla's",
      "  - Model: toy-llama (6.7 B parameters, LlamaForCausalLM, bf16 rounded from the checkpoint's f32, hash `0123456789ab`)",
      "  - Suite: demo, version 1, hash `aaaabbbbcccc`",
      "  - Questions: 10 measured; a limit takes questions in turn from the categories",
      "  - Prompts: 10 measured (qa 8, rag 2)",
      "  - Settings: 2 threads, 1 measured repeat, at most 64 new tokens, context of 2048 positions, seed 7",
      "  - Date: started 2025-07-13 12:34:56, finished 2025-07-13 12:36:26 (UTC)",
      "  - SpecBench: 0.1.0, commit abc123, release build",
      "  - Command: `specbench run --decoders vanilla`",
    ]
    for line in expected { #expect(lines.contains(line), "\(line)") }
  }
}
