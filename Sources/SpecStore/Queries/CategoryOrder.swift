internal import GRDB
import SpecCore

/// The order of categories: Spec-Bench's six first, then a suite's own as they first appear, 'overall' last.
enum CategoryOrder {
  /// The beginning of a query over the run given by the argument `run`: the first prompt of each category.
  static let table = """
    WITH category_order (category, first_prompt) AS MATERIALIZED (
      SELECT category, min(ordinal) FROM prompt WHERE run_id = :run GROUP BY category
    )
    """

  /// What joins that table to the rows of `view`.
  static let join = "LEFT JOIN category_order ON category_order.category = view.category"

  /// What to order by.
  static let columns: String = {
    let places = Category.tasks.enumerated().map { "WHEN '\($1.rawValue)' THEN \($0)" }.joined(separator: " ")
    return "CASE view.category \(places) WHEN 'overall' THEN 8 ELSE 7 END, category_order.first_prompt, view.category"
  }()

  /// The categories of a run's prompts.
  static func categories(_ database: Database, run: Int64) throws -> [String] {
    let sql =
      "\(table) SELECT category FROM category_order AS view JOIN category_order USING (category) ORDER BY \(columns)"
    return try String.fetchAll(database, sql: sql, arguments: ["run": run])
  }
}

extension BenchmarkStore {
  /// The categories of a run's prompts, the skipped ones included: Spec-Bench's in the order of its tables, then the
  /// suite's own as they first appear.
  ///
  /// - Parameter run: the run's id.
  /// - Returns: their names.
  /// - Throws: a ``StoreError``.
  package func categories(of run: Int64) throws(StoreError) -> [String] {
    try read { try CategoryOrder.categories($0, run: run) }
  }
}
