import SpecFiles
import SpecMetrics
import SpecStore

/// What even a list of many runs says about a run: nothing here has to look at single cycles or tokens.
struct RunOutline: Sendable {
  let run: Stored<RunRecord>
  /// Vanilla first, then the others in the order of the run; the noise floor is not among them.
  let decoders: [Stored<DecoderRecord>]
  /// Vanilla, measured a second time.
  let noiseFloor: Stored<DecoderRecord>?
  /// The times of all its decoders beside vanilla's.
  let times: RunTimes
  /// By decoder.
  let losslessness: [Int64: Losslessness]
  /// Number of recorded generations.
  let generations: Int
  /// Number of generations that the decoders, repeats and prompts of the plan ask for, skipped prompts left out; for a run
  /// of an older version, which stored no plan, the prompts known so far.
  let expectedGenerations: Int
  /// Number of prompts with a generation, by category.
  let measuredPrompts: [String: Int]
  /// The categories of its tables.
  let tasks: [ReportCategory]
  /// How many turns each question has, as far as that is known.
  let turns: [Int: Int]
  /// Number of questions with a generation of any of their turns.
  let questionCount: Int

  init(store: BenchmarkStore, run: Stored<RunRecord>) throws(StoreError) {
    self.run = run
    try store.checkNumbers(of: run.id)
    let all = try store.decoders(of: run.id)
    noiseFloor = all.first { $0.isNoiseFloor }
    let decoders = all.filter { !$0.isNoiseFloor }
    self.decoders = decoders.filter(\.isVanilla) + decoders.filter { !$0.isVanilla }
    times = try RunTimes(store: store, run: run.id)
    losslessness = Dictionary(
      try store.losslessness(of: run.id).map { ($0.decoderID, $0) },
      uniquingKeysWith: { first, _ in first }
    )
    let prompts = try store.prompts(of: run.id)
    let recorded = try store.recordedGenerations(run: run.id)
    generations = recorded.count
    turns = WholeConversations.turns(of: prompts.map(\.record), run.record)
    let skipped = prompts.filter { $0.skipReason != nil }.count
    expectedGenerations = Self.product(all.count, run.repeats, (run.plannedPrompts ?? prompts.count) - skipped)
    let measured = Set(recorded.map(\.promptID))
    let reached = prompts.filter { measured.contains($0.id) }
    questionCount = Set(reached.map(\.questionID)).count
    measuredPrompts = reached.reduce(into: [:]) { $0[$1.category, default: 0] += 1 }
    tasks = ReportCategory.tasks(try store.categories(of: run.id))
  }

  var isFinished: Bool { run.finishedAt != nil }

  /// Number of prompts with a generation.
  var promptCount: Int {
    measuredPrompts.values.reduce(0, +)
  }

  /// Number of generations that were compared with vanilla's.
  var checkedGenerations: Int {
    losslessness.values.reduce(0) { $0 + $1.checked }
  }

  /// Whether vanilla's own repetitions are all that is compared: judging drafts by rejection gives other draws from the
  /// same distribution, so that the other decoders' outputs tell nothing.
  var comparesVanillaAlone: Bool {
    run.temperature > 0 && run.verification == "rejection" && decoders.contains { $0.id != baseline?.id }
  }

  /// Number of generations that differ from vanilla's.
  var mismatchCount: Int {
    losslessness.values.reduce(0) { $0 + $1.mismatches }
  }

  /// The decoder that the others are compared with.
  var baseline: Stored<DecoderRecord>? {
    decoders.first(where: \.isVanilla)
  }

  /// The ratios of the decoders that are compared with vanilla, without the noise floor, by category.
  var contests: [SpeedMetrics] {
    decoders.filter { !$0.isVanilla }.flatMap { decoder in
      times.categories.compactMap { times.speed(of: decoder.id, in: $0) }
    }
  }

  /// The decoder with the highest overall ratio, vanilla left out; nil when no decoder has one.
  var fastest: (decoder: Stored<DecoderRecord>, speed: SpeedMetrics)? {
    decoders.filter { !$0.isVanilla }
      .compactMap { decoder in times.speed(of: decoder.id, in: .overall).map { (decoder, $0) } }
      .filter { $0.1.ratio != nil }
      .max { $0.1.ratio ?? 0 < $1.1.ratio ?? 0 }
  }

  /// What the run's ratios are called.
  var naming: SpeedNaming { SpeedNaming(self) }

  /// `unfinished: 12 of 60 generations`, or nil for a finished run.
  var unfinishedText: String? {
    isFinished ? nil : "unfinished: \(progressText)"
  }

  /// `12 of 60 generations`; a run that goes on until it is precise enough has at least so many.
  var progressText: String {
    let isOpen = !isFinished && run.options.contains("\"precision\":")
    let part = run.record.shard.map { " of shard \($0.rawValue)" } ?? ""
    return "\(generations) of \(isOpen ? "at least " : "")\(quantity(expectedGenerations, "generation"))\(part)"
  }

  /// The numbers come from a file, so their product may be too large for an integer.
  private static func product(_ factors: Int...) -> Int {
    factors.reduce(1) { product, factor in
      let (result, overflow) = product.multipliedReportingOverflow(by: max(factor, 0))
      return overflow ? Int.max : result
    }
  }
}

/// What a reader calls the decoders of a run: by their names, and where several of one method stand beside each other, by
/// the settings that tell them apart as well.
struct DecoderLabels: Sendable {
  private let labels: [Int64: String]

  /// - Parameter decoders: all decoders of the run.
  init(_ decoders: [Stored<DecoderRecord>]) {
    labels = Dictionary(grouping: decoders, by: \.method).values.reduce(into: [:]) { labels, alike in
      for (decoder, own) in zip(alike, SettingDifferences.texts(alike.map(\.spec))) {
        labels[decoder.id] = own.isEmpty ? decoder.name : "\(decoder.name) (\(own))"
      }
    }
  }

  subscript(decoder: Stored<DecoderRecord>) -> String { labels[decoder.id] ?? decoder.name }
}
