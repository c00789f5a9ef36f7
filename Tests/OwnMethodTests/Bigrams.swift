import SpecDecoding
import SpecModel

/// A method from outside the package: it drafts the token that followed the last one before, and so on.
final class Bigrams: Drafter {
  private let tokens: Int
  private var followers: [Token: Token] = [:]
  private var last: Token?

  init(tokens: Int) { self.tokens = tokens }

  /// Forgets the previous prompt and reads the new one.
  func begin(_ prompt: [Token]) -> Draft {
    (followers, last) = ([:], nil)
    read(prompt)
    return Draft(root: prompt[prompt.count - 1])
  }

  /// Follows the pairs that it knows.
  func draft(_ context: DraftContext) -> Draft {
    var draft = context.root
    while draft.depth < min(tokens, context.limit), let next = followers[draft.nodes[draft.newest].token] {
      draft.append(DraftToken(next))
    }
    return draft
  }

  /// Reads the tokens that were kept.
  func update(_ kept: Kept) { read(kept.tokens) }

  private func read(_ text: [Token]) {
    for token in text {
      if let last { followers[last] = token }
      last = token
    }
  }
}

extension Bigrams {
  /// The entry for the registry.
  static let method = Method(
    name: "bigrams",
    summary: "What followed a token the last time is drafted after it.",
    paper: "–",
    settings: [Setting(name: "tokens", kind: .integer(1...64), default: "4", help: "most tokens drafted in a cycle")],
    verifiesByRejection: true,
    make: { settings, resources in
      let decoder = try SpeculativeDecoder(
        target: CachedModel(resources.target),
        drafter: Bigrams(tokens: settings.integer("tokens")),
        sampling: resources.sampling
      )
      return PreparedDecoder(decoder: decoder, addedParameters: 0)
    }
  )
}
