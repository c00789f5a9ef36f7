import SpecCore

/// What a server is asked to go on with.
package struct ServerPrompt: Equatable, Sendable {
  /// The token ids, where they are sent; nil sends the text.
  package var ids: [Int]?
  /// The text.
  package var text: String

  /// Makes a prompt; the properties say what each value means.
  package init(ids: [Int]? = nil, text: String) { (self.ids, self.text) = (ids, text) }
}

/// A message of a conversation.
package struct ServerMessage: Equatable, Sendable {
  /// `system`, `user` or `assistant`.
  package var role: String
  /// What it says.
  package var content: String

  /// Makes a message.
  package init(role: String, content: String) { (self.role, self.content) = (role, content) }
}

/// One answer that is asked for.
package struct CompletionOrder: Equatable, Sendable {
  /// The prompt.
  package var prompt: ServerPrompt
  /// The conversation that the prompt was made from, for servers that take nothing else.
  package var messages: [ServerMessage] = []
  /// Most tokens of the answer.
  package var maximumNewTokens: Int
  /// What logits are divided by; 0 takes the likeliest token.
  package var temperature: Double = 0
  /// How many of the likeliest tokens may be drawn; 0 for all.
  package var topK = 0
  /// The share of probability that the drawn tokens come from; 1 for all.
  package var topP: Double = 1
  /// The seed of the draws.
  package var seed = 0
  /// How many of the likeliest tokens to name for each token, with their log probabilities; 0 for none.
  package var likeliest = 0
  /// Whether the server works on nothing else meanwhile, so that its own counters tell of this answer, and so that it may be
  /// asked once more for what the stream has left out.
  package var isAlone = true

  /// Makes an order; the properties say what each value means.
  package init(prompt: ServerPrompt, maximumNewTokens: Int) {
    (self.prompt, self.maximumNewTokens) = (prompt, maximumNewTokens)
  }
}

/// A streamed piece of an answer.
package struct ServerChunk: Equatable, Sendable {
  /// Nanoseconds from the request to its arrival, by the client's clock.
  package let arrived: UInt64
  /// How many tokens it brought; nil where that is not told.
  package let tokens: Int?

  /// Makes a piece.
  package init(arrived: UInt64, tokens: Int?) { (self.arrived, self.tokens) = (arrived, tokens) }
}

/// One pass of the target after that over the prompt.
package struct ServerPass: Equatable, Sendable {
  /// Tokens that it added to the answer.
  package var emitted: Int
  /// Tokens that were drafted for it; nil where that is not told.
  package var drafted: Int?
  /// Of those the ones that the target agreed with; nil where that is not told.
  package var accepted: Int?

  /// Makes a pass.
  package init(emitted: Int, drafted: Int? = nil, accepted: Int? = nil) {
    (self.emitted, self.drafted, self.accepted) = (emitted, drafted, accepted)
  }

  /// Tokens that it contributed before the answer was cut off at a stop.
  package var acceptLength: Int { max(emitted, accepted.map { $0 + 1 } ?? 0) }
}

/// What the lengths of the passes rest on.
package enum PassSource: String, Sendable {
  /// The server's own times and counts of each pass.
  case timings
  /// The server's list of what each pass drafted and accepted.
  case lists
  /// The pieces of the stream, whose number fits the server's counters.
  case countedChunks = "counted_chunks"
  /// The pieces of the stream alone: a server may put two passes into one piece.
  case chunks
  /// The server drafts nothing, so that each token is a pass.
  case vanilla
}

/// Times by the server's own clock, in nanoseconds; nil where it tells none.
package struct ServerTimes: Equatable, Sendable {
  /// The pass over the prompt.
  package var prompt: UInt64?
  /// From the first token to the last.
  package var decode: UInt64?

  /// Makes times.
  package init(prompt: UInt64? = nil, decode: UInt64? = nil) { (self.prompt, self.decode) = (prompt, decode) }
}

/// How many tokens a server has drafted and accepted; nil where it does not tell.
package struct DraftCounts: Equatable, Sendable {
  /// Passes with a draft.
  package var drafts: Int?
  /// Drafted tokens.
  package var drafted: Int?
  /// Accepted tokens.
  package var accepted: Int?

  /// Makes counts.
  package init(drafts: Int? = nil, drafted: Int? = nil, accepted: Int? = nil) {
    (self.drafts, self.drafted, self.accepted) = (drafts, drafted, accepted)
  }
}

/// A token that might have come, with the logarithm of its probability.
package struct LikelyToken: Equatable, Sendable {
  /// Its id; nil where the server gives texts alone.
  package var id: Int?
  /// Its text.
  package var text: String
  /// The natural logarithm of its probability.
  package var logProbability: Double

  /// Makes a candidate.
  package init(id: Int?, text: String, logProbability: Double) {
    (self.id, self.text, self.logProbability) = (id, text, logProbability)
  }
}

/// All that a server told of one answer, and when it came.
package struct ServerAnswer: Equatable, Sendable {
  /// The ids of all its tokens; nil where the server gives none.
  package var ids: [Int]?
  /// The text.
  package var text = ""
  /// How many tokens it has; nil where that is not told.
  package var tokens: Int?
  /// The pieces in which it came that hold any of it.
  package var chunks: [ServerChunk] = []
  /// The passes after the prompt's; nil where their lengths are not known.
  package var passes: [ServerPass]?
  /// What the passes rest on.
  package var passSource: PassSource?
  /// Why it ended.
  package var stopReason: StopReason = .endToken
  /// By the server's clock.
  package var times = ServerTimes()
  /// What the server counted for this answer.
  package var counts = DraftCounts()
  /// Tokens of the prompt by the server's count.
  package var promptTokens: Int?
  /// Of those the ones that were taken from an earlier request.
  package var cachedTokens: Int?
  /// The ids of the prompt that were evaluated, where the server tells them.
  package var promptIDs: [Int]?
  /// For each token the likeliest ones, where they were asked for.
  package var likeliest: [[LikelyToken]] = []
  /// What the server calls itself, where an answer says so.
  package var fingerprint: String?

  /// An answer of which nothing is known.
  package init() {}
}

/// What a server tells of itself; nil where it does not.
package struct ServerFacts: Equatable, Sendable {
  /// The program's name and version.
  package var version: String?
  /// The model's name.
  package var model: String?
  /// Where the model lies on the server's machine.
  package var modelPath: String?
  /// The type of the weights.
  package var weightType: String?
  /// Number of parameters.
  package var parameters: Int?
  /// Most tokens of prompt and answer together.
  package var contextLength: Int?
  /// Whether it drafts; nil where it does not tell.
  package var drafts: Bool?
  /// How it drafts.
  package var speculation: String?
  /// How many requests it works on at a time.
  package var slots: Int?
  /// Anything else worth keeping, name by name.
  package var others: [String: String] = [:]

  /// Facts of which none is known.
  package init() {}
}
