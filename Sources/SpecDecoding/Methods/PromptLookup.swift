import SpecModel

/// Prompt lookup (Saxena 2023, github.com/apoorvumang/prompt-lookup-decoding): what followed the last few tokens when
/// they stood in the text before is drafted. It needs no model, and wins where answers repeat their prompt.
///
/// The longest n-gram that occurs before is looked for, the latest occurrence first. Where its continuation meets the end
/// of the text it goes on with what it has drafted, so that a loop is drafted as far as wanted. Where no n-gram of at
/// least `minimum` tokens occurs nothing is drafted, and the cycle is vanilla's.
///
/// An adaptive lookup drafts as much as recent drafts after n-grams of the same length make worth it: see ``DraftPace``.
final class PromptLookup: Drafter {
  private let lengths: ClosedRange<Int>
  private let tokens: Int
  private let isAdaptive: Bool
  private var index: NgramIndex
  private var pace = DraftPace()
  /// The length of the n-gram that the present draft follows.
  private var found = 0

  /// - Parameters:
  ///   - ngram: length of the longest n-gram to look for.
  ///   - minimum: length of the shortest, at most `ngram`.
  ///   - tokens: most tokens drafted in a cycle.
  ///   - isAdaptive: whether the length of drafts follows recent acceptance.
  init(ngram: Int, minimum: Int, tokens: Int, isAdaptive: Bool) {
    lengths = minimum...ngram
    self.tokens = tokens
    self.isAdaptive = isAdaptive
    index = NgramIndex(lengths: lengths)
  }

  func begin(_ prompt: [Token]) -> Draft {
    (index, pace) = (NgramIndex(lengths: lengths), DraftPace())
    return Draft(root: prompt[prompt.count - 1])
  }

  func prefill(_ context: DraftContext) { index.read(context.text) }

  func draft(_ context: DraftContext) -> Draft {
    let text = context.text
    var draft = context.root
    guard let (length, start) = index.repeatedEnd(of: text) else { return draft }
    found = length
    let most = isAdaptive ? pace.length(after: length, most: tokens) : tokens
    for place in start..<start + min(most, context.limit) {
      draft.append(place < text.count ? DraftToken(text[place]) : draft.nodes[1 + place - text.count])
    }
    return draft
  }

  func update(_ kept: Kept) {
    if isAdaptive, kept.draft.depth > 0 { pace.hear(after: found, drafted: kept.draft.depth, accepted: kept.accepted) }
  }
}

/// Prompt lookup as Spec-Bench has it: the first occurrence whose continuation has all tokens already, and one filler
/// token where there is none.
final class ReferencePromptLookup: Drafter {
  /// A constant in the reference's code.
  private static let filler: Token = 100
  private let ngram: Int
  private let minimum: Int
  private let tokens: Int
  private let vocabulary: Int

  /// - Parameters:
  ///   - ngram: length of the longest n-gram to look for.
  ///   - minimum: length of the shortest, at most `ngram`.
  ///   - tokens: tokens drafted in a cycle.
  ///   - vocabulary: entries of the vocabulary.
  init(ngram: Int, minimum: Int, tokens: Int, vocabulary: Int) {
    self.ngram = ngram
    self.minimum = minimum
    self.tokens = tokens
    self.vocabulary = vocabulary
  }

  func draft(_ context: DraftContext) -> Draft {
    let filler = min(Self.filler, Token(vocabulary - 1))
    let found = continuation(of: context.text).map { Array(context.text[$0..<$0 + tokens]) } ?? [filler]
    var draft = context.root
    for token in found.prefix(context.limit) { draft.append(DraftToken(token)) }
    return draft
  }

  private func continuation(of text: [Token]) -> Int? {
    for length in stride(from: min(ngram, text.count), through: minimum, by: -1) {
      let end = text.suffix(length)
      for start in stride(from: length, through: text.count - tokens, by: 1)
      where start < text.count - length && text[start - length..<start].elementsEqual(end) {
        return start
      }
    }
    return nil
  }
}

extension PromptLookup {
  /// The registry's entry.
  static let method = Method(
    name: "prompt-lookup",
    summary: "What followed the last few tokens earlier in the text is drafted; no model, no memory.",
    paper: "Saxena 2023, Prompt Lookup Decoding, github.com/apoorvumang/prompt-lookup-decoding",
    settings: [
      Setting(name: "ngram", kind: .integer(1...16), default: "3", help: "length of the longest n-gram looked for"),
      Setting(
        name: "minimum",
        kind: .integer(1...16),
        default: "1",
        help: "length of the shortest n-gram that is drafted from, at most ngram"
      ),
      Setting(name: "tokens", kind: .draftLength, default: "10", help: "most tokens drafted in a cycle"),
      Setting(
        name: "adaptive",
        kind: .flag,
        default: "false",
        help: "drafts as many tokens as recent drafts after n-grams of the same length make worth it"
      ),
      .reference(
        "as Spec-Bench has it: the first occurrence with all tokens after it, a filler token where there is none, "
          + "first drafts verified with the prompt"
      ),
    ],
    isDefault: true,
    verifiesByRejection: true,
    checkSettings: { settings, _ in
      let ngram = try settings.integer("ngram")
      guard try settings.integer("minimum") <= ngram else {
        throw settings.invalid("minimum", "a length of at most 'ngram', \(ngram),")
      }
      if settings.flag("reference"), settings.flag("adaptive") {
        throw settings.invalid("adaptive", "false, since the reference is not adaptive,")
      }
    },
    make: { settings, resources in
      let (ngram, tokens) = (try settings.integer("ngram"), try settings.integer("tokens"))
      let minimum = try settings.integer("minimum")
      let target = try CachedModel(resources.target)
      let decoder: any Decoder
      if settings.flag("reference") {
        let vocabulary = resources.target.configuration.vocabularySize
        decoder = try SpeculativeDecoder(
          target: target,
          drafter: ReferencePromptLookup(ngram: ngram, minimum: minimum, tokens: tokens, vocabulary: vocabulary),
          sampling: resources.sampling,
          draftsWithPrompt: true
        )
      } else {
        decoder = try SpeculativeDecoder(
          target: target,
          drafter: PromptLookup(
            ngram: ngram,
            minimum: minimum,
            tokens: tokens,
            isAdaptive: settings.flag("adaptive")
          ),
          sampling: resources.sampling
        )
      }
      return PreparedDecoder(decoder: decoder, addedParameters: 0)
    }
  )
}
