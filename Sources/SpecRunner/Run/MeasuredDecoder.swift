import SpecCore
import SpecDecoding
import SpecFiles
import SpecModel
import SpecStore
import SpecSuite

/// What a run drives: a prompt goes in, and timed tokens and cycles come out.
///
/// The package's own decoders are one kind (``RunDecoder``); decoders behind the server of another engine are another
/// (``ServerDecoder``).
package protocol MeasuredDecoder {
  /// What it is called, unique in the run.
  var name: String { get }
  /// Method and settings, written out: equal for equal decoders.
  var specText: String { get }
  /// Whether the others are compared with it.
  var isBaseline: Bool { get }
  /// Whether it is the baseline once more, measured to see how far two measurements of the same thing differ.
  var isNoiseFloor: Bool { get }
  /// What limits it, as a clause about it; nil for nothing.
  var warning: String? { get }
  /// The files that it was made from, beside the target's.
  var inputs: [InputLog.Entry] { get }

  /// The decoder's row.
  ///
  /// - Parameter ordinal: its place in the run.
  /// - Returns: the row.
  /// - Throws: what the JSON encoder throws.
  func record(ordinal: Int) throws -> DecoderRecord

  /// Decodes a prompt until a stop rule ends it.
  ///
  /// - Parameters:
  ///   - prompt: a prompt that the run's model accepts.
  ///   - rules: when to stop.
  ///   - place: what to call the prompt in an error.
  ///   - shouldStop: asked now and then; on true the generation is given up.
  /// - Returns: the output with all that was measured; see ``RunGeneration/isAbandoned``.
  /// - Throws: ``FailedGeneration``, `KernelError`, or `EngineFault`, after which another try may go better.
  func measure(
    _ prompt: RunPrompt,
    rules: StopRules,
    place: @autoclosure () -> String,
    shouldStop: () -> Bool
  ) throws -> RunGeneration
}

/// What a decoder is to go on with.
package struct RunPrompt: Equatable, Sendable {
  /// The token ids; empty where a server is sent a text or a conversation.
  package var ids: [Token]
  /// The text that the ids were made of, where one is sent or shown.
  package var text = ""
  /// The conversation, with who says what, where a server writes the prompt.
  package var messages: [(role: String, content: String)] = []
  /// Why the chat template has not written it.
  package var refusal: ChatTemplateProblem?

  /// Makes a prompt of token ids.
  package init(_ ids: [Token]) { self.ids = ids }

  /// Makes a prompt; the properties say what each value means.
  package init(ids: [Token], text: String, messages: [(role: String, content: String)] = []) {
    (self.ids, self.text, self.messages) = (ids, text, messages)
  }

  /// A prompt that the chat template has not written.
  package init(refusal: ChatTemplateProblem) { (ids, self.refusal) = ([], refusal) }

  /// The text for the record: that of the prompt, or the conversation as it is sent.
  var shownText: String? {
    guard !messages.isEmpty else { return text }
    return messages.map { "\($0.role): \($0.content)" }.joined(separator: "\n")
  }

  /// Whether both are sent alike.
  package static func == (a: RunPrompt, b: RunPrompt) -> Bool {
    a.ids == b.ids && a.text == b.text && a.messages.elementsEqual(b.messages) { $0 == $1 }
  }

  /// A short name: equal exactly for prompts that are sent alike.
  package var contentHash: String {
    guard ids.isEmpty, !text.isEmpty || !messages.isEmpty else { return promptHash(ids) }
    // Zero bytes keep the parts apart.
    let parts = [text] + messages.flatMap { [$0.role, $0.content] }
    return SHA256.hexDigest(of: parts.flatMap { Array($0.utf8) + [0] })
  }
}

/// What a decoder put out.
package struct RunOutput: Equatable, Sendable {
  /// The token ids; empty where a server gives none.
  package var tokens: [Token]
  /// The text.
  package var text: String

  /// Makes an output.
  package init(tokens: [Token], text: String) { (self.tokens, self.text) = (tokens, text) }

  /// Where this output first differs from another; nil when both are the same. Where one of them has no token ids, texts
  /// are compared and the position is that of a Unicode scalar.
  func difference(from other: RunOutput) -> Difference? {
    if tokens.isEmpty != other.tokens.isEmpty || tokens.isEmpty {
      guard !text.utf8.elementsEqual(other.text.utf8) else { return nil }
      let same = zip(text.unicodeScalars, other.text.unicodeScalars).prefix { $0 == $1 }.count
      return Difference(position: same, expected: nil, found: nil)
    }
    return Difference(tokens, from: other.tokens)
  }
}

/// One prompt decoded by one decoder, with everything that was measured, as rows of the database.
package struct RunGeneration {
  /// The token ids; empty where a server gives none.
  package var tokens: [Token] = []
  /// The text; nil where the run's model makes it of the tokens.
  package var text: String?
  /// Number of tokens of the output.
  package var outputTokens = 0
  /// Time to the first token, in nanoseconds.
  package var prefillNanoseconds = 0
  /// Time from the first token to the last, in nanoseconds.
  package var decodeNanoseconds = 0
  /// Tokens that came with the prefill.
  package var prefillTokens = 0
  /// Cycles whose time is the prefill's.
  package var prefillCycles = 0
  /// Why it ended.
  package var stopReason = StopReason.maximumNewTokens
  /// Cycles during which the decoding thread was kept from the processor; nil where that is not known.
  package var preemptedSteps: Int?
  /// The cycles in order; none where a server does not tell them.
  package var cycles: [CycleRecord] = []
  /// The tokens in order; none where a server does not tell their ids.
  package var tokenRecords: [TokenRecord] = []
  /// Cycles in which nothing could be drafted for want of room.
  package var cyclesWithoutRoom = 0
  /// What a server told of it.
  package var served: ServedGenerationRecord?
  /// The pieces in which a server sent it.
  package var chunks: [ChunkRecord] = []
  /// Whether it was given up before it ended: then it is no output.
  package var isAbandoned = false

  /// A generation of which nothing is known.
  package init() {}
}

extension RunGeneration {
  /// A generation of one of the package's own decoders.
  ///
  /// - Parameter generation: the generation.
  init(_ generation: Generation) {
    self.init()
    tokens = generation.tokens
    outputTokens = generation.tokens.count
    prefillNanoseconds = Int(generation.prefillTime)
    decodeNanoseconds = Int(generation.decodeTime)
    prefillTokens = generation.prefillTokens
    prefillCycles = generation.cycleOfToken.first == .some(0) ? 1 : 0
    stopReason = generation.stopReason
    preemptedSteps = generation.preemptedSteps
    cycles = generation.cycleRecords
    tokenRecords = generation.tokenRecords
    cyclesWithoutRoom = generation.cycles.count(where: \.lacksRoom)
    isAbandoned = generation.isAbandoned
  }
}
