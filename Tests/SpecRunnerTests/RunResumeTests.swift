import Foundation
import GRDB
import SpecDecoding
import SpecFiles
import SpecKernels
import SpecModel
import SpecRunner
import SpecStore
import SpecTestSupport
import Testing

import struct SpecSuite.Suite

/// A run that was stopped goes on as what it was, or says what differs.
@Testing.Suite final class RunResumeTests {
  let folder: URL
  let checkpoint: TinyCheckpoint

  init() throws {
    folder = FileManager.default.temporaryDirectory.appending(path: "resume-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    checkpoint = try TinyCheckpoint()
    try write(Self.questions, to: "question.jsonl")
    try write("[[0], [0, 0], [1]]", to: "tree.json")
  }

  deinit {
    checkpoint.remove()
    try? FileManager.default.removeItem(at: folder)
  }

  private static let questions = """
    {"question_id": 7, "category": "writing", "turns": ["Hello there", "Go on"]}
    {"question_id": 8, "category": "qa", "turns": ["Why?"]}

    """

  private func write(_ text: String, to name: String) throws {
    try Data(text.utf8).write(to: folder.appending(path: name))
  }

  /// What a run is asked to do.
  struct Request {
    var repeats = 2
    var maximumNewTokens = 8
    var seed = 3
    var sampling = Sampling.greedy
    var threads = 1
    var weightType: WeightType?
    var decoders = "kangaroo:threshold=0.01,steps=3,medusa:tree=TREE,draft-model:steps=2"
    var resumes = true
  }

  @discardableResult
  private func run(
    _ request: Request = Request(),
    _ recorder: Recorder = Recorder(),
    in store: BenchmarkStore
  ) throws -> Int64 {
    let suite = try SpecSuite.Suite(path: folder.path)
    let model = try LoadedModel(
      directory: checkpoint.directory,
      weightType: request.weightType,
      context: ComputeContext(threads: request.threads)
    )
    let specs = request.decoders.replacing("TREE", with: folder.appending(path: "tree.json").path)
    let plan = RunPlan(
      suite: suite,
      suitePath: suite.directory,
      repeats: request.repeats,
      maximumNewTokens: request.maximumNewTokens,
      seed: request.seed,
      sampling: request.sampling,
      commandLine: "test",
      resumes: request.resumes
    )
    return try Runner(
      plan: plan,
      decoders: RunDecoder.prepare(DecoderSpec.list(specs), model: model, sampling: request.sampling),
      model: model,
      store: store,
      observer: recorder
    ).run().run
  }

  /// A run that was stopped after some generations.
  private func stop(
    after generations: Int = 5,
    _ request: Request = Request(resumes: false),
    in store: BenchmarkStore
  ) throws {
    let impatient = Recorder()
    impatient.patience = generations
    #expect(throws: RunInterrupted.self) { try run(request, impatient, in: store) }
  }

  private func store(_ name: String = "runs.sqlite") throws -> BenchmarkStore {
    try BenchmarkStore(creatingAt: folder.appending(path: name).path)
  }

  private func differences(_ request: Request = Request(), in store: BenchmarkStore) throws -> [String] {
    let error = #expect(throws: ResumeError.self) { try run(request, in: store) }
    guard case .different(_, _, let differences, _) = error else { return ["\(String(describing: error))"] }
    return differences
  }

  /// One bit of the last number's mantissa.
  private func flip(_ name: String) throws {
    var data = try checkpoint.read(name)
    data[data.count - 2] ^= 1
    try checkpoint.write(data, to: name)
  }

  @Test(arguments: [
    "model.safetensors", "kangaroo/model.safetensors", "medusa/medusa_lm_head.safetensors", "draft/model.safetensors",
  ])
  func otherWeightsAreNamed(file: String) throws {
    let store = try store()
    try stop(in: store)
    try flip(file)
    #expect(try differences(in: store) == ["\(checkpoint.directory)/\(file) has another content"])
    // With the old file it goes on.
    try flip(file)
    #expect(try run(in: store) == 1)
  }

  @Test(arguments: [
    "config.json", "tokenizer.json", "tokenizer_config.json", "kangaroo/config.json", "medusa/config.json",
    "draft/config.json", "draft/tokenizer.json",
  ])
  func anotherSmallFileIsNamed(file: String) throws {
    let store = try store()
    try stop(in: store)
    try checkpoint.write(checkpoint.read(file) + Data("\n".utf8), to: file)
    #expect(try differences(in: store) == ["\(checkpoint.directory)/\(file) has another content"])
  }

  @Test(arguments: [
    "generation_config.json", "special_tokens_map.json", "chat_template.jinja", "draft/generation_config.json",
  ])
  func aFileThatIsNewOrGoneIsNamed(file: String) throws {
    let store = try store()
    try stop(in: store)
    try checkpoint.write(#"{"eos_token_id": 2}"#, to: file)
    #expect(try differences(in: store) == ["\(checkpoint.directory)/\(file) is used now and was not there"])
    let other = try self.store("other.sqlite")
    try stop(in: other)
    try FileManager.default.removeItem(atPath: checkpoint.directory + "/" + file)
    #expect(try differences(in: other) == ["\(checkpoint.directory)/\(file) was used there and is not now"])
    #expect(try run(in: store) == 1)
  }

  @Test func anotherTreeOrSuiteIsNamed() throws {
    let store = try store()
    try stop(in: store)
    try write("[[0], [0, 0], [2]]", to: "tree.json")
    #expect(try differences(in: store) == ["\(folder.path)/tree.json has another content"])
    try write("[[0], [0, 0], [1]]", to: "tree.json")
    try write(Self.questions.replacing("Why?", with: "How?"), to: "question.jsonl")
    #expect(try differences(in: store) == ["the suite's files in \(folder.path) have changed"])
    try write(Self.questions + #"{"question_id": 9, "category": "qa", "turns": ["So?"]}"#, to: "question.jsonl")
    #expect(try differences(in: store) == [#"the list of questions is "7-8" there and "7-9" now"#])
  }

  @Test func everyOtherSettingIsNamed() throws {
    let store = try store()
    try stop(in: store)
    let changes: [((inout Request) -> Void, String)] = [
      ({ $0.repeats = 1 }, "the number of repeats is 2 there and 1 now"),
      ({ $0.maximumNewTokens = 9 }, "the most new tokens is 8 there and 9 now"),
      ({ $0.seed = 4 }, "the seed is 3 there and 4 now"),
      ({ $0.sampling = Sampling(temperature: 0.5) }, "the temperature is 0.0 there and 0.5 now"),
      ({ $0.threads = 2 }, "the number of threads is 1 there and 2 now"),
      ({ $0.weightType = .int8 }, "the weight type is bf16 there and int8 now"),
      ({ $0.decoders += ",prompt-lookup" }, "of the decoders none is only there and"),
      ({ $0.decoders = $0.decoders.replacing("steps=3", with: "steps=4") }, "of the decoders \"kangaroo:"),
    ]
    for (change, text) in changes {
      var request = Request()
      change(&request)
      let found = try differences(request, in: store)
      #expect(found.count == 1 && found[0].hasPrefix(text), "\(found)")
    }
    #expect(try store.runs().count == 1)
    #expect(try run(in: store) == 1)
  }

  @Test func anotherProgramOrMachineIsNamed() throws {
    let store = try store()
    try stop(in: store)
    let columns = [
      ("host_name", "the machine is"), ("cpu_model", "the processor is"), ("kernel_set", "the kernel set is"),
    ]
    for (column, text) in columns + [("executable_hash", "the program is")] {
      let old = try DatabaseQueue(path: store.path).write { database in
        let old = try String.fetchOne(database, sql: "SELECT \(column) FROM environment")
        try database.execute(sql: "UPDATE environment SET \(column) = 'other'")
        return old
      }
      let found = try differences(in: store)
      #expect(found.count == 1 && found[0].hasPrefix(text), "\(found)")
      try DatabaseQueue(path: store.path).write {
        try $0.execute(sql: "UPDATE environment SET \(column) = ?", arguments: [old])
      }
    }
    // A run of an older version noted neither its files nor its plan.
    try DatabaseQueue(path: store.path).write {
      try $0.execute(sql: "UPDATE run SET plan = NULL; DELETE FROM run_input")
    }
    #expect(try differences(in: store).first?.hasPrefix("an older version began it") == true)
    #expect(throws: ResumeError.noPlan(database: store.path, run: 1)) {
      try ResumeChoice(store, for: .run).newestUnfinished()
    }
  }

  /// A prompt that is not the one of the earlier attempt ends the run.
  @Test func anotherPromptIsNamed() throws {
    let store = try store()
    try stop(in: store)
    try DatabaseQueue(path: store.path).write { try $0.execute(sql: "UPDATE prompt SET ids_hash = 'other'") }
    let error = ResumeError.otherPrompt(database: store.path, run: 1, question: "7", turn: 0)
    #expect(throws: error) { try run(in: store) }
  }

  /// Any unfinished run is gone on with, not only the last of the database.
  @Test func anOlderRunGoesOn() throws {
    let store = try store()
    try stop(in: store)
    try run(Request(repeats: 1, seed: 9, resumes: false), in: store)
    try stop(Request(seed: 5, resumes: false), in: store)
    #expect(try ResumeChoice(store, for: .run).newestUnfinished().id == 3)
    #expect(try ResumeChoice(store, for: .run).newestUnfinished().plan.seed == 5)
    #expect(try differences(Request(seed: 4), in: store) == ["the seed is 5 there and 4 now"])
    #expect(try run(in: store) == 1)
    #expect(throws: ResumeError.finished(database: store.path, run: 1)) { try run(in: store) }
    #expect(try run(Request(seed: 5), in: store) == 3)
    #expect(throws: ResumeError.finished(database: store.path, run: 3)) { try run(Request(seed: 5), in: store) }
    #expect(throws: ResumeError.nothingUnfinished(database: store.path)) { try run(Request(seed: 6), in: store) }
    #expect(throws: ResumeError.nothingUnfinished(database: store.path)) {
      try ResumeChoice(store, for: .run).newestUnfinished()
    }
    #expect(try store.runs().count == 3)
  }

  /// Repeats can be added to a finished run.
  @Test func aFinishedRunGetsMoreRepeats() throws {
    let store = try store()
    try run(Request(repeats: 1, resumes: false), in: store)
    let first = try store.generations(of: 1)
    #expect(try run(Request(repeats: 3), in: store) == 1)
    #expect(try store.run(1).repeats == 3 && store.run(1).finishedAt != nil)
    #expect(try store.generations(of: 1).count == 3 * first.count)
    #expect(try Array(store.generations(of: 1).prefix(first.count)) == first)
  }

  /// What tells one generation's result; times differ.
  private struct Outcome: Hashable {
    let decoder: String
    let prompt: [Int]
    let repeatIndex: Int
    let tokens: [Int]
    let lossless: Bool?
    let margin: Double?
  }

  private func outcomes(in store: BenchmarkStore) throws -> Set<Outcome> {
    let decoders = Dictionary(uniqueKeysWithValues: try store.decoders(of: 1).map { ($0.id, $0.name) })
    let prompts = Dictionary(uniqueKeysWithValues: try store.prompts(of: 1).map { ($0.id, [$0.questionID, $0.turn]) })
    let all = try store.generations(of: 1).map {
      Outcome(
        decoder: decoders[$0.decoderID] ?? "",
        prompt: prompts[$0.promptID] ?? [],
        repeatIndex: $0.repeatIndex,
        tokens: $0.outputIDs,
        lossless: $0.lossless,
        margin: $0.mismatchMargin
      )
    }
    #expect(Set(all).count == all.count)
    return Set(all)
  }

  /// Wherever a run is stopped, what stands in the end is what an uninterrupted one leaves.
  @Test func theRowsAreThoseOfAnUninterruptedRun() throws {
    let whole = try store("whole.sqlite")
    try run(Request(resumes: false), in: whole)
    let expected = try outcomes(in: whole)
    #expect(expected.count == 2 * 4 * 3 && expected.filter { $0.lossless == nil }.count == 3)
    for generations in [1, 2, 3, 4, 6, 13, 23] {
      let store = try store("stopped-\(generations).sqlite")
      try stop(after: generations, in: store)
      try run(in: store)
      #expect(try outcomes(in: store) == expected, "stopped after \(generations)")
    }
  }

  /// Reading the files that a run depends on can be stopped; nothing is written then.
  @Test func readingTheFilesCanBeStopped() throws {
    let store = try store()
    let impatient = Recorder()
    impatient.patience = 0
    let error = #expect(throws: RunInterrupted.self) { try run(Request(resumes: false), impatient, in: store) }
    #expect(error?.hasBegun == false)
    #expect(try store.runs().isEmpty)
    #expect(impatient.progress.isEmpty)
  }

  /// A file that another program replaces between loading and hashing is not taken for what was loaded.
  @Test func aFileThatChangesWhileItIsReadIsNamed() throws {
    let log = InputLog()
    let path = checkpoint.directory + "/model.safetensors"
    _ = try log.recording { try Checkpoint(directory: checkpoint.directory) }
    #expect(log.entries.map(\.path) == [checkpoint.directory + "/config.json", path])
    let before = try InputLog.fingerprints(of: log.entries) { _, _ in }
    try flip("model.safetensors")
    let error = #expect(throws: ChangedFile.self) { try InputLog.fingerprints(of: log.entries) { _, _ in } }
    #expect(error?.path == path)
    let again = InputLog()
    _ = try again.recording { try Checkpoint(directory: checkpoint.directory) }
    let after = try InputLog.fingerprints(of: again.entries) { _, _ in }
    #expect(after[0] == before[0] && after[1].sha256 != before[1].sha256)
  }

  /// All attempts' conditions are kept, those of a killed one as well, and what is known of the repeats' costs.
  @Test func conditionsAreThoseOfAllAttempts() throws {
    let store = try store()
    try stop(after: 2, in: store)
    let first = try #require(try store.conditions(of: 1).first)
    #expect(first.repeatIndex == 0 && first.attempt == 0)
    try DatabaseQueue(path: store.path).write {
      try $0.execute(sql: "UPDATE environment SET warnings = '[\"It was dark.\"]'")
    }
    try stop(after: 9, Request(), in: store)
    try run(in: store)
    let conditions = try store.conditions(of: 1)
    #expect(conditions.map { [$0.repeatIndex, $0.attempt] } == [[0, 0], [0, 1], [0, 2], [1, 2]])
    #expect(conditions.first == first)
    // A debug build and a busy machine are noted by the later attempts as well, beside what was there.
    let warnings = try store.environment(of: 1).warnings
    #expect(warnings.first == "It was dark." && Set(warnings).count == warnings.count)
    #expect(RunEnvironment.capture(try ComputeContext(threads: 1)).buildConfiguration == .release || warnings.count > 1)
  }

  /// The warm-up of a resumed run ends as soon as times are those of the earlier attempt; where nothing is missing there
  /// is none.
  @Test func warmUpIsNotRepeatedInWhole() throws {
    #expect(WarmUp.settle(at: 100) { 103 }.generations == 1)
    var times = [150.0, 104][...]
    #expect(WarmUp.settle(at: 100) { times.popFirst() ?? 0 }.generations == 2)
    #expect(WarmUp.settle(at: 100) { 200 }.generations == 3)
    let store = try store()
    try stop(after: 2, in: store)
    let recorder = Recorder()
    try run(Request(), recorder, in: store)
    let known = try store.warmUps(of: 1)
    #expect(!known.isEmpty || recorder.notes.contains { $0.hasPrefix("Warm-up did not settle") })
    try DatabaseQueue(path: store.path).write { try $0.execute(sql: "UPDATE run SET finished_at = NULL") }
    let idle = Recorder()
    try run(Request(), idle, in: store)
    #expect(!idle.notes.contains { $0.hasPrefix("Warm-up") })
    #expect(try store.run(1).finishedAt != nil && store.warmUps(of: 1) == known)
  }
}
