import SpecDecoding
import SpecModel

/// What one pass of a decoder brought: the prompt's first token, or a cycle's.
struct Step: Sendable {
  /// A token of the output.
  struct Part: Sendable {
    /// The token.
    let token: Token
    /// The text that is certain with it; empty in the middle of a character, or while a stop text may be beginning.
    var text: String
    /// Its log probability and others'; nil where nobody asked.
    let score: TokenScore?
  }

  /// The tokens that belong to the output.
  var parts: [Part]
  /// Whether it is the output's first.
  let isFirst: Bool

  /// The text that is certain with it.
  var text: String { parts.map(\.text).joined() }
  /// The tokens.
  var tokens: [Token] { parts.map(\.token) }
}

/// What a generation has come to so far.
struct Tally: Sendable {
  /// Tokens of the prompt.
  let promptTokens: Int
  /// Nanoseconds that the request waited.
  let queueTime: UInt64
  /// Tokens of the output.
  var tokens = 0
  /// Nanoseconds until the first token.
  var prefillTime: UInt64 = 0
  /// Nanoseconds from the first token to the end of the latest cycle.
  var decodeTime: UInt64 = 0
  /// Tokens on drafted paths.
  var drafted = 0
  /// Drafted tokens that the target agreed with, those beyond the output's end included.
  var accepted = 0
}

/// Why an output ended.
enum Ending: Sendable, Equatable {
  /// The model's end token, which is part of the output.
  case endToken
  /// As many tokens as were asked for, or as the context holds.
  case limit
  /// A text that was asked to end it, which is no part of the output's text.
  case stopText(String)
}

/// A finished output.
struct Outcome: Sendable {
  /// What was asked for.
  let request: GenerationRequest
  /// The passes.
  let steps: [Step]
  /// What the end alone made certain of the text.
  let rest: String
  /// Why it ended.
  let ending: Ending
  /// What it came to.
  let tally: Tally
  /// The cycles.
  let cycles: [Cycle]

  /// The whole text.
  var text: String { steps.map(\.text).joined() + rest }
  /// All tokens.
  var tokens: [Token] { steps.flatMap(\.tokens) }
  /// All parts.
  var parts: [Step.Part] { steps.flatMap(\.parts) }
}
