import Foundation
import SpecFiles

/// The six kinds of task of a suite, in the order in which tables show them.
public enum Category: String, CaseIterable, Sendable, Codable {
  /// A conversation of several turns, as in MT-Bench.
  case multiTurnConversation = "mt_bench"
  /// A text to be put into another language.
  case translation
  /// A passage to be shortened.
  case summarization
  /// A question of fact without further material.
  case questionAnswering = "qa"
  /// A word problem to be worked out.
  case mathematicalReasoning = "math_reasoning"
  /// A question to be answered from passages that come with it.
  case retrievalAugmentedGeneration = "rag"

  /// The name for the heads of tables.
  public var title: String {
    switch self {
    case .multiTurnConversation: "Multi-turn Conversation"
    case .translation: "Translation"
    case .summarization: "Summarization"
    case .questionAnswering: "Question Answering"
    case .mathematicalReasoning: "Mathematical Reasoning"
    case .retrievalAugmentedGeneration: "Retrieval-augmented Generation"
    }
  }

  /// MT-Bench's own categories, which all count as the multi-turn conversation, and a plain word for it.
  static let conversationNames = [
    "writing", "roleplay", "reasoning", "math", "coding", "extraction", "stem", "humanities", "conversation",
  ]

  /// The category that a question file's `category` stands for, or nil where the name is not known.
  ///
  /// - Parameter questionCategory: One of the six names, one of MT-Bench's eight categories, or "conversation".
  public init?(questionCategory: String) {
    if let category = Category(rawValue: questionCategory) {
      self = category
    } else if Category.conversationNames.contains(questionCategory) {
      self = .multiTurnConversation
    } else {
      return nil
    }
  }

  /// The categories that a user listed by their names, each once, in the order of the tables.
  ///
  /// - Parameters:
  ///   - names: The names as given; white space around a name does not count.
  ///   - place: Where the list comes from, for the message of an error.
  /// - Returns: The categories named.
  /// - Throws: `SuiteError` for a name that is none of the six.
  public static func named(
    _ names: [String],
    place: String = "the list of categories"
  ) throws(SuiteError) -> [Category] {
    var chosen: Set<Category> = []
    for name in names {
      guard let category = Category(rawValue: name.trimmingCharacters(in: .whitespaces)) else {
        throw SuiteError(
          place: place,
          found: "the category \(quoted(name))",
          expected: "one of \(knownNames)",
          advice: "correct or remove this name"
        )
      }
      chosen.insert(category)
    }
    return allCases.filter(chosen.contains)
  }

  /// The six names as a list for messages.
  static var knownNames: String {
    allCases.map(\.rawValue).joined(separator: ", ")
  }
}
