import Foundation
import GRDB
import SpecDocument
import SpecReport
import SpecStore
import Testing

/// Two runs are compared only if all is alike that a time or an output depends on.
@Suite struct ComparabilityTests {
  let workspace: Workspace
  let old: Int64
  let new: Int64

  init() throws {
    workspace = try Workspace()
    old = try CertaintyTests.record(in: workspace.store, seed: 1)
    new = try CertaintyTests.record(in: workspace.store, seed: 2)
  }

  private func side(_ run: Int64) -> ComparisonSide { ComparisonSide(store: workspace.store, run: run, decoder: nil) }

  private func change(_ sql: String...) throws {
    try workspace.connection().write { for statement in sql { try $0.execute(sql: statement) } }
  }

  /// A change of the second run, and what the refusal says of it.
  @Test(arguments: [
    ("run", "threads = 8", "threads 2 and 8"), ("run", "max_new_tokens = 65", "most new tokens 64 and 65"),
    ("run", "context_length = 4096", "context lengths 2048 and 4096"), ("run", "weight_type = 'int8'", "weight types"),
    ("run", "model_hash = 'other'", "checkpoints 0123456789ab and other"),
    ("run", "tokenizer_hash = 'other'", "tokenizers fedcba987654 and other"),
    ("run", "temperature = 0.5", "temperatures 0.0 and 0.5"),
    ("run", "temperature = 0.5, top_k = 3, top_p = 0.5, seed = 8, verification = 'rejection'", "top-k 0 and 3"),
    ("run", "options = '{\"chat_template\":\"chatml\"}'", "chat"),
    ("run", "origin = 'spec_bench'", "the second run was imported, the other one measured"),
    ("environment", "kernel_set = 'reference'", "kernel sets avx2 and reference"),
    ("environment", "build_configuration = 'debug'", "builds release and debug"),
    ("environment", "host_name = 'laptop'", "hosts bench and laptop"),
    ("environment", "affinity = '0-1'", "cores that the process may use 0-7 and 0-1"),
    ("environment", "physical_cores = 2", "physical cores 4 and 2"),
    ("environment", "governor = NULL", "frequency governors performance and unknown"),
  ])
  func refusesWhatATimeOrAnOutputDependsOn(table: String, change assignment: String, phrase: String) throws {
    try change("UPDATE \(table) SET \(assignment) WHERE id = 2")
    let error = #expect(throws: ComparisonError.self) { try RunComparison(side(old), side(new)) }
    #expect(error?.description.contains(phrase) == true, "\(error?.description ?? "")")
    let text = MarkdownRenderer().render(
      ComparisonReport.document(try RunComparison(side(old), side(new), anyway: true))
    )
    let warning = try #require(text.range(of: "not measured alike"))
    #expect(warning.lowerBound < text.range(of: "| kangaroo")?.lowerBound ?? text.startIndex)
    #expect(text.contains(phrase))
  }

  /// What continuous integration changes, or what takes no part in a ratio, is told and compared.
  @Test(arguments: [
    ("UPDATE environment SET source_commit = 'def456' WHERE id = 2", "program commits abc123 and def456"),
    ("UPDATE environment SET package_version = '0.2.0' WHERE id = 2", "program versions 0.1.0 and 0.2.0"),
    ("UPDATE environment SET executable_hash = 'abc' WHERE id = 2", "program hashes unknown and abc"),
    ("UPDATE environment SET compiler = 'Swift 7' WHERE id = 2", "compilers Swift 6.3 and Swift 7"),
    ("UPDATE environment SET warnings = '[\"The machine is hot.\"]' WHERE id = 2", "the second run has 2 warnings"),
    ("UPDATE run SET seed = 8 WHERE id = 2", "seeds of the order of decoders 7 and 8"),
    ("UPDATE run SET repeats = 9 WHERE id = 2", "repeats 3 and 9"),
    ("UPDATE run SET top_k = 9 WHERE id = 2", "the first run has a warning: Other processes took 31 %"),
    ("UPDATE run SET finished_at = NULL WHERE id = 1", "the first run is unfinished"),
    ("UPDATE decoder SET spec = 'vanilla' WHERE method = 'vanilla'", "New"),
  ])
  func tellsWhatIsWorthKnowing(sql: String, phrase: String) throws {
    try change(sql)
    let comparison = try RunComparison(side(old), side(new))
    #expect(comparison.differences.isEmpty && comparison.rows.count == 1)
    #expect(MarkdownRenderer().render(ComparisonReport.document(comparison)).contains(phrase))
  }

  @Test func promptsAreComparedOneByOne() throws {
    try change(
      "DELETE FROM generation WHERE prompt_id IN (SELECT id FROM prompt WHERE run_id = 2 AND question_id IN (0, 1, 2))",
      "UPDATE prompt SET skip_reason = 'too long' WHERE run_id = 2 AND question_id = 0",
      "UPDATE prompt SET ids_hash = 'x' WHERE run_id = 2 AND question_id = 1",
      "DELETE FROM prompt WHERE run_id = 2 AND question_id = 2"
    )
    let error = #expect(throws: ComparisonError.self) { try RunComparison(side(old), side(new)) }
    let phrase = "3 of 10 prompts differ (1 only in the first run, 1 with other tokens, 1 skipped in one run only)"
    #expect(error?.description.contains(phrase) == true, "\(error?.description ?? "")")
  }

  /// A run that was broken off has measured fewer prompts, although it knows as many.
  @Test func unfinishedRunsAreComparedByWhatWasMeasured() throws {
    try change(
      "DELETE FROM generation WHERE prompt_id IN (SELECT id FROM prompt WHERE run_id = 2 AND question_id = 4)",
      "UPDATE run SET finished_at = NULL WHERE id = 2"
    )
    let error = #expect(throws: ComparisonError.self) { try RunComparison(side(old), side(new)) }
    let phrase = "kangaroo has 9 measured prompts in common, 1 in the first run only and 0 in the second only"
    #expect(error?.description.contains(phrase) == true, "\(error?.description ?? "")")
    #expect(try RunComparison(side(old), side(new), anyway: true).rows.count == 1)
  }

  @Test func equalSettingsWithOtherPartsAreNotAlike() throws {
    try change("UPDATE decoder SET added_parameters = 5 WHERE run_id = 2 AND name = 'kangaroo'")
    let error = #expect(throws: ComparisonError.self) { try RunComparison(side(old), side(new)) }
    #expect(error?.description.contains("parameters added for kangaroo 0 and 5") == true)
  }

  /// A retrained adapter has the same settings; what is noted of files of decoders that are not compared does not count.
  @Test func filesAreComparedByContent() throws {
    func note(_ role: String, _ hashes: [String?]) throws {
      for (index, hash) in hashes.enumerated() {
        guard let hash else { continue }
        try change(
          "INSERT INTO run_input (run_id, role, path, sha256) VALUES (\(index + 1), '\(role)', '/x', '\(hash)')"
        )
      }
    }
    try note("kangaroo/model.safetensors", ["a", "a"])
    try note("medusa/medusa_lm_head.safetensors", ["a", "b"])
    try note("draft/config.json", [nil, "b"])
    #expect(try RunComparison(side(old), side(new)).differences.isEmpty)
    try note("generation_config.json", ["a", "b"])
    try change("UPDATE run_input SET sha256 = 'b' WHERE run_id = 2 AND role LIKE 'kangaroo%'")
    try change("UPDATE decoder SET spec = 'kangaroo:adapter=kangaroo' WHERE name = 'kangaroo'")
    let differences = try RunComparison(side(old), side(new), anyway: true).differences
    let phrase = "kangaroo has other content of kangaroo/model.safetensors"
    #expect(differences == ["other content of generation_config.json", phrase])
    try change("DELETE FROM run_input WHERE role = 'generation_config.json'")
    let error = #expect(throws: ComparisonError.self) { try RunComparison(side(old), side(new)) }
    #expect(error?.description.contains(phrase) == true, "\(error?.description ?? "")")
  }

  @Test func decodersWithoutACounterpartAreNamed() throws {
    try change(
      """
      INSERT INTO decoder (run_id, ordinal, name, method, spec, settings, added_parameters)
      VALUES (2, 9, 'medusa', 'medusa', 'medusa:x', '{}', 0)
      """
    )
    let text = MarkdownRenderer().render(ComparisonReport.document(try RunComparison(side(old), side(new))))
    #expect(text.contains("only the second run has medusa with these settings"))
  }

  @Test func aRunWithoutTimesIsNotSilentlyLeftOut() throws {
    try change("UPDATE generation SET decode_ns = 0")
    let comparison = try RunComparison(side(old), side(new))
    #expect(comparison.rows.isEmpty && comparison.untimed == ["kangaroo"])
    #expect(
      MarkdownRenderer().render(ComparisonReport.document(comparison)).contains(
        "Not compared, without a time on both sides: kangaroo."
      )
    )
  }

  /// A link and another way to write the path are the same database: its decoders are compared directly.
  @Test func theSameRunIsKnownByItsFile() throws {
    let link = workspace.folder.appendingPathComponent("link.sqlite").path
    try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: workspace.store.path)
    let linked = try BenchmarkStore(openingAt: link)
    func direct(_ store: BenchmarkStore) throws -> RunComparison {
      try RunComparison(
        ComparisonSide(store: workspace.store, run: old, decoder: "vanilla (again)"),
        ComparisonSide(store: store, run: old, decoder: "kangaroo")
      )
    }
    #expect(try direct(linked).rows.first?.interval == direct(workspace.store).rows.first?.interval)
    #expect(try direct(linked).notes.first?.hasPrefix("the run has a warning: Other processes") == true)
    let error = #expect(throws: ComparisonError.self) {
      try RunComparison(side(old), ComparisonSide(store: linked, run: old, decoder: nil))
    }
    #expect(error?.description.contains("name two runs, or two of its decoders") == true, "\(error?.description ?? "")")
  }
}
