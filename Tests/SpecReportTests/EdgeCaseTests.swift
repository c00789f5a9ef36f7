import Foundation
import GRDB
import SpecDocument
import SpecReport
import SpecStore
import Testing

@Suite struct EdgeCaseTests {
  private func markdown(_ workspace: Workspace, _ run: Int64) throws -> String {
    MarkdownRenderer().render(RunReport.document(try RunSummary(store: workspace.store, run: run)))
  }

  @Test func emptyRunSaysSo() throws {
    let workspace = try Workspace()
    var record = Example.run
    record.finishedAt = nil
    let run = try workspace.store.beginRun(record, environment: Example.environment, decoders: [], prompts: []).run
    let text = try markdown(workspace, run)
    #expect(text.contains("This run holds no generation"))
    #expect(text.contains("unfinished: 0 of 0 generations"))
    #expect(text.contains("- **Decoders**: none"))
    #expect(text.contains("- **Prompts**: 0 measured\n"))
    #expect(tables(of: text).isEmpty)
    let report = try ParsedReport(workspace, run: run)
    #expect(try report.list("decoders").isEmpty)
    #expect(try report.object("lossless") as? [String: Int] == ["checked": 0, "mismatches": 0])
    #expect(report.root["finished_at"] is NSNull)
  }

  @Test func decodersWithoutGenerationsHaveNulls() throws {
    let workspace = try Workspace()
    let run = try workspace.store.beginRun(
      Example.run,
      environment: Example.environment,
      decoders: [Example.decoder(0, "vanilla")],
      prompts: [Example.prompt(0, "qa", question: 1)]
    ).run
    let decoder = try #require(try ParsedReport(workspace, run: run).list("decoders").first)
    #expect((decoder["categories"] as? [String: Any])?.isEmpty == true)
    let overall = try #require(decoder["overall"] as? [String: Any])
    #expect(overall["speedup"] is NSNull)
    #expect(overall["acceptance_rate"] is NSNull)
    #expect(overall["prompts"] as? Int == 0)
    #expect(try markdown(workspace, run).contains("This run holds no generation"))
  }

  @Test func unfinishedRunIsMarked() throws {
    let workspace = try Workspace()
    var record = Example.run
    record.finishedAt = nil
    let random = try RandomRun(in: workspace.store, seed: 21, share: 0.5, record: record)
    let count = try workspace.store.generations(of: random.run).count
    let text = try markdown(workspace, random.run)
    #expect(text.contains("> **unfinished: \(count) of 120 generations**"))
    #expect(text.contains("- **Date**: started 2025-07-13 12:34:56, unfinished: \(count) of 120 generations (UTC)"))
  }

  @Test func vanillaAlone() throws {
    let workspace = try Workspace()
    let run = try workspace.store.beginRun(
      Example.run,
      environment: Example.environment,
      decoders: [Example.decoder(0, "vanilla")],
      prompts: [Example.prompt(0, "qa", question: 1)]
    )
    try workspace.store.record(
      Example.generation(decoder: run.decoders[0], prompt: run.prompts[0], decode: 8_000_000),
      cycles: [],
      tokens: []
    )
    let text = try markdown(workspace, run.run)
    #expect(text.contains("Only vanilla was measured: 250.0 tokens per second overall."))
    #expect(text.contains("No output has been compared with vanilla's."))
    #expect(!text.contains("## Acceptance by position"))
    #expect(!text.contains("CTAR"))
  }

  @Test func withoutVanillaThereAreNoSpeedups() throws {
    let workspace = try Workspace()
    let run = try workspace.store.beginRun(
      Example.run,
      environment: Example.environment,
      decoders: [Example.decoder(0, "kangaroo")],
      prompts: [Example.prompt(0, "qa", question: 1)]
    )
    try workspace.store.record(
      Example.generation(decoder: run.decoders[0], prompt: run.prompts[0]),
      cycles: [],
      tokens: []
    )
    let text = try markdown(workspace, run.run)
    #expect(text.contains("The run has no vanilla decoder to compare with"))
    #expect(try ReadTable(text, after: "## Speedup").cell("kangaroo", "Overall") == "–")
    #expect(text.contains("- kangaroo: not compared"))
  }

  @Test func slowerDecodersAreNotCalledFast() throws {
    let workspace = try Workspace()
    let run = try workspace.store.beginRun(
      Example.run,
      environment: Example.environment,
      decoders: [Example.decoder(0, "vanilla"), Example.decoder(1, "medusa")],
      prompts: [Example.prompt(0, "qa", question: 1)]
    )
    var generation = Example.generation(decoder: run.decoders[1], prompt: run.prompts[0], decode: 5000)
    try workspace.store.record(generation, cycles: [], tokens: [])
    #expect(try markdown(workspace, run.run).contains("No decoder has yet been timed on the same prompt and repeat"))
    generation = Example.generation(decoder: run.decoders[0], prompt: run.prompts[0], decode: 4000)
    try workspace.store.record(generation, cycles: [], tokens: [])
    #expect(
      try markdown(workspace, run.run).contains(
        "No decoder is faster than vanilla; the nearest is **medusa** with **0.80x** overall."
      )
    )
  }

  @Test func zerosDivideNothing() throws {
    let workspace = try Workspace()
    var record = Example.run
    record.parameters = 0
    record.repeats = 1 << 31
    record.finishedAt = nil
    let run = try workspace.store.beginRun(
      record,
      environment: Example.environment,
      decoders: [Example.decoder(0, "vanilla"), Example.decoder(1, "kangaroo", added: -(1 << 50))],
      prompts: [Example.prompt(0, "qa", question: 1)]
    )
    for decoder in run.decoders {
      var generation = Example.generation(decoder: decoder, prompt: run.prompts[0], decode: 0)
      generation.prefillNanoseconds = 0
      generation.outputTokens = 0
      try workspace.store.record(generation, cycles: [], tokens: [])
    }
    try workspace.connection().write { try $0.execute(sql: "UPDATE environment SET load_average = 9e999") }
    let text = try markdown(workspace, run.run)
    #expect(text.contains("unfinished: 2 of \(1 << 32) generations"))
    let report = try ParsedReport(workspace, run: run.run)
    #expect(try report.object("environment")["load_average"] is NSNull)
    for rendered in [text, report.text] {
      #expect(rendered.range(of: #"\b(nan|inf|infinity)\b"#, options: [.regularExpression, .caseInsensitive]) == nil)
    }
  }

  @Test func longDraftsAreCutInTablesOnly() throws {
    let workspace = try Workspace()
    let run = try workspace.store.beginRun(
      Example.run,
      environment: Example.environment,
      decoders: [Example.decoder(0, "lookup")],
      prompts: [Example.prompt(0, "qa", question: 1)]
    )
    let cycle = CycleRecord(
      drafted: 30,
      nodes: 30,
      accepted: 1,
      acceptLength: 2,
      emitted: 2,
      draftNanoseconds: 1,
      verifyNanoseconds: 1,
      overheadNanoseconds: 1
    )
    try workspace.store.record(
      Example.generation(decoder: run.decoders[0], prompt: run.prompts[0]),
      cycles: [cycle],
      tokens: []
    )
    let text = try markdown(workspace, run.run)
    let table = try ReadTable(text, after: "## Acceptance by position")
    #expect(table.titles.last == "12")
    #expect(table.rows[1].suffix(11) == ["0.0 %"] + Array(repeating: "–", count: 10))
    #expect(text.contains("Drafts had up to 30 places; those after 12 are in the JSON report."))
    let overall = try ParsedReport(workspace, run: run.run).list("acceptance_by_position")
      .filter { $0["category"] as? String == "overall" }
    #expect(overall.count == 30)
  }

  @Test func nastyTextBreaksNothing() throws {
    let workspace = try Workspace()
    let nasty = "a|b`c\\|d\ne*f\u{202E}<b>[x](y)&amp;\u{1B}[31m"
    var record = Example.run
    record.modelName = nasty
    record.suiteName = nasty
    record.commandLine = "specbench `run` ``x`` \"a\nb\"`"
    record.options = #"{"a":"|`"}"#
    var environment = Example.environment
    environment.cpuModel = nasty
    environment.warnings = ["load | 3\n# not a heading", nasty]
    let run = try workspace.store.beginRun(
      record,
      environment: environment,
      decoders: [Example.decoder(0, "vanilla"), Example.decoder(1, nasty)],
      prompts: [Example.prompt(0, "qa", question: 1), Example.skipped(1, "qa", reason: nasty)]
    )
    for decoder in run.decoders {
      var generation = Example.generation(decoder: decoder, prompt: run.prompts[0])
      generation.lossless = false
      try workspace.store.record(generation, cycles: [], tokens: [])
    }
    let text = try markdown(workspace, run.run)
    for table in tables(of: text) {
      #expect(Set(table.map { ReadTable.cells($0).count }).count == 1)
      #expect(Set(table.map(\.count)).count == 1)
    }
    let escaped = #"a\|b\`c\\\|d e\*f\\u{202E}\<b>\[x\](y)\&amp;\\u{1B}\[31m"#
    #expect(text.hasPrefix("# SpecBench report: \(escaped) on \(escaped)\n"))
    let table = try ReadTable(text, after: "## Time per token against vanilla")
    #expect(table.rows.map(\.first) == ["vanilla", escaped])
    #expect(text.contains("- **Command**: ``` specbench `run` ``x`` \"a\\nb\"` ```\n"))
    #expect(text.contains("> - load \\| 3 # not a heading\n> - \(escaped)\n"))
    #expect(text.contains("> **WARNING: these times are doubtful.**"))
    #expect(!text.contains("\u{1B}") && !text.contains("\u{202E}"))
    #expect(!text.contains("\n# not"))
    let report = try ParsedReport(workspace, run: run.run)
    #expect(report.root["model"] as? String == nasty)
    #expect(try MarkdownRenderer().render(RunList.document(workspace.store)).contains(escaped))
  }
}
