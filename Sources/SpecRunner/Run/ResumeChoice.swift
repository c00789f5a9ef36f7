import SpecFiles
import SpecStore
import SpecSuite

/// Finds the stored plan that a command line asks to go on with, before anything is loaded.
package struct ResumeChoice {
  private let store: BenchmarkStore
  private let command: StoredSeries.Command

  /// - Parameters:
  ///   - store: the database.
  ///   - command: the command that goes on: a sweep goes on with sweeps alone.
  package init(_ store: BenchmarkStore, for command: StoredSeries.Command) {
    (self.store, self.command) = (store, command)
  }

  /// The run with this number.
  ///
  /// - Parameters:
  ///   - run: the run's id.
  ///   - asked: gives the plan that the command line asks for, given the stored one for what it leaves open.
  /// - Returns: the run with its plan.
  /// - Throws: ``ResumeError`` if it has no plan, another command began it or something does not agree; `StoreError`, also if
  ///   there is no such run; what `asked` throws.
  package func named(_ run: Int64, _ asked: (StoredPlan) throws -> StoredPlan) throws -> PlannedRun {
    try checked(own(planned(store.run(run))), asked)
  }

  /// The newest run that is unfinished. A command that makes several is unfinished, too, while some are not begun.
  ///
  /// - Parameter asked: as for ``named(_:_:)``.
  /// - Returns: the run with its plan.
  /// - Throws: as ``named(_:_:)``, and ``ResumeError`` if there is none.
  package func newestUnfinished(_ asked: (StoredPlan) throws -> StoredPlan = { $0 }) throws -> PlannedRun {
    let joined = try store.joinedRuns()
    let runs = try store.runs().filter { $0.origin == .measured && !joined.contains($0.id) }
    if command == .sweep {
      let sweeps = runs.compactMap(PlannedRun.init).filter { $0.plan.series?.command == .sweep }
      guard let found = try sweeps.last(where: isOpen) else { throw ResumeError.noSweep(database: store.path) }
      return try checked(found, asked)
    }
    for run in runs.reversed() {
      if let planned = PlannedRun(run), try isOpen(planned) { return try checked(own(planned), asked) }
      if run.finishedAt == nil { return try planned(run) }
    }
    throw ResumeError.nothingUnfinished(database: store.path)
  }

  /// The unfinished run whose plan agrees with what was asked for, else a finished one that has fewer repeats than are asked
  /// for. Of several it is the one whose plan has most of what the command takes where nothing is asked for, then the newest.
  ///
  /// - Parameters:
  ///   - asked: gives the plan that the command line asks for, given a stored one for what it leaves open.
  ///   - defaults: the same with the command's defaults for what it leaves open.
  /// - Returns: the run; nil where no plan is stored that could be asked for, as in a database of an older version.
  /// - Throws: ``ResumeError`` that says what does not agree; `StoreError`; what the closures throw.
  package func agreeing(
    _ asked: (StoredPlan) throws -> StoredPlan,
    defaults: (StoredPlan) throws -> StoredPlan
  ) throws -> PlannedRun? {
    let runs = Array(try PlannedRun.all(in: store).filter { $0.plan.series == nil }.reversed())
    let agreeing = try runs.filter { try $0.plan.differences(from: asked($0.plan)).isEmpty }
    let open = agreeing.filter { !$0.isFinished }
    if let best = try nearest(open, to: defaults) { return best }
    if let other = runs.first(where: { !$0.isFinished }), agreeing.isEmpty {
      throw ResumeError.different(
        database: store.path,
        run: other.id,
        differences: try other.plan.differences(from: asked(other.plan)),
        advice: .goOnWithItsOwnPlan
      )
    }
    guard let best = try nearest(agreeing, to: defaults) else { return nil }
    let plan = try asked(best.plan)
    guard plan.precision == nil, plan.repeats > best.run.repeats else {
      throw ResumeError.finished(database: store.path, run: best.id)
    }
    return best
  }

  /// The first of the runs whose plans differ least.
  private func nearest(_ runs: [PlannedRun], to plan: (StoredPlan) throws -> StoredPlan) throws -> PlannedRun? {
    try runs.map { (run: $0, count: try $0.plan.differences(from: plan($0.plan)).count) }.min { $0.count < $1.count }?
      .run
  }

  private func checked(_ run: PlannedRun, _ asked: (StoredPlan) throws -> StoredPlan) throws -> PlannedRun {
    let differences = try run.plan.differences(from: asked(run.plan))
    guard differences.isEmpty else {
      throw ResumeError.changed(
        database: store.path,
        run: run.id,
        differences: differences,
        advice: .goOnWithItsOwnPlan
      )
    }
    return run
  }

  private func isOpen(_ run: PlannedRun) throws -> Bool {
    guard run.isFinished, let series = run.plan.series else { return !run.isFinished }
    let parts = try series.runs(in: store)
    return parts.count < series.count || parts.values.contains { !$0.isFinished }
  }

  private func planned(_ run: Stored<RunRecord>) throws -> PlannedRun {
    if try store.joinedRuns().contains(run.id) { throw ResumeError.joined(database: store.path, run: run.id) }
    guard let planned = PlannedRun(run) else { throw ResumeError.noPlan(database: store.path, run: run.id) }
    return planned
  }

  private func own(_ run: PlannedRun) throws -> PlannedRun {
    let owner = run.plan.series?.command ?? .run
    guard owner == command else {
      throw ResumeError.otherCommand(database: store.path, run: run.id, command: owner.rawValue)
    }
    return run
  }
}

extension StoredPlan {
  /// What another plan asks for otherwise, as far as that shows before files are read: one phrase each.
  ///
  /// - Parameter asked: the other plan.
  /// - Returns: none where both agree. Repeats can be added, but not taken away. Places and the contents of files are not
  ///   looked at.
  func differences(from asked: StoredPlan) -> [String] {
    func text<Value>(_ value: Value?) -> String { value.map { "\($0)" } ?? "not given" }
    func list(_ numbers: [Int]?) -> String { numbers.map { $0.map(String.init).joined(separator: ",") } ?? "not given" }
    let values = [
      ("the weight type", weightType, asked.weightType), ("the number of threads", text(threads), text(asked.threads)),
      ("the kernel set", kernels, asked.kernels),
      ("the most new tokens", text(maximumNewTokens), text(asked.maximumNewTokens)),
      ("the seed", text(seed), text(asked.seed)), ("the temperature", text(temperature), text(asked.temperature)),
      ("top-k", text(topK), text(asked.topK)), ("top-p", text(topP), text(asked.topP)),
      ("the verification", verification, asked.verification),
      ("the precision", text(precision), text(asked.precision)),
      ("the shard", text(shard?.rawValue), text(asked.shard?.rawValue)),
      ("the concurrency", list(concurrency), list(asked.concurrency)),
      ("the list of decoders", decoders.joined(separator: ","), asked.decoders.joined(separator: ",")),
    ]
    var found = values.filter { $0.1 != $0.2 }.map { "\($0.0) is \($0.1) there and \($0.2) now" }
    if noiseFloor != asked.noiseFloor {
      found.append(
        "vanilla is \(noiseFloor ? "" : "not ")measured a second time there, and \(noiseFloor ? "not " : "")now"
      )
    }
    if questions != asked.questions {
      let (there, now) = (questions.map { QuestionID($0) }, asked.questions.map { QuestionID($0) })
      found.append(
        "the list of questions is \(quoted(questionsText(there))) there and \(quoted(questionsText(now))) now"
      )
    }
    if asked.precision == nil, asked.repeats < repeats {
      found.append("the number of repeats is \(repeats) there and \(asked.repeats) now")
    }
    return found
  }
}
