import SpecCore
import SpecFiles

/// Taking a part of a suite.
extension Suite {
  /// The suite with only some of its questions, in the order of the file.
  ///
  /// A limit takes the questions in turn from the categories: the first of each, then the second of each, and so on, so
  /// that a short run still sees every category.
  ///
  /// - Parameters:
  ///   - categories: the categories wanted, or nil for all.
  ///   - limit: the most questions to keep, or nil for all.
  /// - Returns: the suite with the questions selected, at least one.
  /// - Throws: `SuiteError` for a category without a question, an empty list or a limit below 1.
  package func selecting(categories: [Category]?, limit: Int?) throws(SuiteError) -> Suite {
    if let limit, limit < 1 {
      throw SuiteError(
        place: "the limit of questions",
        found: "\(limit)",
        expected: "at least 1",
        advice: "give a larger number"
      )
    }
    let wanted = try Suite.questions(
      of: categories,
      from: questions,
      place: questionPath,
      advice: "choose among the categories of this suite"
    )
    return Suite(self, questions: Suite.takingInTurn(limit ?? wanted.count, from: wanted))
  }

  /// The names in a list with commas. A name of a category of this suite may hold commas itself: where several names fit,
  /// the longest is taken.
  ///
  /// - Parameter list: what a user wrote.
  /// - Returns: the names, in order, some of which the suite may not have.
  package func categoryNames(in list: String) -> [String] {
    let own = Set(questions.map(\.category.rawValue))
    let parts = list.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    var names: [String] = []
    var start = 0
    while start < parts.count {
      let reach = start..<min(start + Category.longestName, parts.count)
      func name(to end: Int) -> String { parts[start...end].joined(separator: ",") }
      let end = reach.last { own.contains(name(to: $0).trimmingCharacters(in: .whitespaces)) } ?? start
      names.append(name(to: end))
      start = end + 1
    }
    return names
  }

  /// The suite with only the questions of a list that it has, in the order of the file.
  ///
  /// - Parameter questionIDs: the ids of the questions wanted.
  /// - Returns: the suite with the questions selected.
  package func selecting(questionIDs: [Int]) -> Suite {
    let wanted = Set(questionIDs)
    return Suite(self, questions: questions.filter { wanted.contains($0.questionID) })
  }

  /// The questions of some categories; each category must have one.
  static func questions(
    of categories: [Category]?,
    from questions: [Question],
    place: String,
    advice: String
  ) throws(SuiteError) -> [Question] {
    guard let categories else { return questions }
    let present = Category.inOrder(questions.map(\.category))
    let presentNames = Self.names(present)
    guard !categories.isEmpty else {
      throw SuiteError(
        place: place,
        found: "an empty list of categories",
        expected: "one or more of \(presentNames)",
        advice: advice
      )
    }
    if let absent = categories.first(where: { !present.contains($0) }) {
      throw SuiteError(
        place: place,
        found: "no question of the category \(printableName(absent))"
          + nearestNameHint(for: absent.rawValue, among: present.map(\.rawValue)),
        expected: "one or more of \(presentNames)",
        advice: advice
      )
    }
    return questions.filter { categories.contains($0.category) }
  }

  /// A name for a message: the usual ones stay as they are, what could be mistaken for a part of the sentence is quoted.
  private static func printableName(_ category: Category) -> String {
    let isPlain = category.rawValue.utf8.allSatisfy { 0x21...0x7E ~= $0 && $0 != 0x2C && $0 != 0x22 }
    return isPlain ? category.rawValue : quoted(category.rawValue)
  }

  /// The names of categories for a message, the first dozen of many.
  private static func names(_ categories: [Category]) -> String {
    let shown = categories.prefix(12).map(printableName)
    let rest = categories.count - shown.count
    return (shown + (rest > 0 ? ["\(rest) more"] : [])).joined(separator: ", ")
  }

  private static func takingInTurn(_ limit: Int, from questions: [Question]) -> [Question] {
    let order = Category.inOrder(questions.map(\.category))
    let places = Dictionary(uniqueKeysWithValues: order.enumerated().map { ($1, $0) })
    var rankInCategory: [Category: Int] = [:]
    let ranked = questions.enumerated().map { index, question in
      let rank = rankInCategory[question.category, default: 0]
      rankInCategory[question.category] = rank + 1
      return (rank: rank, order: places[question.category] ?? 0, index: index)
    }
    let taken = ranked.sorted { ($0.rank, $0.order) < ($1.rank, $1.order) }.prefix(limit)
    return taken.map(\.index).sorted().map { questions[$0] }
  }
}
