import SpecDecoding
import SpecFiles
import SpecTestSupport
import Testing

/// Completions: the same tokens from every decoder and in every form, and accounts that agree with one another.
@Suite struct CompletionTests {
  private let server: RunningServer

  init() throws { server = try RunningServer() }

  private func completion(_ more: KeyValuePairs<String, JSONValue>, _ path: String = "/v1/completions") throws
    -> PlainHTTPClient.Answer
  {
    var members = JSONValue.members(["prompt": "The quick brown fox jumps", "max_tokens": 60, "ignore_eos": true])
    if case .object(let old) = members, case .object(let new) = JSONValue.members(more) { members = .object(old + new) }
    let answer = try server.post(path, members)
    #expect(answer.status == 200, "\(answer.text)")
    return answer
  }

  @Test(arguments: [0, 0.9])
  func everyDecoderGivesVanillasTokens(temperature: Double) throws {
    let sampling: KeyValuePairs<String, JSONValue> = [
      "temperature": .number(temperature), "seed": 7, "return_token_ids": true, "decoder": "vanilla",
    ]
    let vanilla = try completion(sampling).json["choices.0"]
    #expect(vanilla["token_ids"].integers.count == 60)
    for method in RunningServer.methods {
      let answer = try completion([
        "temperature": .number(temperature), "seed": 7, "return_token_ids": true, "decoder": .text(method),
      ]).json
      #expect(answer["choices.0.token_ids"] == vanilla["token_ids"], "\(method)")
      #expect(answer["choices.0.text"] == vanilla["text"])
      #expect(answer["metrics.decoder"].text?.hasPrefix(method) == true)
    }
    let named = try completion([
      "temperature": .number(temperature), "seed": 7, "return_token_ids": true,
      "model": .text(server.modelName + ":medusa"),
    ]).json
    #expect(named["choices.0.token_ids"] == vanilla["token_ids"])
    #expect(named["metrics.decoder"].text?.hasPrefix("medusa") == true)
  }

  @Test func aSeedChoosesTheDraws() throws {
    let texts = try [1, 1, 2].map { seed in
      try completion(["temperature": 1, "seed": .integer(seed)]).json["choices.0.text"]
    }
    #expect(texts[0] == texts[1] && texts[0] != texts[2])
  }

  @Test func aStreamIsTheWholeAnswerInPasses() throws {
    for method in ["vanilla", "kangaroo", "medusa", "prompt-lookup"] {
      let whole = try completion(["return_token_ids": true, "decoder": .text(method)]).json
      let stream = try completion([
        "return_token_ids": true, "decoder": .text(method), "stream": true,
        "stream_options": ["include_usage": true],
      ])
      #expect(stream.headers["content-type"]?.hasPrefix("text/event-stream") == true)
      #expect(stream.text.hasSuffix("data: [DONE]\n\n"))
      let choices = stream.events.map { $0["choices.0"] }.filter { $0 != .null }
      let tokens = choices.flatMap { $0["token_ids"].integers }
      #expect(tokens == whole["choices.0.token_ids"].integers)
      // The model says random bytes: its text is whole characters all the same, in each of the events.
      #expect(choices.compactMap { $0["text"].text }.joined() == whole["choices.0.text"].text)
      #expect(choices.first?["prompt_token_ids"] == whole["choices.0.prompt_token_ids"])
      #expect(
        choices.last?["finish_reason"] == "length" && choices.dropLast().allSatisfy { $0["finish_reason"] == .null }
      )
      let last = try #require(stream.events.last)
      #expect(last["usage.completion_tokens"].whole == 60 && last["choices"].list.isEmpty)
      // A chunk is a pass; the last cycle is cut at the end.
      let lengths = last["metrics.accept_lengths"].integers
      let chunks = choices.map { $0["token_ids"].integers.count }.filter { $0 > 0 }
      #expect(chunks.first == 1 && Array(chunks.dropFirst().dropLast()) == Array(lengths.dropLast()))
      let steps = last["metrics.speculative_decoding.per_step_accepted"].integers
      #expect(lengths.reduce(0) { $0 + $1 - 1 } == steps.reduce(0, +))
      #expect(last["metrics.speculative_decoding"].has("num_draft_tokens") == (method != "vanilla"))
    }
  }

  @Test func nativeEventsTellPassesByTheirTimes() throws {
    let whole = try completion(
      ["n_predict": 60, "return_tokens": true, "decoder": "kangaroo:steps=6"],
      "/completion"
    )
    #expect(whole.json["stop_type"] == "limit" && whole.json["tokens_evaluated"].whole == 25)
    let stream = try completion(
      ["n_predict": 60, "timings_per_token": true, "stream": true, "decoder": "kangaroo"],
      "/completion"
    )
    let events = stream.events.dropLast()
    #expect(events.flatMap { $0["tokens"].integers } == whole.json["tokens"].integers)
    #expect(events.map { $0["tokens_predicted"].whole } == Array(1...60))
    let last = try #require(stream.events.last)
    #expect(last["stop"] == true && last["timings.predicted_n"].whole == 60)
    // What ENGINES' readers do: a new time is a new pass.
    var lengths: [Int] = []
    var time = -1.0
    for event in events {
      let now = event["timings.predicted_ms"].real ?? -1
      if now != time { lengths.append(0) }
      lengths[lengths.count - 1] += 1
      time = now
    }
    let cycles = last["metrics.accept_lengths"].integers
    #expect(lengths.first == 1 && Array(lengths.dropFirst().dropLast()) == Array(cycles.dropLast()))
    #expect(last["timings.draft_n_accepted"].whole ?? 0 == cycles.reduce(0) { $0 + $1 - 1 })
  }

  @Test func logProbabilitiesChangeNothing() throws {
    for method in RunningServer.methods {
      let plain = try completion(["return_token_ids": true, "decoder": .text(method)]).json["choices.0"]
      let scored = try completion(["return_token_ids": true, "decoder": .text(method), "logprobs": 3]).json["choices.0"]
      #expect(scored["token_ids"] == plain["token_ids"], "\(method)")
      let chosen = scored["logprobs.token_logprobs"].list.compactMap(\.real)
      #expect(chosen.count == 60 && chosen.allSatisfy { $0 <= 0 })
      for (place, value) in chosen.enumerated() {
        guard case .object(let members) = scored["logprobs.top_logprobs.\(place)"] else {
          Issue.record("no candidates at \(place)")
          return
        }
        // Greedy: the output's token is the likeliest.
        #expect(members.count == 3 && members.first?.value.real == value)
      }
      let first = try completion(["decoder": "vanilla", "logprobs": 3]).json["choices.0.logprobs"]
      #expect(scored["logprobs"] == first)
    }
  }

  @Test func stopTextsEndTheTextBeforeThem() throws {
    let whole = try completion(["return_token_ids": true]).json["choices.0"]
    let text = Array((whole["text"].text ?? "").unicodeScalars)
    let stop = String(String.UnicodeScalarView(text[20..<23]))
    let place = try #require((whole["text"].text ?? "").firstRange(of: stop))
    let before = String((whole["text"].text ?? "")[..<place.lowerBound])
    var tokens: Set<[Int]> = []
    for method in RunningServer.methods {
      let request: KeyValuePairs<String, JSONValue> = [
        "return_token_ids": true, "decoder": .text(method), "stop": [.text("never said"), .text(stop)],
      ]
      let cut = try completion(request).json["choices.0"]
      #expect(
        cut["text"].text == before && cut["finish_reason"] == "stop" && cut["stop_reason"].text == stop,
        "\(method)"
      )
      tokens.insert(cut["token_ids"].integers)
      let stream = try completion([
        "return_token_ids": true, "decoder": .text(method), "stop": [.text("never said"), .text(stop)], "stream": true,
      ])
      #expect(stream.events.compactMap { $0["choices.0.text"].text }.joined() == before)
    }
    #expect(tokens.count == 1)
  }

  @Test func chatsAreWrittenWithTheTemplate() throws {
    let messages: JSONValue = .array([["role": "user", "content": "Who </s> there?"]])
    let body: JSONValue = ["messages": messages, "max_tokens": 20, "return_token_ids": true, "ignore_eos": true]
    let answer = try server.post("/v1/chat/completions", body).json
    #expect(answer["object"] == "chat.completion" && answer["choices.0.message.role"] == "assistant")
    let prompt = try server.post("/apply-template", ["messages": messages]).json["prompt"]
    #expect(prompt == "user:Who </s> there?\nassistant:")
    // What the user says is a text, whatever it looks like.
    let tokens = answer["choices.0.prompt_token_ids"].integers
    #expect(!tokens.contains(2) && tokens.count == "user:Who </s> there?\nassistant:".utf8.count)
    let raw = try server.post(
      "/v1/completions",
      ["prompt": .array(tokens.map { .integer($0) }), "max_tokens": 20, "return_token_ids": true, "ignore_eos": true]
    ).json
    #expect(raw["choices.0.text"] == answer["choices.0.message.content"])
    let stream = try server.post(
      "/v1/chat/completions",
      ["messages": messages, "max_tokens": 20, "stream": true, "ignore_eos": true, "logprobs": true, "top_logprobs": 2]
    )
    let deltas = stream.events.map { $0["choices.0.delta"] }
    #expect(deltas.first?["role"] == "assistant")
    #expect(deltas.compactMap { $0["content"].text }.joined() == answer["choices.0.message.content"].text)
    #expect(stream.events[0]["choices.0.logprobs.content.0.top_logprobs"].list.count == 2)
    #expect(stream.events.last?["timings.predicted_n"].whole == 20)
  }

  @Test func countersAreTheSumOfTheAnswers() throws {
    let names = ["num_drafts_total", "num_draft_tokens_total", "num_accepted_tokens_total"].map {
      "vllm:spec_decode_" + $0
    }
    #expect(try names.map(server.metric) == [0, 0, 0])
    let answer = try completion(["decoder": "kangaroo"]).json["metrics.speculative_decoding"]
    let own = ["num_spec_steps", "num_draft_tokens", "num_accepted_draft_tokens"].map { answer[$0].whole }
    #expect(try names.map(server.metric) == own && (own[0] ?? 0) > 0)
    _ = try completion(["decoder": "vanilla"])
    #expect(try names.map(server.metric) == own)
    #expect(try server.metric("vllm:generation_tokens_total") == 120)
  }

  @Test func sixtyFourStreamsAtOnceLoseNothing() async throws {
    let expected = try completion([:]).json["choices.0.text"].text
    let server = server
    let texts = try await withThrowingTaskGroup(of: String.self) { group in
      for _ in 0..<64 {
        group.addTask {
          let answer = try server.post(
            "/v1/completions",
            ["prompt": "The quick brown fox jumps", "max_tokens": 60, "ignore_eos": true, "stream": true]
          )
          return answer.events.compactMap { $0["choices.0.text"].text }.joined()
        }
      }
      return try await group.reduce(into: []) { $0.append($1) }
    }
    #expect(texts.count == 64 && Set(texts) == [expected])
  }
}
