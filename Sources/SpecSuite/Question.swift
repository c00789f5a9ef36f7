import SpecCore

/// One question of a suite: what the user says in each turn, and what a good answer would hold.
public struct Question: Equatable, Sendable {
  /// The id of the question, unique in its file.
  public let id: QuestionID

  /// The number that stands for the id in the database.
  public var questionID: Int { id.key }

  /// The category that the question counts for.
  public let category: Category

  /// The category as the file writes it, such as "writing" for a conversation.
  public let subcategory: String

  /// What the user says, one text for each turn; never empty, and no text is blank.
  public let turns: [String]

  /// Answers known to be right, or nil where the file gives none that are texts. It takes no part in a measurement.
  public let reference: [String]?
}
