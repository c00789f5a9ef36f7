import Foundation
import SpecDocument
import SpecCore
import SpecReport
import SpecMetrics
import SpecStatistics
import SpecStore
import Testing

/// Intervals, the noise floor and warnings, as the reports tell them.
@Suite struct CertaintyTests {
  /// A run of three decoders, the last of them vanilla once more, over ten questions and three repeats. Kangaroo takes
  /// half of vanilla's time, give or take the noise; `drift` is what vanilla once more takes of vanilla's time by category.
  static func record(
    in store: BenchmarkStore,
    seed: UInt64 = 5,
    repeats: Int = 3,
    factor: Double = 0.5,
    host: String = "bench",
    questions: Int = 10,
    noiseFloor: Bool = true,
    drift: [String: Double] = [:]
  ) throws -> Int64 {
    var random = SplitMix64(seed: seed)
    var floor = Example.decoder(2, "vanilla (again)", method: "vanilla")
    floor.isNoiseFloor = true
    var environment = Example.environment
    environment.hostName = host
    var run = Example.run
    run.repeats = repeats
    run.verificationCost = [1, 2, 4, 8].map { PassCost(positions: $0, milliseconds: 1 + 0.1 * Double($0)) }
    let identifiers = try store.beginRun(
      run,
      environment: environment,
      decoders: [Example.decoder(0, "vanilla"), Example.decoder(1, "kangaroo")] + (noiseFloor ? [floor] : []),
      prompts: (0..<questions).map { Example.prompt($0, $0 < 8 ? "qa" : "rag", question: $0) }
    )
    for repeatIndex in 0..<repeats {
      for (place, prompt) in identifiers.prompts.enumerated() {
        for (index, decoder) in identifiers.decoders.enumerated() {
          let noise = Double.random(in: 0.98..<1.02, using: &random)
          let shares: [Double] = [1, factor, drift[place < 8 ? "qa" : "rag"] ?? 1]
          let time = Double(20_000_000 * (place + 1)) * noise * shares[index]
          var generation = Example.generation(
            decoder: decoder,
            prompt: prompt,
            repeatIndex: repeatIndex,
            decode: Int(time)
          )
          generation.lossless = index == 0 ? nil : true
          generation.preemptedSteps = repeatIndex
          let cycle = CycleRecord(
            drafted: index == 1 ? 2 : 0,
            nodes: index == 1 ? 2 : 0,
            accepted: index == 1 ? 1 : 0,
            acceptLength: index == 1 ? 2 : 1,
            emitted: index == 1 ? 2 : 1,
            draftNanoseconds: index == 1 ? Int(time / 10) : 0,
            verifyNanoseconds: Int(time / 10),
            overheadNanoseconds: 0
          )
          let tokens = (0..<3).map { TokenRecord(tokenID: $0, cycle: nil, availableNanoseconds: 1000 + $0 * 500) }
          try store.record(generation, cycles: [cycle], tokens: tokens)
        }
      }
      let condition = RepeatCondition(
        repeatIndex: repeatIndex,
        startedAt: Example.date,
        finishedAt: Example.date,
        otherShare: repeatIndex == 1 ? 0.31 : 0.01,
        warnings: repeatIndex == 1 ? ["Other processes took 31 % of the processors' time."] : []
      )
      try store.recordCondition(condition, run: identifiers.run)
    }
    return identifiers.run
  }

  @Test(
    arguments: [
      (1.681, 1.79, "1.68 to 1.79"), (0.18, 100_787_415_365.27, "0.18 to over 100"), (1e-9, 0.5, "under 0.01 to 0.50"),
      (0.01, 100, "0.01 to 100.00"), (0, .infinity, "under 0.01 to over 100"),
    ] as [(Double, Double, String)]
  )
  func intervalsSayNoMoreThanIsKnown(lower: Double, upper: Double, text: String) {
    #expect(NumberFormat.interval(ConfidenceInterval(lower: lower, upper: upper)) == text)
    #expect(NumberFormat.interval(nil) == "–")
  }

  @Test func intervalsFollowFromTheRows() throws {
    let workspace = try Workspace()
    let run = try Self.record(in: workspace.store)
    let text = MarkdownRenderer().render(RunReport.document(try RunSummary(store: workspace.store, run: run)))
    let table = try ReadTable(text, after: "## How well the speedups are known")
    let decoders = try workspace.store.decoders(of: run)
    for row in table.rows {
      let decoder = try #require(decoders.first { $0.name == row[0] })
      let category = ["QA": "qa", "RAG": "rag"][row[1]]
      let pairs = try workspace.store.pairs(of: run).filter { category == nil || $0.category == category }
      func times(_ decoder: Int64) -> PairedTimes {
        PairedTimes(decodeTimesOf: pairs.filter { $0.decoderID == decoder })
      }
      let effect = try #require(RepeatEffect(decoders.dropFirst().map { times($0.id) }))
      let own = times(decoder.id)
      func text(_ interval: ConfidenceInterval?) -> String {
        interval.map { String(format: "%.2f to %.2f", $0.lower, $0.upper) } ?? "–"
      }
      #expect(row[3] == text(own.intervalOfThisSuite(effect)))
      #expect(row[4] == text(own.intervalOverQuestions()))
      #expect((row[4] == "–") == (row[1] == "RAG"))
    }
    #expect(table.rows.count == 6)
    #expect(table.rows.filter { $0[0] == "kangaroo" }.allSatisfy { $0[6] == "faster" })
    #expect(table.rows.filter { $0[0] != "kangaroo" }.allSatisfy { $0[6] == "no difference shown" })
    #expect(text.contains("That is faster: 95 % intervals "))
    #expect(text.contains("Vanilla measured against itself differs by "))
  }

  /// Two repeats of one decoder cannot tell whether whole repeats differ, and the report says so; three can, and so can two of
  /// two decoders.
  @Test func tooFewRepeatsAreNamed() throws {
    let workspace = try Workspace()
    let few = try Self.record(in: workspace.store, repeats: 2, noiseFloor: false)
    let sentence = "2 repeats are **too few to tell whether whole repeats differ**"
    #expect(
      MarkdownRenderer().render(RunReport.document(try RunSummary(store: workspace.store, run: few))).contains(sentence)
    )
    for (repeats, noiseFloor) in [(3, false), (2, true)] {
      let more = try Self.record(in: workspace.store, repeats: repeats, noiseFloor: noiseFloor)
      let text = MarkdownRenderer().render(RunReport.document(try RunSummary(store: workspace.store, run: more)))
      #expect(!text.contains("too few to tell") && text.contains("estimated from all decoders together"))
    }
  }

  @Test func theNoiseFloorIsNoContestant() throws {
    let workspace = try Workspace()
    let run = try Self.record(in: workspace.store)
    let summary = try RunSummary(store: workspace.store, run: run)
    #expect(summary.decoders.map(\.name) == ["vanilla", "kangaroo"])
    #expect(summary.expectedGenerations == 90 && summary.generations == 90)
    let report = try ParsedReport(workspace, run: run)
    #expect(try report.object("noise_floor")["name"] as? String == "vanilla (again)")
    #expect(try report.list("decoders").count == 2)
    let text = MarkdownRenderer().render(RunReport.document(summary))
    #expect(try ReadTable(text, after: "## Speedup").rows.map(\.first) == ["vanilla", "kangaroo", "vanilla (again)"])
    #expect(try ReadTable(text, after: "## End-to-end speedup").rows.count == 2)
  }

  @Test func repeatsWithWarningsAreMarked() throws {
    let workspace = try Workspace()
    let text = MarkdownRenderer().render(
      RunReport.document(try RunSummary(store: workspace.store, run: try Self.record(in: workspace.store)))
    )
    #expect(text.contains("> - Repeat 2: Other processes took 31 % of the processors' time."))
    let table = try ReadTable(text, after: "## Conditions of the repeats")
    #expect(table.rows.map { $0[1] } == ["1.0 %", "31.0 %", "1.0 %"])
    #expect(table.rows.map { $0[6] == "none" } == [true, false, true])
    #expect(text.contains("kept from a processor: vanilla 30, kangaroo 30, vanilla (again) 30."))
  }

  /// A cycle of kangaroo gives 2 tokens and costs half a vanilla token for drafting and as much for verifying.
  @Test func theSpeedupIsExplained() throws {
    let workspace = try Workspace()
    let run = try Self.record(in: workspace.store)
    let report = try ParsedReport(workspace, run: run)
    let row = try #require(try report.list("explained_speedup").first)
    let draft = try #require(row["draft_cost"] as? Double)
    let verify = try #require(row["verify_cost"] as? Double)
    let predicted = try #require(row["predicted"] as? Double)
    let measured = try #require(row["measured"] as? Double)
    #expect(abs(draft - 0.05) < 0.002 && abs(verify - 0.05) < 0.002)
    #expect(abs(predicted - 2 / (draft + verify)) < 1e-9)
    #expect(abs((row["remainder"] as? Double ?? 0) - (measured - predicted)) < 1e-9)
    // Every cycle verifies two nodes and the newest token; T(3) is 1.3 ms.
    let generations = try workspace.store.generations(of: run)
    let kangaroo = generations.filter { $0.decoderID == generations[1].decoderID }
    let cycles = try kangaroo.flatMap { try workspace.store.cycles(of: $0.id) }
    let milliseconds = cycles.reduce(0) { $0 + Double($1.verifyNanoseconds) / 1e6 } / Double(cycles.count)
    #expect(abs((row["share_of_pass_costs"] as? Double ?? 0) - milliseconds / 1.3) < 1e-9)
    let table = try ReadTable(
      MarkdownRenderer().render(RunReport.document(try RunSummary(store: workspace.store, run: run))),
      after: "## The speedup explained"
    )
    #expect(try table.cell("kangaroo", "Of T(m)") == String(format: "%.1f %%", 100 * milliseconds / 1.3))
    // Of two drafted tokens the first is always accepted and the second never: one is best.
    #expect(try table.cell("kangaroo", "Best draft") == "1")
  }

  /// Runs and sweeps say how far predictions are off, and what several sequences at once would give.
  @Test func predictionsStandBesideWhatWasMeasured() throws {
    let workspace = try Workspace()
    let run = try Self.record(in: workspace.store)
    let report = try ParsedReport(workspace, run: run)
    let explained = try #require(try report.list("explained_speedup").first)
    let (predicted, measured) = (explained["predicted"] as? Double ?? 0, explained["measured"] as? Double ?? 0)
    let difference = try #require(explained["difference"] as? Double)
    #expect(abs(difference - (predicted / measured - 1)) < 1e-9)
    #expect(explained["predicted_by_pass_costs"] is Double && explained["difference_by_pass_costs"] is Double)
    let batches = try report.list("predicted_by_batch_size")
    #expect(batches.map { $0["batch_size"] as? Int } == Array(1...64))
    #expect(abs((batches[0]["predicted"] as? Double ?? 0) - predicted) < 1e-9)
    let summary = try RunSummary(store: workspace.store, run: run)
    let documents = [("kangaroo", RunReport.document(summary)), ("kangaroo:steps=6", SweepReport.document([summary]))]
    for (name, document) in documents {
      let text = MarkdownRenderer().render(document)
      let table = try ReadTable(text, after: "## Predicted against measured")
      let told = try table.cell(name, "Difference")
      #expect(told == String(format: "+%.1f %%", 100 * difference))
      #expect(text.contains("largest difference between predicted and measured is \(told), that of `\(name)`"))
      let sizes = try ReadTable(text, after: "## Predicted speedup by batch size")
      #expect(try sizes.cell(name, "S(1)") == String(format: "%.2fx", predicted))
      // Passes of eight positions were the largest: two sequences of three positions are within them, four are not.
      #expect(try !sizes.cell(name, "S(2)").hasPrefix("(") && sizes.cell(name, "S(4)").hasPrefix("("))
      #expect(text.contains("**A prediction** of what"))
    }
  }

  /// Without T(m), as in the oldest runs, nothing is predicted by it.
  @Test func runsWithoutPassCostsArePredictedByTheirOwnTimesAlone() throws {
    let workspace = try Workspace()
    let run = try Self.record(in: workspace.store)
    try workspace.connection().write { try $0.execute(sql: "UPDATE run SET verification_cost = NULL") }
    let summary = try RunSummary(store: workspace.store, run: run)
    let text = MarkdownRenderer().render(RunReport.document(summary))
    let table = try ReadTable(text, after: "## Predicted against measured")
    #expect(try table.cell("kangaroo", "By T(m)") == "–" && table.cell("kangaroo", "Predicted") != "–")
    #expect(!text.contains("by batch size") && !text.contains("; by T(m) it is"))
    #expect(RunPlots.render(summary).allSatisfy { $0.name != "batch" })
    #expect(try ParsedReport(workspace, run: run).list("predicted_by_batch_size").isEmpty)
  }

  /// One repeat of ten questions has the interval over questions alone.
  @Test func oneIntervalIsOne() throws {
    let workspace = try Workspace()
    let run = try Self.record(in: workspace.store, repeats: 1)
    let verdict = try RunSummary(store: workspace.store, run: run).verdict
    #expect(verdict.contains("That is faster: 95 % interval ") && verdict.contains(" over questions."))
  }

  /// One category of two whose interval excludes 1 is told with how often chance does that; both are a warning. At least
  /// one of two: 1 - 0.95², both: 0.05².
  @Test func categoriesOfTheNoiseFloorAreJudged() throws {
    let workspace = try Workspace()
    func verdict(_ drift: [String: Double]) throws -> String {
      let run = try Self.record(in: workspace.store, drift: drift)
      return MarkdownRenderer().render(RunReport.document(try RunSummary(store: workspace.store, run: run)))
    }
    #expect(!(try verdict([:]).contains("By category its interval")))
    let one = try verdict(["qa": 1.1, "rag": 1])
    #expect(one.contains("By category its interval excludes 1 in QA (0.9"))
    #expect(one.contains("; chance alone makes at least 1 of 2 do so in 9.8 % of runs."))
    let both = try verdict(["qa": 1.1, "rag": 0.8])
    #expect(both.contains("excludes 1 in QA (0.9") && both.contains(", RAG (1.2"))
    let warning = "at least 2 of 2 do so in 0.3 % of runs: **the times of these categories are not to be trusted**."
    #expect(both.contains(warning))
  }

  /// With one pass the interval over questions is the one that the verdict rests on, and the warning with it.
  @Test func theNoiseFloorIsJudgedWithOneRepeatToo() throws {
    let workspace = try Workspace()
    let run = try Self.record(in: workspace.store, repeats: 1, drift: ["qa": 1.2, "rag": 1.2])
    let text = MarkdownRenderer().render(RunReport.document(try RunSummary(store: workspace.store, run: run)))
    #expect(text.contains(", **which its interval does not explain: these times are not to be trusted**."))
  }
}
