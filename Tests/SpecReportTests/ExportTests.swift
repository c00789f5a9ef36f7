import Foundation
import SpecDocument
import SpecReport
import SpecStore
import Testing

/// What a run that was broken off gives to Spec-Bench's scripts: they take every choice for a whole conversation.
@Suite struct ExportTests {
  /// Conversations of two turns, the last of them only begun: the second repeat of the first stopped after a turn.
  private func record(
    in store: BenchmarkStore,
    isFinished: Bool,
    planned: Int?,
    measured: Int = 5
  ) throws -> Int64 {
    var run = Example.run
    (run.repeats, run.plannedPrompts, run.finishedAt) = (2, planned, nil)
    let prompts = [(0, 0), (0, 1), (1, 0), (1, 1), (2, 0)].enumerated().map { ordinal, place in
      Example.prompt(ordinal, "qa", question: place.0, turn: place.1)
    }
    let identifiers = try store.beginRun(
      run,
      environment: Example.environment,
      decoders: [Example.decoder(0, "vanilla")],
      prompts: prompts
    )
    let places = identifiers.prompts.map { ($0, 0) } + [(identifiers.prompts[0], 1)]
    for (prompt, repeatIndex) in places.prefix(measured) + places.dropFirst(5) where measured > 0 {
      // What was only begun is a hundred times as slow.
      let time = prompt == identifiers.prompts[4] ? 400_000 : 4000
      let generation = Example.generation(
        decoder: identifiers.decoders[0],
        prompt: prompt,
        repeatIndex: repeatIndex,
        decode: time
      )
      try store.record(generation, cycles: [], tokens: [])
    }
    if isFinished { try store.finishRun(identifiers.run, at: Example.date) }
    return identifiers.run
  }

  /// The turns of each choice of each question.
  private func turns(isFinished: Bool, planned: Int?) throws -> [Int: [Int]] {
    let workspace = try Workspace()
    let run = try record(in: workspace.store, isFinished: isFinished, planned: planned)
    let file = try #require(try SpecBenchExport.render(store: workspace.store, run: run).first)
    var turns: [Int: [Int]] = [:]
    for line in file.text.split(separator: "\n") {
      let row = try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
      let choices = try #require(row["choices"] as? [[String: Any]])
      turns[try #require(row["question_id"] as? Int)] = choices.compactMap { ($0["turns"] as? [String])?.count }
    }
    return turns
  }

  @Test func onlyWholeConversationsAreExported() throws {
    #expect(try turns(isFinished: false, planned: 6) == [0: [2], 1: [2]])
    // All that was planned is known: the last question has one turn.
    #expect(try turns(isFinished: false, planned: 5) == [0: [2], 1: [2], 2: [1]])
    #expect(try turns(isFinished: true, planned: nil) == [0: [2], 1: [2], 2: [1]])
  }

  /// The report counts what the scripts find in the export: six tokens in ten microseconds.
  @Test func theReportCountsWhatIsExported() throws {
    for (isFinished, planned, rate) in [(false, 6, 600_000.0), (true, 5, (2 * 600_000 + 3 / 401e-6) / 3)] {
      let workspace = try Workspace()
      let run = try record(in: workspace.store, isFinished: isFinished, planned: planned)
      let summary = try RunSummary(store: workspace.store, run: run)
      let report = try #require(
        try JSONSerialization.jsonObject(with: Data(JSONReport.render(summary).utf8)) as? [String: Any]
      )
      let decoder = try #require((report["decoders"] as? [[String: Any]])?.first)
      let numbers = try #require(decoder["spec_bench"] as? [String: Any])
      #expect(agree(numbers["tokens_per_second"] as? Double, rate), "\(numbers)")
      let section = try #require(
        MarkdownRenderer().render(RunReport.document(summary)).components(separatedBy: "As Spec-Bench prints it").last
      )
      #expect(section.contains("Only conversations with all their turns count") == !isFinished)
    }
  }

  @Test func nothingIsExportedOfNothing() throws {
    for measured in [0, 1] {
      let workspace = try Workspace()
      let run = try record(in: workspace.store, isFinished: false, planned: 6, measured: measured)
      let error = #expect(throws: NothingToExport.self) {
        try SpecBenchExport.render(store: workspace.store, run: run)
      }
      #expect(error?.description.contains("run 1 holds no question with all its turns") == true)
    }
  }
}
