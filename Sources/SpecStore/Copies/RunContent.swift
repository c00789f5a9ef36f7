import Foundation
internal import GRDB
import SpecCore
import SpecFiles

/// Where the rows of a run, or of one shard of a joined run, are to be found.
package struct RunPart: Sendable {
  /// The run's id.
  package let run: Int64
  /// The row of the shard; nil for all rows of the run.
  package let shard: Int64?

  /// Makes a part; the properties say what each value means.
  package init(run: Int64, shard: Int64? = nil) { (self.run, self.shard) = (run, shard) }

  /// Which prompts belong to it, in SQL; a prompt is called `row`.
  var prompts: String { "row.run_id = \(run)" + (shard.map { " AND row.shard_id = \($0)" } ?? "") }
}

/// What a part of a run holds, whatever ids its rows have: two databases are compared by it.
struct RunContent: Equatable {
  /// The part's own row, its machine and the conditions of its repeats, as JSON.
  private let facts: [String]
  /// Number of its generations.
  let generations: Int
  /// SHA-256 of what tells its generations from others.
  private let hash: String
  /// When it was begun.
  let startedAt: Date
  private let isFinished: Bool
  private let hostName: String
  private let commandLine: String

  init(
    _ record: some Encodable,
    _ environment: EnvironmentRecord,
    _ conditions: [RepeatCondition],
    generations: (count: Int, hash: String),
    startedAt: Date,
    isFinished: Bool,
    commandLine: String
  ) throws {
    facts = try [JSONText.line(record), JSONText.line(environment)] + conditions.map { try JSONText.line($0) }
    (self.generations, hash) = generations
    (self.startedAt, self.isFinished) = (startedAt, isFinished)
    (hostName, self.commandLine) = (environment.hostName, commandLine)
  }

  /// Whether this one is to be kept rather than another one of the same part: the one with more generations, then the one that
  /// was finished, then the one that was begun first. So the order in which databases are read does not matter.
  func isPreferred(to other: RunContent) -> Bool {
    if generations != other.generations { return generations > other.generations }
    if isFinished != other.isFinished { return isFinished }
    if startedAt != other.startedAt { return startedAt < other.startedAt }
    return hostName < other.hostName
  }

  /// Whether both are of one attempt at measuring, of which one may hold more.
  func isSameAttempt(as other: RunContent) -> Bool {
    startedAt == other.startedAt && hostName == other.hostName && commandLine == other.commandLine
  }
}

extension BenchmarkStore {
  /// What a part of a run holds.
  ///
  /// - Parameter part: the part.
  /// - Returns: its content.
  /// - Throws: a ``StoreError``, for example when there is no such run.
  func content(of part: RunPart) throws(StoreError) -> RunContent {
    let run = try run(part.run).record
    let joined = part.shard == nil ? nil : try shards(of: part.run).first { $0.shard.id == part.shard }
    let conditions = try conditions(of: part.run)
    let generations = try generationHash(of: part)
    let environment = if let joined { joined.environment } else { try environment(of: part.run).record }
    return try encoding { () throws -> RunContent in
      // A run that is a shard has the same content in a database of its own and in a joined run.
      if let shard = joined?.shard.record ?? ShardRecord(run) {
        return try RunContent(
          shard,
          environment,
          (part.shard == nil ? conditions : conditions.filter { $0.shard == shard.number }).map(\.withoutShard),
          generations: generations,
          startedAt: shard.startedAt,
          isFinished: shard.finishedAt != nil,
          commandLine: shard.commandLine
        )
      }
      return try RunContent(
        run,
        environment,
        conditions,
        generations: generations,
        startedAt: run.startedAt,
        isFinished: run.finishedAt != nil,
        commandLine: run.commandLine
      )
    }
  }

  /// Numbers that JSON has no text for come from a file that a hand has written.
  private func encoding<Value>(_ body: () throws -> Value) throws(StoreError) -> Value {
    do { return try body() } catch {
      throw (error as? StoreError) ?? .failed(path: path, reason: "a number that is none")
    }
  }

  private func generationHash(of part: RunPart) throws(StoreError) -> (count: Int, hash: String) {
    let sql = """
      SELECT name, question_id, turn, repeat, generation.started_at, prefill_ns, decode_ns, output_ids, lossless,
        mismatch_position, mismatch_margin
      FROM prompt AS row JOIN generation ON prompt_id = row.id JOIN decoder ON decoder.id = decoder_id
      WHERE \(part.prompts)
      ORDER BY decoder.ordinal, decoder.name, question_id, turn, repeat
      """
    return try read { database in
      var (hash, count) = (SHA256(), 0)
      let rows = try Row.fetchCursor(database, sql: sql)
      while let row = try rows.next() {
        hash.update(Array(row.databaseValues.map(\.description).joined(separator: "\n").utf8))
        count += 1
      }
      return (count, hash.hexDigest())
    }
  }
}

extension RepeatCondition {
  /// As the shard's own database has it.
  fileprivate var withoutShard: RepeatCondition {
    var condition = self
    condition.shard = 0
    return condition
  }
}
