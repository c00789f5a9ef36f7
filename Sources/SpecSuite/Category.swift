import Foundation
import SpecFiles

/// A kind of task of a suite: one of Spec-Bench's six, or one of a question file's own.
public struct Category: RawRepresentable, Hashable, Sendable, Codable {
  /// The name, as files and the database write it.
  public let rawValue: String

  /// A conversation of several turns, as in MT-Bench.
  public static let multiTurnConversation = Category(unchecked: "mt_bench")
  /// A text to be put into another language.
  public static let translation = Category(unchecked: "translation")
  /// A passage to be shortened.
  public static let summarization = Category(unchecked: "summarization")
  /// A question of fact without further material.
  public static let questionAnswering = Category(unchecked: "qa")
  /// A word problem to be worked out.
  public static let mathematicalReasoning = Category(unchecked: "math_reasoning")
  /// A question to be answered from passages that come with it.
  public static let retrievalAugmentedGeneration = Category(unchecked: "rag")

  /// Spec-Bench's six, in the order in which tables show them.
  public static let standard = [
    multiTurnConversation, translation, summarization, questionAnswering, mathematicalReasoning,
    retrievalAugmentedGeneration,
  ]

  /// The category of questions whose file names none.
  public static let unnamed = Category(unchecked: "default")

  /// The most Unicode scalars of a name.
  public static let longestName = 64

  /// The name for the heads of tables.
  public var title: String {
    switch self {
    case .multiTurnConversation: "Multi-turn Conversation"
    case .translation: "Translation"
    case .summarization: "Summarization"
    case .questionAnswering: "Question Answering"
    case .mathematicalReasoning: "Mathematical Reasoning"
    case .retrievalAugmentedGeneration: "Retrieval-augmented Generation"
    default: rawValue
    }
  }

  /// MT-Bench's own categories, which all count as the multi-turn conversation, and a plain word for it.
  static let conversationNames = [
    "writing", "roleplay", "reasoning", "math", "coding", "extraction", "stem", "humanities", "conversation",
  ]

  private init(unchecked name: String) { rawValue = name }

  /// The category of a name; white space around it does not count.
  ///
  /// - Parameter rawValue: A name that is not blank, has at most 64 scalars, none that controls a terminal or the
  ///   direction of writing, and is not `overall`, which stands for all categories together.
  public init?(rawValue: String) {
    let name = rawValue.trimmingCharacters(in: .whitespaces)
    guard !name.isEmpty, name.unicodeScalars.count <= Self.longestName, name.lowercased() != "overall",
      name.isFitForNames
    else { return nil }
    self.init(unchecked: name)
  }

  /// What a name of a category is, for messages.
  static let nameRule =
    "a name of at most \(longestName) characters, without control characters, other than \"overall\""

  /// The category that a question file's `category` stands for, or nil where it can be no name.
  ///
  /// - Parameter questionCategory: One of MT-Bench's eight categories or "conversation", which count as the multi-turn
  ///   conversation, or any other name.
  public init?(questionCategory: String) {
    if Category.conversationNames.contains(questionCategory) {
      self = .multiTurnConversation
    } else {
      self.init(rawValue: questionCategory)
    }
  }

  /// The categories that a user listed by their names, each once: Spec-Bench's in the order of the tables, then the
  /// others in the order of the list.
  ///
  /// - Parameters:
  ///   - names: The names as given; white space around a name does not count.
  ///   - place: Where the list comes from, for the message of an error.
  /// - Returns: The categories named.
  /// - Throws: `SuiteError` for what can be no name.
  public static func named(
    _ names: [String],
    place: String = "the list of categories"
  ) throws(SuiteError) -> [Category] {
    inOrder(
      try names.map { (name) throws(SuiteError) in
        let word = name.trimmingCharacters(in: .whitespaces)
        guard !conversationNames.contains(word) else {
          throw SuiteError(
            place: place,
            found: "the category \(quoted(name))",
            expected: "mt_bench, the category that questions of this kind count for",
            advice: "give mt_bench instead"
          )
        }
        if let category = Category(rawValue: name) { return category }
        throw SuiteError(
          place: place,
          found: "the category \(quoted(name))",
          expected: nameRule,
          advice: "correct or remove this name"
        )
      }
    )
  }

  /// Categories as tables show them, each once: Spec-Bench's first, then the others as they first appear.
  static func inOrder(_ categories: [Category]) -> [Category] {
    var seen: Set<Category> = []
    let each = categories.filter { seen.insert($0).inserted }
    return standard.filter(seen.contains) + each.filter { !standard.contains($0) }
  }
}
