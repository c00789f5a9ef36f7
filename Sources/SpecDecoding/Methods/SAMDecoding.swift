import SpecModel

/// SAM-Decoding (Hu et al. 2024, arXiv 2411.10666, §3): what followed the longest end of the text that stood in it before is
/// drafted, found in constant time by a suffix automaton; where that end is short, another way of drafting may take over.
public final class SAMDecoding: Drafter {
  /// What drafts where the text does not repeat itself.
  enum Fallback: String, CaseIterable {
    /// Nothing: what little repeats is drafted, the shorter the less.
    case none
    /// A tree of recycled tokens.
    case tokenRecycling = "token-recycling"
  }

  private let tokens: Int
  private let threshold: Int
  private let isReference: Bool
  private var automaton = SuffixAutomaton()
  private let recycling: RecycledTree?

  /// Whether recycled tokens are kept over prompts.
  public let memory: DraftMemory

  /// - Parameters:
  ///   - tokens: most tokens of a pass, the root included.
  ///   - threshold: the length of an end from which on the text is drafted from, where something else drafts otherwise.
  ///   - recycling: what drafts otherwise; nil for nothing.
  ///   - memory: whether recycled tokens are kept over prompts.
  ///   - isReference: whether drafts are filled up as in the reference.
  init(tokens: Int, threshold: Int, recycling: RecycledTree?, memory: DraftMemory, isReference: Bool) {
    self.tokens = tokens
    self.threshold = threshold
    self.recycling = recycling
    self.memory = memory
    self.isReference = isReference
  }

  /// Forgets the text; what was recycled is forgotten if memory ends with the prompt.
  public func begin(_ prompt: [Token]) -> Draft {
    automaton = SuffixAutomaton()
    if memory == .prompt { forget() }
    var draft = Draft(root: prompt[prompt.count - 1])
    draft.likeliest = recycling?.table.width ?? 0
    draft.wantsLikeliestInText = recycling != nil
    return draft
  }

  /// Reads the prompt.
  public func prefill(_ context: DraftContext) { read(context.text[...]) }

  /// Proposes what followed, or what the other way of drafting proposes.
  public func draft(_ context: DraftContext) -> Draft {
    let (text, root) = (context.text, context.text[context.text.count - 1])
    read(text.dropLast())
    let match = automaton.moved(automaton.match, by: root)
    var draft: Draft
    if let recycling {
      draft =
        match.length >= threshold
        ? followed(match, by: tokens - 1, context) : recycling.draft(context, isReference: isReference)
      draft.likeliest = recycling.table.width
    } else {
      draft = followed(match, by: min(tokens - 1, Self.growth * match.length), context)
    }
    return draft
  }

  /// Tokens drafted for each token of the match where nothing else drafts (the official code's `alpha`).
  private static let growth = 4

  /// A chain of what followed a match.
  private func followed(_ match: SuffixAutomaton.Match, by count: Int, _ context: DraftContext) -> Draft {
    var match = match
    // A shorter end may stand earlier, with more after it.
    while recycling != nil, automaton.count - automaton.firstEnd(of: match) < tokens,
      let shorter = automaton.shorter(match)
    {
      match = shorter
    }
    let limit = isReference ? context.remainingPositions - 1 : context.limit
    var draft = context.root
    guard match.length > 0 else { return draft }
    let start = automaton.firstEnd(of: match)
    for place in start..<start + max(0, min(count, limit)) {
      if place < automaton.count {
        draft.append(DraftToken(context.text[place]))
      } else if !isReference {
        // Behind the end of the text the draft goes on with itself: so a loop is drafted as far as wanted.
        draft.append(DraftToken(draft.nodes[place - automaton.count].token))
      } else if recycling != nil {
        draft.append(DraftToken(0))
      }
    }
    return draft
  }

  /// Learns what is likely after every verified token.
  public func update(_ kept: Kept) { recycling?.table.learn(kept) }

  /// Forgets recycled tokens.
  public func forget() { recycling?.table.clear() }

  private func read(_ text: ArraySlice<Token>) {
    for token in text.dropFirst(automaton.count) { automaton.append(token) }
  }
}

extension SAMDecoding {
  /// The registry's entry.
  static let method = Method(
    name: "sam",
    summary: "What followed the longest repeated end of the text is drafted, found by a suffix automaton; no model.",
    paper: "Hu et al. 2024, SAM Decoding: Speculative Decoding via Suffix Automaton, arXiv 2411.10666",
    settings: [
      Setting(name: "tokens", kind: .integer(2...64), default: "40", help: "most tokens of a pass, the root included"),
      Setting(
        name: "threshold",
        kind: .integer(1...64),
        default: "5",
        help: "length of an end from which on the text is drafted from, where there is a fallback"
      ),
      Setting(
        name: "fallback",
        kind: .choice(Fallback.allCases.map(\.rawValue)),
        default: Fallback.none.rawValue,
        help: "what drafts where ends are shorter; with none, 4 tokens are drafted for each token of the end"
      ),
    ] + RecycledTree.settings + [
      DraftMemory.setting,
      .reference("as the official code: drafts are filled up with token 0, unknown tokens are followed by token 0"),
    ],
    checkSettings: { settings, files in _ = try RecycledTree(settings, files, tree: "sam_60") },
    make: { settings, resources in
      let tree = try RecycledTree(settings, resources.files, tree: "sam_60")
      let recycles = settings.text("fallback") == Fallback.tokenRecycling.rawValue
      let drafter = SAMDecoding(
        tokens: try settings.integer("tokens"),
        threshold: try settings.integer("threshold"),
        recycling: recycles ? tree : nil,
        memory: settings.memory,
        isReference: settings.flag("reference")
      )
      let decoder = try SpeculativeDecoder(
        target: CachedModel(resources.target, tree: recycles ? tree.size : 0),
        drafter: drafter,
        sampling: resources.sampling
      )
      return PreparedDecoder(decoder: decoder, addedParameters: 0)
    }
  )
}
