import Foundation
import SpecDocument
import SpecEngines
import SpecFiles
import SpecReport
import SpecRunner
import SpecStore
import SpecTestSupport
import Synchronization
import Testing

import struct SpecSuite.Suite

/// Keeps what it hears.
final class Listener: RunObserver {
  var notes: [String] = []
  var mismatches = 0
  var progress: (Int, Int) = (0, 0)
  var patience = Int.max
  /// Called after each generation with how many are done.
  var onProgress: (Int) -> Void = { _ in }
  func note(_ text: String) { notes.append(text) }
  func mismatch(_ difference: Difference, decoder: String, question: String, turn: Int) { mismatches += 1 }
  func advanced(to done: Int, of total: Int) {
    progress = (done, total)
    onProgress(done)
  }
  func checked(_ done: Int, of total: Int) {}
  var wantsToStop: Bool { progress.0 >= patience }
}

/// Whole runs against servers that play an engine.
@Testing.Suite final class EngineRunTests {
  let folder: TemporaryFolder
  private(set) var suite: SpecSuite.Suite
  let listener = Listener()

  init() throws {
    folder = try TemporaryFolder()
    _ = try folder.write(
      """
      {"question_id": 7, "category": "writing", "turns": ["Hello </s> there", "Go on"]}
      {"question_id": 8, "category": "qa", "turns": ["Why?"]}
      """,
      to: "question.jsonl"
    )
    suite = try SpecSuite.Suite(path: folder.path)
  }

  /// Takes other questions, each a list of turns.
  func ask(_ questions: [[String]]) throws {
    let lines = questions.enumerated().map { index, turns in
      #"{"question_id": \#(index + 1), "category": "qa", "turns": [\#(turns.map { "\"\($0)\"" }.joined(separator: ", "))]}"#
    }
    _ = try folder.write(lines.joined(separator: "\n") + "\n", to: "question.jsonl")
    suite = try SpecSuite.Suite(path: folder.path)
  }

  private func plan(repeats: Int = 2, resumes: Bool = false) -> RunPlan {
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

  /// Measures the servers, the first of which is the baseline.
  func run(
    _ servers: [ScriptedServer],
    dialect: String,
    prompts: PromptAuthor = .server,
    isExclusive: Bool = false,
    tokenizer: ModelTokenizer? = nil,
    _ change: (inout RunPlan) -> Void = { _ in }
  ) throws -> (store: BenchmarkStore, run: Int64) {
    let all = servers.enumerated().map {
      ServerSettings(name: $0 == 0 ? "vanilla" : "method\($0)", dialect: dialect, url: $1.url, isBaseline: $0 == 0)
    }
    var settings = try EngineSettings(name: "played", servers: all, place: "test")
    settings.prompts = prompts
    settings.isExclusive = isExclusive
    let engine = try ServedEngine(settings, logs: folder.path("log"))
    var plan = plan()
    change(&plan)
    try engine.start(observer: listener)
    let model = ServedModel(engine, sampling: plan.sampling, tokenizer: tokenizer)
    try engine.probe(plan, model, observer: listener)
    let store = try BenchmarkStore(creatingAt: folder.database)
    let outcome = try Runner(
      plan: plan,
      decoders: engine.decoders(sampling: plan.sampling, noiseFloor: true),
      model: model,
      store: store,
      observer: listener
    ).run()
    return (store, outcome.run)
  }

  @Test(arguments: ["llama-server", "vllm", "sglang", "openai"], [PromptAuthor.server, .here])
  func measuresEveryDialect(dialect: String, prompts: PromptAuthor) throws {
    let vanilla = try PlayedEngine.server { $0.dialect = dialect }
    let method = try PlayedEngine.server { ($0.dialect, $0.drafts) = (dialect, 4) }
    let (store, run) = try run([vanilla, method], dialect: dialect, prompts: prompts)
    let generations = try store.generations(of: run)
    #expect(generations.count == 3 * 3 * 2)
    #expect(generations.allSatisfy { $0.outputTokens == 12 && $0.prefillNanoseconds > 0 })
    #expect(try store.mismatches(of: run).isEmpty)
    let servers = try store.servers(of: run)
    #expect(servers.map(\.dialect) == [dialect, dialect, dialect] && servers[0].model != nil)
    #expect(servers[0].takesIDs == (dialect != "openai"))
    // The played llama-server says "none" of all, as the real one does.
    #expect(servers[1].speculation != "none")
    #expect(try store.servedGenerations(of: run).count == generations.count)
    #expect(try !store.chunks(of: generations[0].id).isEmpty)
    let tokens = try store.tokens(of: generations[0].id)
    #expect(tokens.count == (dialect == "openai" ? 0 : 12))
    let text = MarkdownRenderer().render(RunReport.document(try RunSummary(store: store, run: run)))
    #expect(text.contains("played"))
    // What a server does not tell is not made up.
    if dialect == "openai" { #expect(try store.cycles(of: generations[0].id).isEmpty) }
  }

  @Test(arguments: ["llama-server", "vllm", "sglang", "openai"])
  func promptsAreMadeIntoTokensByTheModelsFiles(dialect: String) throws {
    let checkpoint = try TinyCheckpoint()
    defer { try? FileManager.default.removeItem(atPath: checkpoint.directory) }
    // What a server computes with need not be here.
    try FileManager.default.removeItem(atPath: checkpoint.directory + "/model.safetensors")
    let tokenizer = try ModelTokenizer(LoadedModel.files(checkpoint.directory))
    let vanilla = try PlayedEngine.server { $0.dialect = dialect }
    let method = try PlayedEngine.server { ($0.dialect, $0.drafts) = (dialect, 4) }
    let (store, run) = try run([vanilla, method], dialect: dialect, prompts: .here, tokenizer: tokenizer)
    let first = try #require(try store.prompts(of: run).first?.record)
    let text = try #require(first.text)
    // The user's "</s>" is a text and no end token; the tokens are a begin token and bytes.
    #expect(text.contains("Hello </s> there"))
    let ids = dialect == "openai" ? nil : [1] + text.utf8.map { Int($0) + 3 }
    #expect(first.tokenIDs == ids)
    for server in [vanilla, method] {
      let sent = server.heard.compactMap { ($0.json["prompt"] ?? $0.json["input_ids"]) as? [Int] }
      #expect(ids.map(sent.contains) ?? sent.isEmpty)
      #expect(!server.heard.contains { $0.path == "/apply-template" })
    }
    // The played server makes other tokens than the model's files: it serves another model.
    let found = try store.probes(of: run).filter { $0.name == "tokenizer" }
    #expect(found.map(\.passed) == (dialect == "openai" ? [] : [false, false]))
    #expect(try store.inputs(of: run).map(\.role).contains("tokenizer.json"))
    #expect(try !store.run(run).tokenizerHash.isEmpty)
  }

  @Test func serversThatTakeTurnsAreMeasuredInBlocks() throws {
    let vanilla = try PlayedEngine.server { _ in }
    let method = try PlayedEngine.server { ($0.drafts, $0.leavesAt) = (4, 7) }
    let (store, run) = try run([vanilla, method], dialect: "llama-server", isExclusive: true)
    let generations = try store.generations(of: run)
    #expect(generations.count == 3 * 3 * 2)
    // Each repeat goes through the decoders as blocks, the second one the other way round.
    let blocks = generations.map(\.decoderID).reduce(into: [Int64]()) { if $0.last != $1 { $0.append($1) } }
    let decoders = try store.decoders(of: run).map(\.id)
    #expect(blocks == [decoders[0], decoders[1], decoders[2], decoders[1], decoders[0]])
    #expect(try store.mismatches(of: run).map(\.position) == Array(repeating: 7, count: 6))
    #expect(try store.mismatches(of: run).allSatisfy(\.isNearTie))
    #expect(try store.run(run).finishedAt != nil && listener.progress == (18, 18))
    let text = MarkdownRenderer().render(RunReport.document(try RunSummary(store: store, run: run)))
    #expect(text.contains("they took turns"))
  }

  @Test func differencesHaveAPlaceAndAMargin() throws {
    let vanilla = try PlayedEngine.server { _ in }
    let method = try PlayedEngine.server { ($0.drafts, $0.leavesAt) = (4, 5) }
    let (store, run) = try run([vanilla, method], dialect: "llama-server")
    let mismatches = try store.mismatches(of: run)
    #expect(mismatches.count == 3 * 2 && mismatches.allSatisfy { $0.decoder == "method1" && $0.position == 5 })
    #expect(mismatches.allSatisfy { abs(($0.topTwoMargin ?? 0) - 0.125) < 1e-9 && $0.isNearTie })
  }

  @Test func aBaselineThatDraftsEndsTheRun() throws {
    let servers = [try PlayedEngine.server { $0.drafts = 4 }, try PlayedEngine.server { $0.drafts = 4 }]
    let error = #expect(throws: VoidMeasurement.self) { try self.run(servers, dialect: "llama-server") }
    #expect(error?.description.contains("baseline") == true)
    #expect(!FileManager.default.fileExists(atPath: folder.database))
  }

  @Test func whatIsNotAsItShouldBeIsNoted() throws {
    let vanilla = try PlayedEngine.server { ($0.isRandom, $0.cached) = (true, 2) }
    let method = try PlayedEngine.server { _ in }
    let (store, run) = try run([vanilla, method], dialect: "llama-server")
    let failed = try store.probes(of: run).filter { $0.passed == false }.map(\.name)
    #expect(failed == ["repetition", "prompt cache", "drafting"])
    #expect(listener.notes.contains { $0.contains("does not reproduce its own output") })
  }

  @Test(arguments: ["llama-server", "vllm", "sglang"], [true, false])
  func aServerThatLearnsFromItsAnswersIsNoted(dialect: String, learns: Bool) throws {
    let vanilla = try PlayedEngine.server { $0.dialect = dialect }
    let method = try PlayedEngine.server { ($0.dialect, $0.drafts, $0.learns) = (dialect, 4, learns) }
    let (store, run) = try run([vanilla, method], dialect: dialect)
    let found = try store.probes(of: run).filter { $0.name == "earlier answers" }
    #expect(found.map(\.passed) == [!learns])
    #expect(listener.notes.contains { $0.contains("drafts from earlier answers") } == learns)
  }

  @Test func aServerThatDraftsOnlyWhatItHasAnsweredIsNoted() throws {
    let vanilla = try PlayedEngine.server { _ in }
    let method = try PlayedEngine.server { ($0.drafts, $0.draftsFrom, $0.isRandom) = (4, 1, true) }
    let (store, run) = try run([vanilla, method], dialect: "llama-server")
    let found = try store.probes(of: run).filter { $0.name == "earlier answers" }
    #expect(found.map(\.passed) == [false])
  }

  @Test func draftsThatComeAfterTheProbeAreSeen() throws {
    let vanilla = try PlayedEngine.server { _ in }
    let late = try PlayedEngine.server { ($0.drafts, $0.draftsFrom) = (4, 2) }
    let never = try PlayedEngine.server { ($0.drafts, $0.draftsFrom) = (4, .max) }
    let (store, run) = try run([vanilla, late, never], dialect: "llama-server")
    #expect(listener.notes.filter { $0.contains("drafted nothing") }.count == 2)
    let text = MarkdownRenderer().render(RunReport.document(try RunSummary(store: store, run: run)))
    let warnings = text.split(separator: "\n").filter { $0.hasPrefix(">") && $0.contains("drafted nothing") }
    #expect(warnings.count == 1 && warnings[0].contains("method2"))
    #expect(text.contains("but did while it was measured"))
  }

  @Test func failuresAreRecordedAndTriedAgain() throws {
    let breaks = Breaks()
    let vanilla = try PlayedEngine.server { _ in }
    let method = try PlayedEngine.server { behavior in
      behavior.drafts = 4
      behavior.fault = { breaks.isOn && $0.isMultiple(of: 2) ? .stream(["data: {"], ends: false) : nil }
    }
    listener.onProgress = { _ in breaks.begin() }
    let (store, run) = try run([vanilla, method], dialect: "llama-server") { $0.retries = 1 }
    #expect(try store.generations(of: run).count == 3 * 3 * 2)
    let failures = try store.failures(of: run)
    #expect(!failures.isEmpty && failures.allSatisfy { $0.reason.contains("ended in the middle") })
  }

  @Test func nothingIsLostAndResumingGoesOn() throws {
    let breaks = Breaks()
    let vanilla = try PlayedEngine.server { _ in }
    let method = try PlayedEngine.server { behavior in
      behavior.drafts = 4
      behavior.fault = { _ in breaks.isOn ? .answer(status: 500, body: "{}") : nil }
    }
    listener.onProgress = { if $0 >= 4 { breaks.begin() } }
    #expect(throws: UnansweredPrompts.self) {
      try self.run([vanilla, method], dialect: "llama-server") { ($0.retries, $0.stopsOnError) = (0, false) }
    }
    let store = try BenchmarkStore(creatingAt: folder.database)
    let before = try store.runs()
    #expect(before.count == 1 && before[0].finishedAt == nil)
    listener.onProgress = { _ in }
    breaks.end()
    let (_, run) = try run([vanilla, method], dialect: "llama-server") { $0.resumes = true }
    #expect(run == before[0].id)
    #expect(try store.run(run).finishedAt != nil && store.generations(of: run).count == 3 * 3 * 2)
    #expect(try !store.failures(of: run).isEmpty)
  }

  @Test func aFaultEndsTheRunUnlessToldOtherwise() throws {
    let breaks = Breaks()
    let vanilla = try PlayedEngine.server { $0.fault = { _ in breaks.isOn ? .hangUp : nil } }
    let method = try PlayedEngine.server { $0.drafts = 4 }
    listener.onProgress = { _ in breaks.begin() }
    #expect(throws: EngineFault.self) { try self.run([vanilla, method], dialect: "llama-server") { $0.retries = 1 } }
    let store = try BenchmarkStore(creatingAt: folder.database)
    #expect(try store.failures(of: store.runs()[0].id).count == 2)
  }
}

/// Whether a server is broken at the moment.
final class Breaks: Sendable {
  private let state = Mutex(false)
  var isOn: Bool { state.withLock { $0 } }
  func begin() { state.withLock { $0 = true } }
  func end() { state.withLock { $0 = false } }
}
