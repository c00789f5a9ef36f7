import Foundation
import SpecStore

/// The command that a run was begun by, where it makes several: one for each engine, or one for each weight type and number
/// of threads of a sweep. Each of its runs has the series in its plan, so that all of them can be gone on with, those that
/// are not begun included.
package struct StoredSeries: Codable, Equatable, Sendable {
  /// The command's name.
  package enum Command: String, Codable, Sendable {
    case run, sweep
  }

  /// What the runs of one command have in common and no other has, in every database that they are copied to.
  package var id: String
  /// The command.
  package var command: Command
  /// The run's place in the series, from 0.
  package var part: Int
  /// How many runs the command makes.
  package var count: Int
  /// What was written after the command's name.
  package var arguments: [String]

  /// The first part of a new series.
  ///
  /// - Parameters:
  ///   - command: the command.
  ///   - count: how many runs it makes.
  ///   - arguments: what was written after its name.
  package init(_ command: Command, count: Int, arguments: [String]) {
    (id, part) = (UUID().uuidString, 0)
    (self.command, self.count, self.arguments) = (command, count, arguments)
  }

  /// The series at another of its parts.
  ///
  /// - Parameter part: the place of the run, from 0.
  /// - Returns: the series, otherwise the same.
  package func at(_ part: Int) -> StoredSeries {
    var other = self
    other.part = part
    return other
  }

  /// The newest run of each part that was begun.
  ///
  /// - Parameter store: the database.
  /// - Returns: the runs with their plans, by part.
  /// - Throws: `StoreError`.
  package func runs(in store: BenchmarkStore) throws(StoreError) -> [Int: PlannedRun] {
    try PlannedRun.all(in: store).reduce(into: [:]) { parts, run in
      if let series = run.plan.series, series.id == id { parts[series.part] = run }
    }
  }
}

/// A measured run whose plan is stored.
package struct PlannedRun: Sendable {
  /// The run.
  package let run: Stored<RunRecord>
  /// Its plan, with the repeats that were added to it since.
  package let plan: StoredPlan

  /// The run's id.
  package var id: Int64 { run.id }
  /// Whether it came to its end.
  package var isFinished: Bool { run.finishedAt != nil }

  /// Nil for a run of an older version, which stored no plan, and for imported answers.
  init?(_ run: Stored<RunRecord>) {
    guard run.origin == .measured, var plan = StoredPlan(of: run.record) else { return nil }
    // Where a precision decides on the repeats, the plan has the fewest.
    if plan.precision == nil { plan.repeats = max(plan.repeats, run.repeats) }
    (self.run, self.plan) = (run, plan)
  }

  /// Reads a run with its plan.
  ///
  /// - Parameters:
  ///   - run: the run's id.
  ///   - store: the database.
  /// - Returns: nil where no plan is stored.
  /// - Throws: `StoreError`, also if there is no such run.
  package static func find(_ run: Int64, in store: BenchmarkStore) throws(StoreError) -> PlannedRun? {
    PlannedRun(try store.run(run))
  }

  /// All such runs of a database that can be gone on with, by id: none that was joined from shards.
  static func all(in store: BenchmarkStore) throws(StoreError) -> [PlannedRun] {
    let joined = try store.joinedRuns()
    return try store.runs().filter { !joined.contains($0.id) }.compactMap(PlannedRun.init)
  }
}
