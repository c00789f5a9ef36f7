/// One question of the demo suite, with the fields of a line of Spec-Bench's `question.jsonl`.
package struct DemoQuestion: Equatable, Sendable, Encodable {
  /// The question's number, from 1.
  package let questionID: Int
  /// The kind of task.
  package let category: DemoCategory
  /// What the user says in each turn.
  package let turns: [String]
  /// The answer of each turn as the corpus would give it.
  package let reference: [String]

  private enum CodingKeys: String, CodingKey {
    case questionID = "question_id"
    case category, turns, reference
  }
}

/// The questions of the demo suite: prompts that no training document of any seed contains.
package enum DemoSuite {
  /// The questions, category after category, no prompt twice.
  ///
  /// - Parameters:
  ///   - texts: what the corpus says.
  ///   - perCategory: how many questions each category gets; not negative.
  ///   - seed: which questions.
  /// - Returns: questions numbered from 1.
  package static func questions(_ texts: CorpusTexts, perCategory: Int, seed: UInt64 = 1) -> [DemoQuestion] {
    let corpus = DemoCorpus(texts, seed: seed, stream: .suite)
    var questions: [DemoQuestion] = []
    for category in DemoCategory.allCases {
      var prompts: Set<String> = []
      var index = 0
      // A category could have fewer prompts than asked for: then the search ends with all that are near.
      while prompts.count < perCategory, index < 1000 + 100 * perCategory {
        let turns = corpus.document(at: index, category: category).turns
        index += 1
        guard prompts.insert(turns[0].question).inserted else { continue }
        questions.append(
          DemoQuestion(
            questionID: questions.count + 1,
            category: category,
            turns: turns.map(\.question),
            reference: turns.map(\.answer)
          )
        )
      }
    }
    return questions
  }
}
