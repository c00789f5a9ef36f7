import SpecModel

/// SuffixDecoding (Oliaro et al. 2024, arXiv 2411.04975, §3): what most often followed the longest ends of the text is
/// drafted, as far as it is expected to be right; the longer the end, the more. It needs no model.
///
/// The text has a tree of its own; the answers of earlier prompts have another, where they are remembered.
public final class SuffixDecoding: Drafter {
  /// How much is drafted.
  struct Limits {
    /// The longest part of a text that is known, in tokens.
    var depth: Int
    /// The most tokens drafted in a cycle.
    var tokens: Int
    /// Tokens drafted for each token of the end that is gone on with.
    var factor: Float
    /// Tokens drafted beside these.
    var offset: Float
    /// The least share of occurrences that a drafted token may have, multiplied along the draft.
    var least: Float
  }

  private let limits: Limits
  private var text: SuffixTree
  private var answers: SuffixTree
  /// The ends of the text in the tree of answers.
  private var ends = SuffixTree.Ends()
  /// How many tokens of the text the trees know.
  private var known = 0
  /// The tokens of the present answer.
  private var answer: [Token] = []

  /// Whether answers are kept over prompts.
  public let memory: DraftMemory

  /// - Parameters:
  ///   - limits: how much is drafted.
  ///   - memory: whether answers are kept over prompts.
  init(limits: Limits, memory: DraftMemory) {
    self.limits = limits
    self.memory = memory
    text = SuffixTree(depth: limits.depth)
    answers = SuffixTree(depth: limits.depth)
  }

  /// Puts the last answer where the next prompts look.
  public func begin(_ prompt: [Token]) -> Draft {
    if memory == .run, !answer.isEmpty {
      for token in answer { answers.append(token) }
      answers.endText()
    }
    text = SuffixTree(depth: limits.depth)
    (ends, known, answer) = (SuffixTree.Ends(), 0, [])
    return Draft(root: prompt[prompt.count - 1])
  }

  /// Reads the prompt.
  public func prefill(_ context: DraftContext) { read(context.text) }

  /// Proposes what is known to follow.
  public func draft(_ context: DraftContext) -> Draft {
    read(context.text)
    let limits = limits
    let most = min(limits.tokens, context.limit)
    func limit(_ length: Int) -> Int { min(most, Int(Float(length) * limits.factor + limits.offset + 1e-6)) }
    let own = text.continuation(after: text.ends, least: limits.least, limit: limit)
    let earlier = answers.continuation(after: ends, least: limits.least, limit: limit)
    let best = own.score >= earlier.score ? own : earlier
    var draft = context.root
    for (token, share) in zip(best.tokens, best.shares) { draft.append(DraftToken(token, confidence: share)) }
    return draft
  }

  /// Keeps the answer.
  public func update(_ kept: Kept) { answer += kept.tokens }

  /// Empties both trees.
  public func forget() {
    answers = SuffixTree(depth: limits.depth)
    answer = []
  }

  private func read(_ tokens: [Token]) {
    for token in tokens[known...] {
      text.append(token)
      if memory == .run { ends = answers.following(ends, token) }
    }
    known = tokens.count
  }
}

extension SuffixDecoding {
  /// The registry's entry.
  static let method = Method(
    name: "suffix",
    summary: "What most often followed the end of the text, here or in earlier answers, is drafted; no model.",
    paper: "Oliaro et al. 2024, SuffixDecoding: Extreme Speculative Decoding for Emerging AI Applications, "
      + "arXiv 2411.04975",
    settings: [
      Setting(name: "depth", kind: .integer(2...256), default: "64", help: "the longest part of a text that is known"),
      Setting(name: "tokens", kind: .draftLength, default: "16", help: "most tokens drafted in a cycle"),
      Setting(
        name: "factor",
        kind: .number(0...64),
        default: "1",
        help: "tokens drafted for each token of the end that is gone on with"
      ),
      Setting(name: "offset", kind: .number(-64...64), default: "0", help: "tokens drafted beside these"),
      Setting(
        name: "least",
        kind: .number(0...1),
        default: "0.1",
        help: "the least share of occurrences, multiplied along the draft, that a token is drafted with"
      ),
      DraftMemory.setting,
    ],
    verifiesByRejection: true,
    make: { settings, resources in
      let limits = Limits(
        depth: try settings.integer("depth"),
        tokens: try settings.integer("tokens"),
        factor: try settings.number("factor"),
        offset: try settings.number("offset"),
        least: try settings.number("least")
      )
      let decoder = try SpeculativeDecoder(
        target: CachedModel(resources.target),
        drafter: SuffixDecoding(limits: limits, memory: settings.memory),
        sampling: resources.sampling
      )
      return PreparedDecoder(decoder: decoder, addedParameters: 0)
    }
  )
}
