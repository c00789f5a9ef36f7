import SpecModel

/// Grows a tree where it is expected to pay: the node with the best chance first, as long as that chance is worth a position
/// of the pass.
struct TreeGrowth {
  /// Most nodes, the root not counted.
  let nodes: Int
  /// The least chance with which a token is drafted.
  let least: Float
  /// How many of the first tokens are drafted with a third of that chance: as many as cost the pass next to nothing, since it
  /// waits for the weights.
  var cheap = 1

  /// Grows a tree.
  ///
  /// - Parameters:
  ///   - root: the draft that it grows from.
  ///   - limit: the most tokens on a path.
  ///   - followers: tokens that may follow the newest node, each with the chance that it is right if the node is.
  /// - Returns: the draft. The confidence of a node is the chance that all of its path is right.
  func grown(
    from root: Draft,
    limit: Int,
    _ followers: (Draft) -> [(token: Token, chance: Float)]
  ) -> Draft {
    var draft = root
    var offers = limit > 0 ? Self.offers(draft, followers) : []
    while draft.count <= nodes, let best = offers.indices.max(by: { Self.isWorse(offers[$0], offers[$1]) }) {
      let offer = offers.remove(at: best)
      guard offer.chance >= worth(ofPlace: draft.count - 1) else { break }
      draft.append(DraftToken(offer.token, confidence: offer.chance), to: offer.parent)
      if draft.count <= nodes, draft.depths[draft.newest] < limit { offers += Self.offers(draft, followers) }
    }
    return draft
  }

  /// The least chance of the token at a place, from 0.
  private func worth(ofPlace place: Int) -> Float { place < cheap ? DraftPace.worth(ofPlace: 0, least: least) : least }

  /// A token that may be drafted next.
  private struct Offer {
    var token: Token
    var parent: Int
    var chance: Float
  }

  /// Whether an offer comes after another. Among equals the later one does.
  private static func isWorse(_ one: Offer, _ other: Offer) -> Bool {
    one.chance == other.chance ? one.parent > other.parent : one.chance < other.chance
  }

  /// What may follow the newest node.
  private static func offers(_ draft: Draft, _ followers: (Draft) -> [(token: Token, chance: Float)]) -> [Offer] {
    let before = draft.nodes[draft.newest].confidence ?? 1
    return followers(draft).map { Offer(token: $0.token, parent: draft.newest, chance: before * $0.chance) }
  }
}
