import SpecStatistics
import SpecStore

/// The speedup that choosing the fastest of several settings brings, free of the luck of the choice: on each half of the
/// questions the setting is measured that is the fastest on the other half (twofold cross-validation; Stone 1974).
///
/// The best of many settings on the same questions owes a part of its lead to chance, the more so the more settings there are.
package struct HeldOutSpeedup: Sendable {
  /// Vanilla's times over those of the chosen settings, each on the half that did not choose it.
  package let ratio: Double
  /// The setting that is the fastest on each half, by its place in the list.
  package let fastest: [Int]

  /// Chooses and measures. The halves take the questions of each category in turn, by their ids.
  ///
  /// - Parameter settings: for each setting its generations beside vanilla's, of equal outputs; nil where a half has no question.
  package init?(_ settings: [[GenerationPair]]) {
    let isSecond = Self.secondHalf(of: settings)
    let halves = settings.map { pairs in
      [pairs.filter { !isSecond.contains($0.questionID) }, pairs.filter { isSecond.contains($0.questionID) }]
    }
    let fastest = [0, 1].compactMap { half in Self.fastest(halves.map { $0[half] }) }
    guard fastest.count == 2 else { return nil }
    let unseen = halves[fastest[1]][0] + halves[fastest[0]][1]
    guard let ratio = PairedTimes(decodeTimesOf: unseen, as: .speedup).ratioOfSums else { return nil }
    (self.ratio, self.fastest) = (ratio, fastest)
  }

  /// The setting with the highest ratio, the first of equal ones; nil where none has a time.
  private static func fastest(_ settings: [[GenerationPair]]) -> Int? {
    var best: (place: Int, ratio: Double)?
    for (place, pairs) in settings.enumerated() {
      guard let ratio = PairedTimes(decodeTimesOf: pairs, as: .speedup).ratioOfSums else { continue }
      if best.map({ ratio > $0.ratio }) ?? true { best = (place, ratio) }
    }
    return best?.place
  }

  private static func secondHalf(of settings: [[GenerationPair]]) -> Set<Int> {
    var questions: [String: Set<Int>] = [:]
    for pair in settings.joined() { questions[pair.category, default: []].insert(pair.questionID) }
    return questions.values.reduce(into: []) { half, ids in
      for (place, id) in ids.sorted().enumerated() where !place.isMultiple(of: 2) { half.insert(id) }
    }
  }
}
