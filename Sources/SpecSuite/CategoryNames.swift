import Foundation
import SpecCore
import SpecFiles

// The names of categories in suites and on the command line.
extension Category {
  /// The category of questions whose file names none.
  package static let unnamed = Category(rawValue: "default")

  /// The most Unicode scalars of a name.
  package static let longestName = 64

  /// MT-Bench's own categories, which all count as the multi-turn conversation, and a plain word for it.
  static let conversationNames = [
    "writing", "roleplay", "reasoning", "math", "coding", "extraction", "stem", "humanities", "conversation",
  ]

  /// The category of a name; white space around it does not count.
  ///
  /// - Parameter name: a name that is not blank, has at most 64 scalars, none that controls a terminal or the
  ///   direction of writing, and is not `overall`, which stands for all categories together.
  package init?(named name: String) {
    let name = name.trimmingCharacters(in: .whitespaces)
    guard !name.isEmpty, name.unicodeScalars.count <= Self.longestName,
      name.lowercased() != Category.overall.rawValue, name.isFitForNames
    else { return nil }
    self.init(rawValue: name)
  }

  /// What a name of a category is, for messages.
  static let nameRule =
    "a name of at most \(longestName) characters, without control characters, other than \"overall\""

  /// The category that a question file's `category` stands for, or nil where it can be no name.
  ///
  /// - Parameter questionCategory: one of MT-Bench's eight categories or "conversation", which count as the multi-turn
  ///   conversation, or any other name.
  package init?(questionCategory: String) {
    if Category.conversationNames.contains(questionCategory) {
      self = .multiTurnConversation
    } else {
      self.init(named: questionCategory)
    }
  }

  /// The categories that a user listed by their names, each once: Spec-Bench's in the order of the tables, then the
  /// others in the order of the list.
  ///
  /// - Parameters:
  ///   - names: the names as given; white space around a name does not count.
  ///   - place: where the list comes from, for the message of an error.
  /// - Returns: the categories named.
  /// - Throws: `SuiteError` for what can be no name.
  package static func named(
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
        if let category = Category(named: name) { return category }
        throw SuiteError(
          place: place,
          found: "the category \(quoted(name))",
          expected: nameRule,
          advice: "correct or remove this name"
        )
      }
    )
  }
}

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
