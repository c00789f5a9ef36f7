import SpecCore
import SpecFiles

/// Reads the stream of an OpenAI-compatible interface, for completions of texts and of conversations.
struct CompletionStream {
  private(set) var answer = ServerAnswer()
  /// The extra object that vLLM sends with the usage where a flag asks for it.
  private(set) var metrics: JSONField<EngineFault>?
  private var isFinished = false

  /// Reads all messages.
  ///
  /// - Parameters:
  ///   - messages: the stream.
  ///   - server: the server, for complaints.
  ///   - maximumNewTokens: how many tokens were asked for.
  /// - Throws: ``EngineFault`` if it is no such stream or is not whole.
  init(
    _ messages: [(arrived: UInt64, message: JSONField<EngineFault>)],
    _ server: Server,
    maximumNewTokens: Int
  ) throws(EngineFault) {
    for (arrived, message) in messages { try take(message, at: arrived) }
    guard isFinished else {
      throw .notUnderstood(server: server.name, problem: "the stream ends without a finish_reason")
    }
    if let ids = answer.ids {
      answer.tokens = answer.tokens ?? ids.count
      // A server that leaves out some of them leaves it open which.
      if answer.tokens != ids.count { answer.ids = nil }
    }
    if answer.stopReason == .maximumNewTokens, let tokens = answer.tokens, tokens < maximumNewTokens {
      answer.stopReason = .contextLength
    }
  }

  private mutating func take(_ message: JSONField<EngineFault>, at time: UInt64) throws(EngineFault) {
    if let usage = message.known("usage") {
      answer.promptTokens = usage.count("prompt_tokens")
      answer.tokens = usage.count("completion_tokens")
      answer.cachedTokens = usage.known("prompt_tokens_details")?.count("cached_tokens")
    }
    answer.fingerprint = message.text("system_fingerprint") ?? answer.fingerprint
    metrics = message.known("metrics") ?? metrics
    // The message with the usage has no choice.
    guard let choice = try message.member("choices").elements().first else { return }
    let delta = choice.known("delta")
    let text = choice.text("text") ?? delta?.text("content") ?? ""
    answer.text += text
    let ids = try? choice.known("token_ids")?.integers()
    if let prompt = try? choice.known("prompt_token_ids")?.integers() { answer.promptIDs = prompt }
    if let ids { answer.ids = (answer.ids ?? []) + ids }
    if ids.map({ !$0.isEmpty }) ?? !text.isEmpty {
      answer.chunks.append(ServerChunk(arrived: time, tokens: ids?.count))
    }
    takeLikeliest(choice)
    if let reason = choice.text("finish_reason") {
      isFinished = true
      answer.stopReason = reason == "length" ? .maximumNewTokens : .endToken
    }
  }

  /// The form of completions: one object of names and values for each token.
  private mutating func takeLikeliest(_ choice: JSONField<EngineFault>) {
    for token in (try? choice.known("logprobs")?.known("top_logprobs")?.elements()) ?? [] {
      let candidates = (try? token.members()) ?? []
      answer.likeliest.append(
        candidates.compactMap { name, value in
          guard let logarithm = try? value.number() else { return nil }
          let id = name.hasPrefix("token_id:") ? Int(name.dropFirst("token_id:".count)) : nil
          return LikelyToken(id: id, text: name, logProbability: logarithm)
        }
      )
    }
  }
}

extension CompletionOrder {
  /// The members that all OpenAI-compatible interfaces take.
  ///
  /// - Parameter server: whose model is named.
  /// - Returns: the members, the prompt left out.
  func common(_ server: Server) -> [JSONMember] {
    var members: KeyValuePairs<String, JSONValue> {
      [
        "max_tokens": .integer(maximumNewTokens), "temperature": .number(temperature), "seed": .integer(seed),
        "stream": true, "stream_options": ["include_usage": true],
      ]
    }
    var all = members.map { JSONMember($0.key, $0.value) }
    if let model = server.model { all.append(JSONMember("model", .text(model))) }
    if temperature > 0, topP < 1 { all.append(JSONMember("top_p", .number(topP))) }
    return all
  }
}

extension JSONMember {
  /// A member of a name.
  init(_ name: String, _ value: JSONValue) { self.init(key: ArraySlice(name.utf8), value: value) }
}
