import Foundation
import SpecDocument
import SpecReport
import SpecStore
import Testing

@Suite struct RunListTests {
  @Test func emptyDatabase() throws {
    #expect(try MarkdownRenderer().render(RunList.document(Workspace().store)) == "The database holds no run.\n")
  }

  @Test func oneRowForEachRun() throws {
    let workspace = try Workspace()
    var unfinished = Example.run
    unfinished.finishedAt = nil
    let good = try RandomRun(in: workspace.store, seed: 31, mismatches: false)
    let bad = try RandomRun(in: workspace.store, seed: 32, share: 0.7, record: unfinished)
    let empty = try workspace.store.beginRun(
      unfinished,
      environment: Example.environment,
      decoders: [],
      prompts: []
    )
    let text = try MarkdownRenderer().render(RunList.document(workspace.store))
    let table = try ReadTable(text)
    #expect(Set(table.lines.map(\.count)).count == 1)
    #expect(table.titles.first == "Run")
    #expect(table.rows.count == 3)

    let raw = try RawRun(workspace.connection(), run: good.run)
    let speedups = ["kangaroo", "medusa"].map { ($0, raw.scope($0, "overall").speedup ?? 0) }
    let best = try #require(speedups.max { $0.1 < $1.1 })
    #expect(
      table.rows[0] == [
        String(good.run), "2025-07-13 12:34:56", "toy-llama", "demo", "vanilla, vanilla-2, kangaroo, medusa", "3", "10",
        "\(NumberFormat.ratio(best.1)) \(best.0)", "yes, 90 of 90", "finished: 120 of 120 generations",
      ]
    )
    let other = try RawRun(workspace.connection(), run: bad.run)
    let checked = other.generations.filter { $0.lossless != nil }.count
    let differing = other.generations.filter { $0.lossless == false }.count
    #expect(
      table.rows[1].suffix(2) == [
        "NO, \(differing) of \(checked) differ", "unfinished: \(other.generations.count) of 120 generations",
      ]
    )
    #expect(
      table.rows[2] == [
        String(empty.run), "2025-07-13 12:34:56", "toy-llama", "demo", "", "3", "0", "–", "–",
        "unfinished: 0 of 0 generations",
      ]
    )
  }

  /// What is planned is known from the start, not only what was reached; skipped prompts are not measured.
  @Test(arguments: [
    ("{}", false, "unfinished: 2 of 28 generations"),
    (#"{"precision":"0.02"}"#, false, "unfinished: 2 of at least 28 generations"),
    (#"{"precision":"0.02"}"#, true, "finished: 2 of 28 generations"),
  ])
  func thePlannedTotalIsTold(options: String, isFinished: Bool, expected: String) throws {
    let workspace = try Workspace()
    var run = Example.run
    (run.options, run.finishedAt) = (options, isFinished ? Date() : nil)
    (run.repeats, run.plannedPrompts) = (2, 9)
    let ids = try workspace.store.beginRun(
      run,
      environment: Example.environment,
      decoders: [
        DecoderRecord(ordinal: 0, name: "vanilla", method: "vanilla", spec: "vanilla"),
        DecoderRecord(ordinal: 1, name: "kangaroo", method: "kangaroo", spec: "kangaroo"),
      ],
      prompts: (0..<3).map { question in
        PromptRecord(
          ordinal: question,
          questionID: question,
          turn: 0,
          category: "qa",
          subcategory: "qa",
          promptTokens: 3,
          idsHash: "\(question)",
          skipReason: question == 0 ? nil : "too long"
        )
      }
    )
    for decoder in ids.decoders {
      let generation = GenerationRecord(
        decoderID: decoder,
        promptID: ids.prompts[0],
        repeatIndex: 0,
        ordinal: 0,
        startedAt: Date(),
        prefillNanoseconds: 1,
        decodeNanoseconds: 1,
        outputTokens: 1,
        outputIDs: [5],
        text: "",
        stopReason: .endToken
      )
      try workspace.store.record(generation, cycles: [], tokens: [])
    }
    #expect(try ReadTable(MarkdownRenderer().render(RunList.document(workspace.store))).rows.first?.last == expected)
  }

  /// A terminal without room for the table gets a list whose words stay whole; a wide one, or a file, the table.
  @Test func narrowTerminalsGetAList() throws {
    let workspace = try Workspace()
    _ = try RandomRun(in: workspace.store, seed: 33)
    let table = try MarkdownRenderer().render(RunList.document(workspace.store))
    #expect(try TerminalRenderer(columns: 400).render(RunList.document(workspace.store)) == table)
    let list = try TerminalRenderer(columns: 60).render(RunList.document(workspace.store))
    let lines = list.components(separatedBy: "\n")
    #expect(lines.allSatisfy { $0.count <= 60 } && !list.contains("|"))
    let cells = try ReadTable(table)
    let words = list.split { $0 == " " || $0 == "\n" }
    for word in cells.rows[0].flatMap({ $0.split(separator: " ") }) { #expect(words.contains(word), "\(word)") }
  }
}
