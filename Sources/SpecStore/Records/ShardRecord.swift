import Foundation
internal import GRDB
import SpecCore

/// A part of a joined run: it was measured on one machine, into a database of its own.
package struct ShardRecord: Codable, Equatable, Sendable {
  /// Which part it is, from 1.
  package var number: Int
  /// How many parts the run has.
  package var count: Int
  /// When it began; stored in UTC to the millisecond.
  package var startedAt: Date
  /// When it ended; nil for one that was broken off.
  package var finishedAt: Date?
  /// The command line that measured it.
  package var commandLine: String
  /// Number of measured repeats.
  package var repeats: Int
  /// How many prompts it has, all turns of all its questions; nil where that was not noted.
  package var plannedPrompts: Int?
  /// T(m) on its machine; nil until it is known.
  package var verificationCost: [PassCost]?

  enum CodingKeys: String, CodingKey {
    case number, count
    case startedAt = "started_at"
    case finishedAt = "finished_at"
    case commandLine = "command_line"
    case repeats
    case plannedPrompts = "planned_prompts"
    case verificationCost = "verification_cost"
  }

  /// The part that a run of its own database is.
  ///
  /// - Parameter run: the run; nil comes of one that is no shard.
  package init?(_ run: RunRecord) {
    guard let shard = run.shard else { return nil }
    (number, count) = (shard.number, shard.count)
    (startedAt, finishedAt, commandLine) = (run.startedAt, run.finishedAt, run.commandLine)
    (repeats, plannedPrompts, verificationCost) = (run.repeats, run.plannedPrompts, run.verificationCost)
  }

  /// As people write it: `2/8`.
  package var text: String { "\(number)/\(count)" }
}

extension ShardRecord: StoredRecord {
  static let databaseTableName = "shard"
}

extension RunRecord {
  /// The option that says which part of its questions a run measured.
  package static let shardOption = "shard"

  /// The options by their names; nil where a hand has written something else.
  private var optionValues: [String: String]? {
    try? JSONDecoder().decode([String: String].self, from: Data(options.utf8))
  }

  /// Which part of the plan's questions the run measured; nil for all of them.
  package var shard: Shard? { optionValues?[Self.shardOption].flatMap(Shard.init) }

  /// The options without the one that tells shards of a plan apart.
  package var optionsOfAllShards: String {
    guard var values = optionValues, values.removeValue(forKey: Self.shardOption) != nil else { return options }
    // Texts by names always have a text as JSON.
    return (try? JSONText.line(values)) ?? options
  }
}

/// A shard of a joined run with what it was measured with.
package struct JoinedShard: Equatable, Sendable {
  /// The shard.
  package let shard: Stored<ShardRecord>
  /// Its machine and program.
  package let environment: EnvironmentRecord
  /// The numbers of its questions, as far as it has met them.
  package let questions: Set<Int>
  /// Prompts with a generation.
  package let prompts: Int
  /// Its generations.
  package let generations: Int
}

extension BenchmarkStore {
  /// The runs that were joined from shards, and not measured into this database.
  ///
  /// - Returns: their ids.
  /// - Throws: a ``StoreError``.
  package func joinedRuns() throws(StoreError) -> Set<Int64> {
    try read { try Int64.fetchSet($0, sql: "SELECT run_id FROM shard") }
  }

  /// The shards that a run was joined from.
  ///
  /// - Parameter run: the run's id.
  /// - Returns: the shards by number; none for a run that was measured into this database.
  /// - Throws: a ``StoreError``.
  package func shards(of run: Int64) throws(StoreError) -> [JoinedShard] {
    try read { database in
      let rows = try Row.fetchAll(
        database,
        sql: "SELECT * FROM shard WHERE run_id = ? ORDER BY number",
        arguments: [run]
      )
      return try rows.compactMap { row in
        let shard = try Stored<ShardRecord>(row: row)
        let counts = try Row.fetchOne(
          database,
          sql: """
            SELECT count(DISTINCT prompt.id), count(generation.id)
            FROM prompt JOIN generation ON prompt_id = prompt.id WHERE shard_id = ?
            """,
          arguments: [shard.id]
        )
        let questions = try Int.fetchSet(
          database,
          sql: "SELECT question_id FROM prompt WHERE shard_id = ?",
          arguments: [shard.id]
        )
        let environment = try EnvironmentRecord.fetchOne(
          database,
          sql: "SELECT * FROM environment WHERE id = ?",
          arguments: [try row.decode(Int64.self, forColumn: "environment_id")]
        )
        return environment.map {
          JoinedShard(
            shard: shard,
            environment: $0,
            questions: questions,
            prompts: counts?[0] ?? 0,
            generations: counts?[1] ?? 0
          )
        }
      }
    }
  }
}
