import Foundation
import SpecDocument
import SpecReport
import SpecStore
import Testing

/// What the reports state about runs of other kinds than the usual one.
@Suite struct StatementTests {
  private func markdown(_ workspace: Workspace, _ run: Int64) throws -> String {
    MarkdownRenderer().render(RunReport.document(try RunSummary(store: workspace.store, run: run))).replacing(
      "\n",
      with: " "
    )
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

  /// A run of vanilla, kangaroo and vanilla once more, sampled and judged by rejection: kangaroo's outputs are not compared.
  private func recordRejection(in store: BenchmarkStore, differs: Bool = false) throws -> Int64 {
    var record = Example.run
    (record.temperature, record.verification, record.repeats) = (0.8, "rejection", 1)
    var floor = Example.decoder(2, "vanilla (again)", method: "vanilla")
    floor.isNoiseFloor = true
    let identifiers = try store.beginRun(
      record,
      environment: Example.environment,
      decoders: [Example.decoder(0, "vanilla"), Example.decoder(1, "kangaroo"), floor],
      prompts: (0..<3).map { Example.prompt($0, "qa", question: $0) }
    )
    for (place, prompt) in identifiers.prompts.enumerated() {
      for (index, decoder) in identifiers.decoders.enumerated() {
        var generation = Example.generation(decoder: decoder, prompt: prompt)
        if index == 2 { generation.lossless = !(differs && place == 0) }
        try store.record(generation, cycles: [], tokens: [])
      }
    }
    return identifiers.run
  }

  @Test func rejectionComparesVanillaAlone() throws {
    let workspace = try Workspace()
    let run = try recordRejection(in: workspace.store)
    let verdict = try RunSummary(store: workspace.store, run: run).verdict
    let sentence =
      "Vanilla repeated its own outputs in all 3 comparisons; the other decoders' outputs are not compared with "
      + "vanilla's, because judging drafts by rejection gives other draws."
    #expect(verdict.hasSuffix(sentence))
    let text = try markdown(workspace, run)
    #expect(text.contains(sentence) && !text.contains("identical to vanilla's.") && !text.contains("Each output"))
    #expect(text.contains("- kangaroo: not compared"))
    let lossless = try ReadTable(try MarkdownRenderer().render(RunList.document(workspace.store))).cell("1", "Lossless")
    #expect(lossless == "vanilla 3 of 3, others not compared: rejection gives other draws")
  }

  @Test func rejectionNamesVanillaThatDiffers() throws {
    let workspace = try Workspace()
    let run = try recordRejection(in: workspace.store, differs: true)
    let verdict = try RunSummary(store: workspace.store, run: run).verdict
    #expect(verdict.contains("Vanilla did not repeat its own outputs in 1 of 3 comparisons; the other decoders'"))
    let lossless = try ReadTable(try MarkdownRenderer().render(RunList.document(workspace.store))).cell("1", "Lossless")
    #expect(lossless.hasPrefix("VANILLA, 1 of 3 DIFFER, others not compared"))
  }
}
