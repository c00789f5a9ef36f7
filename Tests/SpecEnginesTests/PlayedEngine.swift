import Foundation
import Synchronization

/// A made-up engine that plays the servers of every dialect: its model goes on with numbers that follow from the prompt.
final class PlayedEngine: Sendable {
  /// How it behaves.
  struct Behavior: Sendable {
    var dialect = "llama-server"
    /// The longest draft; 0 drafts nothing.
    var drafts = 0
    /// The place at which its output leaves vanilla's.
    var leavesAt: Int?
    /// How the likelihoods of vanilla's token and the one it leaves for differ.
    var margin = 0.125
    /// Whether each answer is another.
    var isRandom = false
    /// The first completion that has drafts.
    var draftsFrom = 0
    /// Whether drafts fit better once something has been answered.
    var learns = false
    /// Tokens of a repeated prompt that come from a cache.
    var cached = 0
    /// Whether SGLang's paths and counters have the names that they had before 0.5.
    var hasOlderNames = false
    /// Whether vLLM lists what its passes did.
    var listsPasses = false
    /// Whether the text of some token waits for the next, as in the middle of a character.
    var holdsBack = false
    /// Where answers wait for each other; nil for nowhere.
    var gate: @Sendable () -> Gate? = { nil }
    /// What happens instead of the n-th completion, from 0.
    var fault: @Sendable (Int) -> Reply? = { _ in nil }
  }

  private let behavior: Behavior
  private let completions = Mutex(0)
  private let counters = Mutex((drafts: 0, drafted: 0, accepted: 0))

  init(_ behavior: Behavior) { self.behavior = behavior }

  /// A server that behaves so.
  static func server(_ change: (inout Behavior) -> Void) throws -> ScriptedServer {
    var behavior = Behavior()
    change(&behavior)
    let engine = PlayedEngine(behavior)
    return try ScriptedServer { engine.reply(to: $0) }
  }

  /// What the model says.
  static func answer(to prompt: [Int], count: Int) -> [Int] {
    (0..<count).map { (prompt.reduce(7) { ($0 &* 31 &+ $1) % 9973 } &+ $0 * $0) % 200 + 10 }
  }

  static func text(of tokens: [Int]) -> String { tokens.map { " w\($0)" }.joined() }

  func reply(to request: HeardRequest) -> Reply {
    let reply = own(request)
    guard Self.completions.contains(request.path), let gate = behavior.gate() else { return reply }
    return .together(gate, reply)
  }

  private static let completions = ["/completion", "/v1/completions", "/v1/chat/completions", "/generate"]

  private func own(_ request: HeardRequest) -> Reply {
    switch request.path {
    case "/health", "/health_generate": return .answer(status: 200, body: #"{"status":"ok"}"#)
    case "/props":
      return .answer(
        status: 200,
        body:
          #"{"model_path":"/models/played.gguf","model_ftype":"Q8_0","total_slots":1,"build_info":"b1-test","default_generation_settings":{"n_ctx":4096,"params":{"speculative.types":"none"}}}"#
      )
    case "/slots": return .answer(status: 200, body: #"[{"id":0,"n_ctx":4096,"speculative":\#(behavior.drafts > 0)}]"#)
    case "/version": return .answer(status: 200, body: #"{"version":"0.0-test"}"#)
    case behavior.hasOlderNames ? "/get_server_info" : "/server_info":
      let algorithm = behavior.drafts > 0 ? #""NGRAM""# : "null"
      return .answer(status: 200, body: #"{"version":"0.0-test","speculative_algorithm":\#(algorithm)}"#)
    case "/v1/models":
      return .answer(status: 200, body: #"{"data":[{"id":"played","root":"/models/played","max_model_len":4096}]}"#)
    case "/metrics": return metrics
    case "/apply-template":
      return .answer(status: 200, body: #"{"prompt":"\#(Self.words(request).joined(separator: " "))"}"#)
    case "/tokenize":
      let ids = Self.words(request).map { $0.utf8.reduce(5) { ($0 &* 31 &+ Int($1)) % 997 } }
      return .answer(status: 200, body: #"{"tokens":\#(ids),"count":\#(ids.count)}"#)
    case _ where Self.completions.contains(request.path): return complete(request)
    default: return .answer(status: 404, body: #"{"error":{"message":"not found","code":404}}"#)
    }
  }

  private static func words(_ request: HeardRequest) -> [String] {
    let messages = request.json["messages"] as? [[String: String]]
    let text =
      messages?.map { "\($0["role"] ?? "") \($0["content"] ?? "")" }.joined(separator: " ")
      ?? request.json["content"] as? String ?? request.json["prompt"] as? String ?? ""
    return text.split { !$0.isLetter && !$0.isNumber }.map(String.init)
  }

  private var metrics: Reply {
    let count = counters.withLock { $0 }
    guard behavior.drafts > 0 else { return .answer(status: 200, body: "# none\n") }
    return .answer(
      status: 200,
      body: """
        # HELP vllm:spec_decode_num_drafts_total drafts
        vllm:spec_decode_num_drafts_total{engine="0",model_name="played"} \(count.drafts).0
        vllm:spec_decode_num_draft_tokens_total{engine="0"} \(count.drafted)
        vllm:spec_decode_num_accepted_tokens_total{engine="0"} \(count.accepted)
        vllm:spec_decode_num_drafts_created{engine="0"} 1.7e9

        """
    )
  }

  private func complete(_ request: HeardRequest) -> Reply {
    let index = completions.withLock { count in
      defer { count += 1 }
      return count
    }
    if let fault = behavior.fault(index) { return fault }
    let json = request.json
    let sampling = json["sampling_params"] as? [String: Any] ?? [:]
    let limit = json["n_predict"] as? Int ?? json["max_tokens"] as? Int ?? sampling["max_new_tokens"] as? Int ?? 8
    let prompt =
      (json["prompt"] ?? json["input_ids"]) as? [Int] ?? Self.words(request).map { $0.utf8.reduce(5) { $0 &+ Int($1) } }
    var tokens = Self.answer(to: prompt, count: limit)
    for place in tokens.indices where place >= behavior.leavesAt ?? .max { tokens[place] += 1 }
    if behavior.isRandom { tokens[tokens.count - 1] = 300 + index }
    let fitting = behavior.learns && index > 0 ? 3 : 2
    let passes = passes(of: tokens.count, drafts: index < behavior.draftsFrom ? 0 : behavior.drafts, fitting: fitting)
    counters.withLock { count in
      count.drafts += passes.filter { $0.drafted > 0 }.count
      count.drafted += passes.reduce(0) { $0 + $1.drafted }
      count.accepted += passes.reduce(0) { $0 + $1.accepted }
    }
    let answer = Answer(prompt: prompt, tokens: tokens, passes: passes, behavior: behavior, request: json)
    switch request.path {
    case "/completion": return json["stream"] as? Bool == true ? answer.llamaStream : answer.llamaWhole
    case "/generate": return answer.sglang
    default: return answer.openAI(isChat: request.path.contains("chat"), hasIDs: behavior.dialect == "vllm")
    }
  }

  struct Pass: Sendable {
    let emitted, drafted, accepted: Int
  }

  /// Passes after the prompt's: one with a draft of which a few fit, then one without a draft, and so on.
  private func passes(of tokens: Int, drafts longest: Int, fitting: Int) -> [Pass] {
    var (passes, left) = ([Pass](), tokens - 1)
    while left > 0 {
      let drafts = longest > 0 && passes.count.isMultiple(of: 2) && left > 1
      let drafted = drafts ? min(longest, left - 1) : 0
      let accepted = min(fitting, drafted)
      passes.append(Pass(emitted: accepted + 1, drafted: drafted, accepted: accepted))
      left -= accepted + 1
    }
    return passes
  }

  private struct Answer {
    let prompt: [Int]
    let tokens: [Int]
    let passes: [Pass]
    let behavior: Behavior
    let request: [String: Any]

    private func line(_ value: [String: Any]) -> String {
      let data = (try? JSONSerialization.data(withJSONObject: value, options: [.sortedKeys])) ?? Data()
      return String(decoding: data, as: UTF8.self)
    }

    private func event(_ value: [String: Any]) -> String { "data: \(line(value))\n\n" }

    private func timings(_ place: Int, _ pass: Int) -> [String: Any] {
      let so = passes.prefix(pass)
      var timings: [String: Any] = [
        "cache_n": behavior.cached, "prompt_n": prompt.count, "prompt_ms": 12.5, "predicted_n": place + 1,
        "predicted_ms": 0.001 + Double(pass) * 10,
      ]
      if behavior.drafts > 0 {
        timings["draft_n"] = so.reduce(0) { $0 + $1.drafted }
        timings["draft_n_accepted"] = so.reduce(0) { $0 + $1.accepted }
      }
      return timings
    }

    /// The pass of each token, the prompt's being 0.
    private var passOfToken: [Int] {
      [0] + passes.enumerated().flatMap { Array(repeating: $0 + 1, count: $1.emitted) }
    }

    /// Vanilla's token and the one after it, as likely as the behavior says.
    private func candidates(_ token: Int) -> [(id: Int, value: Double)] {
      [(token, -0.5), (token + 1, -0.5 - behavior.margin)]
    }

    var llamaStream: Reply {
      var events = [": a comment to keep the connection open\n\n"]
      for (place, token) in tokens.enumerated() {
        // The fourth token is the first half of a character.
        if behavior.holdsBack, place == 3 { continue }
        var value: [String: Any] = [
          "index": 0, "content": PlayedEngine.text(of: [token]), "tokens": [token], "stop": false,
          "tokens_predicted": place + 1, "tokens_evaluated": prompt.count,
          "timings": timings(place, passOfToken[place]),
        ]
        if request["n_probs"] as? Int ?? 0 > 0 {
          let top: [[String: Any]] = candidates(token).map {
            ["id": $0.id, "token": " w\($0.id)", "logprob": $0.value]
          }
          value["completion_probabilities"] = [["id": token, "top_logprobs": top]]
        }
        events.append(event(value))
      }
      events.append(
        event([
          "content": "", "tokens": [Int](), "stop": true, "stop_type": "limit", "tokens_predicted": tokens.count,
          "tokens_evaluated": prompt.count, "timings": timings(tokens.count - 1, passes.count),
        ])
      )
      return .stream(events, ends: true)
    }

    var llamaWhole: Reply {
      .answer(
        status: 200,
        body: line([
          "content": PlayedEngine.text(of: tokens), "tokens": tokens, "stop": true, "tokens_predicted": tokens.count,
        ])
      )
    }

    /// The tokens of the prompt's pass and of each after it.
    private var pieces: [ArraySlice<Int>] {
      var (pieces, start) = ([tokens[0..<1]], 1)
      for pass in passes {
        pieces.append(tokens[start..<start + pass.emitted])
        start += pass.emitted
      }
      return pieces
    }

    func openAI(isChat: Bool, hasIDs: Bool) -> Reply {
      var events: [String] = []
      for (index, piece) in pieces.enumerated() {
        let text = PlayedEngine.text(of: Array(piece))
        var choice: [String: Any] = ["index": 0, "finish_reason": index == pieces.count - 1 ? "length" : NSNull()]
        if isChat { choice["delta"] = ["content": text] } else { choice["text"] = text }
        if hasIDs {
          choice["token_ids"] = Array(piece)
          if index == 0 { choice["prompt_token_ids"] = prompt }
        }
        if request["logprobs"] is Int {
          let top = piece.map { token in
            Dictionary(uniqueKeysWithValues: candidates(token).map { ("token_id:\($0.id)", $0.value) })
          }
          choice["logprobs"] = ["top_logprobs": top]
        }
        events.append(event(["id": "x", "choices": [choice]]))
      }
      var last: [String: Any] = [
        "choices": [Any](), "usage": ["prompt_tokens": prompt.count, "completion_tokens": tokens.count],
      ]
      if hasIDs { last["usage"] = usage }
      if behavior.listsPasses {
        let steps = passes.filter { $0.drafted > 0 }
        last["metrics"] = [
          "time_to_first_token_ms": 12.5, "generation_time_ms": 80.0,
          "speculative_decoding": [
            "per_step_accepted": steps.map(\.accepted), "per_step_drafted": steps.map(\.drafted),
          ],
        ]
      }
      return .stream(events + [event(last), "data: [DONE]\n\n"], ends: true)
    }

    private var usage: [String: Any] {
      [
        "prompt_tokens": prompt.count, "completion_tokens": tokens.count,
        "prompt_tokens_details": ["cached_tokens": behavior.cached],
      ]
    }

    var sglang: Reply {
      var (events, ids) = ([String](), [Int]())
      for (index, piece) in pieces.enumerated() {
        ids += piece
        let isLast = index == pieces.count - 1
        var meta: [String: Any] = [
          "prompt_tokens": prompt.count, "completion_tokens": ids.count, "cached_tokens": behavior.cached,
          "finish_reason": isLast ? ["type": "length"] : NSNull(),
        ]
        if behavior.drafts > 0 {
          let so = passes.prefix(index)
          meta["spec_verify_ct"] = index
          let isOld = behavior.hasOlderNames
          meta[isOld ? "spec_accept_token_num" : "spec_num_correct_drafts"] = so.reduce(0) { $0 + $1.accepted }
          meta[isOld ? "spec_draft_token_num" : "spec_num_proposed_drafts"] = so.reduce(0) { $0 + $1.drafted }
        }
        if request["return_logprob"] as? Bool == true {
          meta["output_top_logprobs"] = ids.map { token in candidates(token).map { [$0.value, $0.id, " w"] as [Any] } }
        }
        events.append(event(["text": PlayedEngine.text(of: ids), "output_ids": ids, "meta_info": meta]))
      }
      return .stream(events + ["data: [DONE]\n\n"], ends: true)
    }
  }
}
