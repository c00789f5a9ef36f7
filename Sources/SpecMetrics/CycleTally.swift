import SpecStore

/// Cycles counted by what they did, and what each kind took.
package struct CycleTally: Sendable {
  /// What a cycle did.
  package struct Kind: Hashable, Sendable {
    /// Tokens on the drafted path.
    package var drafted: Int
    /// Accepted draft tokens.
    package var accepted: Int
    /// Tokens that the cycle contributed.
    package var acceptLength: Int
    /// Draft tokens verified, those beside the drafted path too.
    package var nodes: Int
    /// Positions of the target's pass; the nodes and the root where it is not known.
    package var positions: Int
    /// Whether the decode time covers it: not where a first cycle ran the prompt.
    package var isTimed: Bool

    /// Whether the draft was a chain: nothing was verified beside the drafted path, and nothing else went with it.
    package var isChain: Bool { nodes == drafted && positions == nodes + 1 }
  }

  /// Sums over cycles; times are in nanoseconds.
  package struct Sums: Sendable {
    package var cycles = 0
    package var emitted = 0
    package var draftNanoseconds = 0
    package var verifyNanoseconds = 0
    package var overheadNanoseconds = 0
    /// Tokens outside the draft vocabulary, where the drafter has one.
    package var outsideVocabulary = 0
    /// The tokens that could have been outside: those of cycles with a draft vocabulary.
    package var vocabularyTokens = 0

    static func += (sums: inout Sums, other: Sums) {
      sums.cycles += other.cycles
      sums.emitted += other.emitted
      sums.draftNanoseconds += other.draftNanoseconds
      sums.verifyNanoseconds += other.verifyNanoseconds
      sums.overheadNanoseconds += other.overheadNanoseconds
      sums.outsideVocabulary += other.outsideVocabulary
      sums.vocabularyTokens += other.vocabularyTokens
    }
  }

  /// What the cycles of each kind add up to.
  package private(set) var kinds: [Kind: Sums] = [:]

  /// Adds the cycles of a generation, of which the first may have run the prompt.
  mutating func add(_ cycles: [CycleRecord], prefillCycles: Int) {
    for (ordinal, cycle) in cycles.enumerated() {
      let kind = Kind(
        drafted: cycle.drafted,
        accepted: cycle.accepted,
        acceptLength: cycle.acceptLength,
        nodes: cycle.nodes,
        positions: cycle.passPositions ?? cycle.nodes + 1,
        isTimed: ordinal >= prefillCycles
      )
      kinds[kind, default: Sums()] += Sums(
        cycles: 1,
        emitted: cycle.emitted,
        draftNanoseconds: cycle.draftNanoseconds,
        verifyNanoseconds: cycle.verifyNanoseconds,
        overheadNanoseconds: cycle.overheadNanoseconds,
        outsideVocabulary: cycle.outsideVocabulary ?? 0,
        vocabularyTokens: cycle.outsideVocabulary == nil ? 0 : cycle.acceptLength
      )
    }
  }

  mutating func add(_ other: CycleTally) {
    for (kind, sums) in other.kinds { kinds[kind, default: Sums()] += sums }
  }

  /// The sums over all cycles.
  package var total: Sums { kinds.values.reduce(into: Sums()) { $0 += $1 } }

  /// The cycles that the decode time covers.
  package var timed: CycleTally {
    var timed = CycleTally()
    timed.kinds = kinds.filter(\.key.isTimed)
    return timed
  }

  /// The kinds in a fixed order: sums of fractions depend on it.
  package var inOrder: [(kind: Kind, sums: Sums)] {
    kinds.map { (kind: $0.key, sums: $0.value) }.sorted { first, second in
      let (one, other) = (first.kind, second.kind)
      return (one.drafted, one.accepted, one.acceptLength, one.nodes, one.positions, one.isTimed ? 1 : 0)
        < (other.drafted, other.accepted, other.acceptLength, other.nodes, other.positions, other.isTimed ? 1 : 0)
    }
  }

  /// The longest draft.
  package var longestDraft: Int { kinds.keys.reduce(0) { max($0, $1.drafted) } }

  /// A number of the cycles' kinds, summed over all cycles.
  package func sum(_ number: (Kind) -> Int) -> Int {
    kinds.reduce(0) { $0 + number($1.key) * $1.value.cycles }
  }

  /// Number of cycles of some kinds.
  package func cycles(where isCounted: (Kind) -> Bool) -> Int {
    kinds.reduce(0) { $0 + (isCounted($1.key) ? $1.value.cycles : 0) }
  }
}

/// A quotient of counts; nil where there is nothing to divide by.
func quotient(_ one: Int, _ other: Int) -> Double? { other == 0 ? nil : Double(one) / Double(other) }
