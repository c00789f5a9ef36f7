import SpecEngines
import Testing

/// What each dialect makes of the answers of its servers.
@Suite struct DialectTests {
  private func ask(
    _ dialect: any Dialect,
    _ server: ScriptedServer,
    isVanilla: Bool = false,
    tokens: Int = 12,
    likeliest: Int = 0,
    usesChat: Bool = false
  ) throws -> ServerAnswer {
    let client = try ServerClient(address: ServerAddress(server.url))
    var order = CompletionOrder(
      prompt: ServerPrompt(ids: dialect.takesIDs ? [1, 2, 3] : nil, text: "one two three"),
      maximumNewTokens: tokens
    )
    order.likeliest = likeliest
    if usesChat { order.messages = [ServerMessage(role: "user", content: "one two three")] }
    let place = Server(client: client, isVanilla: isVanilla, usesChat: usesChat)
    return try dialect.complete(order, place, shouldStop: { false })
  }

  private let expected = PlayedEngine.answer(to: [1, 2, 3], count: 12)

  @Test func llamaServerTellsEveryPass() throws {
    let server = try PlayedEngine.server { $0.drafts = 4 }
    let answer = try ask(LlamaServer(), server)
    #expect(answer.ids == expected && answer.tokens == 12)
    #expect(answer.passSource == .timings)
    #expect(answer.passes?.map(\.emitted) == [3, 1, 3, 1, 3])
    #expect(answer.passes?.map(\.drafted) == [4, 0, 4, 0, 2])
    #expect(answer.passes?.map(\.accepted) == [2, 0, 2, 0, 2])
    #expect(answer.counts == DraftCounts(drafts: 3, drafted: 10, accepted: 6))
    #expect(answer.promptTokens == 3 && answer.cachedTokens == 0)
    #expect(answer.times.prompt == 12_500_000)
    #expect(answer.chunks.count == 12)
    #expect(answer.stopReason == .maximumNewTokens)
    let request = try #require(server.heard.last?.json)
    #expect(request["cache_prompt"] as? Bool == false && request["temperature"] as? Double == 0)
  }

  @Test func llamaServerCompletesIDsThatTheStreamLeavesOut() throws {
    let server = try PlayedEngine.server { $0.holdsBack = true }
    let answer = try ask(LlamaServer(), server)
    #expect(answer.ids == expected)
    #expect(answer.passes?.count == 11 && answer.passes?.allSatisfy { $0.emitted == 1 } == true)
    #expect(answer.chunks.compactMap(\.tokens) == [1, 1, 1, 2, 1, 1, 1, 1, 1, 1, 1])
    #expect(server.heard.filter { $0.path == "/completion" }.count == 2)
  }

  @Test func llamaServerThatIsRandomCannotHaveItsIDsCompleted() throws {
    let server = try PlayedEngine.server { ($0.holdsBack, $0.isRandom) = (true, true) }
    #expect(throws: EngineFault.self) { try ask(LlamaServer(), server) }
  }

  @Test func vLLMPassesAreItsPieces() throws {
    let server = try PlayedEngine.server { ($0.dialect, $0.drafts) = ("vllm", 4) }
    let answer = try ask(VLLM(), server)
    #expect(answer.ids == expected && answer.promptIDs == [1, 2, 3])
    #expect(answer.passSource == .countedChunks)
    #expect(answer.passes?.map(\.emitted) == [3, 1, 3, 1, 3])
    #expect(answer.counts == DraftCounts(drafts: 3, drafted: 10, accepted: 6))
  }

  @Test func vLLMListsSayWhatWasDrafted() throws {
    let server = try PlayedEngine.server { ($0.dialect, $0.drafts, $0.listsPasses) = ("vllm", 4, true) }
    let answer = try ask(VLLM(), server)
    #expect(answer.passSource == .lists)
    #expect(answer.passes?.compactMap(\.drafted).reduce(0, +) == 10)
    #expect(answer.passes?.map(\.emitted).reduce(0, +) == 11 && answer.passes?.count == 5)
    #expect(answer.times.decode == 80_000_000)
  }

  @Test func vanillaPassesAreTokensHoweverTheyArrive() throws {
    let server = try PlayedEngine.server { $0.dialect = "vllm" }
    let answer = try ask(VLLM(), server, isVanilla: true)
    #expect(answer.passSource == .vanilla && answer.passes?.count == 11)
  }

  @Test(arguments: [false, true]) func sGLangCountsItsVerifications(hasOlderNames: Bool) throws {
    let server = try PlayedEngine.server { ($0.dialect, $0.drafts, $0.hasOlderNames) = ("sglang", 4, hasOlderNames) }
    let place = Server(client: try ServerClient(address: ServerAddress(server.url)))
    #expect(try SGLang().facts(place).version == "SGLang 0.0-test")
    let answer = try ask(SGLang(), server)
    #expect(answer.ids == expected && answer.text == PlayedEngine.text(of: expected))
    #expect(answer.passes?.map(\.emitted) == [3, 1, 3, 1, 3])
    #expect(answer.counts == DraftCounts(drafts: 5, drafted: 10, accepted: 6))
  }

  @Test(arguments: [false, true])
  func openAIKnowsTextAndTimesAlone(usesChat: Bool) throws {
    let server = try PlayedEngine.server { ($0.dialect, $0.drafts) = ("openai", 4) }
    let answer = try ask(OpenAICompatible(), server, usesChat: usesChat)
    #expect(answer.ids == nil && answer.passes == nil && answer.counts == DraftCounts())
    #expect(answer.tokens == 12 && answer.text.split(separator: " ").count == 12)
    #expect(answer.chunks.count == 6 && answer.chunks.allSatisfy { $0.tokens == nil })
    #expect(server.heard.last?.path == (usesChat ? "/v1/chat/completions" : "/v1/completions"))
  }

  @Test(arguments: ["llama-server", "vllm", "sglang"])
  func candidatesHaveIDs(name: String) throws {
    let dialect = try DialectRegistry.builtIn.dialect(named: name)
    let server = try PlayedEngine.server { $0.dialect = name }
    let answer = try ask(dialect, server, likeliest: 2)
    #expect(answer.likeliest.count == 12)
    let third = try #require(answer.likeliest.dropFirst(2).first)
    #expect(Set(third.compactMap(\.id)) == [expected[2], expected[2] + 1])
  }

  @Test func stampsRiseAndBeginWithTheRequest() throws {
    let server = try PlayedEngine.server { _ in }
    let stamps = try ask(LlamaServer(), server).chunks.map(\.arrived)
    #expect(stamps == stamps.sorted() && stamps[0] > 0)
  }

  @Test func anUnknownDialectHasANeighbor() {
    #expect(throws: EngineSettingError.self) { try DialectRegistry.builtIn.dialect(named: "lama-server") }
  }
}
