/// How many tokens a decoder's cycles contribute on average.
package struct AcceptedTokens: Equatable, Sendable {
  /// The sum of the accept lengths.
  package let acceptedTokens: Int
  /// Number of cycles.
  package let cycles: Int
  /// Accept length per cycle, exactly 1 for vanilla; nil without cycles.
  package let meanAcceptedTokens: Double?

  init(_ tally: CycleTally) {
    acceptedTokens = tally.sum(\.acceptLength)
    cycles = tally.total.cycles
    meanAcceptedTokens = quotient(acceptedTokens, cycles)
  }
}

/// How many of a decoder's drafted tokens were accepted.
package struct DraftAcceptance: Equatable, Sendable {
  /// Tokens on the drafted paths.
  package let drafted: Int
  /// Accepted draft tokens.
  package let accepted: Int
  /// Accepted over drafted tokens; nil when nothing was drafted.
  package let acceptanceRate: Double?
  /// Tokens verified besides the roots.
  package let nodes: Int
  /// Tokens that the cycles emitted.
  package let emitted: Int
  /// Verified tokens per emitted token; nil when nothing was emitted, or where a server does not tell its drafts.
  package let nodesPerEmittedToken: Double?
  /// Tokens that the target chose and that are not in the draft vocabulary; nil where the drafter chooses from all tokens.
  package let outsideVocabulary: Int?
  /// Their share of the tokens that the cycles contributed.
  package let outsideVocabularyShare: Double?

  init(_ tally: CycleTally) {
    (drafted, accepted, nodes) = (tally.sum(\.drafted), tally.sum(\.accepted), tally.sum(\.nodes))
    emitted = tally.total.emitted
    acceptanceRate = quotient(accepted, drafted)
    // Without drafts a cycle gives one token: where it gave more, the drafts are not known.
    let areKnown = nodes > 0 || tally.sum(\.acceptLength) == tally.total.cycles
    nodesPerEmittedToken = areKnown ? quotient(nodes, emitted) : nil
    let total = tally.total
    outsideVocabulary = total.vocabularyTokens > 0 ? total.outsideVocabulary : nil
    outsideVocabularyShare = quotient(total.outsideVocabulary, total.vocabularyTokens)
  }
}

/// What became of the drafted token at one place of the drafts.
package struct AcceptanceAtPosition: Encodable, Equatable, Sendable {
  /// The place in the draft, from 1.
  package let position: Int
  /// Number of all cycles.
  package let cycles: Int
  /// Number of cycles that drafted at all.
  package let draftingCycles: Int
  /// Number of cycles that drafted at least `position` tokens.
  package let draftedCycles: Int
  /// Number of cycles that accepted at least `position` tokens.
  package let acceptedCycles: Int
  /// `acceptedCycles` over `draftingCycles`.
  package let marginal: Double
  /// `acceptedCycles` over the cycles that drafted this place and accepted all before it; nil when there is none.
  package let conditional: Double?
  /// `acceptedCycles` over `cycles`: the Kangaroo paper's CTAR(w) with w = `position`.
  package let consecutiveTokenAcceptanceRate: Double

  /// JSON has the last in a list of its own.
  enum CodingKeys: String, CodingKey {
    case position, cycles
    case draftingCycles = "drafting_cycles"
    case draftedCycles = "drafted_cycles"
    case acceptedCycles = "accepted_cycles"
    case marginal, conditional
  }

  /// All places up to the longest draft; none where nothing was drafted.
  static func all(_ tally: CycleTally) -> [AcceptanceAtPosition] {
    let (cycles, drafting) = (tally.total.cycles, tally.cycles { $0.drafted > 0 })
    return (0..<tally.longestDraft).map { index in
      let accepted = tally.cycles { $0.accepted > index }
      return AcceptanceAtPosition(
        position: index + 1,
        cycles: cycles,
        draftingCycles: drafting,
        draftedCycles: tally.cycles { $0.drafted > index },
        acceptedCycles: accepted,
        marginal: Double(accepted) / Double(drafting),
        conditional: quotient(accepted, tally.cycles { $0.drafted > index && $0.accepted >= index }),
        consecutiveTokenAcceptanceRate: Double(accepted) / Double(cycles)
      )
    }
  }
}
