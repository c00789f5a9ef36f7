import SpecModel

/// SAM-Decoding (Hu et al. 2024, arXiv 2411.10666, §3): what followed the longest end of the text that stood in it before is
/// drafted, found in constant time by a suffix automaton; where that end is short, another way of drafting may take over.
/// A second automaton may know a text of its own, which counts where it knows a much longer end (§3.2).
public final class SAMDecoding: Drafter {
  /// What drafts where the text does not repeat itself.
  enum Fallback: String, CaseIterable {
    /// Nothing: what little repeats is drafted, the shorter the less.
    case none
    /// A tree of recycled tokens.
    case tokenRecycling = "token-recycling"
    /// The tree of an EAGLE head.
    case eagle
  }

  /// What drafts where the text does not repeat itself, ready to draft.
  enum Substitute {
    /// A tree of recycled tokens.
    case recycling(RecycledTree)
    /// A drafter with a model of its own, which takes in by itself what was committed while it did not draft.
    case head(any Drafter)
  }

  private let tokens: Int
  private let threshold: Int
  private let isReference: Bool
  private var automaton = SuffixAutomaton()
  private let library: TextLibrary?
  /// The longest end of the text that stands in the library's.
  private var libraryMatch = SuffixAutomaton.Match()
  private let substitute: Substitute?
  /// How much is drafted after an end of a length, where that follows recent acceptance.
  private var pace: DraftPace?
  /// The length of the end that the present draft follows.
  private var followedLength = 0
  /// The tokens after which the reference makes one more pass, if they are the target's own.
  private let endTokens: Set<Token>

  /// Whether the last text has ended by a token of the target's own that the reference runs before it notices.
  public private(set) var wantsLastPass = false

  /// Whether recycled tokens are kept over prompts.
  public let memory: DraftMemory

  /// - Parameters:
  ///   - tokens: most tokens of a pass, the root included.
  ///   - threshold: the length of an end from which on the text is drafted from, where something else drafts otherwise.
  ///   - library: another text to draft from; nil for none.
  ///   - substitute: what drafts otherwise; nil for nothing.
  ///   - isAdaptive: whether the length of drafts follows recent acceptance, where nothing else drafts.
  ///   - memory: whether recycled tokens are kept over prompts.
  ///   - endTokens: the target's.
  ///   - isReference: whether drafts are filled up as in the reference.
  init(
    tokens: Int,
    threshold: Int,
    library: TextLibrary? = nil,
    substitute: Substitute? = nil,
    isAdaptive: Bool = false,
    memory: DraftMemory = .prompt,
    endTokens: [Token] = [],
    isReference: Bool = false
  ) {
    self.tokens = tokens
    self.threshold = threshold
    self.library = library
    self.substitute = substitute
    pace = isAdaptive ? DraftPace() : nil
    self.memory = memory
    self.isReference = isReference
    if case .recycling? = substitute, isReference, memory == .run {
      self.endTokens = Set(endTokens)
    } else {
      self.endTokens = []
    }
  }

  /// What is recycled, if anything is.
  private var recycling: RecycledTree? {
    guard case .recycling(let tree)? = substitute else { return nil }
    return tree
  }

  /// What drafts with a model of its own, if anything does.
  private var head: (any Drafter)? {
    guard case .head(let drafter)? = substitute else { return nil }
    return drafter
  }

  /// The models of what drafts where the text does not repeat itself.
  public var models: [any DraftingModel] { head?.models ?? [] }

  /// Forgets the text; what was recycled is forgotten if memory ends with the prompt.
  public func begin(_ prompt: [Token]) -> Draft {
    automaton = SuffixAutomaton()
    libraryMatch = SuffixAutomaton.Match()
    wantsLastPass = false
    if pace != nil { pace = DraftPace() }
    if memory == .prompt { forget() }
    var draft = head?.begin(prompt) ?? Draft(root: prompt[prompt.count - 1])
    draft.likeliest = recycling?.table.width ?? 0
    draft.wantsLikeliestInText = recycling != nil
    return draft
  }

  /// Reads the prompt.
  public func prefill(_ context: DraftContext) throws(NotFiniteLogits) {
    read(context.text[...])
    try head?.prefill(context)
  }

  /// Proposes what followed, or what the other way of drafting proposes.
  public func draft(_ context: DraftContext) throws(NotFiniteLogits) -> Draft {
    let (text, root) = (context.text, context.text[context.text.count - 1])
    read(text.dropLast())
    let match = automaton.moved(automaton.match, by: root)
    let (known, length) = longest(match, root)
    guard let substitute else { return followed(known, by: worth(after: length), context) }
    var draft: Draft
    if length >= threshold {
      draft = followed(known, by: tokens - 1, context)
    } else {
      switch substitute {
      case .recycling(let tree): draft = tree.draft(context, isReference: isReference)
      case .head(let drafter): draft = try drafter.draft(context)
      }
    }
    draft.likeliest = recycling?.table.width ?? 0
    return draft
  }

  /// Tokens drafted for each token of the match where nothing else drafts (the official code's `alpha`).
  private static let growth = 4
  /// Ends of at least this length share one estimate.
  private static let longEnd = 8

  /// How many tokens are drafted after an end of a length, where nothing else drafts.
  private func worth(after length: Int) -> Int {
    followedLength = min(length, Self.longEnd)
    guard length > 0 else { return 0 }
    return pace?.length(after: followedLength, most: tokens - 1) ?? min(tokens - 1, Self.growth * length)
  }

  /// Where something stands that can be gone on with.
  private enum Place {
    /// In the text, at the first end of a match.
    case text(SuffixAutomaton.Match)
    /// In the library, behind a number of tokens.
    case library(Int)
  }

  /// The longer of the ends that text and library know, with the length that counts.
  private func longest(_ own: SuffixAutomaton.Match, _ root: Token) -> (Place, length: Int) {
    guard let library else { return (.text(own), own.length) }
    let match = library.automaton.moved(libraryMatch, by: root)
    let length = match.length - library.bias
    return length > own.length ? (.library(library.automaton.firstEnd(of: match)), length) : (.text(own), own.length)
  }

  /// A chain of what followed an end.
  private func followed(_ place: Place, by count: Int, _ context: DraftContext) -> Draft {
    let limit = isReference ? context.remainingPositions - 1 : context.limit
    let most = max(0, min(count, limit))
    switch place {
    case .library(let start):
      var draft = context.root
      for token in library?.tokens[start...].prefix(most) ?? [] { draft.append(DraftToken(token)) }
      return draft
    case .text(let match): return continued(match, by: most, context)
    }
  }

  /// A chain of what followed a match in the text.
  private func continued(_ match: SuffixAutomaton.Match, by most: Int, _ context: DraftContext) -> Draft {
    var match = match
    // A shorter end may stand earlier, with more after it.
    while substitute != nil, automaton.count - automaton.firstEnd(of: match) < tokens,
      let shorter = automaton.shorter(match)
    {
      match = shorter
    }
    var draft = context.root
    guard match.length > 0 else { return draft }
    let start = automaton.firstEnd(of: match)
    for place in start..<start + most {
      if place < automaton.count {
        draft.append(DraftToken(context.text[place]))
      } else if isReference, substitute != nil {
        draft.append(DraftToken(0))
      }
    }
    return draft
  }

  /// Learns what is likely after every verified token.
  public func update(_ kept: Kept) {
    head?.update(kept)
    recycling?.table.learn(kept)
    if kept.draft.depth > 0 { pace?.hear(after: followedLength, drafted: kept.draft.depth, accepted: kept.accepted) }
    wantsLastPass =
      kept.tokens.last.map(endTokens.contains) == true && endTokens.isDisjoint(with: kept.tokens.dropLast())
  }

  /// Forgets recycled tokens.
  public func forget() { recycling?.table.clear() }

  private func read(_ text: ArraySlice<Token>) {
    for token in text.dropFirst(automaton.count) {
      automaton.append(token)
      if let library { libraryMatch = library.automaton.moved(libraryMatch, by: token) }
    }
  }
}

extension SAMDecoding {
  /// The registry's entry.
  static let method = Method(
    name: "sam",
    summary:
      "What followed the longest repeated end of the text is drafted, found by a suffix automaton; with a fallback "
      + "something else drafts where that end is short.",
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
      TextLibrary.setting, TextLibrary.biasSetting,
      // Both fallbacks as the official code has them: all 60 paths of the one, at most 62 nodes of the other.
      Setting(
        name: "nodes",
        kind: .integer(1...Transformer.largestTree - 1),
        default: "62",
        help: "with a fallback: number of the tree's paths to take, or most nodes of a growing tree"
      ),
      Setting(
        name: "width",
        kind: .integer(1...64),
        default: "8",
        help: "with a fallback: tokens kept after each token; for a growing tree those proposed after a node"
      ),
      Setting(
        name: "adaptive",
        kind: .flag,
        default: "false",
        help: "without a fallback: drafts as many tokens as recent drafts after ends of the same length make worth it"
      ),
      .eagleDepth("5", whereEagleDrafts), .eagleTree(default: EagleTree.dynamicName, whereEagleDrafts),
      Companion.eagle(.eagle1).setting, DraftMemory.setting,
      .reference("as the official code: drafts are filled up with token 0, unknown tokens are followed by token 0"),
    ],
    companion: .eagle(.eagle1),
    companionCondition: (setting: "fallback", value: Fallback.eagle.rawValue),
    checkSettings: { settings, files in
      if settings.flag("adaptive"), settings.flag("reference") || fallback(settings) != .none {
        throw settings.invalid("adaptive", "false with a fallback or as the reference,")
      }
      switch fallback(settings) {
      case .none: break
      case .tokenRecycling: _ = try RecycledTree(settings, files, tree: recycledTree)
      case .eagle: _ = try EagleTree(settings, files)
      }
      try TextLibrary.check(settings, files)
    },
    bytesPerPosition: { settings, files in
      fallback(settings) == .eagle ? try EagleModel.bytesPerPosition(.eagle1)(settings, files) : 0
    },
    make: { settings, resources in
      func drafter(_ substitute: Substitute?) throws -> SAMDecoding {
        SAMDecoding(
          tokens: try settings.integer("tokens"),
          threshold: try settings.integer("threshold"),
          library: try TextLibrary(settings, resources.files),
          substitute: substitute,
          isAdaptive: settings.flag("adaptive"),
          memory: settings.memory,
          endTokens: resources.target.configuration.endTokens,
          isReference: settings.flag("reference")
        )
      }
      func decoder(_ substitute: Substitute?, tree: Int) throws -> PreparedDecoder {
        let decoder = try SpeculativeDecoder(
          target: CachedModel(resources.target, tree: tree),
          drafter: drafter(substitute),
          sampling: resources.sampling
        )
        return PreparedDecoder(decoder: decoder, addedParameters: 0)
      }
      switch fallback(settings) {
      case .none: return try decoder(nil, tree: 0)
      case .tokenRecycling:
        let tree = try RecycledTree(settings, resources.files, tree: recycledTree)
        return try decoder(.recycling(tree), tree: tree.size)
      case .eagle:
        let head = try PreparedEagle(
          settings.eagleHead(.eagle1, resources),
          EagleTree(settings, resources.files),
          target: resources.target
        )
        return try head.decoder(drafter: drafter(.head(head.drafter)), sampling: resources.sampling)
      }
    }
  )

  /// The form of the tree that is filled with recycled tokens.
  private static let recycledTree = "sam_60"
  private static let whereEagleDrafts = "with fallback=\(Fallback.eagle.rawValue): "

  private static func fallback(_ settings: SettingValues) -> Fallback {
    Fallback(rawValue: settings.text("fallback")) ?? .none
  }
}
