import Foundation
import GRDB
import SpecCore
import SpecDecoding
import SpecKernels
import SpecModel
import SpecRunner
import SpecStore
import SpecTestSupport
import Testing

import struct SpecSuite.Suite

/// Shards of a run become one run, which is what the run without shards is.
@Testing.Suite final class ShardMergeTests {
  let folder: TemporaryFolder
  let checkpoint: TinyCheckpoint

  init() throws {
    folder = try TemporaryFolder()
    checkpoint = try TinyCheckpoint()
    let lines = (1...7).map { number in
      let turns = number == 3 ? #"["Hello there", "Go on"]"# : #"["Why \#(number)?"]"#
      return #"{"question_id": \#(number), "category": "\#(number % 3 == 0 ? "writing" : "qa")", "turns": \#(turns)}"#
    }
    _ = try folder.write(lines.joined(separator: "\n"), to: "question.jsonl")
  }

  deinit { checkpoint.remove() }

  /// Measures a run, or one shard of it.
  @discardableResult
  private func run(
    _ shard: String? = nil,
    in name: String,
    repeats: Int = 2,
    seed: Int = 3,
    stoppedAfter generations: Int = .max,
    resumes: Bool = false
  ) throws -> String {
    let suite = try SpecSuite.Suite(path: folder.path)
    let model = try LoadedModel(directory: checkpoint.directory, context: ComputeContext(threads: 1))
    var plan = RunPlan(
      suite: suite,
      suitePath: suite.directory,
      repeats: repeats,
      maximumNewTokens: 8,
      seed: seed,
      commandLine: "run \(shard ?? "")",
      resumes: resumes
    )
    if let shard { try plan.take(#require(Shard(rawValue: shard))) }
    let recorder = Recorder()
    recorder.patience = generations
    let store = try BenchmarkStore(creatingAt: folder.path(name))
    do {
      _ = try Runner(
        plan: plan,
        decoders: RunDecoder.prepare(DecoderSpec.list("kangaroo:threshold=0.01,steps=3,prompt-lookup"), model: model),
        model: model,
        store: store,
        observer: recorder
      ).run()
    } catch is RunInterrupted {
      #expect(generations < .max)
    }
    return folder.path(name)
  }

  @discardableResult
  private func merge(_ paths: [String], into name: String = "out.sqlite") throws -> [ShardMerge.Step] {
    let target = try BenchmarkStore(creatingAt: folder.path(name))
    return try ShardMerge(into: target, commandLine: "merge").join(paths.map { try BenchmarkStore(openingAt: $0) })
  }

  private func change(_ path: String, _ sql: String) throws {
    try DatabaseQueue(path: path).write { try $0.execute(sql: sql) }
  }

  /// All rows but dates and times, whatever their ids are.
  private func results(_ name: String) throws -> [[String]] {
    try DatabaseQueue(path: folder.path(name)).read { database in
      try [
        """
        SELECT question_id, turn, prompt.ordinal, category, ids_hash, skip_reason, repeat, name, generation.ordinal, output_ids,
          generation.text, stop_reason, lossless, prefill_tokens, (
            SELECT group_concat(drafted || '/' || nodes || '/' || accepted || '/' || accept_length || '/' || emitted, ' ')
            FROM (SELECT * FROM cycle WHERE generation_id = generation.id ORDER BY cycle.ordinal)
          ), (SELECT group_concat(token_id || '@' || cycle, ' ') FROM token WHERE generation_id = generation.id)
        FROM prompt JOIN generation ON prompt_id = prompt.id JOIN decoder ON decoder.id = decoder_id
        ORDER BY prompt.ordinal, turn, repeat, name
        """,
        "SELECT ordinal, name, method, spec, settings, added_parameters, is_noise_floor FROM decoder ORDER BY ordinal",
        "SELECT role, sha256 FROM run_input ORDER BY role",
        "SELECT repeats, planned_prompts, options, seed, finished_at IS NULL FROM run",
        "SELECT decoder, category, mean_accepted_tokens FROM mean_accepted_tokens ORDER BY decoder, category",
        "SELECT decoder, category, acceptance_rate FROM acceptance_rate ORDER BY decoder, category",
      ].map { try Row.fetchAll(database, sql: $0).map { "\(Array($0.databaseValues))" } }
    }
  }

  /// Every row of every table, its ids and dates included.
  private func dump(_ name: String) throws -> [String] {
    try DatabaseQueue(path: folder.path(name)).read { database in
      try String.fetchAll(database, sql: "SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name").flatMap {
        table in
        try Row.fetchAll(database, sql: "SELECT * FROM \(table)").map { "\(table) \($0)" }
      }
    }
  }

  @Test func theJoinedRunIsTheRunWithoutShards() throws {
    try run(in: "whole.sqlite")
    let shards = try (1...3).map { try run("\($0)/3", in: "\($0).sqlite") }
    let steps = try merge([shards[2], shards[0]])
    #expect(steps.map(\.outcome) == [.added, .added] && steps.map(\.shard) == ["3/3", "1/3"])
    let store = try BenchmarkStore(openingAt: folder.path("out.sqlite"))
    #expect(try store.run(1).finishedAt == nil && store.shards(of: 1).map(\.shard.number) == [1, 3])
    try merge([shards[1]])
    #expect(try results("out.sqlite") == results("whole.sqlite"))
    #expect(try store.runs().count == 1 && store.run(1).finishedAt != nil)
    #expect(try store.shards(of: 1).reduce(0) { $0 + $1.generations } == 8 * 3 * 2)
    // The same again changes nothing, in any order.
    let before = try dump("out.sqlite")
    #expect(try merge(shards.reversed()).allSatisfy { $0.outcome == .unchanged && $0.run == 1 })
    #expect(try dump("out.sqlite") == before)
    try DatabaseQueue(path: folder.path("out.sqlite")).read { database in
      let orphans = try Row.fetchAll(database, sql: "PRAGMA foreign_key_check")
      let integrity = try String.fetchOne(database, sql: "PRAGMA integrity_check")
      #expect(orphans.isEmpty && integrity == "ok")
    }
    // A joined run is a source of shards as well.
    #expect(try merge([folder.path("out.sqlite")], into: "again.sqlite").count == 3)
    #expect(try results("again.sqlite") == results("whole.sqlite"))
    // What goes with the run goes whole.
    try BenchmarkStore(openingAt: folder.path("out.sqlite"), for: .writing).deleteRuns([1])
    #expect(try dump("out.sqlite").filter { !$0.hasPrefix("grdb_migrations") }.isEmpty)
  }

  /// A shard that was stopped is joined as far as it is, and again when it has gone on.
  @Test func aShardThatGoesOnIsBroughtUpToDate() throws {
    let first = try run("1/2", in: "1.sqlite")
    let second = try run("2/2", in: "2.sqlite", stoppedAfter: 5)
    try merge([first, second])
    let store = try BenchmarkStore(openingAt: folder.path("out.sqlite"))
    #expect(try store.run(1).finishedAt == nil)
    // A joined run is none to go on with.
    #expect(throws: ResumeError.nothingUnfinished(database: store.path)) {
      try ResumeChoice(store, for: .run).newestUnfinished()
    }
    try FileManager.default.copyItem(atPath: second, toPath: folder.path("old.sqlite"))
    try run("2/2", in: "2.sqlite", resumes: true)
    #expect(try merge([first, second]).map(\.outcome) == [.unchanged, .replaced])
    try run(in: "whole.sqlite")
    #expect(try results("out.sqlite") == results("whole.sqlite"))
    #expect(
      try store.conditions(of: 1).map { [$0.repeatIndex, $0.shard, $0.attempt] }
        == [[0, 1, 0], [0, 2, 0], [0, 2, 1], [1, 1, 0], [1, 2, 1]]
    )
    // An older copy of it takes nothing away.
    let before = try dump("out.sqlite")
    #expect(try merge([folder.path("old.sqlite")]).map(\.outcome) == [.kept])
    #expect(try dump("out.sqlite") == before)
    // More repeats are asked for shard by shard; the run is whole again when all have them.
    try run("1/2", in: "1.sqlite", repeats: 3, resumes: true)
    try merge([first, second])
    #expect(try store.run(1).repeats == 3 && store.run(1).finishedAt == nil)
    try run("2/2", in: "2.sqlite", repeats: 3, resumes: true)
    try merge([first, second])
    #expect(try store.run(1).finishedAt != nil && store.generations(of: 1).count == 8 * 3 * 3)
  }

  @Test func shardsOfOtherPlansAreRefused() throws {
    let first = try run("1/2", in: "1.sqlite", repeats: 1)
    let changes: [(sql: String, difference: String)] = [
      ("UPDATE run SET seed = 9", "the seed is 3 there and 9 here"),
      ("UPDATE run SET suite_hash = 'x'", "the suite's files in \(folder.path) have changed"),
      ("UPDATE run_input SET sha256 = 'x' WHERE role = 'model.safetensors'", "model.safetensors has another content"),
      ("UPDATE environment SET executable_hash = 'x'", "the program is "),
      ("UPDATE decoder SET spec = 'kangaroo:steps=4' WHERE method = 'kangaroo'", "of the decoders "),
    ]
    try run("2/2", in: "2.sqlite", repeats: 1)
    for (sql, difference) in changes {
      let copy = folder.path("changed.sqlite")
      try? FileManager.default.removeItem(atPath: copy)
      try FileManager.default.copyItem(atPath: folder.path("2.sqlite"), toPath: copy)
      try change(copy, sql)
      let error = #expect(throws: ShardError.self) { try merge([first, copy]) }
      #expect(error?.description.contains(difference) == true, "\(String(describing: error))")
      #expect(try BenchmarkStore(openingAt: folder.path("out.sqlite")).runs().isEmpty)
    }
    let other = try run("1/3", in: "3.sqlite", repeats: 1)
    let error = #expect(throws: ShardError.self) { try merge([first, other]) }
    #expect(
      error?.description.hasSuffix(
        "there are 2 shards there and 3 here; merge the shards of each plan by themselves"
      ) == true
    )
    // Each plan by itself is a run of its own.
    try merge([first])
    try merge([other])
    #expect(try BenchmarkStore(openingAt: folder.path("out.sqlite")).runs().count == 2)
    #expect(try merge([folder.path("out.sqlite")], into: "both.sqlite").map(\.run) == [1, 2])
  }

  /// Machines may differ. Of a shard that two machines have measured, one machine's rows are taken, whatever the order.
  @Test func machinesAreKeptApart() throws {
    let first = try run("1/2", in: "1.sqlite")
    let second = try run("2/2", in: "2.sqlite", stoppedAfter: 7)
    let elsewhere = try run("2/2", in: "3.sqlite")
    try change(
      elsewhere,
      "UPDATE environment SET host_name = 'elsewhere', kernel_set = 'neon', warnings = '[\"dark\"]'"
    )
    try merge([first, second, elsewhere])
    try merge([elsewhere, second, first], into: "other.sqlite")
    for name in ["out.sqlite", "other.sqlite"] {
      let shards = try BenchmarkStore(openingAt: folder.path(name)).shards(of: 1)
      #expect(shards.map(\.environment.hostName)[1] == "elsewhere" && shards[0].environment.hostName != "elsewhere")
      #expect(shards[1].environment.warnings == ["dark"])
      // Both generations of a pair belong to one prompt, and a prompt to one machine.
      try DatabaseQueue(path: folder.path(name)).read { database in
        let pairs = try Int.fetchOne(database, sql: "SELECT count(*) FROM generation_pair")
        let onOneHost = try Int.fetchOne(
          database,
          sql: """
            SELECT count(*) FROM generation_pair JOIN prompt ON prompt.id = prompt_id JOIN shard ON shard.id = shard_id
              JOIN environment ON environment.id = shard.environment_id
            """
        )
        #expect(pairs == 8 * 3 * 2 && pairs == onOneHost)
        #expect(try Int.fetchOne(database, sql: "SELECT count(*) FROM environment") == 2)
      }
    }
    #expect(try results("out.sqlite") == results("other.sqlite"))
  }

  /// The command of a job that a scheduler starts again is the same each time.
  @Test func aShardIsBegunOrGoneOnWith() throws {
    let store = try BenchmarkStore(creatingAt: folder.path("1.sqlite"))
    var plan = RunPlan(
      suite: try SpecSuite.Suite(path: folder.path),
      suitePath: folder.path,
      repeats: 1,
      maximumNewTokens: 8,
      seed: 3,
      commandLine: "",
      resumes: true
    )
    try plan.startsOrGoesOn(in: store)
    #expect(plan.beginsWhatIsMissing && plan.reusesFinishedRuns)
    try run("1/2", in: "1.sqlite", repeats: 1)
    try plan.startsOrGoesOn(in: store)
    #expect(!plan.beginsWhatIsMissing && plan.reusesFinishedRuns)
  }
}
