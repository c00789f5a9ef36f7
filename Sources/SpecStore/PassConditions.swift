import Foundation
internal import GRDB

/// What else the machine did during a pass.
public struct PassCondition: Codable, Equatable, Sendable {
  /// The measured pass, from 0.
  public var pass: Int
  /// Which attempt at the run measured this part of the pass, from 0: a run that is gone on with has several.
  public var attempt: Int
  /// When the pass began; stored in UTC to the millisecond.
  public var startedAt: Date
  /// When it ended.
  public var finishedAt: Date
  /// The load average over the last minute, at the end.
  public var loadAverage: Double?
  /// The share of all processors' time that other processes took.
  public var otherShare: Double?
  /// The share of all processors' time that the hypervisor gave to other machines.
  public var stealShare: Double?
  /// The mean clock frequency at the beginning, in MHz.
  public var frequencyMegahertz: Double?
  /// The same at the end.
  public var finalFrequencyMegahertz: Double?
  /// Memory pages swapped in and out.
  public var swappedPages: Int?
  /// Whether the machine ran on its battery.
  public var onBattery: Bool?
  /// What taints the pass, one sentence each; empty when nothing does.
  public var taints: [String]

  enum CodingKeys: String, CodingKey {
    case pass, attempt
    case startedAt = "started_at"
    case finishedAt = "finished_at"
    case loadAverage = "load_average"
    case otherShare = "other_share"
    case stealShare = "steal_share"
    case frequencyMegahertz = "frequency_mhz"
    case finalFrequencyMegahertz = "final_frequency_mhz"
    case swappedPages = "swapped_pages"
    case onBattery = "on_battery"
    case taints
  }

  /// Makes a condition; the properties say what each value means.
  public init(
    pass: Int,
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
    taints: [String] = []
  ) {
    self.pass = pass
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
    self.taints = taints
  }
}

extension PassCondition: StoredRecord {
  static let databaseTableName = "pass_condition"
}

extension BenchmarkStore {
  /// Notes what else the machine has done so far during an attempt at a pass, in the place of what was noted for this
  /// attempt before; earlier attempts keep theirs.
  ///
  /// - Parameters:
  ///   - condition: The condition.
  ///   - run: The run's id.
  /// - Throws: A ``StoreError``; nothing is written then.
  public func recordCondition(_ condition: PassCondition, run: Int64) throws(StoreError) {
    try write { database in
      try database.execute(
        sql: "DELETE FROM pass_condition WHERE run_id = ? AND pass = ? AND attempt = ?",
        arguments: [run, condition.pass, condition.attempt]
      )
      try InsertedRow(record: condition, parents: ["run_id": run]).insert(database)
    }
  }

  /// What else the machine did during the passes of a run.
  ///
  /// - Parameter run: The run's id.
  /// - Returns: One condition for each pass and attempt at it, in order; none for a run of an older version.
  /// - Throws: A ``StoreError``.
  public func conditions(of run: Int64) throws(StoreError) -> [PassCondition] {
    try read { database in
      try PassCondition.fetchAll(
        database,
        sql: "SELECT * FROM pass_condition WHERE run_id = ? ORDER BY pass, attempt",
        arguments: [run]
      )
    }
  }

  /// Notes that a run has more passes than it began with.
  ///
  /// - Parameters:
  ///   - passes: The number of passes.
  ///   - run: The run's id.
  /// - Throws: A ``StoreError``, for example when there is no such run.
  public func recordPasses(_ passes: Int, run: Int64) throws(StoreError) {
    try write { database in
      try database.execute(sql: "UPDATE run SET passes = ? WHERE id = ?", arguments: [passes, run])
      if database.changesCount == 0 { throw StoreError.noSuchRun(path: path, run: run) }
    }
  }
}
