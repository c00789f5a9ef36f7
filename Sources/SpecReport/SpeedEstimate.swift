import Foundation
import SpecStatistics
import SpecStore

/// How much faster a decoder is than vanilla in one category or overall, and how well that is known.
struct SpeedEstimate: Sendable {
  /// Whether the ratio is a speedup.
  let basis: SpeedBasis
  /// The sum of vanilla's decode times over the sum of the decoder's, scaled to the same number of tokens in each pair
  /// where outputs need not be equal; nil without time.
  let ratio: Double?
  /// The 95 % interval with the questions fixed and the passes as the sample; nil with one pass.
  let ofThisSuite: ConfidenceInterval?
  /// The 95 % interval with the questions as the sample; nil with fewer than eight.
  let overQuestions: ConfidenceInterval?
  /// Pairs whose times lie far from the others.
  let outliers: Int

  /// - Parameters:
  ///   - pairs: the decoder's generations beside vanilla's.
  ///   - basis: what to compare; nil takes what the outputs allow.
  ///   - effect: how far whole passes differ; nil takes these pairs alone to tell.
  init(_ pairs: [GenerationPair], as basis: SpeedBasis? = nil, _ effect: PassEffect?) {
    let basis = basis ?? pairs.basis
    let times = PairedTimes(decodeTimesOf: pairs, as: basis)
    self.basis = basis
    ratio = times.ratioOfSums
    ofThisSuite = times.intervalOfThisSuite(effect)
    overQuestions = times.intervalOverQuestions()
    outliers = Self.outliers(pairs, basis)
  }

  /// The interval that a verdict rests on: the measurement's own, or else that over questions.
  var interval: ConfidenceInterval? { ofThisSuite ?? overQuestions }

  /// What may be said.
  var verdict: Verdict { Verdict(interval) }

  /// What may be said, in words that name what is compared.
  var verdictText: String { verdict.text(basis) }

  /// Number of pairs whose ratio is far from what the same prompt showed in other passes; with a single pass, from what
  /// other prompts showed.
  private static func outliers(_ pairs: [GenerationPair], _ basis: SpeedBasis) -> Int {
    struct Prompt: Hashable { let question, turn: Int }
    let timed = pairs.map { (pair: $0, times: $0.decodeTimes(as: basis)) }
      .filter { $0.times.baseline > 0 && $0.times.method > 0 }
    let byPrompt = Dictionary(grouping: timed) { Prompt(question: $0.pair.questionID, turn: $0.pair.turn) }
      .mapValues { pairs in pairs.map { log($0.times.baseline / $0.times.method) } }
    let hasPasses = byPrompt.values.contains { $0.count > 1 }
    let deviations = byPrompt.values.flatMap { ratios in
      let middle = hasPasses ? Quantiles(ratios).median ?? 0 : 0
      return ratios.map { $0 - middle }
    }
    return Outliers.indices(deviations).count
  }
}

/// The estimates of a run, by decoder and category.
struct SpeedEstimates: Sendable {
  private struct Place: Hashable, Sendable {
    let decoder: Int64
    let category: String
  }

  private var estimates: [Place: SpeedEstimate] = [:]
  /// How far the passes of all decoders differ, over all categories; nil where too little was measured to tell.
  var effect: PassEffect? { effects[ReportCategory.overall.rawValue] }
  /// The same by category.
  private(set) var effects: [String: PassEffect] = [:]
  /// By decoder, in the order of the run.
  let pairs: [Int64: [GenerationPair]]

  init(store: BenchmarkStore, run: Int64) throws(StoreError) {
    pairs = Dictionary(grouping: try store.pairs(of: run), by: \.decoderID)
    let baseline = try store.decoders(of: run).first(where: \.isVanilla)?.id
    let names = try store.categories(of: run) + [ReportCategory.overall.rawValue]
    let byCategory = pairs.mapValues { Dictionary(grouping: $0, by: \.category) }
    for name in names {
      let cells = name == ReportCategory.overall.rawValue ? pairs : byCategory.compactMapValues { $0[name] }
      estimate(name, cells, baseline: baseline)
    }
  }

  private mutating func estimate(_ category: String, _ pairs: [Int64: [GenerationPair]], baseline: Int64?) {
    let cells =
      pairs
      .filter { !$0.value.isEmpty }.sorted { $0.key < $1.key }
      .map { (decoder: $0.key, pairs: $0.value) }
    let effect = PassEffect(cells.filter { $0.decoder != baseline }.map { PairedTimes(passTimesOf: $0.pairs) })
    effects[category] = effect
    for cell in cells {
      let place = Place(decoder: cell.decoder, category: category)
      estimates[place] = SpeedEstimate(cell.pairs, cell.decoder == baseline ? nil : effect)
    }
  }

  subscript(decoder: Int64, category: ReportCategory) -> SpeedEstimate? {
    estimates[Place(decoder: decoder, category: category.rawValue)]
  }

  /// Cycles of a decoder that were kept waiting for a processor; nil where that was not recorded.
  func preemptedSteps(of decoder: Int64) -> Int? {
    let counts = (pairs[decoder] ?? []).compactMap(\.preemptedSteps)
    return counts.isEmpty ? nil : counts.reduce(0, +)
  }
}
