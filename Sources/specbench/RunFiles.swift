import Foundation
import SpecRunner
import SpecStore

/// The files that a stored run was made from.
enum RunFiles {
  /// What no output made from a run may overwrite: it could not be gone on with any more.
  ///
  /// - Parameters:
  ///   - store: the database.
  ///   - run: the run's id.
  /// - Returns: the paths, each with what it is.
  /// - Throws: `StoreError`.
  static func kept(_ store: BenchmarkStore, _ run: Int64) throws(StoreError) -> [(path: String, role: String)] {
    let record = try store.run(run).record
    // The run of an older version has no plan; its path may begin in another folder.
    let plan = record.plan.flatMap { try? JSONDecoder().decode(StoredPlan.self, from: Data($0.utf8)) }
    let suite = plan?.suite ?? record.suitePath
    let files = suite.isEmpty ? [] : [suite, suite + "/suite.json", suite + "/question.jsonl"]
    return (try store.inputs(of: run).map(\.path) + files).map { ($0, "an input of the run") }
  }
}
