import Foundation
import SpecDocument
import SpecReport
import SpecStore
import Testing

/// What a reader meets first holds for unfinished runs, doubtful times and settings that look alike, too.
@Suite struct OpeningTests {
  private func markdown(_ workspace: Workspace, _ run: Int64) throws -> String {
    MarkdownRenderer().render(RunReport.document(try RunSummary(store: workspace.store, run: run)))
  }

  @Test func anUnfinishedRunCrownsNobody() throws {
    let workspace = try Workspace()
    var record = Example.run
    record.finishedAt = nil
    let run = try RandomRun(in: workspace.store, seed: 21, share: 0.5, record: record, mismatches: false).run
    let summary = try RunSummary(store: workspace.store, run: run)
    let text = MarkdownRenderer().render(RunReport.document(summary))
    #expect(summary.verdict.hasPrefix("The run is unfinished: \(summary.generations) of "))
    #expect(summary.verdict.contains("all numbers are preliminary, so that no decoder is called the fastest."))
    #expect(!text.contains("fastest decoder is") && !text.contains("That is faster"))
    #expect(
      try ReadTable(try MarkdownRenderer().render(RunList.document(workspace.store))).cell(String(run), "Fastest")
        == "–"
    )
    #expect(try ParsedReport(workspace, run: run).root["preliminary"] as? Bool == true)
    #expect(LaTeXRenderer().render(PaperTable.document(summary)).contains("Preliminary: the run is unfinished"))
    let sweep = MarkdownRenderer().render(SweepReport.document([summary]))
    #expect(sweep.contains("**The sweep is unfinished**: run \(run) is unfinished") && !sweep.contains("fastest is"))
  }

  /// The second repeat of `rag`, or of all questions but some, is still missing.
  @Test(arguments: [
    ("prompt_id > 8", "estimated from the decoders that were measured whole in every repeat of a category"),
    ("prompt_id > 3 AND decoder_id > 0", "**to tell whether whole repeats differ**"),
  ])
  func intervalsOfAHalfFinishedRepeatSayWhatTheyRestOn(missing: String, sentence: String) throws {
    let workspace = try Workspace()
    let run = try CertaintyTests.record(in: workspace.store, repeats: 2)
    try workspace.connection().write { database in
      try database.execute(sql: "DELETE FROM generation WHERE repeat = 1 AND \(missing)")
    }
    let text = try markdown(workspace, run)
    #expect(text.contains(sentence) && !text.contains("estimated from all decoders together"))
  }

  @Test func oneRepeatHasNothingToEstimateFrom() throws {
    let workspace = try Workspace()
    let text = try markdown(workspace, try CertaintyTests.record(in: workspace.store, repeats: 1))
    #expect(!text.contains("How far repeats differ is estimated"))
  }

  @Test func doubtsComeBeforeTheRatio() throws {
    let workspace = try Workspace()
    let noisy = try CertaintyTests.record(in: workspace.store, repeats: 1, drift: ["qa": 1.2, "rag": 1.2])
    let verdict = try RunSummary(store: workspace.store, run: noisy).verdict
    #expect(verdict.hasPrefix("These times are doubtful. Vanilla measured against itself reads 0.8"))
    let text = try markdown(workspace, noisy)
    #expect(text.contains("The fastest decoder is kangaroo with") && !text.contains("**kangaroo**"))
    let busy = try CertaintyTests.record(in: workspace.store)
    let sentence = "**These times are doubtful. Other processes took 31 % of the processors' time.** The fastest"
    #expect(try markdown(workspace, busy).contains(sentence))
    #expect(
      MarkdownRenderer().render(SweepReport.document([try RunSummary(store: workspace.store, run: busy)])).contains(
        "**These times are doubtful."
      )
    )
    let quiet = try markdown(workspace, try CertaintyTests.record(in: workspace.store, repeats: 1))
    #expect(!quiet.contains("doubtful") && quiet.contains("The fastest decoder is **kangaroo**"))
  }

  @Test func whatIsNotKnownIsSaidOnce() throws {
    let workspace = try Workspace()
    let heading = "## How well the speedups are known"
    let some = try markdown(workspace, try CertaintyTests.record(in: workspace.store, repeats: 1))
    let table = try ReadTable(some, after: heading)
    #expect(table.rows.map { $0[1] } == ["QA", "Overall", "QA", "Overall"])
    #expect(some.contains("Left out are 2 ratios without an interval"))
    let none = try markdown(workspace, try CertaintyTests.record(in: workspace.store, repeats: 1, questions: 5))
    #expect(none.contains("\(heading)\n\nNone of the ratios has an interval") && !none.contains("| not known"))
  }

  /// Two specs of a method differ by a number only: readers need the settings.
  @Test func specsOfOneMethodAreToldApart() throws {
    let workspace = try Workspace()
    func decoder(_ ordinal: Int, _ name: String, _ spec: String) -> DecoderRecord {
      DecoderRecord(ordinal: ordinal, name: name, method: "kangaroo", spec: "kangaroo:\(spec)")
    }
    let identifiers = try workspace.store.beginRun(
      Example.run,
      environment: Example.environment,
      decoders: [
        Example.decoder(0, "vanilla"), decoder(1, "kangaroo", "exit=2,steps=6,adapter=/a/very/long/way/one"),
        decoder(2, "kangaroo-2", "exit=2,steps=4,adapter=/a/very/long/way/two"),
      ],
      prompts: [Example.prompt(0, "qa", question: 1)]
    )
    for (index, id) in identifiers.decoders.enumerated() {
      var generation = Example.generation(decoder: id, prompt: identifiers.prompts[0], decode: 4_000_000 - index)
      generation.lossless = index == 0 ? nil : true
      let cycle = CycleRecord(
        drafted: index,
        nodes: index,
        accepted: 0,
        acceptLength: 1,
        emitted: 1,
        draftNanoseconds: 10,
        verifyNanoseconds: 10,
        overheadNanoseconds: 10
      )
      try workspace.store.record(generation, cycles: [cycle], tokens: [])
    }
    let summary = try RunSummary(store: workspace.store, run: identifiers.run)
    let labels = ["kangaroo (steps=6,adapter=…/one)", "kangaroo-2 (steps=4,adapter=…/two)"]
    let text = MarkdownRenderer().render(RunReport.document(summary))
    for heading in ["## Speedup", "## Acceptance", "## Tokens per second", "## Where the time goes"] {
      #expect(try ReadTable(text, after: heading).rows.map(\.first) == ["vanilla"] + labels, "\(heading)")
    }
    #expect(summary.verdict.contains(labels[1]))
    let plots = RunPlots.render(summary)
    for name in ["speedup", "time", "accept-lengths", "latency"] {
      let plot = try #require(plots.first { $0.name == name })
      for label in labels { #expect(plot.svg.contains(label), "\(name)") }
    }
    #expect(LaTeXRenderer().render(PaperTable.document(summary)).contains("steps=4"))
    // Programs read the name, and the spec beside it.
    #expect(
      try ParsedReport(workspace, run: identifiers.run).list("decoders").map { $0["name"] as? String }
        == ["vanilla", "kangaroo", "kangaroo-2"]
    )
  }

  @Test func plotsNameTheirAxes() throws {
    let workspace = try Workspace()
    let run = try RandomRun(in: workspace.store, seed: 9, mismatches: false).run
    let plots = RunPlots.render(try RunSummary(store: workspace.store, run: run))
    func svg(_ name: String) throws -> String { try #require(plots.first { $0.name == name }).svg }
    #expect(try svg("accept-lengths").contains(">tokens that a cycle contributed</text>"))
    #expect(try svg("latency").contains("log scale"))
    #expect(try svg("speedup").contains(#/>\d+(\.\d+)?x<\/text>/#))
  }

  /// A hash of forty digits must break where the page is narrow.
  @Test func longWordsBreakOnAPage() throws {
    let workspace = try Workspace()
    let page = HTMLRenderer().render(
      RunReport.document(try RunSummary(store: workspace.store, run: try CertaintyTests.record(in: workspace.store))),
      title: "SpecBench report"
    )
    let rule = try #require(page.firstMatch(of: #/\n([^{}\n]*)\{overflow-wrap:anywhere\}/#))
    let elements = rule.output.1.split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) }
    for element in ["p", "li", "h1"] { #expect(elements.contains(element)) }
  }

  @Test func theModelIsDescribed() throws {
    let workspace = try Workspace()
    let text = try markdown(workspace, try CertaintyTests.record(in: workspace.store))
    #expect(text.contains("\n\nThe model is LlamaForCausalLM with 6.7 B parameters in bf16.\n\n"))
  }

  @Test func anEmptyNameIsCalledSo() throws {
    let workspace = try Workspace()
    var record = Example.run
    record.modelName = ""
    let run = try workspace.store.beginRun(record, environment: Example.environment, decoders: [], prompts: []).run
    let report = MarkdownRenderer().render(RunReport.document(try RunSummary(store: workspace.store, run: run)))
    #expect(report.hasPrefix("# SpecBench report: an unnamed model on "))
  }
}
