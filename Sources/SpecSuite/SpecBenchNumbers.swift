import SpecCore

extension Category {
  /// The category of a question by its number in Spec-Bench: 80 questions of each category from 81 on, MT-Bench's with its
  /// own numbers first.
  ///
  /// - Parameter number: a question's id.
  /// - Returns: the name as Spec-Bench's `question.jsonl` writes it; nil for a number that it does not have.
  package static func specBenchName(ofQuestion number: Int) -> String? {
    guard (81...560).contains(number) else { return nil }
    let category = tasks[(number - 81) / 80]
    return category == .multiTurnConversation ? conversationNames[(number - 81) / 10] : category.rawValue
  }
}
