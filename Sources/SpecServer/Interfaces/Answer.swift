import Foundation
import SpecFiles
import SpecModel

/// How one generation is told to a client; one implementation for each interface.
protocol Answer: Sendable {
  /// What ends a stream after its last event; empty for nothing.
  var endMark: String { get }

  /// What a stream tells of a pass.
  ///
  /// - Parameters:
  ///   - step: what the pass brought; at least one token.
  ///   - tally: what the generation has come to with it.
  /// - Returns: one document for each event.
  func events(of step: Step, _ tally: Tally) -> [JSONValue]

  /// What a stream tells at the end.
  func closingEvents(_ outcome: Outcome) -> [JSONValue]

  /// What is told at once where nothing was streamed.
  func document(_ outcome: Outcome) -> JSONValue
}

/// What the answers of OpenAI's two interfaces share.
struct OpenAIAnswer: Sendable {
  /// What a client may ask for beside the text; all of them vLLM's or llama-server's additions but the usage.
  struct Wishes: Sendable {
    let returnsTokenIDs: Bool
    let namesTokensByID: Bool
    let timesTokens: Bool
    let includesUsage: Bool
    let isStreamed: Bool

    init(_ body: JSONField<Refusal>) throws(Refusal) {
      func flag(_ name: String) throws(Refusal) -> Bool { try body.member(name).unlessNull?.boolean() ?? false }
      returnsTokenIDs = try flag("return_token_ids")
      namesTokensByID = try flag("return_tokens_as_token_ids")
      timesTokens = try flag("timings_per_token")
      isStreamed = try flag("stream")
      includesUsage =
        try body.member("stream_options").unlessNull?.member("include_usage").unlessNull?.boolean() ?? false
    }
  }

  let id: String
  let created = Int(Date().timeIntervalSince1970)
  let modelName: String
  let fingerprint: String
  let wishes: Wishes
  let tokenizer: Tokenizer

  init(_ prefix: String, _ body: JSONField<Refusal>, _ service: Service) throws(Refusal) {
    id = prefix + UUID().uuidString.lowercased()
    modelName = try body.member("model").unlessNull?.string() ?? service.model.name
    fingerprint = "specbench-\(service.version)"
    wishes = try Wishes(body)
    tokenizer = service.model.tokenizer
  }

  /// A document of the answer.
  ///
  /// - Parameters:
  ///   - object: what kind it is.
  ///   - choice: its choice; nil for the one that tells the usage.
  ///   - outcome: the finished output, in the document that tells what it came to.
  ///   - timings: times so far.
  ///   - usage: whether tokens are counted in it.
  /// - Returns: the document.
  func document(
    _ object: String,
    choice: JSONValue?,
    outcome: Outcome? = nil,
    timings: Tally? = nil,
    usage: Bool = false
  ) -> JSONValue {
    .present([
      "id": .text(id), "object": .text(object), "created": .integer(created), "model": .text(modelName),
      "system_fingerprint": .text(fingerprint), "choices": .array(choice.map { [$0] } ?? []),
      "usage": usage ? outcome.map { Accounts.usage($0.tally) } : .none,
      "metrics": outcome.map { Accounts.metrics($0) }, "timings": timings.map { Accounts.timings($0) },
    ])
  }

  /// The last documents of a stream: the choice with its reason, and the usage if it was asked for.
  func closing(_ object: String, choice: JSONValue, _ outcome: Outcome) -> [JSONValue] {
    let asked = wishes.includesUsage
    let last = document(object, choice: choice, outcome: asked ? nil : outcome, timings: outcome.tally)
    return asked ? [last, document(object, choice: nil, outcome: outcome, usage: true)] : [last]
  }

  /// How a token is written among log probabilities.
  func name(_ token: Token) -> String {
    wishes.namesTokensByID ? "token_id:\(token)" : String(decoding: tokenizer.bytes(of: token), as: UTF8.self)
  }
}

extension Ending {
  /// The reason in OpenAI's words.
  var finishReason: JSONValue { self == .limit ? "length" : "stop" }

  /// The stop text, where one ended the output.
  var stopReason: JSONValue { if case .stopText(let text) = self { .text(text) } else { nil } }
}
