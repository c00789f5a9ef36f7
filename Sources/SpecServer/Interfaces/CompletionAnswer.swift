import SpecDecoding
import SpecFiles
import SpecModel

/// `/v1/completions`: OpenAI's completions with vLLM's token ids. A chunk is a pass.
struct CompletionAnswer: Answer {
  private static let names = RequestFields.Names(maximum: ["max_tokens"], defaultMaximum: 16)
  private static let object = "text_completion"

  private let common: OpenAIAnswer
  private let prompt: [Token]
  let endMark = "[DONE]"

  /// Reads a request.
  static func read(
    _ body: JSONField<Refusal>,
    _ service: Service
  ) throws(Refusal) -> (GenerationRequest, any Answer, isStreamed: Bool) {
    let adds = try body.member("add_special_tokens").unlessNull?.boolean()
    let prompt = try prompt(body.member("prompt"), service.model, begins: adds == false ? false : nil)
    let fields = RequestFields(body: body, model: service.model)
    let request = try fields.request(prompt, names, candidates: body.member("logprobs").unlessNull?.integer())
    let common = try OpenAIAnswer("cmpl-", body, service)
    return (request, CompletionAnswer(common: common, prompt: prompt), common.wishes.isStreamed)
  }

  /// A prompt as text, in which special tokens count, or as token ids; or a list of one such prompt.
  static func prompt(
    _ field: JSONField<Refusal>,
    _ model: OfferedModel,
    begins: Bool? = nil
  ) throws(Refusal) -> [Token] {
    guard case .array(let values) = field.value else {
      return model.encoder.encode(try field.string(), begins: begins)
    }
    switch values.first {
    case .string, .array:
      guard values.count == 1 else {
        throw Refusal(400, "\"prompt\" holds \(values.count) prompts; send one in each request")
      }
      return try prompt(field.elements()[0], model, begins: begins)
    default: return try field.tokens()
    }
  }

  func events(of step: Step, _ tally: Tally) -> [JSONValue] {
    let choice = choice(step.text, step.parts, finish: nil, stop: nil, showsPrompt: step.isFirst)
    return [common.document(Self.object, choice: choice, timings: common.wishes.timesTokens ? tally : nil)]
  }

  func closingEvents(_ outcome: Outcome) -> [JSONValue] {
    let ending = outcome.ending
    let last = choice(outcome.rest, [], finish: ending.finishReason, stop: ending.stopReason, showsPrompt: false)
    return common.closing(Self.object, choice: last, outcome)
  }

  func document(_ outcome: Outcome) -> JSONValue {
    let ending = outcome.ending
    let whole = choice(
      outcome.text,
      outcome.parts,
      finish: ending.finishReason,
      stop: ending.stopReason,
      showsPrompt: true
    )
    return common.document(Self.object, choice: whole, outcome: outcome, timings: outcome.tally, usage: true)
  }

  private func choice(
    _ text: String,
    _ parts: [Step.Part],
    finish: JSONValue,
    stop: JSONValue,
    showsPrompt: Bool
  ) -> JSONValue {
    let showsIDs = common.wishes.returnsTokenIDs
    return .present([
      "index": .integer(0), "text": .text(text), "logprobs": logProbabilities(parts), "finish_reason": finish,
      "stop_reason": stop, "token_ids": showsIDs ? .tokens(parts.map(\.token)) : .none,
      "prompt_token_ids": showsIDs ? (showsPrompt ? .tokens(prompt) : .null) : .none,
    ])
  }

  private func logProbabilities(_ parts: [Step.Part]) -> JSONValue {
    let scores = parts.compactMap(\.score)
    guard !scores.isEmpty else { return nil }
    return [
      "tokens": .array(scores.map { .text(common.name($0.chosen.token)) }),
      "token_logprobs": .array(scores.map { .number($0.chosen.logProbability) }),
      "top_logprobs": .array(
        scores.map { score in
          .object(
            score.likeliest.map {
              JSONMember(key: ArraySlice(common.name($0.token).utf8), value: .number($0.logProbability))
            }
          )
        }
      ),
    ]
  }
}
