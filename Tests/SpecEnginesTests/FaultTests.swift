import SpecEngines
import Testing

/// What becomes of servers that misbehave: always one sentence, never a crash or a wait without end.
@Suite struct FaultTests {
  private func complete(_ url: String, silence: Int = 30) throws -> ServerAnswer {
    var patience = ServerClient.Patience()
    (patience.silence, patience.connection) = (silence, 2)
    let client = try ServerClient(address: ServerAddress(url), patience: patience)
    let order = CompletionOrder(prompt: ServerPrompt(ids: [1, 2], text: ""), maximumNewTokens: 4)
    return try LlamaServer().complete(order, Server(client: client), shouldStop: { false })
  }

  /// The name of the fault's case.
  private func kind(_ fault: EngineFault?) -> String? {
    fault.flatMap { Mirror(reflecting: $0).children.first?.label }
  }

  private func fault(_ reply: Reply, silence: Int = 30) throws -> EngineFault {
    let server = try ScriptedServer { _ in reply }
    do {
      _ = try complete(server.url, silence: silence)
      Issue.record("an answer")
      throw EngineFault.stopped
    } catch let fault as EngineFault {
      #expect(fault.description.contains(server.url) && !fault.description.contains("\n"))
      return fault
    }
  }

  @Test func nobodyListens() throws {
    let fault = #expect(throws: EngineFault.self) { try complete("http://127.0.0.1:1") }
    #expect(kind(fault) == "unreachable" && fault?.mayPass == true)
  }

  @Test(arguments: [
    (401, false), (403, false), (404, false), (400, false), (408, true), (429, true), (500, true), (503, true),
  ])
  func refusals(status: Int, mayPass: Bool) throws {
    let fault = try fault(.answer(status: status, body: #"{"error":{"message":"no\nno","code":1}}"#))
    #expect(kind(fault) == "refused" && fault.description.contains("no\\nno") && fault.mayPass == mayPass)
  }

  @Test func anErrorThatIsAText() throws {
    #expect(try fault(.answer(status: 401, body: #"{"error":"Unauthorized"}"#)).description.contains("Unauthorized"))
    #expect(try fault(.answer(status: 500, body: "<html>oops")).description.contains("oops"))
  }

  @Test func theServerHangsUp() throws {
    #expect(try kind(fault(.hangUp)) == "brokenOff")
  }

  @Test func theStreamBreaksOff() throws {
    let event = "data: {\"content\":\"a\",\"tokens\":[1],\"stop\":false,\"tokens_predicted\":1}\n\n"
    #expect(try kind(fault(.stream([event], ends: false))) == "brokenOff")
    // The HTTP ends as it should, but the last message is missing, or is cut.
    #expect(try kind(fault(.stream([event], ends: true))) == "notUnderstood")
    #expect(try kind(fault(.stream([event, "data: {\"con"], ends: true))) == "brokenOff")
  }

  @Test(arguments: [
    "data: garbage\n\n", "data: {}\n\n", "data: []\n\n", "hello", "data: {\"content\": 3}\n\n", "data: \u{1}\n\n",
  ])
  func garbage(text: String) throws {
    let fault = try fault(.stream([text], ends: true))
    #expect(["notUnderstood", "brokenOff"].contains(kind(fault)))
  }

  @Test func anErrorInsideTheStream() throws {
    let fault = try fault(.stream(["data: {\"error\":{\"message\":\"out of memory\"}}\n\n"], ends: true))
    #expect(fault.description.contains("out of memory") && fault.mayPass)
  }

  @Test(arguments: [
    "SSH-2.0-OpenSSH_9.2\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Le", "HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\n{",
  ])
  func somethingElseThanHTTP(text: String) throws {
    let server = try ScriptedServer(saying: text)
    let fault = #expect(throws: EngineFault.self) { try complete(server.url) }
    #expect(["notUnderstood", "brokenOff"].contains(kind(fault)), "\(fault.map { "\($0)" } ?? "")")
  }

  @Test func theServerKeepsSilent() throws {
    #expect(try kind(fault(.silence, silence: 1)) == "silent")
  }

  @Test func aWrongModelIsNamed() throws {
    let server = try PlayedEngine.server { $0.dialect = "openai" }
    let client = try ServerClient(address: ServerAddress(server.url))
    let fault = #expect(throws: EngineFault.self) {
      try OpenAICompatible().facts(Server(client: client, model: "other"))
    }
    #expect(fault?.description.contains("\"played\"") == true && fault?.mayPass == false)
  }

  @Test func theKeyIsSentAndNotShown() throws {
    let server = try ScriptedServer { request in
      request.headers["authorization"] == "Bearer s3cret"
        ? .answer(status: 200, body: "{}") : .answer(status: 401, body: "{}")
    }
    let client = try ServerClient(address: ServerAddress(server.url), key: "s3cret")
    #expect(try client.send(.get("/")).status == 200)
    #expect(!"\(client.name)".contains("s3cret"))
  }

  @Test func aStopEndsTheWait() throws {
    let server = try ScriptedServer { _ in .silence }
    let client = try ServerClient(address: ServerAddress(server.url))
    #expect(throws: EngineFault.stopped) { try client.send(.get("/"), shouldStop: { !server.heard.isEmpty }) }
  }

  @Test func eventsInAnyPieces() {
    let text = ": ping\r\ndata: one\r\n\r\ndata:two\ndata: three\n\nevent: x\rdata: four\r\r"
    for size in 1...7 {
      let bytes = Array(text.utf8)
      let parts = stride(from: 0, to: bytes.count, by: size).map {
        StampedBytes(arrived: UInt64($0), bytes: Array(bytes[$0..<min($0 + size, bytes.count)]))
      }
      let (events, isCut) = EventStream.events(parts)
      #expect(events.map { String(decoding: $0.data, as: UTF8.self) } == ["one", "two\nthree", "four"] && !isCut)
    }
  }
}
