import Foundation
import SpecDocument
import SpecReport
import SpecStatistics
import SpecStore
import Testing

/// What reports call ratios of times where outputs need not be equal.
@Suite struct TimePerTokenReportTests {
  /// Ten questions, all at ten tokens a second; kangaroo's answers are half as long where `isShort` says so.
  private func record(
    in store: BenchmarkStore,
    _ run: RunRecord = Example.run,
    repeats: Int = 1,
    isShort: (Int) -> Bool = { _ in true },
    lossless: ((Int) -> Bool?)? = nil
  ) throws -> Int64 {
    var run = run
    run.repeats = repeats
    let identifiers = try store.beginRun(
      run,
      environment: Example.environment,
      decoders: [Example.decoder(0, "vanilla"), Example.decoder(1, "kangaroo"), Example.decoder(2, "medusa")],
      prompts: (0..<10).map { Example.prompt($0, $0 < 5 ? "qa" : "rag", question: $0) }
    )
    for repeatIndex in 0..<repeats {
      for (place, prompt) in identifiers.prompts.enumerated() {
        for (index, decoder) in identifiers.decoders.enumerated() {
          let differs = index == 1 && isShort(place)
          let tokens = (20 + 4 * place) / (differs ? 2 : 1)
          var generation = Example.generation(
            decoder: decoder,
            prompt: prompt,
            repeatIndex: repeatIndex,
            // Repeats differ a little, all decoders alike.
            decode: tokens * (100_000_000 + repeatIndex * 1_000_000)
          )
          generation.outputTokens = tokens + 1
          generation.lossless = index == 0 ? nil : lossless.map { $0(index) } ?? !differs
          try store.record(generation, cycles: [], tokens: [])
        }
      }
    }
    return identifiers.run
  }

  private var rejection: RunRecord {
    var record = Example.run
    (record.temperature, record.verification) = (0.8, "rejection")
    return record
  }

  private func json(_ workspace: Workspace, _ run: Int64, _ name: String) throws -> [String: Any] {
    let decoder = try #require(
      try ParsedReport(workspace, run: run).list("decoders").first { $0["name"] as? String == name }
    )
    return try #require(decoder["overall"] as? [String: Any])
  }

  /// Half the text in half the time is no speedup, in no sentence, table, plot or export.
  @Test func shorterAnswersAreNotFaster() throws {
    let workspace = try Workspace()
    var record = Example.run
    record.origin = .specBench
    let run = try self.record(in: workspace.store, record)
    let summary = try RunSummary(store: workspace.store, run: run)
    #expect(!summary.verdict.contains("2.00x"))
    let text = MarkdownRenderer().render(RunReport.document(summary))
    #expect(!text.contains("2.00"))
    let table = try ReadTable(text, after: "## Speedup or time per token")
    #expect(try table.cell("kangaroo", "Overall") == "1.00x per token")
    #expect(try table.cell("medusa", "Overall") == "1.00x")
    #expect(text.contains("some of the imported answers differ from vanilla's"))
    let numbers = try json(workspace, run, "kangaroo")
    #expect(numbers["speedup"] is NSNull && numbers["end_to_end_speedup"] is NSNull)
    #expect(numbers["speedup_interval_over_questions"] is NSNull)
    #expect(abs(try #require(numbers["time_per_token_ratio"] as? Double) - 1) < 1e-9)
    let interval = try #require(numbers["time_per_token_ratio_interval_over_questions"] as? [Double])
    #expect(interval.allSatisfy { abs($0 - 1) < 1e-9 })
    #expect(numbers["basis"] as? String == "time_per_token")
    #expect(try json(workspace, run, "medusa")["speedup"] as? Double == 1)
    for line in try FlatReport.jsonLines(summary).split(separator: "\n") {
      let row = try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
      let differs = row["decoder"] as? String == "kangaroo"
      #expect((row["speedup"] is NSNull) == differs)
      #expect(row["basis"] as? String == (differs ? "time_per_token" : "speedup"))
    }
    let latex = LaTeXRenderer().render(PaperTable.document(summary))
    #expect(latex.contains("1.00$\\times$ per token") && latex.replacing("\n", with: " ").contains("are no speedups"))
    #expect(
      try ReadTable(try MarkdownRenderer().render(RunList.document(workspace.store))).rows[0].contains {
        $0.hasPrefix("1.00x")
      }
    )
  }

  @Test func rejectionIsNamedInEveryPlace() throws {
    let workspace = try Workspace()
    let run = try record(in: workspace.store, rejection, repeats: 3, lossless: { _ in nil })
    let summary = try RunSummary(store: workspace.store, run: run)
    let plots = RunPlots.render(summary)
    let text = MarkdownRenderer(plots: Dictionary(uniqueKeysWithValues: plots.map { ($0.name, $0.name) })).render(
      RunReport.document(summary)
    )
    #expect(text.contains("Because drafts judged by rejection give other outputs than vanilla's"))
    for heading in ["## Time per token against vanilla", "## How well the times per token are known"] {
      #expect(try ReadTable(text, after: heading).rows.contains { $0[0] == "kangaroo" })
    }
    #expect(text.contains("## End to end: time per token against vanilla"))
    // What stays is Spec-Bench's name for its own, and the sentence that there are no speedups.
    let rest = text.replacing("are no speedups", with: "").replacing("](speedup)", with: "")
    #expect(!rest.localizedCaseInsensitiveContains("speedup"))
    #expect(plots.first?.title == "Time per token against vanilla")
    #expect(plots.first?.svg.contains("Ratio of decode times per token by category") == true)
    #expect(
      try ReadTable(try MarkdownRenderer().render(RunList.document(workspace.store))).rows[0].contains {
        $0.contains("x per token ")
      }
    )
    let sweep = MarkdownRenderer().render(SweepReport.document([summary]))
    #expect(try ReadTable(sweep, after: "## Settings").cell("kangaroo:steps=6", "Per token") == "1.00x")
    #expect(sweep.contains("**1.00x per token**") && !sweep.replacing("no speedups", with: "").contains("peedup"))
    #expect(SweepReport.plot([summary])?.svg.contains("peedup") != true)
  }

  /// The verdict and the intervals rest on the same times as the ratio: equal lengths in all repeats, a faster pace.
  @Test func intervalsAreThoseOfTheTimesPerToken() throws {
    let workspace = try Workspace()
    let run = try record(in: workspace.store, repeats: 3, isShort: { $0 == 3 })
    let summary = try RunSummary(store: workspace.store, run: run)
    let table = try ReadTable(
      MarkdownRenderer().render(RunReport.document(summary)),
      after: "## How well the speedups and times per token are known"
    )
    let rows = table.rows.filter { $0[0] == "kangaroo" }
    #expect(rows.map { "\($0[1]) \($0[2])" } == ["QA 1.00x per token", "RAG 1.00x", "Overall 1.00x per token"])
    #expect(rows.allSatisfy { $0[3] == "1.00 to 1.00" })
  }

  @Test func aPaceThatIsFasterIsCalledFasterPerToken() throws {
    #expect(Verdict.faster.rawValue == "faster")
    let workspace = try Workspace()
    let run = try CertaintyTests.record(in: workspace.store)
    try workspace.connection().write { database in
      try database.execute(sql: "UPDATE generation SET lossless = 0 WHERE decoder_id = 2")
    }
    let summary = try RunSummary(store: workspace.store, run: run)
    let table = try ReadTable(
      MarkdownRenderer().render(RunReport.document(summary)),
      after: "## How well the times per token are known"
    )
    #expect(table.rows.filter { $0[0] == "kangaroo" }.allSatisfy { $0[6] == "faster per token" })
    #expect(summary.verdict.contains("That is faster per token: 95 % intervals "))
    #expect(try json(workspace, run, "kangaroo")["verdict"] as? String == "faster per token")
  }

  @Test func comparisonsUseTimesPerTokenOnBothSides() throws {
    let workspace = try Workspace()
    let lossless = try record(in: workspace.store, repeats: 2, isShort: { _ in false })
    let short = try record(in: workspace.store, repeats: 2)
    func side(_ run: Int64, _ decoder: String? = nil) -> ComparisonSide {
      ComparisonSide(store: workspace.store, run: run, decoder: decoder)
    }
    let runs = try RunComparison(side(lossless, "kangaroo"), side(short, "kangaroo"))
    let decoders = try RunComparison(side(short, "medusa"), side(short, "kangaroo"))
    for comparison in [runs, decoders] {
      let row = try #require(comparison.rows.first)
      #expect(row.basis == .timePerToken && abs(row.ratio - 1) < 1e-9)
      #expect(abs(row.firstSpeedup - 1) < 1e-9 && abs(row.secondSpeedup - 1) < 1e-9)
      let text = MarkdownRenderer().render(ComparisonReport.document(comparison))
      #expect(text.contains("Old ratio") && text.contains("1.00x per token") && text.contains("are no speedups"))
    }
    let equal = try RunComparison(side(lossless, "medusa"), side(lossless, "kangaroo"))
    #expect(
      equal.rows.first?.basis == .speedup
        && MarkdownRenderer().render(ComparisonReport.document(equal)).contains("Old speedup")
    )
  }
}
