import Foundation
internal import GRDB

/// What else the machine did during a repeat.
package struct RepeatCondition: Codable, Equatable, Sendable {
  /// The measured repeat, from 0.
  package var repeatIndex: Int
  /// The number of the shard that measured it, in a joined run; else 0.
  package var shard: Int
  /// Which attempt at the run measured this part of the repeat, from 0: a run that is gone on with has several.
  package var attempt: Int
  /// When the repeat began; stored in UTC to the millisecond.
  package var startedAt: Date
  /// When it ended.
  package var finishedAt: Date
  /// The load average over the last minute, at the end.
  package var loadAverage: Double?
  /// The share of all processors' time that other processes took.
  package var otherShare: Double?
  /// The share of all processors' time that the hypervisor gave to other machines.
  package var stealShare: Double?
  /// The mean clock frequency at the beginning, in MHz.
  package var frequencyMegahertz: Double?
  /// The same at the end.
  package var finalFrequencyMegahertz: Double?
  /// Memory pages swapped in and out.
  package var swappedPages: Int?
  /// Whether the machine ran on its battery.
  package var onBattery: Bool?
  /// What speaks against the repeat, one sentence each; empty when nothing does.
  package var warnings: [String]

  enum CodingKeys: String, CodingKey {
    case repeatIndex = "repeat", shard, attempt
    case startedAt = "started_at"
    case finishedAt = "finished_at"
    case loadAverage = "load_average"
    case otherShare = "other_share"
    case stealShare = "steal_share"
    case frequencyMegahertz = "frequency_mhz"
    case finalFrequencyMegahertz = "final_frequency_mhz"
    case swappedPages = "swapped_pages"
    case onBattery = "on_battery"
    case warnings
  }

  /// Makes a condition; the properties say what each value means.
  package init(
    repeatIndex: Int,
    shard: Int = 0,
    attempt: Int = 0,
    startedAt: Date,
    finishedAt: Date,
    loadAverage: Double? = nil,
    otherShare: Double? = nil,
    stealShare: Double? = nil,
    frequencyMegahertz: Double? = nil,
    finalFrequencyMegahertz: Double? = nil,
    swappedPages: Int? = nil,
    onBattery: Bool? = nil,
    warnings: [String] = []
  ) {
    self.repeatIndex = repeatIndex
    self.shard = shard
    self.attempt = attempt
    self.startedAt = startedAt
    self.finishedAt = finishedAt
    self.loadAverage = loadAverage
    self.otherShare = otherShare
    self.stealShare = stealShare
    self.frequencyMegahertz = frequencyMegahertz
    self.finalFrequencyMegahertz = finalFrequencyMegahertz
    self.swappedPages = swappedPages
    self.onBattery = onBattery
    self.warnings = warnings
  }
}

extension RepeatCondition: StoredRecord {
  static let databaseTableName = "repeat_condition"
}

extension BenchmarkStore {
  /// Notes what else the machine has done so far during an attempt at a repeat, in the place of what was noted for this
  /// attempt before; earlier attempts keep theirs.
  ///
  /// - Parameters:
  ///   - condition: the condition.
  ///   - run: the run's id.
  /// - Throws: a ``StoreError``; nothing is written then.
  package func recordCondition(_ condition: RepeatCondition, run: Int64) throws(StoreError) {
    try write { database in
      try database.execute(
        sql: "DELETE FROM repeat_condition WHERE run_id = ? AND repeat = ? AND attempt = ?",
        arguments: [run, condition.repeatIndex, condition.attempt]
      )
      try InsertedRow(record: condition, parents: ["run_id": run]).insert(database)
    }
  }

  /// What else the machine did during the repeats of a run.
  ///
  /// - Parameter run: the run's id.
  /// - Returns: one condition for each repeat, shard and attempt at it, in order; none for a run of an older version.
  /// - Throws: a ``StoreError``.
  package func conditions(of run: Int64) throws(StoreError) -> [RepeatCondition] {
    try read { database in
      try RepeatCondition.fetchAll(
        database,
        sql: "SELECT * FROM repeat_condition WHERE run_id = ? ORDER BY repeat, shard, attempt",
        arguments: [run]
      )
    }
  }

  /// Notes that a run has more repeats than it began with.
  ///
  /// - Parameters:
  ///   - repeats: the number of repeats.
  ///   - run: the run's id.
  /// - Throws: a ``StoreError``, for example when there is no such run.
  package func recordRepeats(_ repeats: Int, run: Int64) throws(StoreError) {
    try write { database in
      try database.execute(sql: "UPDATE run SET repeats = ? WHERE id = ?", arguments: [repeats, run])
      if database.changesCount == 0 { throw StoreError.noSuchRun(path: path, run: run) }
    }
  }
}
