import SpecStore

extension RunIdentity {
  /// Reads what a stored run's results depend on.
  ///
  /// - Parameters:
  ///   - run: the run.
  ///   - store: the database.
  /// - Throws: `StoreError`.
  init(_ run: Stored<RunRecord>, in store: BenchmarkStore) throws(StoreError) {
    self.init(
      record: run.record,
      decoders: try store.decoders(of: run.id).map(\.record),
      inputs: try store.inputs(of: run.id),
      environment: try store.environment(of: run.id).record
    )
  }

  /// What differs from the plan of another run, one phrase each: all that results depend on, but for the machine and for which
  /// shard it is.
  func planDifferences(from other: RunIdentity) -> [String] {
    var (mine, other) = (self, other)
    mine.moment = "here"
    mine.record.options = record.optionsOfAllShards
    other.record.options = other.record.optionsOfAllShards
    mine.environment.hostName = other.environment.hostName
    mine.environment.cpuModel = other.environment.cpuModel
    mine.environment.kernelSet = other.environment.kernelSet
    return mine.differences(from: other).all
  }
}
