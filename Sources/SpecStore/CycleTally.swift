/// Cycles counted by what they did, and what each kind took.
struct CycleTally: Sendable {
  /// What a cycle did.
  struct Kind: Hashable, Sendable {
    var drafted: Int
    var accepted: Int
    var acceptLength: Int
    var nodes: Int
    /// Whether the decode time covers it: not where a first cycle ran the prompt.
    var isTimed: Bool
  }

  /// Sums over cycles.
  struct Sums: Sendable {
    var cycles = 0
    var emitted = 0
    var draftNanoseconds = 0
    var verifyNanoseconds = 0
    var overheadNanoseconds = 0

    static func += (sums: inout Sums, other: Sums) {
      sums.cycles += other.cycles
      sums.emitted += other.emitted
      sums.draftNanoseconds += other.draftNanoseconds
      sums.verifyNanoseconds += other.verifyNanoseconds
      sums.overheadNanoseconds += other.overheadNanoseconds
    }
  }

  private(set) var kinds: [Kind: Sums] = [:]

  mutating func add(_ kind: Kind, _ sums: Sums) { kinds[kind, default: Sums()] += sums }

  mutating func add(_ other: CycleTally) {
    for (kind, sums) in other.kinds { add(kind, sums) }
  }

  /// The sums over all cycles.
  var total: Sums { kinds.values.reduce(into: Sums()) { $0 += $1 } }

  /// The cycles that the decode time covers.
  var timed: CycleTally {
    var timed = CycleTally()
    timed.kinds = kinds.filter(\.key.isTimed)
    return timed
  }

  /// A figure of the cycles' kinds, summed over all cycles.
  func sum(_ figure: KeyPath<Kind, Int>) -> Int {
    kinds.reduce(0) { $0 + $1.key[keyPath: figure] * $1.value.cycles }
  }

  /// Number of cycles of some kinds.
  func cycles(where isCounted: (Kind) -> Bool) -> Int {
    kinds.reduce(0) { $0 + (isCounted($1.key) ? $1.value.cycles : 0) }
  }

  /// The kinds in a fixed order.
  var inOrder: [(kind: Kind, sums: Sums)] {
    kinds.map { (kind: $0.key, sums: $0.value) }.sorted { first, second in
      let (one, other) = (first.kind, second.kind)
      return (one.drafted, one.accepted, one.acceptLength, one.nodes, one.isTimed ? 1 : 0)
        < (other.drafted, other.accepted, other.acceptLength, other.nodes, other.isTimed ? 1 : 0)
    }
  }
}
