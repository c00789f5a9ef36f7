import Foundation
internal import GRDB
import SpecCore

// Shards that were measured into databases of their own and become one run.
extension BenchmarkStore {
  /// Joins a shard of another database into a run of this one, in one transaction. A shard that is there already is replaced
  /// where the other database holds more of it.
  ///
  /// - Parameters:
  ///   - part: the shard there: a run that is one, or a shard of a joined run.
  ///   - source: the other database.
  ///   - run: the joined run here; nil makes one.
  ///   - record: what a run that is made is, as far as all shards have it in common.
  ///   - questions: the numbers of the plan's questions in their order.
  /// - Returns: the joined run's id, and what became of the shard.
  /// - Throws: a ``StoreError``; nothing is written then.
  package func join(
    _ part: RunPart,
    from source: BenchmarkStore,
    into run: Int64?,
    as record: RunRecord,
    questions: [Int]
  ) throws(StoreError) -> (run: Int64, outcome: CopyOutcome) {
    try source.checkNumbers(of: part.run)
    guard let shard = try source.shardRecord(of: part) else { throw .noSuchRun(path: source.path, run: part.run) }
    let old = if let run { try shards(of: run).first { $0.shard.number == shard.number } } else { nil as JoinedShard? }
    if let run, let old {
      let (mine, other) = (try content(of: RunPart(run: run, shard: old.shard.id)), try source.content(of: part))
      if mine == other { return (run, .unchanged) }
      if mine.isPreferred(to: other) { return (run, .kept) }
    }
    let decoders = try source.decoders(of: part.run)
    let inputs = try source.inputs(of: part.run)
    let environment = try source.environmentID(of: part)
    let id = try write(from: source) { database, copy in
      try OrphanRows.delete(database)
      if let run, let old { try Self.delete(old, of: run, database) }
      try copy.copy("environment", where: "row.id = \(environment)")
      guard let machine = try copy.id("environment", of: environment) else {
        throw StoreError.damaged(path: source.path)
      }
      let target = try run ?? Self.begin(record, machine, decoders.map(\.record), inputs, database)
      let shardID = try Self.insert(shard, part, run: target, environment: machine, database)
      try copy.match("run", [part.run: target])
      try copy.match("decoder", Self.match(decoders, in: target, database))
      try copy.copy("prompt", where: part.prompts, values: ["shard_id": shardID])
      try copy.copyDependents(of: "prompt")
      try copy.copy(
        "repeat_condition",
        where: part.shard == nil ? "true" : "row.shard = \(shard.number)",
        values: ["shard": Int64(shard.number)]
      )
      try Self.sumUp(target, questions: questions, database)
      return target
    }
    return (id, old == nil ? .added : .replaced)
  }

  /// The shard that a part is; nil for a whole run.
  ///
  /// - Parameter part: the part.
  /// - Returns: the shard.
  /// - Throws: a ``StoreError``.
  package func shardRecord(of part: RunPart) throws(StoreError) -> ShardRecord? {
    guard let id = part.shard else { return ShardRecord(try run(part.run).record) }
    return try shards(of: part.run).first { $0.shard.id == id }?.shard.record
  }

  private func environmentID(of part: RunPart) throws(StoreError) -> Int64 {
    let (table, id) = part.shard.map { ("shard", $0) } ?? ("run", part.run)
    let found = try read {
      try Int64.fetchOne($0, sql: "SELECT environment_id FROM \(table) WHERE id = ?", arguments: [id])
    }
    guard let found else { throw .noSuchRun(path: path, run: part.run) }
    return found
  }

  private static func begin(
    _ record: RunRecord,
    _ environment: Int64,
    _ decoders: [DecoderRecord],
    _ inputs: [RunInput],
    _ database: Database
  ) throws -> Int64 {
    let id = try InsertedRow(record: record, parents: ["environment_id": environment]).insertedID(database)
    for input in inputs { try InsertedRow(record: input, parents: ["run_id": id]).insert(database) }
    for decoder in decoders { try InsertedRow(record: decoder, parents: ["run_id": id]).insert(database) }
    return id
  }

  /// The decoders of a run that stand for those of a shard: they have the same names.
  private static func match(
    _ decoders: [Stored<DecoderRecord>],
    in run: Int64,
    _ database: Database
  ) throws -> [Int64: Int64] {
    try decoders.reduce(into: [:]) { ids, decoder in
      ids[decoder.id] = try Int64.fetchOne(
        database,
        sql: "SELECT id FROM decoder WHERE run_id = ? AND name = ?",
        arguments: [run, decoder.name]
      )
    }
  }

  /// Writes the row of a shard. What its run's row says is taken over as it is written there, dates to the letter.
  private static func insert(
    _ shard: ShardRecord,
    _ part: RunPart,
    run: Int64,
    environment: Int64,
    _ database: Database
  ) throws -> Int64 {
    let common = "started_at, finished_at, command_line, repeats, planned_prompts, verification_cost"
    let (table, id) = part.shard.map { ("shard", $0) } ?? ("run", part.run)
    try database.execute(
      sql: """
        INSERT INTO main.shard (run_id, environment_id, number, count, \(common))
        SELECT ?, ?, ?, ?, \(common) FROM \(RowCopy.source).\(table) WHERE id = ?
        """,
      arguments: [run, environment, shard.number, shard.count, id]
    )
    return database.lastInsertedRowID
  }

  private static func delete(_ shard: JoinedShard, of run: Int64, _ database: Database) throws {
    try database.execute(sql: "DELETE FROM shard WHERE id = ?", arguments: [shard.shard.id])
    try database.execute(
      sql: "DELETE FROM repeat_condition WHERE run_id = ? AND shard = ?",
      arguments: [run, shard.shard.number]
    )
  }

  /// Writes into a joined run what follows from its shards.
  private static func sumUp(_ run: Int64, questions: [Int], _ database: Database) throws {
    let shards = try ShardRecord.fetchAll(database, sql: "SELECT * FROM shard WHERE run_id = ?", arguments: [run])
    let isWhole =
      shards.count == shards.first?.count && shards.allSatisfy { $0.finishedAt != nil }
      && Set(shards.map(\.repeats)).count == 1
    let costs = PassCost.means(shards.compactMap(\.verificationCost))
    try database.execute(
      sql: """
        UPDATE run SET
          environment_id = (SELECT environment_id FROM shard WHERE run_id = run.id ORDER BY number LIMIT 1),
          started_at = (SELECT min(started_at) FROM shard WHERE run_id = run.id),
          repeats = (SELECT max(repeats) FROM shard WHERE run_id = run.id),
          finished_at = iif(?, (SELECT max(finished_at) FROM shard WHERE run_id = run.id), NULL), verification_cost = ?
        WHERE id = ?
        """,
      arguments: [isWhole, costs.isEmpty ? nil : try JSONText.line(costs), run]
    )
    try database.execute(
      sql: """
        DELETE FROM environment
        WHERE id NOT IN (SELECT environment_id FROM run) AND id NOT IN (SELECT environment_id FROM shard)
        """
    )
    try putInOrder(run, questions: questions, database)
  }

  /// Gives prompts the places that they have in a run that measures all questions.
  private static func putInOrder(_ run: Int64, questions: [Int], _ database: Database) throws {
    let places = Dictionary(zip(questions, questions.indices), uniquingKeysWith: { first, _ in first })
    let prompts = try Row.fetchAll(
      database,
      sql: "SELECT id, question_id, turn FROM prompt WHERE run_id = ? ORDER BY id",
      arguments: [run]
    ).map { (id: $0[0] as Int64, place: places[$0[1]] ?? questions.count, turn: $0[2] as Int) }
    let statement = try database.cachedStatement(sql: "UPDATE prompt SET ordinal = ? WHERE id = ?")
    for (place, prompt) in prompts.sorted(by: { ($0.place, $0.turn) < ($1.place, $1.turn) }).enumerated() {
      try statement.execute(arguments: [place, prompt.id])
    }
  }
}

extension PassCost {
  /// What passes cost on the average of several machines, each with the weight of its measurements.
  ///
  /// - Parameter machines: T(m) of each machine.
  /// - Returns: the means, for each m that was measured on any of them.
  package static func means(_ machines: [[PassCost]]) -> [PassCost] {
    Dictionary(grouping: machines.joined(), by: \.positions).sorted { $0.key < $1.key }.map { positions, costs in
      let weights = costs.map { Double($0.samples ?? 1) }
      let sum = zip(costs, weights).reduce(0) { $0 + $1.0.milliseconds * $1.1 }
      let contexts = costs.compactMap(\.context).sorted()
      return PassCost(
        positions: positions,
        milliseconds: sum / weights.reduce(0, +),
        context: contexts.isEmpty ? nil : contexts[contexts.count / 2],
        samples: costs.reduce(0) { $0 + ($1.samples ?? 1) }
      )
    }
  }
}
