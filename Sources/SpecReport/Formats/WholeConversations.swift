import SpecMetrics
import SpecStore

/// Which conversations of a run are whole: Spec-Bench's scripts take every one for such.
enum WholeConversations {
  /// How many turns each question has. Later turns are counted from when they are reached: while there are some to come,
  /// those of the last question are not known, and it is left out.
  ///
  /// - Parameters:
  ///   - prompts: the prompts that the run knows.
  ///   - run: the run.
  /// - Returns: the number of turns by the question's id; skipped turns are none.
  static func turns(of prompts: some Collection<PromptRecord>, _ run: RunRecord) -> [Int: Int] {
    var turns = prompts.filter { $0.skipReason == nil }.reduce(into: [Int: Int]()) {
      $0[$1.questionID, default: 0] += 1
    }
    if run.finishedAt == nil, prompts.count < run.plannedPrompts ?? 0,
      let last = prompts.max(by: { $0.ordinal < $1.ordinal })
    {
      turns[last.questionID] = nil
    }
    return turns
  }
}

extension SpecBenchSpeed {
  /// The speed of a run's decoder; nil where it has no whole conversation.
  init?(_ summary: RunSummary, _ decoder: Int64) {
    self.init(summary.metrics.times.pairs[decoder] ?? [], turns: summary.outline.turns)
  }
}
