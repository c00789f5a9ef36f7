import SpecCore
import SpecStore

/// What numbers are about: a category, or all of them together.
struct ReportCategory: Hashable, Sendable {
  /// The name, as the database has it.
  let rawValue: String
  /// The title of the table column, short enough for a terminal.
  let title: String

  private init(_ category: Category) { self.init(rawValue: category.rawValue, title: category.title) }

  private init(rawValue: String, title: String) { (self.rawValue, self.title) = (rawValue, title) }

  /// The title where there is little room.
  var shortTitle: String { title.count > 16 ? "\(title.prefix(15))…" : title }

  /// All categories together.
  static let overall = ReportCategory(.overall)

  /// Spec-Bench's categories, in the order of its tables.
  static let tasks = Category.tasks.map { ReportCategory($0) }

  /// More categories than these do not fit into the columns of a table.
  static let mostColumns = 10

  /// The categories of a run's tables: Spec-Bench's six, or, where the suite has its own, those that it has.
  ///
  /// - Parameter names: the categories of its prompts, in order.
  /// - Returns: the categories, without `overall`.
  static func tasks(_ names: [String]) -> [ReportCategory] {
    let own = names.filter { name in !tasks.contains { $0.rawValue == name } }
    guard !own.isEmpty else { return tasks }
    let present = tasks.filter { names.contains($0.rawValue) }
    let taken = Set((present + [overall]).map { $0.title.lowercased() })
    return present
      + own.map { ReportCategory(rawValue: $0, title: taken.contains($0.lowercased()) ? "\($0) (own)" : $0) }
  }
}

extension RunSummary {
  /// The categories of its tables, without `overall`.
  var tasks: [ReportCategory] { outline.tasks }
  /// The categories of its tables, then `overall`.
  var categories: [ReportCategory] { outline.tasks + [.overall] }
  /// Whether there are more categories than a table has room for.
  var hasManyCategories: Bool { outline.tasks.count > ReportCategory.mostColumns }
  /// The categories of the columns of a table, without `overall`: none where there are too many.
  var columns: [ReportCategory] { hasManyCategories ? [] : outline.tasks }
  /// The categories that a plot has room for, without `overall`: those with the most prompts where there are too many.
  var drawn: [ReportCategory] {
    guard hasManyCategories else { return outline.tasks }
    let byPrompts = outline.tasks.enumerated().sorted { one, other in
      let counts = [one, other].map { outline.measuredPrompts[$0.element.rawValue] ?? 0 }
      return counts[0] != counts[1] ? counts[0] > counts[1] : one.offset < other.offset
    }
    let chosen = Set(byPrompts.prefix(ReportCategory.mostColumns).map(\.offset))
    return outline.tasks.enumerated().filter { chosen.contains($0.offset) }.map(\.element)
  }
}
