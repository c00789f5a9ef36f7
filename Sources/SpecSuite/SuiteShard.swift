import SpecCore
import SpecFiles

extension Suite {
  /// The suite with only the questions of one shard, in the order of the file.
  ///
  /// The questions are dealt to the shards like cards, category after category: each shard gets as many questions as the
  /// others or one fewer, of the whole suite and of each category. A question goes with all its turns.
  ///
  /// - Parameter shard: which part.
  /// - Returns: the suite with the questions of the shard, at least one.
  /// - Throws: `SuiteError` if there are fewer questions than shards.
  package func selecting(_ shard: Shard) throws(SuiteError) -> Suite {
    guard shard.count <= questions.count else {
      throw SuiteError(
        place: "--shard \(shard.rawValue)",
        found: quantity(questions.count, "question"),
        expected: "at least one for each shard",
        advice: "choose at most \(quantity(questions.count, "shard"))"
      )
    }
    let byCategory = Dictionary(grouping: questions.indices) { questions[$0].category }
    let inTurn = categories.flatMap { byCategory[$0] ?? [] }
    return Suite(self, questions: shard.dealt(inTurn).sorted().map { questions[$0] })
  }
}
