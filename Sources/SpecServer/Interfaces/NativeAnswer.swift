import SpecDecoding
import SpecFiles
import SpecModel

/// `/completion`: llama-server's own interface. An event is a token; those of a pass carry the same times.
struct NativeAnswer: Answer {
  private static let names = RequestFields.Names(maximum: ["n_predict", "max_tokens"], defaultMaximum: nil)

  private let modelName: String
  private let tokenizer: Tokenizer
  private let prompt: JSONValue
  private let returnsTokens: Bool
  private let timesTokens: Bool
  let endMark = ""

  /// Reads a request.
  static func read(
    _ body: JSONField<Refusal>,
    _ service: Service
  ) throws(Refusal) -> (GenerationRequest, any Answer, isStreamed: Bool) {
    func flag(_ name: String) throws(Refusal) -> Bool { try body.member(name).unlessNull?.boolean() ?? false }
    let field = try body.member("prompt")
    let prompt = try CompletionAnswer.prompt(field, service.model)
    let count = try body.member("n_probs").unlessNull?.integer() ?? 0
    let fields = RequestFields(body: body, model: service.model)
    let request = try fields.request(prompt, names, candidates: count == 0 ? nil : count)
    let answer = NativeAnswer(
      modelName: service.model.name,
      tokenizer: service.model.tokenizer,
      prompt: field.value ?? nil,
      returnsTokens: try flag("return_tokens"),
      timesTokens: try flag("timings_per_token")
    )
    return (request, answer, try flag("stream"))
  }

  func events(of step: Step, _ tally: Tally) -> [JSONValue] {
    step.parts.enumerated().map { place, part in
      var now = tally
      now.tokens = tally.tokens - step.parts.count + place + 1
      return .present([
        "index": .integer(0), "content": .text(part.text), "tokens": .tokens([part.token]), "stop": false,
        "id_slot": .integer(0), "tokens_predicted": .integer(now.tokens),
        "tokens_evaluated": .integer(now.promptTokens),
        "timings": timesTokens ? Accounts.timings(now) : .none, "completion_probabilities": probabilities([part]),
      ])
    }
  }

  func closingEvents(_ outcome: Outcome) -> [JSONValue] { [last(outcome, content: outcome.rest, parts: [])] }

  func document(_ outcome: Outcome) -> JSONValue { last(outcome, content: outcome.text, parts: outcome.parts) }

  private func last(_ outcome: Outcome, content: String, parts: [Step.Part]) -> JSONValue {
    let request = outcome.request
    let stop: (type: JSONValue, word: JSONValue) =
      switch outcome.ending {
      case .endToken: ("eos", "")
      case .limit: ("limit", "")
      case .stopText(let text): ("word", .text(text))
      }
    return .present([
      "index": .integer(0), "content": .text(content),
      "tokens": returnsTokens ? .tokens(parts.map(\.token)) : .array([]), "id_slot": .integer(0), "stop": true,
      "model": .text(modelName), "tokens_predicted": .integer(outcome.tally.tokens),
      "tokens_evaluated": .integer(outcome.tally.promptTokens),
      "generation_settings": [
        "n_predict": .integer(request.maximumNewTokens),
        "temperature": .number(Double(request.sampling.limits.temperature)),
        "top_k": .integer(request.sampling.limits.topK), "top_p": .number(Double(request.sampling.limits.topP)),
        "seed": .otherNumber("\(request.sampling.seed)"),
        "speculative.types": .text(request.decoder.drafts ? request.decoder.name : "none"),
        "decoder": .text(request.decoder.spec.description),
      ],
      "prompt": prompt, "has_new_line": .boolean(outcome.text.utf8.contains(0x0A)), "truncated": false,
      "stop_type": stop.type, "stopping_word": stop.word, "tokens_cached": .integer(0),
      "timings": Accounts.timings(outcome.tally), "completion_probabilities": probabilities(parts),
      "metrics": Accounts.metrics(outcome),
    ])
  }

  private func probabilities(_ parts: [Step.Part]) -> JSONValue? {
    let scores = parts.compactMap(\.score)
    guard !scores.isEmpty else { return nil }
    return .array(
      scores.map { score in
        guard case .object(let members) = entry(score.chosen) else { return nil }
        let others: JSONValue = .array(score.likeliest.map(entry))
        return .object(members + [JSONMember(key: ArraySlice("top_logprobs".utf8), value: others)])
      }
    )
  }

  private func entry(_ candidate: TokenScore.Candidate) -> JSONValue {
    let bytes = tokenizer.bytes(of: candidate.token)
    return [
      "id": .integer(Int(candidate.token)), "token": .text(String(decoding: bytes, as: UTF8.self)),
      "bytes": .bytes(bytes), "logprob": .number(candidate.logProbability),
    ]
  }
}
