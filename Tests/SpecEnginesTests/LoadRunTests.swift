import Foundation
import SpecDocument
import SpecEngines
import SpecReport
import SpecRunner
import SpecStore
import SpecTestSupport
import Testing

/// Runs that load servers with several requests at a time, once all is measured one at a time.
extension EngineRunTests {
  /// Generations that are measured one at a time: three prompts, two decoders and the noise floor, two repeats.
  private static let alone = 3 * 3 * 2

  private func report(_ store: BenchmarkStore, _ run: Int64) throws -> String {
    MarkdownRenderer().render(RunReport.document(try RunSummary(store: store, run: run)))
  }

  @Test(arguments: ["llama-server", "vllm", "sglang", "openai"])
  func loadsStandInTheReport(dialect: String) throws {
    let vanilla = try PlayedEngine.server { $0.dialect = dialect }
    let method = try PlayedEngine.server { ($0.dialect, $0.drafts) = (dialect, 4) }
    let (store, run) = try run([vanilla, method], dialect: dialect) { $0.concurrency = [1, 2] }
    let loads = try store.loads(of: run)
    #expect(loads.map(\.load.concurrency) == [1, 1, 1, 1, 2, 2, 2, 2])
    let requests = loads.flatMap(\.requests)
    #expect(loads.allSatisfy { $0.requests.count == 3 && $0.load.wallNanoseconds > 0 })
    #expect(requests.allSatisfy { $0.failure == nil && $0.lossless == true && $0.outputTokens == 12 })
    #expect(requests.allSatisfy { $0.prefillNanoseconds > 0 && !$0.pieces.isEmpty })
    // A conversation belongs to one client, which asks the second turn after the first.
    for load in loads {
      #expect(load.requests[0].client == load.requests[1].client)
      #expect(load.requests[0].sentNanoseconds < load.requests[1].sentNanoseconds)
    }
    let drafting = loads.filter { $0.load.decoderID != loads[0].load.decoderID }
    // Counters of a server that works on several requests tell of all together.
    let counted = dialect == "vllm" ? drafting.map(\.load.drafted) : drafting.flatMap { $0.requests.map(\.drafted) }
    #expect(counted.allSatisfy { ($0 ?? 0) > 0 } == (dialect != "openai"))
    if dialect == "vllm" { #expect(drafting.allSatisfy { $0.requests.allSatisfy { $0.drafted == nil } }) }
    #expect(requests.allSatisfy { ($0.acceptLengths == nil) == (dialect == "openai") })
    let text = try report(store, run)
    #expect(text.contains("## By concurrency") && text.contains("in flight"))
    let summary = try RunSummary(store: store, run: run)
    #expect(RunPlots.render(summary).map(\.name).contains("concurrency"))
    let json = try JSONReport.render(summary)
    #expect(json.contains("\"by_concurrency\"") && json.contains("\"throughput_over_vanilla\""))
    #expect(try store.generations(of: run).count == Self.alone)
    #expect(listener.progress == (Self.alone + 24, Self.alone + 24))
  }

  @Test func sixtyFourStreamsAtOnceLoseNothing() throws {
    let count = 64
    try ask((1...count).map { ["Question \($0)"] })
    let (loading, gate) = (Breaks(), Gate(count: count))
    // No answer comes before all have asked: fewer in flight would wait for ever.
    let vanilla = try PlayedEngine.server { $0.gate = { loading.isOn ? gate : nil } }
    let other = Gate(count: count)
    let method = try PlayedEngine.server { ($0.drafts, $0.gate) = (4, { loading.isOn ? other : nil }) }
    listener.onProgress = { if $0 == count * 3 { loading.begin() } }
    let (store, run) = try run([vanilla, method], dialect: "llama-server") {
      ($0.concurrency, $0.repeats) = ([count], 1)
    }
    let loads = try store.loads(of: run)
    #expect(loads.count == 2 && loads.allSatisfy { Set($0.requests.map(\.client)).count == count })
    #expect(loads.allSatisfy { $0.requests.allSatisfy { $0.lossless == true && $0.outputTokens == 12 } })
  }

  @Test func aBrokenStreamIsOneFailedRequest() throws {
    let breaks = Breaks()
    let vanilla = try PlayedEngine.server { _ in }
    let method = try PlayedEngine.server { behavior in
      behavior.drafts = 4
      behavior.fault = { _ in
        guard breaks.isOn else { return nil }
        breaks.end()
        return .stream(["data: {"], ends: false)
      }
    }
    listener.onProgress = { if $0 == Self.alone { breaks.begin() } }
    let (store, run) = try run([vanilla, method], dialect: "llama-server") { $0.concurrency = [2] }
    let requests = try store.loads(of: run).flatMap(\.requests)
    let failed = requests.filter { $0.failure != nil }
    #expect(requests.count == 12 && failed.count == 1)
    #expect(failed.first?.failure?.contains("ended in the middle") == true && failed.first?.lossless == nil)
    #expect(requests.filter { $0.failure == nil }.allSatisfy { $0.lossless == true })
    #expect(listener.notes.contains { $0.contains("method1 with 2 requests in flight") && $0.contains("question") })
    let text = try report(store, run)
    #expect(text.contains("1 request failed") && text.contains("1 of 6"))
    #expect(try store.run(run).finishedAt != nil)
  }

  @Test func aServerThatAnswersNothingIsAskedAgain() throws {
    let breaks = Breaks()
    let vanilla = try PlayedEngine.server { _ in }
    let method = try PlayedEngine.server { behavior in
      behavior.drafts = 4
      behavior.fault = { _ in breaks.isOn ? .answer(status: 503, body: "{}") : nil }
    }
    listener.onProgress = { if $0 == Self.alone { breaks.begin() } }
    #expect(throws: EngineFault.self) {
      try self.run([vanilla, method], dialect: "llama-server") { $0.concurrency = [2] }
    }
    let store = try BenchmarkStore(openingAt: folder.database)
    let first = try store.loads(of: 1).map(\.load.id)
    #expect(try first.count == 1 && store.run(1).finishedAt == nil)
    listener.onProgress = { _ in }
    breaks.end()
    let (after, run) = try run([vanilla, method], dialect: "llama-server") {
      ($0.concurrency, $0.resumes) = ([2], true)
    }
    let loads = try after.loads(of: run)
    #expect(run == 1 && loads.count == 4 && loads.map(\.load.id).contains(first[0]))
    #expect(try after.run(run).finishedAt != nil && after.generations(of: run).count == Self.alone)
  }

  @Test func whatIsLoadedStaysWhereARunIsStopped() throws {
    let vanilla = try PlayedEngine.server { _ in }
    let method = try PlayedEngine.server { $0.drafts = 4 }
    // After the first load.
    listener.patience = Self.alone + 3
    #expect(throws: RunInterrupted.self) {
      try self.run([vanilla, method], dialect: "llama-server") { $0.concurrency = [1, 2] }
    }
    let store = try BenchmarkStore(openingAt: folder.database)
    #expect(try store.loads(of: 1).count == 1)
    listener.patience = .max
    let another = #expect(throws: ResumeError.self) {
      try self.run([vanilla, method], dialect: "llama-server") { ($0.concurrency, $0.resumes) = ([1, 4], true) }
    }
    #expect(another?.description.contains("the concurrency is \"1,2\" there") == true)
    let (after, run) = try run([vanilla, method], dialect: "llama-server") {
      ($0.concurrency, $0.resumes) = ([1, 2], true)
    }
    #expect(try run == 1 && after.loads(of: run).count == 8 && after.run(run).finishedAt != nil)
  }

  @Test(arguments: [false, true])
  func differencesUnderLoadHaveAMargin(isExclusive: Bool) throws {
    let vanilla = try PlayedEngine.server { _ in }
    let method = try PlayedEngine.server { ($0.drafts, $0.leavesAt) = (4, 5) }
    let (store, run) = try run([vanilla, method], dialect: "llama-server", isExclusive: isExclusive) {
      $0.concurrency = [2]
    }
    let found = try store.loads(of: run).flatMap(\.requests).compactMap(\.difference)
    #expect(found.count == 6 && found.allSatisfy { $0.position == 5 })
    #expect(found.allSatisfy { abs(($0.topTwoMargin ?? 0) - 0.125) < 1e-9 })
    #expect(try !store.loads(of: run).contains { $0.requests.contains(where: \.differsClearly) })
    #expect(try report(store, run).contains("6 of 6"))
  }
}

/// The figures of a report on servers under load.
extension EngineRunTests {
  @Test func figuresAreThoseOfTheRequests() throws {
    let vanilla = try PlayedEngine.server { _ in }
    let method = try PlayedEngine.server { $0.drafts = 4 }
    let (store, run) = try run([vanilla, method], dialect: "llama-server")
    let decoders = try store.decoders(of: run).filter { !$0.isNoiseFloor }.map(\.id)
    let prompts = try store.prompts(of: run).map(\.id)
    // 30 tokens in each: 30, 60, 120 and 100 tokens per second.
    for (decoder, concurrency, wall) in [(0, 1, 1000), (1, 1, 500), (0, 4, 250), (1, 4, 300)] {
      let load = LoadRecord(
        decoderID: decoders[decoder],
        repeatIndex: 0,
        concurrency: concurrency,
        startedAt: Date(),
        wallNanoseconds: wall * 1_000_000,
        clientNanoseconds: wall * 10_000
      )
      let requests = prompts.enumerated().map { index, prompt in
        var request = LoadRequestRecord(promptID: prompt, client: 0, sentNanoseconds: 0)
        let first = (index + 1) * 1_000_000
        request.prefillNanoseconds = first
        request.decodeNanoseconds = 9_000_000
        request.outputTokens = 10
        // Two tokens of the second piece come together.
        request.pieces = [[first, 1], [first + 4_000_000, 2], [first + 9_000_000, 7]]
        request.acceptLengths = [2, 7]
        (request.drafted, request.accepted) = (10, 7)
        request.lossless = true
        return request
      }
      try store.recordLoad(load, requests: requests)
    }
    let text = try report(store, run)
    #expect(
      text.contains(
        "**method1** pays up to 1 request in flight (2.00x) and no longer with 4 requests in flight (0.83x)."
      )
    )
    let rows = text.split(separator: "\n").filter { $0.hasPrefix("| method1") && $0.contains("1.0 %") }
    let cells = rows.map { $0.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) } }
    #expect(
      cells.first == [
        "method1", "1", "0.1", "60.0", "2.00x", "2.00 ms", "3.00 ms", "3.00 ms", "0.00 ms", "5.00 ms", "5.00 ms",
        "4.50", "70.0 %", "0 of 3", "0 of 3", "1.0 %",
      ]
    )
    #expect(cells.count == 2 && cells[1][3] == "100.0" && cells[1][4] == "0.83x")
  }
}
