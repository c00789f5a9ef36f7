import SpecStore

/// What cycles drafted, accepted and contributed, by their place in the text.
struct PlaceTally: Sendable {
  /// Sums over the cycles of a place.
  struct Sums: Sendable {
    var cycles = 0
    var drafted = 0
    var accepted = 0
    var acceptedTokens = 0

    static func += (sums: inout Sums, other: Sums) {
      sums.cycles += other.cycles
      sums.drafted += other.drafted
      sums.accepted += other.accepted
      sums.acceptedTokens += other.acceptedTokens
    }
  }

  private var output: [Int: Sums] = [:]
  private var context: [Int: Sums] = [:]

  /// By the number of tokens before the first place of the step.
  subscript(place: TextPlace) -> [Int: Sums] { place == .output ? output : context }

  mutating func add(_ generation: MeasuredGeneration) {
    // A first cycle that ran the prompt brought the prefill's tokens itself.
    var tokens = generation.prefillCycles > 0 ? 0 : generation.prefillTokens
    let (outputStep, contextStep) = (TextPlace.output.step, TextPlace.context.step)
    for cycle in generation.cycles {
      let sums = Sums(
        cycles: 1,
        drafted: cycle.drafted,
        accepted: cycle.accepted,
        acceptedTokens: cycle.acceptLength
      )
      output[tokens / outputStep * outputStep, default: Sums()] += sums
      context[(generation.promptTokens + tokens) / contextStep * contextStep, default: Sums()] += sums
      tokens += cycle.emitted
    }
  }

  mutating func add(_ other: PlaceTally) {
    for (start, sums) in other.output { output[start, default: Sums()] += sums }
    for (start, sums) in other.context { context[start, default: Sums()] += sums }
  }
}

/// The stretches of a run's texts: the same for all decoders and categories, and chosen so that each has about as many of the
/// run's cycles as the others.
package struct TextStretches: Sendable {
  /// The tokens before the first and before the last place of each stretch, in rising order.
  private var bounds: [TextPlace: [ClosedRange<Int>]] = [:]
  /// Which stretch a step belongs to.
  private var indices: [TextPlace: [Int: Int]] = [:]

  /// - Parameter tallies: those of all decoders.
  init(_ tallies: [PlaceTally]) {
    for place in TextPlace.allCases {
      var cycles: [Int: Int] = [:]
      for tally in tallies {
        for (start, sums) in tally[place] { cycles[start, default: 0] += sums.cycles }
      }
      divide(cycles, place)
    }
  }

  private mutating func divide(_ cycles: [Int: Int], _ place: TextPlace) {
    let all = cycles.values.reduce(0, +)
    var (bounds, indices, before) = ([ClosedRange<Int>](), [Int: Int](), 0)
    var last: Int?
    for (start, count) in cycles.sorted(by: { $0.key < $1.key }) {
      let stretch = TextPlace.mostStretches * before / all
      let end = start + place.step - 1
      if stretch == last, let open = bounds.popLast() {
        bounds.append(open.lowerBound...end)
      } else {
        bounds.append(start...end)
      }
      indices[start] = bounds.count - 1
      (last, before) = (stretch, before + count)
    }
    (self.bounds[place], self.indices[place]) = (bounds, indices)
  }

  /// The stretches of a place, each as the fewest and the most tokens before a cycle in it.
  package subscript(place: TextPlace) -> [ClosedRange<Int>] { bounds[place] ?? [] }

  /// The sums of each stretch, as many as there are stretches.
  func sums(_ tally: PlaceTally, _ place: TextPlace) -> [PlaceTally.Sums] {
    var sums = self[place].map { _ in PlaceTally.Sums() }
    for (start, own) in tally[place] {
      if let index = indices[place]?[start] { sums[index] += own }
    }
    return sums
  }
}

/// How much of the drafts was accepted in one stretch of the texts.
package struct AcceptanceAtPlace: Encodable, Equatable, Sendable {
  /// From where the place is counted.
  package let place: TextPlace
  /// The fewest tokens before a cycle of the stretch.
  package let fromTokens: Int
  /// The most tokens before a cycle of the stretch.
  package let toTokens: Int
  /// Number of cycles that began in it.
  package let cycles: Int
  /// Tokens on the drafted paths.
  package let drafted: Int
  /// Accepted draft tokens.
  package let accepted: Int
  /// Tokens that the cycles contributed.
  package let acceptedTokens: Int
  /// Accepted over drafted tokens; nil when nothing was drafted.
  package let acceptanceRate: Double?
  /// Tokens that a cycle contributed on average.
  package let meanAcceptedTokens: Double

  enum CodingKeys: String, CodingKey {
    case place
    case fromTokens = "from_tokens"
    case toTokens = "to_tokens"
    case cycles, drafted, accepted
    case acceptedTokens = "accepted_tokens"
    case acceptanceRate = "acceptance_rate"
    case meanAcceptedTokens = "mean_accepted_tokens"
  }

  /// All stretches that have cycles, those of the output first.
  static func all(_ tally: PlaceTally, in stretches: TextStretches) -> [AcceptanceAtPlace] {
    TextPlace.allCases.flatMap { place in
      zip(stretches[place], stretches.sums(tally, place)).filter { $1.cycles > 0 }.map { bounds, sums in
        AcceptanceAtPlace(
          place: place,
          fromTokens: bounds.lowerBound,
          toTokens: bounds.upperBound,
          cycles: sums.cycles,
          drafted: sums.drafted,
          accepted: sums.accepted,
          acceptedTokens: sums.acceptedTokens,
          acceptanceRate: quotient(sums.accepted, sums.drafted),
          meanAcceptedTokens: Double(sums.acceptedTokens) / Double(sums.cycles)
        )
      }
    }
  }
}
