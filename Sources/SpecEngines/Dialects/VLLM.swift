import SpecCore
import SpecFiles

/// vLLM's OpenAI-compatible server: token ids in and out, its own counters of speculation, and with two flags its times and
/// the lists of what each pass drafted and accepted.
///
/// Speculation cannot be switched by request, so that vanilla is a second server.
package struct VLLM: Dialect {
  package static let name = "vllm"
  package static let summary = "vLLM: ids, pieces that are passes, counters of drafts"
  package let readinessPath = "/health"
  package let takesIDs = true

  /// Makes the dialect.
  package init() {}

  package func facts(_ server: Server) throws(EngineFault) -> ServerFacts {
    var facts = try server.modelFacts()
    let page = try server.document("/version")
    // Others that speak this dialect, as `specbench serve` does, say their own name.
    facts.version = page?.text("version").map { "\(page?.text("engine") ?? "vLLM") \($0)" }
    // The counters are there with speculation only.
    if let metrics = try server.text("/metrics") {
      facts.drafts = MetricsPage(metrics).drafts(prefix: "vllm:") != nil
    }
    return facts
  }

  package func tokenize(_ text: String, begins: Bool, _ server: Server) throws(EngineFault) -> [Int]? {
    try server.tokens([JSONMember("prompt", .text(text)), JSONMember("add_special_tokens", .boolean(begins))])
  }

  package func render(_ messages: [ServerMessage], _ server: Server) throws(EngineFault) -> ServerPrompt? {
    let body = [
      JSONMember("messages", .array(messages.map(\.json))), JSONMember("add_generation_prompt", true),
    ]
    return ServerPrompt(ids: try server.tokens(body), text: "")
  }

  package func complete(
    _ order: CompletionOrder,
    _ server: Server,
    shouldStop: () -> Bool
  ) throws(EngineFault) -> ServerAnswer {
    var body = order.common(server)
    let prompt = order.prompt.ids.map { JSONValue.array($0.map(JSONValue.integer)) } ?? .text(order.prompt.text)
    body += [JSONMember("prompt", prompt), JSONMember("return_token_ids", true)]
    if order.temperature > 0, order.topK > 0 { body.append(JSONMember("top_k", .integer(order.topK))) }
    if order.likeliest > 0 {
      body += [
        JSONMember("logprobs", .integer(order.likeliest)), JSONMember("return_tokens_as_token_ids", true),
      ]
    }
    let before = order.isAlone ? try counters(server) : nil
    let messages = try server.stream("/v1/completions", .object(body), shouldStop: shouldStop)
    let stream = try CompletionStream(messages, server, maximumNewTokens: order.maximumNewTokens)
    var answer = stream.answer
    if let before, let after = try counters(server) { answer.counts = after.since(before) }
    if let metrics = stream.metrics { Self.take(metrics, into: &answer) }
    let lists = stream.metrics?.known("speculative_decoding").flatMap(PassLists.init)
    if let lists { answer.counts = lists.counts }
    (answer.passes, answer.passSource) = PassReading(answer, isVanilla: server.isVanilla, lists: lists).result
    return answer
  }

  package func counters(_ server: Server) throws(EngineFault) -> DraftCounts? {
    server.isVanilla ? nil : try server.text("/metrics").flatMap { MetricsPage($0).drafts(prefix: "vllm:") }
  }

  private static func take(_ metrics: JSONField<EngineFault>, into answer: inout ServerAnswer) {
    answer.times = ServerTimes(
      prompt: metrics.milliseconds("time_to_first_token_ms"),
      decode: metrics.milliseconds("generation_time_ms")
    )
  }
}

extension Server {
  /// What `/tokenize` makes of a prompt.
  fileprivate func tokens(_ members: [JSONMember]) throws(EngineFault) -> [Int] {
    let body = members + (model.map { [JSONMember("model", .text($0))] } ?? [])
    return try post("/tokenize", .object(body)).member("tokens").integers()
  }
}
