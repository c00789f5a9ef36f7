import SpecFiles

/// What a generation came to, in the objects that clients know.
enum Accounts {
  /// OpenAI's count of tokens.
  static func usage(_ tally: Tally) -> JSONValue {
    [
      "prompt_tokens": .integer(tally.promptTokens), "completion_tokens": .integer(tally.tokens),
      "total_tokens": .integer(tally.promptTokens + tally.tokens),
    ]
  }

  /// llama-server's times. All tokens of one pass have the same; the first token belongs to the prompt.
  static func timings(_ tally: Tally) -> JSONValue {
    let (prompt, decode) = (milliseconds(tally.prefillTime), milliseconds(tally.decodeTime))
    let later = tally.tokens - 1
    return .present([
      "cache_n": .integer(0), "prompt_n": .integer(tally.promptTokens), "prompt_ms": .number(prompt),
      "prompt_per_token_ms": .number(prompt / Double(max(tally.promptTokens, 1))),
      "prompt_per_second": perSecond(tally.promptTokens, prompt), "predicted_n": .integer(tally.tokens),
      "predicted_ms": .number(decode), "predicted_per_token_ms": .number(decode / Double(max(tally.tokens, 1))),
      "predicted_per_second": perSecond(later, decode),
      "draft_n": tally.drafted > 0 ? .integer(tally.drafted) : .none,
      "draft_n_accepted": tally.drafted > 0 ? .integer(tally.accepted) : .none,
    ])
  }

  /// vLLM's metrics of a request, with the decoder and the accept length of every cycle.
  static func metrics(_ outcome: Outcome) -> JSONValue {
    let tally = outcome.tally
    let decode = milliseconds(tally.decodeTime)
    let later = tally.tokens - 1
    return [
      "time_to_first_token_ms": .number(milliseconds(tally.queueTime + tally.prefillTime)),
      "generation_time_ms": .number(decode), "queue_time_ms": .number(milliseconds(tally.queueTime)),
      "mean_itl_ms": later > 0 ? .number(decode / Double(later)) : nil, "tokens_per_second": perSecond(later, decode),
      "speculative_decoding": outcome.request.decoder.drafts ? speculation(outcome) : nil,
      "decoder": .text(outcome.request.decoder.spec.description),
      "accept_lengths": .array(outcome.cycles.map { .integer($0.acceptLength) }),
    ]
  }

  /// vLLM counts cycles with a draft, and accepted tokens before the output is cut at its end.
  private static func speculation(_ outcome: Outcome) -> JSONValue {
    let cycles = outcome.cycles.filter { $0.drafted > 0 }
    let longest = cycles.map(\.drafted).max() ?? 0
    var histogram = [Int](repeating: 0, count: longest + 1)
    for cycle in cycles { histogram[min(cycle.accepted, longest)] += 1 }
    let (drafted, accepted) = (outcome.tally.drafted, outcome.tally.accepted)
    return [
      "mean_acceptance_length": cycles.isEmpty ? nil : .number(1 + Double(accepted) / Double(cycles.count)),
      "draft_acceptance_rate": drafted > 0 ? .number(Double(accepted) / Double(drafted)) : nil,
      "acceptance_histogram": .array(histogram.map { .integer($0) }), "num_spec_steps": .integer(cycles.count),
      "num_accepted_draft_tokens": .integer(accepted), "num_draft_tokens": .integer(drafted),
      "num_spec_tokens": .integer(longest), "per_step_accepted": .array(cycles.map { .integer($0.accepted) }),
      "per_step_drafted": .array(cycles.map { .integer($0.drafted) }),
      "num_verified_nodes": .integer(outcome.cycles.reduce(0) { $0 + $1.nodes }),
    ]
  }

  private static func milliseconds(_ nanoseconds: UInt64) -> Double { Double(nanoseconds) / 1e6 }

  /// Null where there is no time to divide by.
  private static func perSecond(_ count: Int, _ milliseconds: Double) -> JSONValue {
    count > 0 && milliseconds > 0 ? .number(Double(count) / milliseconds * 1000) : nil
  }
}
