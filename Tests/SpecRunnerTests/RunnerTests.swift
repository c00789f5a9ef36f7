import Foundation
import GRDB
import SpecDecoding
import SpecKernels
import SpecModel
import SpecRunner
import SpecStore
import SpecTestSupport
import Testing

import struct SpecSuite.Suite

/// Runs over a tiny checkpoint into a real database.
@Testing.Suite final class RunnerTests {
  let folder: URL
  let checkpoint: TinyCheckpoint
  let model: LoadedModel
  let suite: SpecSuite.Suite

  init() throws {
    folder = FileManager.default.temporaryDirectory.appending(path: "runner-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    checkpoint = try TinyCheckpoint()
    model = try LoadedModel(directory: checkpoint.directory, context: ComputeContext(threads: 1))
    let questions = """
      {"question_id": 7, "category": "writing", "turns": ["Hello there", "Go on"]}
      {"question_id": 8, "category": "qa", "turns": ["Why?"]}
      {"question_id": 9, "category": "rag", "turns": ["\(String(repeating: "long ", count: 500))", "Never asked"]}
      """
    try Data(questions.utf8).write(to: folder.appending(path: "question.jsonl"))
    suite = try SpecSuite.Suite(path: folder.path)
  }

  deinit {
    checkpoint.remove()
    try? FileManager.default.removeItem(at: folder)
  }

  func plan(repeats: Int = 2, resumes: Bool = false) -> RunPlan {
    RunPlan(
      suite: suite,
      suitePath: suite.directory,
      repeats: repeats,
      maximumNewTokens: 12,
      seed: 3,
      commandLine: "test",
      resumes: resumes
    )
  }

  func decoders() throws -> [RunDecoder] {
    try RunDecoder.prepare(
      DecoderSpec.list("kangaroo:threshold=0.01,steps=3,medusa:tree=small,kangaroo:exit=1"),
      model: model
    )
  }

  func store(_ name: String = "runs.sqlite") throws -> BenchmarkStore {
    try BenchmarkStore(creatingAt: folder.appending(path: name).path)
  }

  /// The third spec of eagle is not called as the method eagle-3 is.
  @Test func namesAreUnique() throws {
    let specs = "eagle:nodes=1,eagle:nodes=2,eagle:nodes=3,eagle-3:nodes=1,eagle:nodes=4,eagle-3:nodes=2,medusa,vanilla"
    let decoders = try RunDecoder.prepare(DecoderSpec.list(specs), model: model, noiseFloor: true)
    let names = ["eagle", "eagle-2", "eagle-4", "eagle-3", "eagle-5", "eagle-3-2", "medusa"]
    #expect(decoders.map(\.name) == ["vanilla"] + names + [RunDecoder.noiseFloorName])
  }

  @Test func recordsEveryGeneration() throws {
    let (store, recorder) = (try store(), Recorder())
    let decoders = try decoders()
    #expect(decoders.map(\.name) == ["vanilla", "kangaroo", "medusa", "kangaroo-2"])
    let outcome = try Runner(
      plan: plan(),
      decoders: decoders,
      model: model,
      store: store,
      observer: recorder
    ).run()
    #expect(outcome.mismatches == 0 && recorder.mismatches.isEmpty)
    let generations = try store.generations(of: outcome.run)
    #expect(generations.count == 3 * 4 * 2)
    #expect(recorder.progress.last.map { [$0.0, $0.1] } == [40, 40])
    // Every output is vanilla's; only vanilla's first repeat has nothing to be compared with.
    let vanilla = try #require(try store.decoders(of: outcome.run).first?.id)
    for generation in generations {
      #expect(generation.lossless == (generation.decoderID == vanilla && generation.repeatIndex == 0 ? nil : true))
      let twin = generations.first { $0.decoderID == vanilla && $0.promptID == generation.promptID }
      #expect(generation.outputIDs == twin?.outputIDs)
      try check(generation, store)
    }
    // The order of decoders is shuffled, and every place is taken.
    let orders = Dictionary(grouping: generations) { "\($0.promptID) \($0.repeatIndex)" }.values
      .map { group in group.sorted { $0.ordinal < $1.ordinal }.map(\.decoderID) }
    #expect(orders.allSatisfy { Set($0).count == 4 })
    #expect(Set(orders).count > 1)
    let run = try store.run(outcome.run)
    #expect(run.finishedAt != nil && run.threads == 1 && run.weightType == "bf16" && run.parameters == 53_728)
    #expect(run.storedWeightType == "bf16")
  }

  /// One generation's rows against each other.
  func check(_ generation: Stored<GenerationRecord>, _ store: BenchmarkStore) throws {
    let cycles = try store.cycles(of: generation.id)
    let tokens = try store.tokens(of: generation.id)
    #expect(tokens.map(\.tokenID) == generation.outputIDs && generation.outputTokens == tokens.count)
    #expect(cycles.reduce(1) { $0 + $1.emitted } == tokens.count)
    #expect(tokens.first?.availableNanoseconds == generation.prefillNanoseconds)
    #expect(
      (tokens.last?.availableNanoseconds ?? 0) == generation.prefillNanoseconds + generation.decodeNanoseconds
    )
    #expect(cycles.allSatisfy { $0.passPositions == $0.nodes + 1 })
    let phases = cycles.reduce(0) { $0 + $1.draftNanoseconds + $1.verifyNanoseconds + $1.overheadNanoseconds }
    #expect(phases <= generation.decodeNanoseconds)
    #expect(generation.decodeNanoseconds > 0 && generation.prefillNanoseconds > 0)
  }

  @Test func skipsWhatDoesNotFit() throws {
    let store = try store()
    let outcome = try Runner(
      plan: plan(repeats: 1),
      decoders: try decoders(),
      model: model,
      store: store,
      observer: Recorder()
    ).run()
    let skipped = try store.prompts(of: outcome.run).filter { $0.skipReason != nil }
    #expect(skipped.map { [$0.questionID, $0.turn] } == [[9, 0], [9, 1]])
    let check = try LosslessnessCheck(suite: suite, decoders: decoders(), model: model, maximumNewTokens: 12)
    let verified = try check.run { _, _ in }
    #expect(verified.skipped == 2 && verified.checked == 9)
    #expect(skipped.allSatisfy { $0.skipReason?.contains("longer than the context of 2048 positions") == true })
    #expect(try store.prompts(of: outcome.run).count == 5)
  }

  /// Vanilla once more is a decoder of its own, last in the run, and no baseline.
  @Test func theNoiseFloorIsRecorded() throws {
    let store = try store()
    let decoders = try RunDecoder.prepare(DecoderSpec.list("kangaroo:exit=1"), model: model, noiseFloor: true)
    let run = try Runner(plan: plan(), decoders: decoders, model: model, store: store, observer: Recorder()).run().run
    let rows = try store.decoders(of: run)
    #expect(rows.map(\.name) == ["vanilla", "kangaroo", "vanilla (again)"])
    #expect(rows.map(\.isNoiseFloor) == [false, false, true])
    let again = try store.generations(of: run).filter { $0.decoderID == rows[2].id }
    #expect(again.count == 6 && again.allSatisfy { $0.lossless == true && $0.preemptedSteps != nil })
    #expect(try store.pairs(of: run).filter { $0.decoderID == rows[2].id }.count == 6)
    let conditions = try store.conditions(of: run)
    #expect(conditions.map(\.repeatIndex) == [0, 1])
    #expect(conditions.allSatisfy { $0.startedAt <= $0.finishedAt && (0...1).contains($0.otherShare ?? 0) })
  }

  /// Repeats are added until the goal is reached or the time is spent; a run that was broken off goes on.
  @Test func repeatsUntilPreciseEnough() throws {
    let store = try store()
    let decoders = try RunDecoder.prepare(DecoderSpec.list("kangaroo:exit=1"), model: model)
    func run(_ goal: PrecisionGoal, resumes: Bool = false) throws -> (run: Int64, notes: [String]) {
      let recorder = Recorder()
      var plan = RunPlan(
        suite: suite,
        suitePath: suite.directory,
        repeats: 1,
        maximumNewTokens: 12,
        seed: 3,
        commandLine: "test",
        resumes: resumes,
        goal: goal
      )
      plan.resumes = resumes
      let outcome = try Runner(plan: plan, decoders: decoders, model: model, store: store, observer: recorder).run()
      return (outcome.run, recorder.notes)
    }
    let easy = try run(PrecisionGoal(precision: .greatestFiniteMagnitude))
    #expect(try store.run(easy.run).repeats == 2)
    #expect(easy.notes.contains { $0.hasPrefix("After 2 repeats every overall speedup is known to ") })
    let hard = PrecisionGoal(precision: 1e-9, timeBudget: .milliseconds(300))
    let first = try run(hard)
    let repeats = try store.run(first.run).repeats
    #expect(
      repeats >= 2 && first.notes.contains { $0.hasPrefix("Stopped after \(repeats) repeats: the time is spent") }
    )
    #expect(try store.generations(of: first.run).count == repeats * 6)
    // The time of the earlier attempt counts: none is left.
    try DatabaseQueue(path: store.path).write {
      try $0.execute(
        sql: "UPDATE run SET finished_at = NULL; UPDATE repeat_condition SET started_at = '2001-01-01T00:00:00.000Z'"
      )
    }
    let again = try run(hard, resumes: true)
    #expect(again.run == first.run && again.notes.contains { $0.contains(": the time is spent") })
    #expect(try store.run(first.run).repeats == repeats)
  }

  @Test func laterTurnsCarryVanillasAnswer() throws {
    let store = try store()
    let run = try Runner(
      plan: plan(repeats: 1),
      decoders: try decoders(),
      model: model,
      store: store,
      observer: Recorder()
    ).run().run
    let prompts = try store.prompts(of: run)
    let first = try #require(prompts.first { $0.questionID == 7 && $0.turn == 0 })
    let second = try #require(prompts.first { $0.questionID == 7 && $0.turn == 1 })
    let answer = try #require(try store.generations(of: run).first { $0.promptID == first.id }?.text)
    let text = try suite.template.prompt(history: [("Hello there", answer)], user: "Go on").text
    #expect(second.promptTokens == 1 + model.tokenizer.encode(text).count)
    #expect(second.text == text.text && second.tokenIDs?.count == second.promptTokens)
    #expect(second.tokenIDs?.dropFirst().elementsEqual(model.tokenizer.encode(text).map(Int.init)) == true)
  }

  @Test func reportsADecoderThatIsNotLossless() throws {
    var decoders = try decoders()
    decoders.append(
      RunDecoder(
        name: "forgetful",
        spec: DecoderSpec(method: "forgetful"),
        decoder: Forgetful(try Vanilla.decoder(target: model.target)),
        addedParameters: 0
      )
    )
    let (store, recorder) = (try store(), Recorder())
    let outcome = try Runner(
      plan: plan(repeats: 1),
      decoders: decoders,
      model: model,
      store: store,
      observer: recorder
    ).run()
    #expect(outcome.mismatches == 3)
    #expect(recorder.mismatches.count == 3 && recorder.mismatches.allSatisfy { $0.hasPrefix("forgetful") })
    for mismatch in try store.mismatches(of: outcome.run) {
      #expect(mismatch.decoder == "forgetful" && mismatch.position == 3)
      #expect(mismatch.foundToken == 5 || mismatch.foundToken == 6)
      #expect(mismatch.expectedToken != mismatch.foundToken)
      // Vanilla takes the largest logit, and random weights have no ties.
      #expect((mismatch.topTwoMargin ?? -1) > 0 && mismatch.isTie == false)
    }
    let short = try SpecSuite.Suite(path: folder.path).selecting(categories: [.questionAnswering], limit: nil)
    let check = LosslessnessCheck(suite: short, decoders: decoders, model: model, maximumNewTokens: 12)
    let findings = try check.run { _, _ in }.findings
    #expect(findings.map(\.decoder) == ["forgetful"])
    #expect(findings.first?.difference.position == 3)
    #expect((findings.first?.difference.topTwoMargin ?? -1) > 0)
  }

  /// The margin of a sampled run is that of the draws: the target's own token is the best of them, noise included.
  @Test(arguments: [0, 0.8] as [Float]) func marginsAreThoseOfTheTargetsChoice(temperature: Float) throws {
    let sampling = Sampling(temperature: temperature, seed: 4)
    let vanilla = try Vanilla.decoder(target: model.target, sampling: sampling)
    let prompt = model.encode("Hello there")
    let output = try generate(prompt, with: vanilla, rules: model.stopRules(maximumNewTokens: 8)).tokens
    for position in output.indices {
      let best = try LogitMargin(after: prompt, output: output[..<position], target: model.target, sampling: sampling)
      #expect(best.first == output[position] && best.second != best.first)
      #expect(best.margin >= 0 && best.isTie == (best.margin == 0))
    }
  }

  /// Times that still fall have not settled, nor have times that jump about.
  @Test func warmUpIsDetected() {
    /// After how many generations times settle; nil if they do not.
    func settled(_ times: [Double]) -> Int? {
      var rest = times[...]
      let outcome = WarmUp.settle { rest.popFirst() ?? 1000 }
      return outcome.settled ? outcome.generations : nil
    }
    #expect(settled([10, 5, 5]) == 3)
    #expect(settled([10, 8, 6, 5, 4.9]) == 5)
    #expect(settled([5, 9, 5.1]) == 3)
    #expect(settled([5, 9, 4, 7, 4.1]) == 5)
    #expect(settled([2048, 1024, 512, 256, 128, 64, 32, 16, 8, 4, 2, 1]) == nil)
    #expect(WarmUp.warning(["vanilla"]).contains("did not settle in 12 generations of vanilla"))
  }

  /// Cut, a load of 1.7758 read 1.77 here beside the 1.78 of the report's line on the load, and 1.13 itself read 1.12.
  @Test func loadIsRoundedNotCut() {
    let warning = RunEnvironment.loadWarning(1.7758, cores: 2)
    #expect(warning == "The machine was busy at the start: load 1.78 on 2 cores.")
    #expect(RunEnvironment.loadWarning(1.13, cores: 2)?.contains("load 1.13 ") == true)
    #expect(RunEnvironment.loadWarning(1.5, cores: 2)?.contains("load 1.50 ") == true)
    #expect(RunEnvironment.loadWarning(1, cores: 2) == nil)
  }

  /// Each kind of disturbance gives a repeat a warning on its own, and a quiet repeat has none.
  @Test func disturbancesWarningAPass() {
    var quiet = RepeatCondition(repeatIndex: 0, startedAt: Date(), finishedAt: Date())
    (quiet.otherShare, quiet.stealShare, quiet.swappedPages, quiet.onBattery) = (0.02, 0.001, 0, false)
    (quiet.frequencyMegahertz, quiet.finalFrequencyMegahertz) = (3000, 2950)
    #expect(RepeatWatch.warnings(quiet).isEmpty)
    let changes: [(String, (inout RepeatCondition) -> Void)] = [
      ("Other processes took 30 %", { $0.otherShare = 0.3 }),
      ("The hypervisor gave 4 %", { $0.stealShare = 0.04 }),
      ("The clock went from 3000 to 2400 MHz", { $0.finalFrequencyMegahertz = 2400 }),
      ("7 pages of memory were swapped", { $0.swappedPages = 7 }),
      ("The machine ran on its battery", { $0.onBattery = true }),
    ]
    for (text, change) in changes {
      var condition = quiet
      change(&condition)
      let warnings = RepeatWatch.warnings(condition)
      #expect(warnings.count == 1 && warnings.first?.hasPrefix(text) == true)
    }
  }

  /// Two processes do not measure into one database; the claim ends with its holder, and leaves no file.
  @Test func oneMeasuresAtATime() throws {
    let store = try store("claimed.sqlite")
    func measure() throws -> Int64 {
      try Runner(plan: plan(repeats: 1), decoders: try decoders(), model: model, store: store, observer: Recorder())
        .run().run
    }
    let error = #expect(throws: StoreError.self) {
      let lock = try store.lockForMeasuring()
      defer { withExtendedLifetime(lock) {} }
      _ = try measure()
    }
    #expect(error == .measuring(path: store.path))
    #expect(try store.runs().isEmpty)
    #expect(try measure() == 1)
    #expect(!FileManager.default.fileExists(atPath: store.path + "-lock"))
  }

  /// Whoever stops a run keeps what is measured, and goes on from there.
  @Test func aStoppedRunGoesOn() throws {
    let store = try store("stopped.sqlite")
    func measure(_ recorder: Recorder, resumes: Bool) throws -> Int64 {
      try Runner(
        plan: plan(repeats: 1, resumes: resumes),
        decoders: try decoders(),
        model: model,
        store: store,
        observer: recorder
      ).run().run
    }
    let impatient = Recorder()
    impatient.patience = 6
    #expect(throws: RunInterrupted.self) { try measure(impatient, resumes: false) }
    let begun = try #require(try store.runs().first)
    #expect(begun.finishedAt == nil)
    #expect(try store.generations(of: begun.id).count == 6)
    #expect(try measure(Recorder(), resumes: true) == begun.id)
    #expect(try store.run(begun.id).finishedAt != nil)
    #expect(try store.generations(of: begun.id).count == 12)
  }

  @Test func resumesABrokenOffRun() throws {
    let store = try store()
    let whole = try Runner(
      plan: plan(),
      decoders: try decoders(),
      model: model,
      store: store,
      observer: Recorder()
    ).run().run
    let expected = try store.generations(of: whole)
    // A run as a killed process leaves it: not finished, the last prompts missing, one of them half done.
    let path = folder.appending(path: "broken.sqlite").path
    try DatabaseQueue(path: folder.appending(path: "runs.sqlite").path).vacuum(into: path)
    let broken = try BenchmarkStore(openingAt: path, for: .writing)
    let prompt = try #require(try broken.prompts(of: whole).first { $0.questionID == 8 })
    try broken.deleteGenerations(prompt: prompt.id, repeatIndex: 1)
    let half = try #require(expected.first { $0.promptID == prompt.id && $0.repeatIndex == 1 })
    try broken.record(half.record, cycles: [], tokens: [])
    try DatabaseQueue(path: path).write { try $0.execute(sql: "UPDATE run SET finished_at = NULL") }
    let recorder = Recorder()
    let outcome = try Runner(
      plan: plan(resumes: true),
      decoders: try decoders(),
      model: model,
      store: broken,
      observer: recorder
    ).run()
    #expect(outcome.run == whole)
    #expect(recorder.notes.contains("Going on with run \(whole)."))
    let found = try broken.generations(of: whole)
    #expect(found.count == expected.count)
    #expect(try broken.run(whole).finishedAt != nil)
    // What was there already is untouched.
    let kept = expected.filter { !($0.promptID == prompt.id && $0.repeatIndex == 1) }
    #expect(
      kept.allSatisfy { old in found.contains { $0.id == old.id && $0.decodeNanoseconds == old.decodeNanoseconds } }
    )
    let costs = try broken.run(whole).verificationCost ?? []
    #expect(costs.map(\.positions) == [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 12, 16, 32, 64, 128])
    #expect(Set(costs.map(\.context)).count == 1 && costs.allSatisfy { $0.context ?? 0 > 1 && $0.milliseconds > 0 })
  }
}
