import SpecCore
import SpecMetrics
import SpecStore

/// Everything that a report says about one run, read from the database once.
package struct RunSummary: Sendable {
  /// What the run was measured with; of a joined run its first shard.
  package let environment: EnvironmentRecord
  /// The shards that the run was joined from; nil for other runs.
  let joined: JoinedShards?
  /// The generations that differ from vanilla's.
  package let mismatches: [Mismatch]
  /// The prompts that were not run, by category and reason.
  package let skips: [Skip]

  let outline: RunOutline
  /// What a reader calls the decoders.
  let labels: DecoderLabels
  let metrics: RunMetrics
  let conditions: [RepeatCondition]
  /// The servers of a run that measured another engine; nil for other runs.
  let served: ServedRun?
  /// What its servers did with several requests in flight; nil where that was not measured.
  let loads: ServedLoads?

  /// Reads a run.
  ///
  /// - Parameters:
  ///   - store: the database.
  ///   - run: the run's id.
  /// - Throws: a `StoreError`, for example when there is no such run.
  package init(store: BenchmarkStore, run: Int64) throws(StoreError) {
    outline = try RunOutline(store: store, run: try store.run(run))
    labels = DecoderLabels(outline.decoders + [outline.noiseFloor].compactMap(\.self))
    environment = try store.environment(of: run).record
    let joined = try JoinedShards(store: store, outline)
    self.joined = joined.shards.isEmpty ? nil : joined
    mismatches = try store.mismatches(of: run)
    skips = try store.skips(of: run)
    conditions = try store.conditions(of: run)
    served = try ServedRun(store: store, run: run)
    loads = served == nil ? nil : ServedLoads(try store.loads(of: run), baseline: outline.baseline?.id)
    metrics = try RunMetrics(store: store, run: outline.run, times: outline.times)
  }

  /// The run.
  package var run: Stored<RunRecord> { outline.run }
  /// Its decoders: vanilla first, then the others in the order of the run; the noise floor is not among them.
  package var decoders: [Stored<DecoderRecord>] { outline.decoders }
  /// The decoders and the noise floor.
  var allDecoders: [Stored<DecoderRecord>] { decoders + [outline.noiseFloor].compactMap(\.self) }
  /// What is compared with vanilla, the noise floor first.
  var contestants: [Stored<DecoderRecord>] {
    [outline.noiseFloor].compactMap(\.self) + decoders.filter { $0.id != outline.baseline?.id }
  }
  /// The decoder with the highest overall ratio.
  var fastest: Stored<DecoderRecord>? { outline.fastest?.decoder }
  /// What the run's ratios are called.
  var naming: SpeedNaming { outline.naming }
  /// Whether the run came to its end.
  package var isFinished: Bool { outline.isFinished }
  /// Number of recorded generations.
  package var generations: Int { outline.generations }
  /// Number of generations that the run's decoders, repeats and prompts ask for, skipped prompts left out.
  package var expectedGenerations: Int { outline.expectedGenerations }
  /// Number of generations that were compared with vanilla's.
  package var checkedGenerations: Int { outline.checkedGenerations }
}

extension RunMetrics {
  subscript(decoder: Int64, category: ReportCategory) -> Metrics {
    metrics(of: decoder, in: Category(rawValue: category.rawValue))
  }

  /// What a decoder's verifying took over T(m); nil where one of them is not known.
  func shareOfPassCosts(_ costs: [PassCost]?, of decoder: Int64) -> Double? {
    guard let costs, let cycles = cycles[decoder] else { return nil }
    return CostCurve(costs)?.share(of: cycles)
  }
}
