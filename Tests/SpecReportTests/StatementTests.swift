import Foundation
import SpecReport
import SpecStore
import Testing

/// What the reports state about runs of other kinds than the usual one.
@Suite struct StatementTests {
  private func markdown(_ workspace: Workspace, _ run: Int64) throws -> String {
    MarkdownReport.render(try RunSummary(store: workspace.store, run: run)).replacing("\n", with: " ")
  }

  /// Answer files hold texts and the times of whole turns.
  @Test func notesFollowTheOrigin() throws {
    let workspace = try Workspace()
    var record = Example.run
    record.origin = .specBench
    let imported = try markdown(
      workspace,
      try RandomRun(in: workspace.store, seed: 51, record: record, mismatches: false).run
    )
    #expect(!imported.contains("token id by token id") && !imported.contains("from the first token to the last"))
    #expect(imported.contains("Each output is compared with vanilla's for the same prompt, as a text."))
    #expect(imported.contains("decode time is that of the whole turn, prefill included"))
    let measured = try markdown(workspace, try RandomRun(in: workspace.store, seed: 51, mismatches: false).run)
    #expect(measured.contains("token id by token id") && measured.contains("from the first token to the last"))
  }
}
