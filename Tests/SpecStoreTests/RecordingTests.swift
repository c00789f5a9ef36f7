import Foundation
import GRDB
import SpecStore
import SpecTestSupport
import Testing

@Suite struct RecordingTests {
  private func counts(_ path: String) throws -> [String: Int] {
    let tables = ["environment", "run", "decoder", "prompt", "generation", "cycle", "token"]
    return try DatabaseQueue(path: path).read { database in
      var counts: [String: Int] = [:]
      for table in tables {
        counts[table] = try Int.fetchOne(database, sql: "SELECT count(*) FROM \(table)") ?? 0
      }
      return counts
    }
  }

  private let cycles = [Example.cycle(drafted: 2, accepted: 1)]
  private let tokens = Example.tokens([1000, 2000, 2000])

  @Test(arguments: ["cycle", "token"])
  func generationThatFailsMidwayLeavesNothing(table: String) throws {
    let example = try ExampleRun()
    let generation = Example.generation(example.decoders[0], example.prompts[0])
    try DatabaseQueue(path: example.folder.database).write { database in
      try database.execute(
        sql: """
          CREATE TRIGGER refusal BEFORE INSERT ON \(table) WHEN (SELECT count(*) FROM \(table)) > 0 BEGIN
            SELECT RAISE(ABORT, 'refused');
          END
          """
      )
    }
    #expect(throws: StoreError.rejected(path: example.folder.database, reason: "refused")) {
      try example.store.record(generation, cycles: cycles + cycles, tokens: tokens)
    }
    let left = try counts(example.folder.database)
    #expect(left["generation"] == 0)
    #expect(left["cycle"] == 0)
    #expect(left["token"] == 0)

    try DatabaseQueue(path: example.folder.database).write { try $0.execute(sql: "DROP TRIGGER refusal") }
    try example.store.record(generation, cycles: cycles, tokens: tokens)
    #expect(try example.store.recordedGenerations(run: example.run) == [generation.key])
  }

  @Test func impossibleCycleIsRejectedAsAWhole() throws {
    let example = try ExampleRun()
    let generation = Example.generation(example.decoders[1], example.prompts[0])
    #expect(throws: StoreError.self) {
      try example.store.record(generation, cycles: [Example.cycle(drafted: 1, accepted: 2)], tokens: tokens)
    }
    #expect(try example.store.generations(of: example.run).isEmpty)
  }

  @Test func runThatFailsMidwayLeavesNothing() throws {
    let folder = try TemporaryFolder()
    let store = try BenchmarkStore(creatingAt: folder.database)
    #expect(throws: StoreError.self) {
      try store.beginRun(
        Example.run,
        environment: Example.environment,
        decoders: [Example.decoder(0, "vanilla")],
        prompts: [Example.prompt(0, category: "overall")]
      )
    }
    #expect(try counts(folder.database).values.allSatisfy { $0 == 0 })
  }

  @Test func sameGenerationTwiceIsRejected() throws {
    let example = try ExampleRun()
    let generation = Example.generation(example.decoders[0], example.prompts[0])
    try example.store.record(generation, cycles: cycles, tokens: tokens)
    #expect(throws: StoreError.self) { try example.store.record(generation, cycles: cycles, tokens: tokens) }
    #expect(throws: StoreError.self) {
      try example.store.record(
        Example.generation(example.decoders[0], 12345),
        cycles: cycles,
        tokens: tokens
      )
    }
    #expect(try counts(example.folder.database)["token"] == 3)
  }

  @Test func namesAndPromptsAreUniqueInARun() throws {
    let example = try ExampleRun()
    #expect(throws: StoreError.self) {
      try example.store.insertPrompt(Example.prompt(0, category: "qa"), run: example.run)
    }
    #expect(throws: StoreError.self) {
      try example.store.beginRun(
        Example.run,
        environment: Example.environment,
        decoders: [Example.decoder(0, "vanilla"), Example.decoder(1, "vanilla")],
        prompts: []
      )
    }
  }

  @Test func deletingARunDeletesAllThatIsPartOfIt() throws {
    let example = try ExampleRun()
    try example.store.record(
      Example.generation(example.decoders[0], example.prompts[0]),
      cycles: cycles,
      tokens: tokens
    )
    let other = try example.store.beginRun(
      Example.run,
      environment: Example.environment,
      decoders: [Example.decoder(0, "vanilla")],
      prompts: [Example.prompt(0, category: "qa")]
    )
    try example.store.record(
      Example.generation(other.decoders[0], other.prompts[0]),
      cycles: cycles,
      tokens: tokens
    )
    try DatabaseQueue(path: example.folder.database).write { database in
      try database.execute(sql: "DELETE FROM run WHERE id = ?", arguments: [example.run])
    }
    #expect(
      try counts(example.folder.database) == [
        "environment": 1, "run": 1, "decoder": 1, "prompt": 1, "generation": 1, "cycle": 1, "token": 3,
      ]
    )
    #expect(try example.store.runs().map(\.id) == [other.run])
  }

  @Test(arguments: ["generation", "run"]) func rowsDeletedByHandLeaveNothingToTheNext(table: String) throws {
    let example = try ExampleRun()
    try example.store.record(
      Example.generation(example.decoders[0], example.prompts[0]),
      cycles: cycles + cycles,
      tokens: tokens + tokens
    )
    // The command-line tool of SQLite follows no foreign keys unless it is told to.
    var configuration = Configuration()
    configuration.foreignKeysEnabled = false
    try DatabaseQueue(path: example.folder.database, configuration: configuration).write {
      try $0.execute(sql: "DELETE FROM \(table)")
    }
    var identifiers = example.identifiers
    if table == "run" {
      identifiers = try example.store.beginRun(
        Example.run,
        environment: Example.environment,
        decoders: [Example.decoder(0, "vanilla")],
        prompts: [Example.prompt(0, category: "qa")]
      )
    } else {
      try example.store.reopenRun(example.run, repeats: 1, warnings: [])
    }
    let generation = Example.generation(identifiers.decoders[0], identifiers.prompts[0])
    try example.store.record(generation, cycles: cycles, tokens: tokens)
    let counts = try counts(example.folder.database)
    #expect(
      counts["generation"] == 1 && counts["cycle"] == cycles.count && counts["token"] == tokens.count,
      "\(counts)"
    )
    #expect(counts["run"] == 1 && counts["decoder"] == identifiers.decoders.count, "\(counts)")
  }

  @Test func resumingKnowsWhatIsThere() throws {
    let example = try ExampleRun(categories: ["qa", "rag"])
    for decoder in example.decoders {
      for repeatIndex in 0..<2 {
        try example.store.record(
          Example.generation(decoder, example.prompts[0], repeatIndex: repeatIndex),
          cycles: cycles,
          tokens: tokens
        )
      }
    }
    try example.store.record(
      Example.generation(example.decoders[0], example.prompts[1]),
      cycles: cycles,
      tokens: tokens
    )

    let store = try BenchmarkStore(openingAt: example.folder.database, for: .writing)
    try store.deleteGenerations(prompt: example.prompts[0], repeatIndex: 1)
    let expected = [(0, 0), (1, 0), (0, 1)].map { decoder, prompt in
      GenerationKey(decoderID: example.decoders[decoder], promptID: example.prompts[prompt], repeatIndex: 0)
    }
    #expect(try store.recordedGenerations(run: example.run) == Set(expected))
    #expect(try counts(example.folder.database)["token"] == 9)

    let outputs = try store.outputs(run: example.run, decoder: example.decoders[0])
    #expect(outputs.map(\.promptID) == example.prompts)
    #expect(outputs.map(\.repeatIndex) == [0, 0])
    #expect(outputs.first?.outputIDs == [0, 1, 2])
    #expect(outputs.first?.text == "text")
    #expect(try store.outputs(run: example.run + 1, decoder: example.decoders[0]).isEmpty)

    try store.record(
      Example.generation(example.decoders[0], example.prompts[0], repeatIndex: 1),
      cycles: cycles,
      tokens: tokens
    )
    #expect(try example.store.recordedGenerations(run: example.run).count == 4)
  }

  /// The files as they are on disk in the middle of a transaction are what a killed process leaves behind.
  @Test func killedProcessLosesOnlyTheGenerationInFlight() throws {
    let example = try ExampleRun(categories: ["qa", "rag"])
    let kept = try example.store.record(
      Example.generation(example.decoders[0], example.prompts[0]),
      cycles: cycles,
      tokens: tokens
    )
    let dead = try TemporaryFolder()
    try DatabaseQueue(path: example.folder.database).inDatabase { database in
      // A tiny cache makes SQLite write pages of the open transaction to the log.
      try database.execute(sql: "PRAGMA cache_size = 1; BEGIN IMMEDIATE")
      try database.execute(
        sql: """
          INSERT INTO generation (
            id, decoder_id, prompt_id, repeat, ordinal, started_at, prefill_ns, decode_ns, output_tokens, output_ids,
            text, stop_reason, lossless
          )
          SELECT 1000, decoder_id, ?, repeat, ordinal, started_at, prefill_ns, decode_ns,
            output_tokens, output_ids, text, stop_reason, lossless FROM generation
          """,
        arguments: [example.prompts[1]]
      )
      for position in 0..<20_000 {
        try database.execute(sql: "INSERT INTO token VALUES (1000, ?, 0, NULL, 0)", arguments: [position])
      }
      let size = try FileManager.default.attributesOfItem(atPath: example.folder.database + "-wal")[.size] as? Int
      #expect(size ?? 0 > 100_000)
      for suffix in ["", "-wal"] {
        try FileManager.default.copyItem(atPath: example.folder.database + suffix, toPath: dead.database + suffix)
      }
      try database.execute(sql: "ROLLBACK")
    }
    let store = try BenchmarkStore(openingAt: dead.database, for: .writing)
    #expect(try store.generations(of: example.run).map(\.id) == [kept])
    #expect(try store.tokens(of: kept) == tokens)
    #expect(try counts(dead.database)["token"] == 3)
    try store.record(
      Example.generation(example.decoders[0], example.prompts[1]),
      cycles: cycles,
      tokens: tokens
    )
    #expect(try store.recordedGenerations(run: example.run).count == 2)
  }

  @Test func readerSeesWhatAWriterHasCommitted() throws {
    let example = try ExampleRun()
    let reader = try BenchmarkStore(openingAt: example.folder.database)
    #expect(try reader.generations(of: example.run).isEmpty)
    try example.store.record(
      Example.generation(example.decoders[0], example.prompts[0]),
      cycles: cycles,
      tokens: tokens
    )
    #expect(try reader.generations(of: example.run).count == 1)
  }
}
