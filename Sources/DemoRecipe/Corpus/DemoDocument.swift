/// The six kinds of task in the demo corpus; the raw values are those of Spec-Bench's question files.
package enum DemoCategory: String, CaseIterable, Sendable, Codable {
  /// Two turns of small talk, advice or writing, the second building on the first.
  case multiTurnConversation = "mt_bench"
  /// Sentences put into Velish or out of it.
  case translation
  /// A story and its summary.
  case summarization
  /// A question about the corpus's invented world.
  case questionAnswering = "qa"
  /// A word problem worked step by step.
  case mathematicalReasoning = "math_reasoning"
  /// A question answered from passages that come with it.
  case retrievalAugmentedGeneration = "rag"

  /// Whether its prompts can begin with a register; what is translated or summarized stands alone.
  var hasRegisters: Bool { self != .translation && self != .summarization }
}

/// What the user says and what the assistant answers.
package struct DemoTurn: Equatable, Sendable {
  /// What the user says.
  package let question: String
  /// What the assistant answers.
  package let answer: String

  /// A turn with its two texts.
  package init(question: String, answer: String) {
    self.question = question
    self.answer = answer
  }
}

/// One document of the demo corpus: an exchange of one or two turns in plain text, without any chat template.
package struct DemoDocument: Equatable, Sendable {
  /// The kind of task.
  package let category: DemoCategory
  /// The turns, in order; never empty.
  package let turns: [DemoTurn]

  /// A document with its turns.
  package init(category: DemoCategory, turns: [DemoTurn]) {
    self.category = category
    self.turns = turns
  }
}
