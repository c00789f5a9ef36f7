import SpecCore
import SpecFiles
import SpecStore

/// Joins the shards of runs, each measured into a database of its own, into one run for each plan.
///
/// Two shards belong to one run if everything that results depend on is the same: settings, files by content, the program.
/// The machine may be another one, since all decoders of a question, with all its turns, were measured on one machine.
package struct ShardMerge {
  /// What became of a shard.
  package struct Step: Equatable, Sendable {
    /// The database that it lies in.
    package let path: String
    /// Which shard it is, like `2/8`.
    package let shard: String
    /// The joined run.
    package let run: Int64
    /// What became of it.
    package let outcome: CopyOutcome
  }

  /// A shard in a database.
  private struct Source {
    let store: BenchmarkStore
    let part: RunPart
    let shard: ShardRecord
    let run: Stored<RunRecord>
    let identity: RunIdentity

    var plan: StoredPlan? { StoredPlan(run.plan) }

    /// What keeps it from being joined with another shard, one phrase each.
    func differences(from other: Source) -> [String] {
      let counts =
        shard.count == other.shard.count ? [] : ["there are \(other.shard.count) shards there and \(shard.count) here"]
      return counts + identity.planDifferences(from: other.identity)
    }
  }

  private let target: BenchmarkStore
  private let commandLine: String

  /// - Parameters:
  ///   - target: the database to join them in.
  ///   - commandLine: the command line, for the record.
  package init(into target: BenchmarkStore, commandLine: String) {
    (self.target, self.commandLine) = (target, commandLine)
  }

  /// Joins the shards of some databases.
  ///
  /// - Parameter stores: the databases.
  /// - Returns: what became of each shard, in the order of the databases; none for a database that holds none.
  /// - Throws: ``ShardError`` if they are of different plans; nothing is written then. `StoreError`.
  package func join(_ stores: [BenchmarkStore]) throws -> [Step] {
    let sources = try stores.flatMap(Self.sources)
    try Self.checkPlans(sources)
    var runs: [Source] = try target.runs().compactMap { run in
      guard let first = try target.shards(of: run.id).first else { return nil }
      return try Self.source(in: target, run, RunPart(run: run.id, shard: first.shard.id))
    }
    return try sources.map { source in
      let known = runs.first { source.differences(from: $0).isEmpty }
      let (run, outcome) = try target.join(
        source.part,
        from: source.store,
        into: known?.run.id,
        as: record(of: source),
        questions: source.plan?.questions ?? []
      )
      if known == nil, let first = try target.shards(of: run).first {
        runs += [try Self.source(in: target, target.run(run), RunPart(run: run, shard: first.shard.id))].compactMap(
          \.self
        )
      }
      return Step(path: source.store.path, shard: source.shard.text, run: run, outcome: outcome)
    }
  }

  /// The shards in a database: runs that are one, and those of joined runs.
  private static func sources(in store: BenchmarkStore) throws -> [Source] {
    try store.runs().flatMap { run in
      let joined = try store.shards(of: run.id)
      let parts = joined.isEmpty ? [RunPart(run: run.id)] : joined.map { RunPart(run: run.id, shard: $0.shard.id) }
      return try parts.compactMap { try source(in: store, run, $0) }
    }
  }

  private static func source(in store: BenchmarkStore, _ run: Stored<RunRecord>, _ part: RunPart) throws -> Source? {
    guard run.origin == .measured, let shard = try store.shardRecord(of: part) else { return nil }
    return Source(store: store, part: part, shard: shard, run: run, identity: try RunIdentity(run, in: store))
  }

  /// Every database must have a shard of the first one's plan: a wrong file is told, not joined into a run of its own.
  private static func checkPlans(_ sources: [Source]) throws {
    guard let first = sources.first else { return }
    for (path, others) in Dictionary(grouping: sources, by: \.store.path).sorted(by: { $0.key < $1.key }) {
      let differences = others.map { $0.differences(from: first) }
      guard !differences.contains(where: \.isEmpty), let fewest = differences.min(by: { $0.count < $1.count }) else {
        continue
      }
      throw ShardError.different(path: path, from: first.store.path, differences: fewest)
    }
  }

  /// What a joined run is, as far as its shards have it in common.
  private func record(of source: Source) throws -> RunRecord {
    var record = source.run.record
    record.commandLine = commandLine
    record.finishedAt = nil
    record.options = record.optionsOfAllShards
    if var plan = source.plan {
      record.plannedPrompts = plan.prompts
      plan.shard = nil
      record.plan = try JSONText.line(plan)
    }
    return record
  }
}

/// Why shards cannot be joined.
package enum ShardError: Error, Equatable, CustomStringConvertible {
  /// A database holds no shard of the plan that the first one has.
  case different(path: String, from: String, differences: [String])

  /// One sentence that says what to do.
  package var description: String {
    switch self {
    case .different(let path, let other, let differences):
      "\(printablePath(path)): it holds no shard of the plan of \(printablePath(other)): \(differences.joined(separator: ", ")); "
        + "merge the shards of each plan by themselves"
    }
  }
}
