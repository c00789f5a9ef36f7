import Foundation
import GRDB
import SpecStore
import SpecTestSupport
import Testing

@Suite struct RecordTests {
  @Test func runEnvironmentDecodersAndPromptsComeBack() throws {
    let decoders = [Example.decoder(0, "vanilla"), Example.decoder(1, "kangaroo-2", method: "kangaroo")]
    let prompts = [
      Example.prompt(0, category: "qa"), Example.prompt(1, category: "rag", skipReason: "longer than the context"),
    ]
    let example = try ExampleRun(decoders: decoders, prompts: prompts)
    let later = Example.prompt(0, turn: 1, category: "qa")
    let laterID = try example.store.insertPrompt(later, run: example.run)

    let store = try BenchmarkStore(openingAt: example.folder.database)
    let run = try store.run(example.run)
    #expect(run.id == example.run)
    #expect(run.record == Example.run)
    #expect(run.modelName == "demo")
    #expect(try store.environment(of: example.run).record == Example.environment)
    #expect(try store.decoders(of: example.run).map(\.record) == decoders)
    #expect(try store.decoders(of: example.run).map(\.id) == example.decoders)
    #expect(try store.prompts(of: example.run).map(\.record) == [prompts[0], later, prompts[1]])
    #expect(try store.prompts(of: example.run).map(\.id) == [example.prompts[0], laterID, example.prompts[1]])
  }

  @Test func unknownValuesComeBackAsNil() throws {
    var environment = Example.environment
    environment.governor = nil
    environment.frequencyMegahertz = nil
    environment.loadAverage = nil
    environment.sourceCommit = nil
    environment.buildConfiguration = .debug
    environment.warnings = []
    let folder = try TemporaryFolder()
    let store = try BenchmarkStore(creatingAt: folder.database)
    let run = try store.beginRun(Example.run, environment: environment, decoders: [], prompts: []).run
    #expect(try store.environment(of: run).record == environment)
    let warnings = try DatabaseQueue(path: folder.database).read { database in
      try String.fetchOne(database, sql: "SELECT warnings FROM environment")
    }
    #expect(warnings == "[]")
  }

  @Test func generationWithCyclesAndTokensComesBack() throws {
    let example = try ExampleRun()
    var generation = Example.generation(example.decoders[1], example.prompts[0], lossless: false)
    generation.outputIDs = [5, 0, 151_935]
    generation.text = "zwei\n\"Zeilen\" 🦘"
    generation.stopReason = .contextLength
    generation.mismatchPosition = 2
    generation.expectedToken = 9
    generation.foundToken = 151_935
    let cycles = [
      Example.cycle(drafted: 3, nodes: 7, accepted: 1, draft: 10, verify: 20, overhead: 3),
      Example.cycle(drafted: 0, accepted: 0, emitted: 0),
    ]
    let tokens = Example.tokens([1000, 2000, 5000])
    let id = try example.store.record(generation, cycles: cycles, tokens: tokens)

    let stored = try example.store.generations(of: example.run)
    #expect(stored == [Stored(id: id, record: generation)])
    #expect(try example.store.cycles(of: id) == cycles)
    #expect(try example.store.tokens(of: id) == tokens)
  }

  @Test func datesAreTextInUTC() throws {
    let example = try ExampleRun()
    try example.store.finishRun(example.run, at: Example.date.addingTimeInterval(60))
    let texts = try DatabaseQueue(path: example.folder.database).read { database in
      try Row.fetchOne(database, sql: "SELECT started_at, finished_at FROM run")
    }
    #expect(texts?["started_at"] == "2025-07-13T12:34:56.789Z")
    #expect(texts?["finished_at"] == "2025-07-13T12:35:56.789Z")
    #expect(try example.store.run(example.run).finishedAt == Example.date.addingTimeInterval(60))
  }

  @Test func dateThatIsNotADateIsAnError() throws {
    let example = try ExampleRun()
    try DatabaseQueue(path: example.folder.database).write { database in
      try database.execute(sql: "UPDATE run SET started_at = 'yesterday'")
    }
    #expect(throws: StoreError.self) { try example.store.runs() }
  }

  @Test func runsAreListedInOrder() throws {
    let folder = try TemporaryFolder()
    let store = try BenchmarkStore(creatingAt: folder.database)
    #expect(try store.runs().isEmpty)
    #expect(try store.lastRun() == nil)
    let first = try store.beginRun(Example.run, environment: Example.environment, decoders: [], prompts: []).run
    let second = try store.beginRun(Example.run, environment: Example.environment, decoders: [], prompts: []).run
    #expect(try store.runs().map(\.id) == [first, second])
    #expect(try store.lastRun()?.id == second)
    #expect(throws: StoreError.noSuchRun(path: folder.database, run: 99)) { try store.run(99) }
    #expect(throws: StoreError.noSuchRun(path: folder.database, run: 99)) { try store.environment(of: 99) }
    #expect(throws: StoreError.noSuchRun(path: folder.database, run: 99)) {
      try store.finishRun(99, at: Example.date)
    }
  }
}
