import SpecDecoding
import SpecFiles
import SpecModel

/// `/v1/chat/completions`: OpenAI's chat with the model's template and vLLM's token ids. A chunk is a pass.
struct ChatAnswer: Answer {
  private static let names = RequestFields.Names(maximum: ["max_completion_tokens", "max_tokens"], defaultMaximum: nil)

  private let common: OpenAIAnswer
  private let prompt: [Token]
  let endMark = "[DONE]"

  /// Reads a request.
  static func read(
    _ body: JSONField<Refusal>,
    _ service: Service
  ) throws(Refusal) -> (GenerationRequest, any Answer, isStreamed: Bool) {
    let written = try prompt(body, service.model)
    let prompt = service.model.encoder.encode(written.prompt, begins: written.begins)
    let wants = try body.member("logprobs").unlessNull?.boolean() ?? false
    let candidates = try wants ? body.member("top_logprobs").unlessNull?.integer() ?? 0 : nil
    let fields = RequestFields(body: body, model: service.model)
    let request = try fields.request(prompt, names, candidates: candidates)
    let common = try OpenAIAnswer("chatcmpl-", body, service)
    return (request, ChatAnswer(common: common, prompt: prompt), common.wishes.isStreamed)
  }

  /// The prompt that a request's messages become.
  static func prompt(
    _ body: JSONField<Refusal>,
    _ model: OfferedModel
  ) throws(Refusal) -> (prompt: PromptText, begins: Bool) {
    guard let chat = model.chat else {
      throw Refusal(
        400,
        "'\(model.name)' has no chat template; send the whole prompt to /v1/completions, or start the server with "
          + "--chat-template"
      )
    }
    let turns = try body.member("messages").spokenTurns()
    guard !turns.isEmpty else { throw Refusal(400, "\"messages\" is empty; send at least one message") }
    do {
      return try chat.write(turns)
    } catch {
      throw Refusal(400, "\"messages\" cannot be written with the model's chat template: \(error.problem)")
    }
  }

  func events(of step: Step, _ tally: Tally) -> [JSONValue] {
    let delta: JSONValue = .present(["role": step.isFirst ? "assistant" : .none, "content": .text(step.text)])
    let choice = choice(("delta", delta), step.parts, finish: nil, stop: nil, showsPrompt: step.isFirst)
    return [
      common.document("chat.completion.chunk", choice: choice, timings: common.wishes.timesTokens ? tally : nil)
    ]
  }

  func closingEvents(_ outcome: Outcome) -> [JSONValue] {
    let delta: JSONValue = outcome.rest.isEmpty ? .object([]) : ["content": .text(outcome.rest)]
    let ending = outcome.ending
    let last = choice(("delta", delta), [], finish: ending.finishReason, stop: ending.stopReason, showsPrompt: false)
    return common.closing("chat.completion.chunk", choice: last, outcome)
  }

  func document(_ outcome: Outcome) -> JSONValue {
    let message: JSONValue = ["role": "assistant", "content": .text(outcome.text), "refusal": nil]
    let ending = outcome.ending
    let whole = choice(
      ("message", message),
      outcome.parts,
      finish: ending.finishReason,
      stop: ending.stopReason,
      showsPrompt: true
    )
    return common.document("chat.completion", choice: whole, outcome: outcome, timings: outcome.tally, usage: true)
  }

  private func choice(
    _ content: (name: String, value: JSONValue),
    _ parts: [Step.Part],
    finish: JSONValue,
    stop: JSONValue,
    showsPrompt: Bool
  ) -> JSONValue {
    let showsIDs = common.wishes.returnsTokenIDs
    return .present([
      "index": .integer(0), content.name: content.value, "logprobs": logProbabilities(parts), "finish_reason": finish,
      "stop_reason": stop, "token_ids": showsIDs ? .tokens(parts.map(\.token)) : .none,
      "prompt_token_ids": showsIDs ? (showsPrompt ? .tokens(prompt) : .null) : .none,
    ])
  }

  private func logProbabilities(_ parts: [Step.Part]) -> JSONValue {
    let scores = parts.compactMap(\.score)
    guard !scores.isEmpty else { return nil }
    return [
      "content": .array(
        scores.map { score in
          guard case .object(let members) = entry(score.chosen) else { return nil }
          let others: JSONValue = .array(score.likeliest.map(entry))
          return .object(members + [JSONMember(key: ArraySlice("top_logprobs".utf8), value: others)])
        }
      )
    ]
  }

  private func entry(_ candidate: TokenScore.Candidate) -> JSONValue {
    [
      "token": .text(common.name(candidate.token)), "logprob": .number(candidate.logProbability),
      "bytes": .bytes(common.tokenizer.bytes(of: candidate.token)),
    ]
  }
}
