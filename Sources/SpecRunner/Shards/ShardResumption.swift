import SpecStore

extension RunPlan {
  /// Has the plan of a shard say the same at every try of a job that a scheduler starts again: the shard is begun where the
  /// database holds no run, else gone on with or found to be finished. On another machine, or with another program, it is
  /// measured anew; other settings are refused.
  ///
  /// - Parameter store: the database.
  /// - Throws: `StoreError`.
  package mutating func startsOrGoesOn(in store: BenchmarkStore) throws(StoreError) {
    reusesFinishedRuns = true
    beginsWhatIsMissing = try !store.runs().contains { $0.origin == .measured }
  }
}
