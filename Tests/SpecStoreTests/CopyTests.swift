import Foundation
import GRDB
import SpecCore
import SpecStore
import SpecTestSupport
import Testing

/// Runs that are copied from one database into another.
@Suite struct CopyTests {
  /// A run with a row in every table that can have rows of a run.
  private func fullRun() throws -> ExampleRun {
    let example = try ExampleRun(categories: ["qa", "rag"])
    let store = example.store
    for prompt in example.prompts {
      for decoder in example.decoders {
        var served = ServedGenerationRecord()
        served.promptTokens = 3
        try store.record(
          Example.generation(decoder, prompt),
          cycles: [Example.cycle(drafted: 2, accepted: 1), Example.cycle(drafted: 1, accepted: 1)],
          tokens: Example.tokens([1000, 2000, 3000]),
          served: served,
          chunks: [ChunkRecord(arrivedNanoseconds: 5, tokens: 1)]
        )
      }
    }
    let server = ServerRecord(decoderID: example.decoders[0], engine: "e", dialect: "d", address: "a", takesIDs: true)
    let probe = ProbeRecord(decoderID: example.decoders[0], name: "p", passed: nil, finding: "f")
    try store.recordServers([server], probes: [probe])
    try store.recordFailure(
      FailureRecord(
        decoderID: example.decoders[1],
        promptID: example.prompts[1],
        repeatIndex: 0,
        startedAt: Example.date,
        reason: "r"
      )
    )
    let load = LoadRecord(
      decoderID: example.decoders[0],
      repeatIndex: 0,
      concurrency: 2,
      startedAt: Example.date,
      wallNanoseconds: 7,
      clientNanoseconds: 1
    )
    try store.recordLoad(
      load,
      requests: [LoadRequestRecord(promptID: example.prompts[1], client: 0, sentNanoseconds: 3)]
    )
    try store.recordCondition(
      RepeatCondition(repeatIndex: 0, startedAt: Example.date, finishedAt: Example.date, warnings: ["w"]),
      run: example.run
    )
    try DatabaseQueue(path: example.folder.database).write { database in
      try database.execute(
        sql: """
          INSERT INTO run_input VALUES (1, 'config.json', '/config.json', 'h');
          INSERT INTO shard VALUES (1, 1, 1, 1, 1, 'now', NULL, 'c', 1, 2, NULL);
          UPDATE prompt SET shard_id = 1;
          """
      )
    }
    return example
  }

  private static let tables = [
    "environment", "run", "shard", "decoder", "prompt", "run_input", "repeat_condition", "generation", "cycle", "token",
    "server", "probe", "failure", "served_generation", "chunk", "load", "load_request",
  ]

  /// The rows of all tables, without ids and keys.
  private func rows(_ path: String, run: Int64? = nil) throws -> [String: [String]] {
    try DatabaseQueue(path: path).read { database in
      try Self.tables.reduce(into: [:]) { rows, table in
        let columns = try String.fetchAll(
          database,
          sql: "SELECT name FROM pragma_table_info(?) WHERE name <> 'id' AND name NOT LIKE '%_id'",
          arguments: [table]
        ).map { "\"\($0)\"" }.joined(separator: ", ")
        rows[table] = try Row.fetchAll(database, sql: "SELECT \(columns) FROM \(table)")
          .map { "\(Array($0.databaseValues))" }.sorted()
      }
    }
  }

  @Test func aRunComesWithAllItsRows() throws {
    let example = try fullRun()
    let expected = try rows(example.folder.database)
    #expect(expected.values.allSatisfy { !$0.isEmpty }, "\(expected.filter { $0.value.isEmpty }.keys)")
    let folder = try TemporaryFolder()
    let target = try BenchmarkStore(creatingAt: folder.database)
    // Other rows are there already, so that all ids become others.
    let other = try ExampleRun(categories: ["qa", "rag", "translation"])
    try other.store.record(Example.generation(other.decoders[0], other.prompts[2]), cycles: [], tokens: [])
    try DatabaseQueue(path: other.folder.database).write {
      try $0.execute(sql: "UPDATE run SET command_line = 'other'")
    }
    #expect(try target.copyRun(1, from: other.store) == (1, .added))
    #expect(try target.copyRun(1, from: example.store) == (2, .added))
    #expect(try target.copyRun(1, from: example.store) == (2, .unchanged))
    try target.deleteRuns([1])
    #expect(try rows(folder.database) == expected)
    #expect(
      try target.pairs(of: 2).map(\.vanillaDecodeNanoseconds)
        == example.store.pairs(of: 1).map(\.vanillaDecodeNanoseconds)
    )
    try DatabaseQueue(path: folder.database).read { database in
      #expect(try Row.fetchAll(database, sql: "PRAGMA foreign_key_check").isEmpty)
      let names = try String.fetchAll(database, sql: "SELECT name FROM sqlite_schema WHERE type = 'table'")
      // A table that is new belongs into this test.
      #expect(Set(names).subtracting(Self.tables) == ["grdb_migrations"])
    }
  }

  /// A run that has grown replaces its copy under the same number; one that has not takes nothing away.
  @Test func aCopyIsBroughtUpToDate() throws {
    let example = try ExampleRun(categories: ["qa", "rag"])
    try example.store.record(Example.generation(example.decoders[0], example.prompts[0]), cycles: [], tokens: [])
    let (folder, old) = (try TemporaryFolder(), try TemporaryFolder())
    let target = try BenchmarkStore(creatingAt: folder.database)
    let early = try BenchmarkStore(creatingAt: old.database)
    #expect(try target.copyRun(1, from: example.store).outcome == .added)
    #expect(try early.copyRun(1, from: example.store).outcome == .added)
    try example.store.record(Example.generation(example.decoders[1], example.prompts[0]), cycles: [], tokens: [])
    try example.store.finishRun(1, at: Example.date)
    #expect(try target.copyRun(1, from: example.store) == (1, .replaced))
    #expect(try target.generations(of: 1).count == 2 && target.run(1).finishedAt != nil)
    #expect(try target.copyRun(1, from: early) == (1, .kept))
    #expect(try target.generations(of: 1).count == 2 && target.runs().count == 1)
  }

  @Test func whatIsNotThereIsNamed() throws {
    let (example, folder) = (try ExampleRun(), try TemporaryFolder())
    let target = try BenchmarkStore(creatingAt: folder.database)
    #expect(throws: StoreError.noSuchRun(path: example.folder.database, run: 7)) {
      try target.copyRun(7, from: example.store)
    }
    let reader = try BenchmarkStore(openingAt: folder.database)
    #expect(throws: StoreError.unwritable(path: folder.database)) { try reader.copyRun(1, from: example.store) }
  }
}
