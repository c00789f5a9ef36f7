import SpecCore
import SpecFiles

/// SGLang's own `/generate` (docs.sglang.io, "Native APIs"): token ids in and out, and how many passes verified drafts.
package struct SGLang: Dialect {
  package static let name = "sglang"
  package static let summary = "SGLang: ids, number of verifications"
  package let readinessPath = "/health_generate"
  package let takesIDs = true

  /// Makes the dialect.
  package init() {}

  package func facts(_ server: Server) throws(EngineFault) -> ServerFacts {
    var facts = try server.modelFacts()
    var info = try server.document("/server_info")
    // Its name in older servers.
    if info == nil { info = try server.document("/get_server_info") }
    guard let info else { return facts }
    facts.version = info.text("version").map { "SGLang \($0)" }
    facts.modelPath = info.text("model_path") ?? facts.modelPath
    facts.contextLength = facts.contextLength ?? info.count("context_length")
    facts.speculation = info.text("speculative_algorithm")
    facts.drafts = facts.speculation != nil
    if let isOff = try? info.known("disable_radix_cache")?.boolean() {
      facts.others["disable_radix_cache"] = "\(isOff)"
    }
    return facts
  }

  package func tokenize(_ text: String, begins: Bool, _ server: Server) throws(EngineFault) -> [Int]? {
    var body = [JSONMember("prompt", .text(text)), JSONMember("add_special_tokens", .boolean(begins))]
    if let model = server.model { body.append(JSONMember("model", .text(model))) }
    return try server.post("/tokenize", .object(body)).member("tokens").integers()
  }

  package func render(_ messages: [ServerMessage], _ server: Server) throws(EngineFault) -> ServerPrompt? { nil }

  package func complete(
    _ order: CompletionOrder,
    _ server: Server,
    shouldStop: () -> Bool
  ) throws(EngineFault) -> ServerAnswer {
    let prompt =
      order.prompt.ids.map { JSONMember("input_ids", .array($0.map(JSONValue.integer))) }
      ?? JSONMember("text", .text(order.prompt.text))
    var sampling: [JSONMember] = [
      JSONMember("max_new_tokens", .integer(order.maximumNewTokens)),
      JSONMember("temperature", .number(order.temperature)), JSONMember("top_p", .number(order.topP)),
    ]
    if order.temperature > 0 {
      sampling.append(JSONMember("sampling_seed", .integer(order.seed)))
      if order.topK > 0 { sampling.append(JSONMember("top_k", .integer(order.topK))) }
    }
    var body = [prompt, JSONMember("sampling_params", .object(sampling)), JSONMember("stream", true)]
    if order.likeliest > 0 {
      body += [JSONMember("return_logprob", true), JSONMember("top_logprobs_num", .integer(order.likeliest))]
    }
    var reading = Reading()
    for event in try server.stream("/generate", .object(body), shouldStop: shouldStop) {
      try reading.take(event.message, at: event.arrived)
    }
    return try reading.answer(order, server)
  }

  private struct Reading {
    private var answer = ServerAnswer()
    private var verifications: Int?
    private var isFinished = false

    mutating func take(_ message: JSONField<EngineFault>, at time: UInt64) throws(EngineFault) {
      let meta = try message.member("meta_info")
      let before = answer.ids?.count ?? 0
      if let text = message.text("text") { answer.text = Self.joined(answer.text, text) }
      if let ids = try? message.known("output_ids")?.integers() { answer.ids = Self.joined(answer.ids ?? [], ids) }
      let count = (answer.ids?.count ?? 0) - before
      if count > 0 { answer.chunks.append(ServerChunk(arrived: time, tokens: count)) }
      answer.promptTokens = meta.count("prompt_tokens")
      answer.cachedTokens = meta.count("cached_tokens")
      answer.tokens = meta.count("completion_tokens") ?? answer.tokens
      verifications = meta.count("spec_verify_ct") ?? verifications
      // The second names are those of older servers.
      answer.counts = DraftCounts(
        drafts: verifications,
        drafted: meta.count("spec_num_proposed_drafts") ?? meta.count("spec_draft_token_num"),
        accepted: meta.count("spec_num_correct_drafts") ?? meta.count("spec_accept_token_num")
      )
      takeLikeliest(meta)
      guard let reason = meta.known("finish_reason") else { return }
      isFinished = true
      answer.stopReason = reason.text("type") == "length" ? .maximumNewTokens : .endToken
    }

    private mutating func takeLikeliest(_ meta: JSONField<EngineFault>) {
      guard let tokens = try? meta.known("output_top_logprobs")?.elements() else { return }
      // [log probability, id, text] for each candidate of each token so far.
      answer.likeliest = tokens.map { token in
        ((try? token.elements()) ?? []).compactMap { candidate in
          guard let parts = try? candidate.elements(), parts.count >= 2, let value = try? parts[0].number() else {
            return nil
          }
          return LikelyToken(
            id: try? parts[1].integer(),
            text: parts.dropFirst(2).first?.value?.text ?? "",
            logProbability: value
          )
        }
      }
    }

    func answer(_ order: CompletionOrder, _ server: Server) throws(EngineFault) -> ServerAnswer {
      guard isFinished else {
        throw .notUnderstood(server: server.name, problem: "the stream ends without a finish_reason")
      }
      var answer = answer
      if let ids = answer.ids, answer.tokens != ids.count { answer.ids = nil }
      (answer.passes, answer.passSource) = PassReading(answer, isVanilla: server.isVanilla, lists: nil).result
      return answer
    }

    /// Each message repeats all that came before, unless the server was told to send only what is new.
    private static func joined<Items: RangeReplaceableCollection>(_ old: Items, _ new: Items) -> Items
    where Items.Element: Equatable { new.starts(with: old) ? new : old + new }
  }
}
