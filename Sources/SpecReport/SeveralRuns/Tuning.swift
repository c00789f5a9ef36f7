import SpecCore
import SpecFiles
import SpecMetrics
import SpecStatistics
import SpecStore

/// The best settings of each method by category, chosen from all that some runs have measured.
package struct Tuning: Sendable {
  /// What the best setting is compared with.
  package enum Rival: Sendable {
    /// The best setting is what it would be compared with.
    case itself
    /// There is none, or it has no time here.
    case notMeasured
    /// The best setting's speed over the rival's, with its 95 % interval; nil where there is none.
    case measured(spec: String, ratio: Double, interval: ConfidenceInterval?)
  }

  /// The best setting of a method in a category, or overall.
  package struct Choice: Sendable {
    /// The category; `overall` for all together.
    package let category: Category
    /// The method.
    package let method: String
    /// The best setting, as a decoder's spec.
    package let spec: String
    /// How much faster than vanilla it is.
    package let estimate: SpeedEstimate
    /// Its speed over that of the method without settings.
    package let overDefault: Rival
    /// Its speed over that of the second best setting.
    package let overSecond: Rival
    /// What the choice brings on questions that took no part in it; nil with fewer than two questions.
    package let heldOut: Double?
    /// On how many of the two halves of the questions the same setting is the best.
    package let agreeingHalves: Int
    /// Number of settings that it was chosen from.
    package let settings: Int
  }

  /// By category in the order of reports, `overall` last; in each the fastest method first.
  package let choices: [Choice]
  /// Settings that were not to be chosen, each with the reason; one phrase each.
  package let leftOut: [String]
  /// The runs, with what speaks against their times; one phrase each.
  package let runs: [(id: Int64, outline: String, doubts: [String])]
  /// Model and suite, as a title has them.
  let subject: String
  /// The categories by their titles.
  let titles: [Category: String]

  /// The best overall setting of each method, the fastest first.
  package var best: [Choice] { choices.filter { $0.category == .overall } }

  /// Chooses.
  ///
  /// - Parameters:
  ///   - store: the database.
  ///   - ids: the runs, alike in all that a time or an output depends on; of a setting that several have, the last counts.
  ///   - isDefault: whether a spec is a method without settings.
  /// - Throws: ``TuningError``, or a `StoreError`.
  package init(_ store: BenchmarkStore, runs ids: [Int64], isDefault: (String) -> Bool) throws {
    let outlines = try ids.map { try RunOutline(store: store, run: try store.run($0)) }
    let conditions = try ids.map { try RunConditions(store, run: $0) }
    for outline in outlines { try Self.check(outline, store) }
    if let first = conditions.first {
      for (id, other) in zip(ids, conditions).dropFirst() {
        let differences =
          first.obstacles(other) + [first.fileDifference(other) { $0.contains("/") }].compactMap(\.self)
        guard differences.isEmpty else {
          throw TuningError.unlike(first: "\(store.path), run \(ids[0])", second: "run \(id)", differences: differences)
        }
      }
    }
    var (settings, leftOut) = ([Setting](), [String]())
    for outline in outlines {
      for decoder in outline.decoders where !decoder.isVanilla {
        if let reason = Self.obstacle(to: decoder, outline) {
          leftOut.append("\(decoder.spec): \(reason)")
          continue
        }
        settings.removeAll { $0.spec == decoder.spec }
        settings.append(Setting(decoder, outline, isDefault: isDefault(decoder.spec)))
      }
    }
    choices = Self.choices(settings, outlines)
    guard !choices.isEmpty else {
      throw TuningError.noSetting(
        runs: "\(store.path), \(ids.count == 1 ? "run" : "runs") \(ids.map(String.init).joined(separator: ", "))",
        leftOut: leftOut
      )
    }
    self.leftOut = leftOut
    self.runs = zip(outlines, conditions).map { outline, conditions in
      let run = outline.run
      let counts = [
        quantity(run.threads, "thread"), quantity(outline.questionCount, "question"), quantity(run.repeats, "repeat"),
      ]
      return (run.id, ([run.weightType] + counts).joined(separator: ", "), conditions.doubts(of: "it"))
    }
    subject = outlines.first.map { OpeningSection.subject($0.run.record) } ?? ""
    titles = Dictionary(
      outlines.flatMap(\.tasks).map { (Category(rawValue: $0.rawValue), $0.title) },
      uniquingKeysWith: { first, _ in first }
    )
  }

  /// A run whose decoders could be run again with other settings, measured whole.
  private static func check(_ outline: RunOutline, _ store: BenchmarkStore) throws {
    let name = "\(store.path), run \(outline.run.id)"
    let isServed = try !store.servers(of: outline.run.id).isEmpty
    guard outline.run.origin == .measured, !isServed else { throw TuningError.notMeasuredHere(run: name) }
    guard outline.isFinished else { throw TuningError.unfinished(run: name, progress: outline.progressText) }
  }

  /// Why a setting is not to be chosen; nil for a lossless one.
  private static func obstacle(to decoder: Stored<DecoderRecord>, _ outline: RunOutline) -> String? {
    guard let outputs = outline.losslessness[decoder.id], outputs.checked > 0 else {
      return "no output was compared with vanilla's"
    }
    if outputs.mismatches > 0 { return "\(outputs.mismatches) of \(outputs.checked) outputs differ from vanilla's" }
    let basis = outline.times.speed(of: decoder.id, in: .overall)?.basis
    return basis == .timePerToken ? "not all outputs are known to be vanilla's" : nil
  }
}

/// A setting that was measured and is lossless.
private struct Setting {
  let method: String
  let spec: String
  let isDefault: Bool
  private let decoder: Int64
  private let run: Int64
  private let times: RunTimes

  init(_ decoder: Stored<DecoderRecord>, _ outline: RunOutline, isDefault: Bool) {
    (method, spec, self.isDefault) = (decoder.method, decoder.spec, isDefault)
    (self.decoder, run, times) = (decoder.id, outline.run.id, outline.times)
  }

  func speedup(in category: Category) -> Double? { times.speed(of: decoder, in: category)?.speedup }

  func pairs(in category: Category) -> [GenerationPair] { times.pairs(of: decoder, in: category) }

  func measured(in category: Category) -> MeasuredTimes { MeasuredTimes(times, decoder, in: category) }

  func isOfRun(of other: Setting) -> Bool { run == other.run }
}

extension Tuning {
  private static func choices(_ settings: [Setting], _ outlines: [RunOutline]) -> [Choice] {
    var seen: Set<Category> = [.overall]
    let categories = outlines.flatMap(\.times.categories).filter { seen.insert($0).inserted } + [.overall]
    let methods = Dictionary(grouping: settings, by: \.method)
    return categories.flatMap { category in
      methods.values.compactMap { choice($0, in: category) }
        .sorted { ($1.estimate.ratio ?? 0, $0.method) < ($0.estimate.ratio ?? 0, $1.method) }
    }
  }

  /// The best of a method's settings in a category; nil where none has a time.
  private static func choice(_ all: [Setting], in category: Category) -> Choice? {
    let timed = all.filter { $0.speedup(in: category) != nil }
      .sorted { ($1.speedup(in: category) ?? 0, $0.spec) < ($0.speedup(in: category) ?? 0, $1.spec) }
    guard let best = timed.first else { return nil }
    let measured = best.measured(in: category)
    func rival(_ other: Setting?) -> Rival {
      guard let other else { return .notMeasured }
      if other.spec == best.spec { return .itself }
      let found = measured.over(other.measured(in: category), isSameRun: other.isOfRun(of: best))
      return found.map { .measured(spec: other.spec, ratio: $0.ratio, interval: $0.interval) } ?? .notMeasured
    }
    let heldOut = HeldOutSpeedup(timed.map { $0.pairs(in: category) })
    return Choice(
      category: category,
      method: best.method,
      spec: best.spec,
      estimate: measured.estimate,
      overDefault: rival(timed.first(where: \.isDefault)),
      overSecond: rival(timed.dropFirst().first),
      heldOut: heldOut?.ratio,
      agreeingHalves: heldOut?.fastest.count { $0 == 0 } ?? 0,
      settings: timed.count
    )
  }
}
