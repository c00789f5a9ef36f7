import Foundation
import GRDB
import SpecDecoding
import SpecKernels
import SpecModel
import SpecDocument
import SpecReport
import SpecRunner
import SpecStore
import SpecTestSupport
import Synchronization
import Testing

import struct SpecSuite.Suite

/// What a run has to say of itself: a clock that was set, a drafter without room, a goal that cannot be reached.
@Testing.Suite final class RunWarningTests {
  let folder: URL
  let checkpoint: TinyCheckpoint
  let suite: SpecSuite.Suite

  init() throws {
    folder = FileManager.default.temporaryDirectory.appending(path: "warnings-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    checkpoint = try TinyCheckpoint()
    let questions = """
      {"question_id": 7, "category": "writing", "turns": ["Hello there", "Go on"]}
      {"question_id": 8, "category": "qa", "turns": ["Why is the sky blue, and the grass green?"]}
      """
    try Data(questions.utf8).write(to: folder.appending(path: "question.jsonl"))
    suite = try SpecSuite.Suite(path: folder.path)
  }

  deinit {
    checkpoint.remove()
    try? FileManager.default.removeItem(at: folder)
  }

  private func plan(_ maximumNewTokens: Int = 12, goal: PrecisionGoal? = nil) -> RunPlan {
    RunPlan(
      suite: suite,
      suitePath: suite.directory,
      repeats: 2,
      maximumNewTokens: maximumNewTokens,
      seed: 3,
      commandLine: "test",
      goal: goal
    )
  }

  private func run(_ plan: RunPlan, _ specs: String, _ store: BenchmarkStore) throws -> (run: Int64, notes: [String]) {
    let model = try LoadedModel(directory: checkpoint.directory, context: ComputeContext(threads: 1))
    let recorder = Recorder()
    let decoders = try RunDecoder.prepare(DecoderSpec.list(specs), model: model)
    let outcome = try Runner(plan: plan, decoders: decoders, model: model, store: store, observer: recorder).run()
    #expect(outcome.mismatches == 0)
    return (outcome.run, recorder.notes)
  }

  private func store() throws -> BenchmarkStore {
    try BenchmarkStore(creatingAt: folder.appending(path: "runs.sqlite").path)
  }

  /// The date jumps from 2026 to 2020 after some looks at it; time goes on all the same.
  private func clock(jumpingAfter looks: Int) -> RunClock {
    let count = Mutex(0)
    return RunClock(
      date: {
        let isEarly = count.withLock {
          $0 += 1
          return $0 <= looks
        }
        return Date(timeIntervalSince1970: isEarly ? 1_790_000_000 : 1_600_000_000)
      },
      elapsed: RunClock.system.elapsed
    )
  }

  @Test func aClockSetBackIsTold() throws {
    let store = try store()
    var plan = plan()
    plan.clock = clock(jumpingAfter: 1)
    let outcome = try run(plan, "kangaroo:exit=1", store)
    let record = try store.run(outcome.run)
    #expect(try #require(record.finishedAt) >= record.startedAt)
    let conditions = try store.conditions(of: outcome.run)
    #expect(conditions.allSatisfy { $0.startedAt <= $0.finishedAt && $0.startedAt >= record.startedAt })
    let told = "The system's clock was set back by 2199 days meanwhile"
    #expect(conditions.map { $0.warnings.contains { $0.hasPrefix(told) } } == [true, false])
    #expect(outcome.notes.contains { $0.hasPrefix(told) })
    let generations = try store.generations(of: outcome.run)
    #expect(generations.allSatisfy { $0.startedAt >= record.startedAt })
    #expect(
      MarkdownRenderer().render(RunReport.document(try RunSummary(store: store, run: outcome.run))).contains(told)
    )
  }

  /// A clock that is right from the beginning to the end gives no warning.
  @Test func aClockThatRunsOnIsNotTold() throws {
    let store = try store()
    let outcome = try run(plan(), "kangaroo:exit=1", store)
    #expect(!outcome.notes.contains { $0.contains("clock was set") })
  }

  @Test func aRunThatIsGoneOnWithBeforeItsBeginningSaysSo() throws {
    let store = try store()
    let first = try run(plan(), "kangaroo:exit=1", store).run
    try DatabaseQueue(path: store.path).write { database in
      try database.execute(
        sql: """
          UPDATE run SET finished_at = NULL, started_at = '2199-01-01T00:00:00.000Z';
          DELETE FROM generation WHERE id % 3 = 0;
          """
      )
    }
    var again = plan()
    again.resumes = true
    let outcome = try run(again, "kangaroo:exit=1", store)
    #expect(outcome.run == first)
    #expect(outcome.notes.contains { $0.hasPrefix("The system's clock was set back since the run began") })
    let text = MarkdownRenderer().render(RunReport.document(try RunSummary(store: store, run: first)))
    #expect(text.contains("before its start: the system's clock was set back"), "\(text)")
  }

  /// Random weights draft nothing that is accepted, but they draft: past its context a draft model does not.
  @Test func aDraftModelWithAShorterContextIsTold() throws {
    let text = String(decoding: try checkpoint.read("draft/config.json"), as: UTF8.self)
    try checkpoint.write(text.replacing("2048", with: "32"), to: "draft/config.json")
    let store = try store()
    let outcome = try run(plan(40), "draft-model", store)
    let told = "its draft model has a context of 32 positions where the target has 2048"
    #expect(outcome.notes.contains { $0.hasPrefix("draft-model: \(told)") })
    // The cycles that begin after 32 tokens of text, prompt included, as the rows tell.
    var (lacking, all) = (0, 0)
    for generation in try store.generations(of: outcome.run) where generation.repeatIndex == 0 {
      guard try store.decoders(of: outcome.run).first(where: { $0.id == generation.decoderID })?.method == "draft-model"
      else { continue }
      let prompts = try store.prompts(of: outcome.run)
      var length = try #require(prompts.first { $0.id == generation.promptID }).promptTokens + 1
      let last = length + generation.outputTokens - 2
      for cycle in try store.cycles(of: generation.id) {
        all += 1
        if length > 32, length < last { lacking += 1 }
        if length > 32 { #expect(cycle.drafted == 0) }
        length += cycle.emitted
      }
    }
    let counted = "draft-model had no room to draft in \(lacking) of \(all) cycles: \(told)"
    #expect(lacking > 0)
    let conditions = try store.conditions(of: outcome.run)
    #expect(conditions.first?.warnings.contains { $0.hasPrefix(counted) } == true, "\(conditions)")
    #expect(
      MarkdownRenderer().render(RunReport.document(try RunSummary(store: store, run: outcome.run))).contains(counted)
    )
  }

  @Test func anAdapterForFewerPositionsIsTold() throws {
    let text = #"{"hidden_size": 32, "num_attention_heads": 4, "rms_norm_eps": 1e-6, "max_position_embeddings": 64}"#
    try checkpoint.write(text, to: "kangaroo/config.json")
    let outcome = try run(plan(), "kangaroo,kangaroo-tree", try store())
    for name in ["kangaroo", "kangaroo-tree"] {
      let told = "\(name): its adapter was made for 64 positions where the target has 2048"
      #expect(outcome.notes.contains { $0.hasPrefix(told) })
    }
  }

  /// One token comes with the prefill: there is no decode time that could become precise.
  @Test(.timeLimit(.minutes(2))) func aGoalThatCannotBeReachedEndsTheRun() throws {
    let store = try store()
    let outcome = try run(plan(1, goal: PrecisionGoal(precision: 0.01)), "kangaroo:exit=1", store)
    #expect(try store.run(outcome.run).repeats == 2)
    #expect(outcome.notes.contains { $0.hasPrefix("Stopped after 2 repeats: no interval of kangaroo can come") })
    let verdict = try RunSummary(store: store, run: outcome.run).verdict
    #expect(verdict.contains("Allow more than 1 new token.") && !verdict.contains("yet been timed"), "\(verdict)")
  }
}
