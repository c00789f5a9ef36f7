import SpecFiles
import SpecMetrics
import SpecStatistics
import SpecStore

/// What is compared: a run, or one decoder of it.
package struct ComparisonSide: Sendable {
  /// The database.
  package let store: BenchmarkStore
  /// The run's id.
  package let run: Int64
  /// The decoder's name; nil for all of the run.
  package let decoder: String?

  /// Makes a side; the properties say what each value means.
  package init(store: BenchmarkStore, run: Int64, decoder: String?) {
    self.store = store
    self.run = run
    self.decoder = decoder
  }

  /// How a person would name it.
  var title: String { "\(store.path), run \(run)\(decoder.map { ", \($0)" } ?? "")" }
}

/// Why two sides are not compared.
package enum ComparisonError: Error, Equatable, CustomStringConvertible {
  /// The run has no decoder of this name.
  case noSuchDecoder(name: String, side: String, known: [String])
  /// The sides differ in what must be equal; one phrase each.
  case notComparable(differences: [String])
  /// A side holds no generation.
  case nothingMeasured(side: String)
  /// There is no decoder that both runs have.
  case nothingInCommon(first: String, second: String)

  /// One sentence that says what was found and what to do.
  package var description: String {
    switch self {
    case .noSuchDecoder(let name, let side, let known):
      "\(side) has no decoder '\(name)'\(nearestNameHint(for: name, among: known)); choose one of \(known.joined(separator: ", "))"
    case .notComparable(let differences):
      "the two runs cannot be compared: \(differences.joined(separator: "; ")); measure both alike, or pass --anyway"
    case .nothingMeasured(let side):
      "\(side): nothing is measured in it yet; go on with it with 'specbench run --resume', or name another run"
    case .nothingInCommon(let first, let second):
      first == second
        ? "both sides are \(first); name two runs, or two of its decoders, like 1/kangaroo 1/medusa"
        : "\(first) and \(second) have no decoder with the same settings; name one of each, like 1/kangaroo 2/medusa"
    }
  }
}

/// The second side over the first: decoders of one run directly, two runs through each run's own vanilla.
package struct RunComparison: Sendable {
  /// One decoder beside another.
  package struct Row: Sendable {
    /// The first side's decoder.
    package let first: String
    /// The second side's decoder.
    package let second: String
    /// Whether the ratios are speedups, or compare times per token since outputs need not be equal.
    package let basis: SpeedBasis
    /// Vanilla's time over the first side's.
    package let firstSpeedup: Double
    /// Vanilla's time over the second side's.
    package let secondSpeedup: Double
    /// How much faster the second is: above 1 it is faster.
    package let ratio: Double
    /// The 95 % interval of that ratio; nil where no question was measured twice and there are fewer than eight questions.
    package let interval: ConfidenceInterval?
    /// Decode milliseconds per token of both sides: shown, never judged.
    package let milliseconds: (first: Double, second: Double)

    /// What may be said.
    package var verdict: Verdict { Verdict(interval) }

    /// Whether the second side is slower by more than a share, whole interval and all; nil without an interval.
    ///
    /// - Parameter share: 0.03 for 3 %.
    /// - Returns: nil where there is no interval.
    package func isSlower(than share: Double) -> Bool? { interval.map { $0.upper < 1 - share } }
  }

  /// How many tokens a cycle contributes on average, on both sides. It follows from what was decoded, not from times, so
  /// that runs of the same decoder, model and prompts have the same.
  package struct Acceptance: Sendable {
    /// The first side's decoder.
    package let first: String
    /// The second side's decoder.
    package let second: String
    /// Mean accepted tokens of both sides; nil without cycles.
    package let means: (first: Double?, second: Double?)

    /// Whether the second side accepts less by more than a share.
    ///
    /// - Parameter share: 0.02 for 2 %.
    /// - Returns: nil where a side has no cycles.
    package func drops(by share: Double) -> Bool? {
      guard let first = means.first, let second = means.second else { return nil }
      return second < first * (1 - share)
    }
  }

  /// What is compared, as a person would name it.
  package let titles: (first: String, second: String)
  /// What differs although it should not; empty unless such a comparison was asked for.
  package let differences: [String]
  /// What differs and is worth knowing, such as the version of the program; one phrase each.
  package let notes: [String]
  /// The decoders.
  package let rows: [Row]
  /// The acceptance of all decoders that were to be compared.
  package let acceptances: [Acceptance]
  /// Decoders of the second side that were to be compared and have no time in common with the first side's.
  package let untimed: [String]
  /// The sides that are unfinished, each with how far it is, like `the first run is unfinished: 12 of 60 generations`:
  /// what is missing may change every number.
  package let unfinished: [String]
  /// Outputs of both sides that were compared with vanilla's, and those that differ.
  package let lossless: (checked: Int, mismatches: Int)

  /// Compares.
  ///
  /// - Parameters:
  ///   - first: the old.
  ///   - second: the new.
  ///   - anyway: whether to compare what was measured differently, too.
  /// - Throws: ``ComparisonError``, or `StoreError`.
  package init(_ first: ComparisonSide, _ second: ComparisonSide, anyway: Bool = false) throws {
    let (old, new) = (try SideMetrics(first), try SideMetrics(second))
    titles = (first.title, second.title)
    if let empty = [old, new].first(where: \.isEmpty) { throw ComparisonError.nothingMeasured(side: empty.title) }
    let isSameRun = first.run == second.run && first.store.isOfSameFile(as: second.store)
    let obstacles = isSameRun ? [] : old.conditions.obstacles(new.conditions)
    guard obstacles.isEmpty || anyway else { throw ComparisonError.notComparable(differences: obstacles) }
    let matches = try Self.matches(old, new, isSameRun: isSameRun)
    let unlike = isSameRun ? [] : matches.flatMap { Self.differences($0.0, $0.1, old.conditions, new.conditions) }
    differences = obstacles + unlike
    guard differences.isEmpty || anyway else { throw ComparisonError.notComparable(differences: differences) }
    notes =
      isSameRun
      ? old.conditions.doubts(of: "the run")
      : old.conditions.notes(new.conditions) + Self.leftOut(old, new, matches)
    unfinished = try Self.unfinished(first, second, isSameRun: isSameRun)
    let compared = matches.map { pair in
      (pair.1.name, Self.row(pair.0, pair.1, isSameRun: isSameRun))
    }
    rows = compared.compactMap(\.1)
    acceptances = matches.map {
      Acceptance(first: $0.name, second: $1.name, means: ($0.meanAcceptedTokens, $1.meanAcceptedTokens))
    }
    untimed = compared.filter { $0.1 == nil }.map(\.0)
    let judged = isSameRun ? matches.flatMap { [$0.0, $0.1] } : matches.map(\.1)
    lossless = (judged.reduce(0) { $0 + $1.checked }, judged.reduce(0) { $0 + $1.mismatches })
  }

  private static func unfinished(
    _ first: ComparisonSide,
    _ second: ComparisonSide,
    isSameRun: Bool
  ) throws(StoreError) -> [String] {
    let sides = isSameRun ? [("the run", first)] : [("the first run", first), ("the second run", second)]
    var phrases: [String] = []
    for (name, side) in sides {
      let outline = try RunOutline(store: side.store, run: try side.store.run(side.run))
      if let text = outline.unfinishedText { phrases.append("\(name) is \(text)") }
    }
    return phrases
  }

  /// The decoders that stand beside each other: those that were named, or those with equal settings.
  private static func matches(
    _ old: SideMetrics,
    _ new: SideMetrics,
    isSameRun: Bool
  ) throws(ComparisonError) -> [(DecoderTimes, DecoderTimes)] {
    if let first = old.chosen, let second = new.chosen { return [(first, second)] }
    if let only = old.chosen ?? new.chosen {
      let others = old.chosen == nil ? old.contestants : new.contestants
      let twins = others.filter { ($0.spec == only.spec) != isSameRun }
      if !twins.isEmpty { return twins.map { old.chosen == nil ? ($0, only) : (only, $0) } }
    } else if !isSameRun {
      let pairs = old.contestants.compactMap { first in
        new.contestants.first { $0.spec == first.spec }.map { (first, $0) }
      }
      if !pairs.isEmpty { return pairs }
    }
    throw .nothingInCommon(first: old.title, second: isSameRun ? old.title : new.title)
  }

  /// What two decoders of equal settings differ in all the same: what they were measured on, and what was added for them.
  private static func differences(
    _ first: DecoderTimes,
    _ second: DecoderTimes,
    _ old: RunConditions,
    _ new: RunConditions
  ) -> [String] {
    var differences: [String] = []
    let shared = first.places.intersection(second.places).count
    let counts = (first.places.count - shared, second.places.count - shared)
    // Prompts that only one of the runs has are told of the runs.
    if counts != (0, 0), old.hasSamePrompts(as: new) {
      differences.append(
        "\(second.name) has \(shared) measured prompts in common, \(counts.0) in the first run only and \(counts.1) in the "
          + "second only"
      )
    }
    guard first.spec == second.spec else { return differences }
    if first.addedParameters != second.addedParameters {
      differences.append(
        "parameters added for \(second.name) \(first.addedParameters) and \(second.addedParameters)"
      )
    }
    // A companion's files lie in the folder that its spec names.
    let files = old.fileDifference(new) { role in
      role.split(separator: "/").suffix(2).count == 2
        && role.split(separator: "/").suffix(2).contains { part in
          second.spec.contains(part)
        }
    }
    return differences + [files.map { "\(second.name) has \($0)" }].compactMap(\.self)
  }

  /// Decoders of two whole runs that have no counterpart of equal settings.
  private static func leftOut(
    _ old: SideMetrics,
    _ new: SideMetrics,
    _ matches: [(DecoderTimes, DecoderTimes)]
  ) -> [String] {
    guard old.chosen == nil, new.chosen == nil else { return [] }
    let compared = Set(matches.map(\.0.spec))
    return [("first", old), ("second", new)].compactMap { name, side in
      let others = side.contestants.filter { !compared.contains($0.spec) }.map(\.name)
      return others.isEmpty ? nil : "only the \(name) run has \(others.joined(separator: ", ")) with these settings"
    }
  }

  private static func row(_ first: DecoderTimes, _ second: DecoderTimes, isSameRun: Bool) -> Row? {
    second.times.over(first.times, isSameRun: isSameRun).map { found in
      Row(
        first: first.name,
        second: second.name,
        basis: found.basis,
        firstSpeedup: found.otherSpeedup,
        secondSpeedup: found.ownSpeedup,
        ratio: found.ratio,
        interval: found.interval,
        milliseconds: (first.times.millisecondsPerToken, second.times.millisecondsPerToken)
      )
    }
  }
}
