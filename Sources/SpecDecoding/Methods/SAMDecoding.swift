import SpecFiles
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
  }

  /// A text that was known before.
  struct Library {
    /// Its tokens.
    let tokens: [Token]
    /// Reads every part of it.
    let automaton: SuffixAutomaton
    /// By how many tokens its end must be longer than the text's own.
    let bias: Int

    /// Reads a text.
    init(_ tokens: [Token], bias: Int) {
      var automaton = SuffixAutomaton()
      for token in tokens { automaton.append(token) }
      (self.tokens, self.automaton, self.bias) = (tokens, automaton, bias)
    }
  }

  private let tokens: Int
  private let threshold: Int
  private let isReference: Bool
  private var automaton = SuffixAutomaton()
  private let library: Library?
  /// The longest end of the text that stands in the library's.
  private var libraryMatch = SuffixAutomaton.Match()
  private let recycling: RecycledTree?
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
  ///   - recycling: what drafts otherwise; nil for nothing.
  ///   - memory: whether recycled tokens are kept over prompts.
  ///   - endTokens: the target's.
  ///   - isReference: whether drafts are filled up as in the reference.
  init(
    tokens: Int,
    threshold: Int,
    library: Library? = nil,
    recycling: RecycledTree? = nil,
    memory: DraftMemory = .prompt,
    endTokens: [Token] = [],
    isReference: Bool = false
  ) {
    self.tokens = tokens
    self.threshold = threshold
    self.library = library
    self.recycling = recycling
    self.memory = memory
    self.endTokens = isReference && recycling != nil && memory == .run ? Set(endTokens) : []
    self.isReference = isReference
  }

  /// Forgets the text; what was recycled is forgotten if memory ends with the prompt.
  public func begin(_ prompt: [Token]) -> Draft {
    automaton = SuffixAutomaton()
    libraryMatch = SuffixAutomaton.Match()
    wantsLastPass = false
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
    let (known, length) = longest(match, root)
    let draft: Draft
    if let recycling {
      draft =
        length >= threshold
        ? followed(known, by: tokens - 1, context) : recycling.draft(context, isReference: isReference)
    } else {
      draft = followed(known, by: min(tokens - 1, Self.growth * length), context)
    }
    return asking(draft)
  }

  /// Tokens drafted for each token of the match where nothing else drafts (the official code's `alpha`).
  private static let growth = 4

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

  /// A draft that asks for what is likely after each of its nodes, where that is learned.
  private func asking(_ draft: Draft) -> Draft {
    var draft = draft
    draft.likeliest = recycling?.table.width ?? 0
    return draft
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
    while recycling != nil, automaton.count - automaton.firstEnd(of: match) < tokens,
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
      } else if isReference, recycling != nil {
        draft.append(DraftToken(0))
      }
    }
    return draft
  }

  /// Learns what is likely after every verified token.
  public func update(_ kept: Kept) {
    recycling?.table.learn(kept)
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
      Setting(
        name: "text",
        kind: .text,
        default: noText,
        help: "a text file to draft from, too, where it knows a longer end than the text itself"
      ),
      Setting(
        name: "bias",
        kind: .integer(0...64),
        default: "5",
        help: "by how many tokens the end that the text file knows must be longer"
      ),
    ] + RecycledTree.settings + [
      DraftMemory.setting,
      .reference("as the official code: drafts are filled up with token 0, unknown tokens are followed by token 0"),
    ],
    checkSettings: { settings, files in
      _ = try RecycledTree(settings, files, tree: "sam_60")
      if settings.text("text") != noText { try checkText(settings, files) }
    },
    make: { settings, resources in
      let tree = try RecycledTree(settings, resources.files, tree: "sam_60")
      let recycles = settings.text("fallback") == Fallback.tokenRecycling.rawValue
      let drafter = SAMDecoding(
        tokens: try settings.integer("tokens"),
        threshold: try settings.integer("threshold"),
        library: try library(settings, resources.files),
        recycling: recycles ? tree : nil,
        memory: settings.memory,
        endTokens: resources.target.configuration.endTokens,
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

  /// The value of the setting `text` where there is no such file.
  private static let noText = "none"
  /// The largest text file, since an automaton takes about a hundred times the memory of its text.
  private static let largestText = 16 << 20

  /// Refuses a text file that is not there, or a target without a tokenizer to read it with.
  private static func checkText(_ settings: SettingValues, _ files: TargetFiles) throws {
    let path = files.file(settings.text("text"))
    guard files.model != nil else { throw settings.invalid("text", "none, since this model has no tokenizer,") }
    guard let kind = FilePlace.kind(at: path) else { throw TextFileError(.missing, file: path) }
    guard kind == .file else { throw TextFileError(.notOrdinary(kind), file: path) }
  }

  private static func library(_ settings: SettingValues, _ files: TargetFiles) throws -> Library? {
    guard settings.text("text") != noText, let model = files.model else { return nil }
    let text = try InputFile<TextFileError>.text(of: files.file(settings.text("text")), limit: largestText)
    return Library(try Tokenizer(model).encode(PromptText(quoting: text)), bias: try settings.integer("bias"))
  }
}

/// A text file that cannot be drafted from.
struct TextFileError: InputFailure, CustomStringConvertible {
  private let problem: InputProblem
  private let file: String

  init(_ problem: InputProblem, file: String) { (self.problem, self.file) = (problem, file) }

  /// One sentence that names the file.
  var description: String { problem.fault.sentence(file: file) }
}
