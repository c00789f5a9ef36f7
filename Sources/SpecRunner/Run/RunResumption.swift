import SpecFiles
import SpecStore

/// Finds the run that a plan goes on with.
struct RunResumption {
  let plan: RunPlan
  let store: BenchmarkStore

  /// What was found.
  enum Outcome {
    /// Go on with this run, although what is named has changed.
    case goOn(Int64, accepted: [String] = [])
    /// Begin anew; the run that has the same settings but was measured with other things, with what differs.
    case begin(passedOver: (run: Int64, differences: [String])?)
  }

  /// The newest unfinished run of the same plan, then one that is finished where the plan asks for more repeats, or where
  /// it reuses finished runs.
  ///
  /// - Parameter asked: what the plan's results depend on.
  /// - Returns: the run to go on with, or that one is to be begun.
  /// - Throws: ``ResumeError`` if there is none and the plan may not begin one.
  func find(_ asked: RunIdentity) throws -> Outcome {
    if let run = plan.resumedRun { return try goOn(store.run(run), asked) }
    let joined = try store.joinedRuns()
    let runs = try store.runs().reversed().filter { $0.origin == .measured && !joined.contains($0.id) }
    var nearest: (run: Int64, differences: RunIdentity.Differences)?
    var finished: Int64?
    for isOpen in [true, false] {
      for run in runs where (run.finishedAt == nil) == isOpen {
        var differences = asked.differences(from: try RunIdentity(run, in: store))
        if isOpen, let repeats = repeatsDifference(run) { differences.settings.append(repeats) }
        if differences.all.isEmpty {
          if isOpen || plan.reusesFinishedRuns || extends(run) { return .goOn(run.id) }
          finished = finished ?? run.id
        } else if isOpen || plan.reusesFinishedRuns, nearest == nil || isCloser(differences, than: nearest?.differences)
        {
          nearest = (run.id, differences)
        }
      }
    }
    if plan.acceptsChanges, let nearest, nearest.differences.canBeAccepted {
      return .goOn(nearest.run, accepted: nearest.differences.changes)
    }
    let isSameSetting = nearest?.differences.settings.isEmpty == true
    if plan.reusesFinishedRuns, isSameSetting || plan.beginsWhatIsMissing {
      return .begin(passedOver: isSameSetting ? nearest.map { ($0.run, $0.differences.all) } : nil)
    }
    if let finished { throw ResumeError.finished(database: store.path, run: finished) }
    guard let nearest else { throw ResumeError.nothingUnfinished(database: store.path) }
    throw ResumeError.different(
      database: store.path,
      run: nearest.run,
      differences: nearest.differences.all,
      advice: try advice(on: nearest.run, nearest.differences)
    )
  }

  /// Goes on with one run and no other.
  private func goOn(_ run: Stored<RunRecord>, _ asked: RunIdentity) throws -> Outcome {
    var differences = asked.differences(from: try RunIdentity(run, in: store))
    if let repeats = repeatsDifference(run) { differences.settings.append(repeats) }
    if differences.all.isEmpty || plan.acceptsChanges && differences.canBeAccepted {
      if run.finishedAt != nil, !plan.reusesFinishedRuns, !extends(run) {
        throw ResumeError.finished(database: store.path, run: run.id)
      }
      return .goOn(run.id, accepted: differences.changes)
    }
    throw ResumeError.changed(
      database: store.path,
      run: run.id,
      differences: differences.all,
      advice: try advice(on: run.id, differences)
    )
  }

  private func advice(on run: Int64, _ differences: RunIdentity.Differences) throws -> ResumeError.Advice {
    if differences.canBeAccepted { return .acceptChanges }
    return try !differences.settings.isEmpty && store.run(run).plan != nil ? .goOnWithItsOwnPlan : .measureAnew
  }

  /// Runs come newest first: an older one is named only where a sweep has measured the same settings with other things.
  private func isCloser(_ new: RunIdentity.Differences, than old: RunIdentity.Differences?) -> Bool {
    plan.reusesFinishedRuns && new.settings.isEmpty && old?.settings.isEmpty == false
  }

  /// Repeats can be added to a run, but not taken from it; one that goes on until it is precise enough has as many as it
  /// takes.
  private func repeatsDifference(_ run: Stored<RunRecord>) -> String? {
    guard plan.goal == nil, plan.repeats < run.repeats else { return nil }
    return "the number of repeats is \(run.repeats) there and \(plan.repeats) now"
  }

  private func extends(_ run: Stored<RunRecord>) -> Bool { plan.goal == nil && plan.repeats > run.repeats }
}

extension ResumeError {
  /// Finds out before anything is loaded that there is nothing to go on with.
  ///
  /// - Parameter database: the database's path.
  /// - Throws: ``ResumeError/nothingUnfinished(database:)`` if it holds no measured run; `StoreError`, also where there is
  ///   no such file, which is not made.
  package static func check(_ database: String) throws {
    let isEmpty = try !BenchmarkStore(openingAt: database).runs().contains { $0.origin == .measured }
    if isEmpty { throw ResumeError.nothingUnfinished(database: database) }
  }
}

/// Why no run can be gone on with.
package enum ResumeError: Error, Equatable, CustomStringConvertible {
  /// What to do where a run differs from what was asked for.
  package enum Advice: Sendable {
    /// Nothing goes on with it.
    case measureAnew
    /// Its settings are stored.
    case goOnWithItsOwnPlan
    /// Only files or the program are not the same.
    case acceptChanges

    fileprivate var text: String {
      switch self {
      case .measureAnew: ""
      case .goOnWithItsOwnPlan: ", or give --resume and --database alone to go on with the plan of that run"
      case .acceptChanges: ", or give --accept-changes, too, to go on all the same, which the report will tell"
      }
    }
  }

  /// All runs are finished, or there is none.
  case nothingUnfinished(database: String)
  /// The plan's run is finished.
  case finished(database: String, run: Int64)
  /// The newest unfinished run is not what was asked for.
  case different(database: String, run: Int64, differences: [String], advice: Advice)
  /// The newest unfinished run was begun by a version that stored no plan.
  case noPlan(database: String, run: Int64)
  /// The run to go on with is not what was asked for, or not what it was.
  case changed(database: String, run: Int64, differences: [String], advice: Advice)
  /// No sweep is unfinished whose plan is stored.
  case noSweep(database: String)
  /// Another command began the run, with others that belong to it.
  case otherCommand(database: String, run: Int64, command: String)
  /// The run was joined from shards, which lie in databases of their own.
  case joined(database: String, run: Int64)
  /// A prompt is not the one that the run has measured.
  case otherPrompt(database: String, run: Int64, question: String, turn: Int)

  /// One sentence that says what to do.
  package var description: String {
    switch self {
    case .nothingUnfinished(let database):
      "\(printablePath(database)): it holds no unfinished run to go on with; start without --resume"
    case .finished(let database, let run):
      "\(printablePath(database)): run \(run), which is of this plan, is finished; ask for more --repeats, or start without "
        + "--resume to measure anew"
    case .different(let database, let run, let differences, let advice):
      "\(printablePath(database)): run \(run), the newest that can be gone on with, is not the same: "
        + differences.joined(separator: ", ") + "; start without --resume to measure anew" + advice.text
    case .changed(let database, let run, let differences, let advice):
      "\(printablePath(database)): run \(run) is not the same: \(differences.joined(separator: ", ")); start without --resume to "
        + "measure anew\(advice.text)"
    case .noPlan(let database, let run):
      "\(printablePath(database)): run \(run) has no plan to go on with, since an older version or an import made it; start "
        + "without --resume"
    case .noSweep(let database):
      "\(printablePath(database)): it holds no unfinished sweep with a stored plan; give --grid and the other options of the "
        + "sweep to go on with, or start without --resume"
    case .otherCommand(let database, let run, let command):
      "\(printablePath(database)): run \(run) was begun by 'specbench \(command)'; go on with it by 'specbench \(command) "
        + "--resume \(run)'"
    case .joined(let database, let run):
      "\(printablePath(database)): run \(run) was joined from shards; go on with those in their own databases, and merge again"
    case .otherPrompt(let database, let run, let question, let turn):
      "\(printablePath(database)): the prompt of question \(question), turn \(turn + 1), is not the one that run \(run) has "
        + "measured; start without --resume to measure anew"
    }
  }
}
