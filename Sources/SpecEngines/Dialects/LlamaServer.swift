import SpecCore
import SpecFiles

/// llama.cpp's `llama-server` by its own completion interface (tools/server/README.md): token ids, its own times, and what
/// each pass drafted and accepted.
///
/// Speculation cannot be switched by request, so that vanilla is a second server.
package struct LlamaServer: Dialect {
  package static let name = "llama-server"
  package static let summary = "llama.cpp's llama-server: ids, times and exact passes"
  package let readinessPath = "/health"
  package let takesIDs = true

  package var forbiddenArguments: [(argument: String, reason: String)] {
    ["--spec-synth-len", "--spec-synth-rates"].map {
      ($0, "makes up what is accepted, so that the output is not the model's")
    }
  }

  /// Makes the dialect.
  package init() {}

  package func facts(_ server: Server) throws(EngineFault) -> ServerFacts {
    var facts = ServerFacts()
    guard let properties = try server.document("/props") else { return facts }
    facts.modelPath = properties.text("model_path")
    facts.model = properties.text("model_alias") ?? facts.modelPath.map(Self.fileName)
    facts.weightType = properties.text("model_ftype")
    facts.version = properties.text("build_info").map(Self.program) ?? Self.name
    facts.slots = properties.count("total_slots")
    facts.contextLength = properties.known("default_generation_settings")?.count("n_ctx")
    if let slot = try server.document("/slots").flatMap({ try? $0.elements().first }) {
      facts.drafts = try? slot.known("speculative")?.boolean()
      facts.contextLength = facts.contextLength ?? slot.count("n_ctx")
    }
    facts.speculation =
      (properties.known("default_generation_settings")?.known("params") ?? properties).text("speculative.types")
    // These are the settings before the command line's, so that a server that drafts may say "none" here.
    if facts.drafts == true, facts.speculation == "none" { facts.speculation = nil }
    if let meta = try server.document("/v1/models")?.known("data").flatMap({ try? $0.elements().first?.known("meta") })
    {
      facts.parameters = meta.count("n_params")
    }
    return facts
  }

  package func tokenize(_ text: String, begins: Bool, _ server: Server) throws(EngineFault) -> [Int]? {
    let body: JSONValue = ["content": .text(text), "add_special": .boolean(begins), "parse_special": true]
    return try server.post("/tokenize", body).member("tokens").integers()
  }

  package func render(_ messages: [ServerMessage], _ server: Server) throws(EngineFault) -> ServerPrompt? {
    let body: JSONValue = ["messages": .array(messages.map(\.json))]
    let text = try server.post("/apply-template", body).member("prompt").string()
    // The server itself puts the begin token in front of a text where the model wants one, but not of ids.
    return ServerPrompt(ids: try tokenize(text, begins: true, server), text: text)
  }

  package func complete(
    _ order: CompletionOrder,
    _ server: Server,
    shouldStop: () -> Bool
  ) throws(EngineFault) -> ServerAnswer {
    let events = try server.stream("/completion", Self.body(order, streams: true), shouldStop: shouldStop)
    var reading = Reading()
    for event in events { try reading.take(event.message, at: event.arrived) }
    guard reading.isWhole else {
      throw .notUnderstood(server: server.name, problem: "the stream ends without its last message")
    }
    var answer = reading.answer(to: order)
    if reading.lacksIDs, !order.isAlone {
      answer.ids = nil
    } else if reading.lacksIDs {
      // An id of a character that several tokens make up does not appear in the stream.
      let whole = try server.post("/completion", Self.body(order, streams: false), shouldStop: shouldStop)
      let ids = try whole.member("tokens").integers()
      guard reading.agree(with: ids) else {
        throw .unfit(
          server: server.name,
          problem:
            "it gave two answers to one prompt, so that the ids of the first cannot be completed; check what is random"
        )
      }
      answer.ids = ids
    }
    return answer
  }

  private static func body(_ order: CompletionOrder, streams: Bool) -> JSONValue {
    let prompt = order.prompt.ids.map { JSONValue.array($0.map(JSONValue.integer)) } ?? .text(order.prompt.text)
    return [
      "prompt": prompt, "n_predict": .integer(order.maximumNewTokens), "temperature": .number(order.temperature),
      "top_k": .integer(order.temperature == 0 ? 1 : order.topK), "top_p": .number(order.topP), "min_p": .integer(0),
      "seed": .integer(order.seed), "cache_prompt": false, "return_tokens": true,
      "timings_per_token": .boolean(streams), "stream": .boolean(streams), "n_probs": .integer(order.likeliest),
    ]
  }

  /// The program of a build: others that speak this dialect, as `specbench serve` does, say their own name.
  private static func program(_ build: String) -> String {
    build.hasPrefix("b") && build.dropFirst().first?.isNumber == true ? "\(name) \(build)" : build
  }

  private static func fileName(_ path: String) -> String {
    path.split(whereSeparator: { $0 == "/" || $0 == "\\" }).last.map(String.init) ?? path
  }

  /// Adds up the messages of a stream.
  private struct Reading {
    /// What the server has counted when a message was sent.
    private struct Count: Equatable {
      var tokens = 0
      var drafted = 0
      var accepted = 0
      /// The time of the last verification, in milliseconds: all tokens of a pass have the same.
      var time: Double?
    }

    private(set) var isWhole = false
    private var result = ServerAnswer()
    /// Ids with their places, as far as the stream has them.
    private var ids: [(place: Int, id: Int)] = []
    private var counts: [Count] = []
    private var total: Count?

    /// Whether the stream leaves out ids.
    var lacksIDs: Bool { ids.count != result.tokens }

    func agree(with all: [Int]) -> Bool {
      all.count == result.tokens && ids.allSatisfy { all.indices.contains($0.place) && all[$0.place] == $0.id }
    }

    mutating func take(_ message: JSONField<EngineFault>, at time: UInt64) throws(EngineFault) {
      result.text += try message.member("content").string()
      let isLast = try message.member("stop").boolean()
      let timings = message.known("timings")
      let predicted = message.count("tokens_predicted") ?? timings?.count("predicted_n")
      var count = Count(tokens: predicted ?? (counts.last?.tokens ?? 0))
      count.drafted = timings?.count("draft_n") ?? 0
      count.accepted = timings?.count("draft_n_accepted") ?? 0
      count.time = try? timings?.known("predicted_ms")?.number()
      if isLast { try end(message, count) }
      let new = (try? message.member("tokens").unlessNull?.integers()) ?? []
      guard !isLast || !new.isEmpty else { return }
      ids += new.enumerated().map { (count.tokens - new.count + $0.offset, $0.element) }
      result.chunks.append(ServerChunk(arrived: time, tokens: max(count.tokens - (counts.last?.tokens ?? 0), 0)))
      counts.append(count)
      takeLikeliest(message)
    }

    private mutating func takeLikeliest(_ message: JSONField<EngineFault>) {
      for token in (try? message.known("completion_probabilities")?.elements()) ?? [] {
        let candidates = (try? token.known("top_logprobs")?.elements()) ?? []
        result.likeliest.append(
          candidates.compactMap { candidate in
            guard let value = try? candidate.known("logprob")?.number() else { return nil }
            return LikelyToken(id: candidate.count("id"), text: candidate.text("token") ?? "", logProbability: value)
          }
        )
      }
    }

    private mutating func end(_ message: JSONField<EngineFault>, _ count: Count) throws(EngineFault) {
      isWhole = true
      total = count
      result.tokens = count.tokens
      result.stopReason = message.text("stop_type") == "limit" ? .maximumNewTokens : .endToken
      let timings = message.known("timings")
      result.times = ServerTimes(
        prompt: timings?.milliseconds("prompt_ms"),
        decode: timings?.milliseconds("predicted_ms")
      )
      result.cachedTokens = timings?.count("cache_n")
      result.promptTokens = message.count("tokens_evaluated")
      if timings?.count("draft_n") != nil {
        result.counts = DraftCounts(drafted: count.drafted, accepted: count.accepted)
      } else if timings != nil {
        // A server that drafts nothing has no such counts.
        result.counts = DraftCounts(drafts: 0, drafted: 0, accepted: 0)
      }
    }

    func answer(to order: CompletionOrder) -> ServerAnswer {
      var answer = result
      answer.ids = ids.map(\.id)
      if answer.stopReason == .maximumNewTokens, result.tokens ?? 0 < order.maximumNewTokens {
        answer.stopReason = .contextLength
      }
      guard let passes else { return answer }
      (answer.passes, answer.passSource) = (passes, .timings)
      if answer.counts.drafted != nil { answer.counts.drafts = passes.count { $0.drafted ?? 0 > 0 } }
      return answer
    }

    /// The passes after the prompt's, from the counts at the moments of verification.
    private var passes: [ServerPass]? {
      guard !counts.isEmpty, counts.allSatisfy({ $0.time != nil }), let total else { return nil }
      // The last count of each moment, and what came after the last message.
      var moments: [Count] = []
      for count in counts {
        if moments.last?.time == count.time { moments.removeLast() }
        moments.append(count)
      }
      if let last = moments.last, total.tokens > last.tokens || total.drafted > last.drafted {
        if total.tokens > last.tokens { moments.append(total) } else { moments[moments.count - 1] = total }
      }
      // The first token belongs to the prompt's pass; more than one has come where its character was incomplete.
      if let first = moments.first, first.tokens > 1 { moments.insert(Count(tokens: 1), at: 0) }
      return zip(moments, moments.dropFirst()).flatMap { before, after in
        Self.passes(
          tokens: after.tokens - before.tokens,
          drafted: after.drafted - before.drafted,
          accepted: after.accepted - before.accepted
        )
      }
    }

    /// The passes between two messages: more than one where no message was sent while a character was incomplete. Each
    /// gives one token beside those accepted, which tells how many they were.
    private static func passes(tokens: Int, drafted: Int, accepted: Int) -> [ServerPass] {
      let singles = max(tokens - accepted - 1, 0)
      let last = ServerPass(emitted: max(tokens - singles, 0), drafted: max(drafted, 0), accepted: max(accepted, 0))
      return Array(repeating: ServerPass(emitted: 1, drafted: 0, accepted: 0), count: singles) + [last]
    }
  }
}

extension ServerMessage {
  /// The message as all chat interfaces take it.
  var json: JSONValue { ["role": .text(role), "content": .text(content)] }
}
