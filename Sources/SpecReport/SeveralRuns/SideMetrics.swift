import SpecMetrics
import SpecStatistics
import SpecStore

/// A decoder's times, as a comparison needs them.
struct DecoderTimes {
  let name: String
  let spec: String
  let pairs: [GenerationPair]
  let estimate: SpeedEstimate
  /// How far the repeats of the run's decoders differ.
  let effect: RepeatEffect?
  let addedParameters: Int
  /// Accept length per cycle, over all generations; nil without cycles.
  let meanAcceptedTokens: Double?
  let checked: Int
  let mismatches: Int

  /// The turns of questions that were measured at least once.
  var places: Set<PromptPlace> {
    Set(pairs.map { PromptPlace(question: $0.questionID, turn: $0.turn) })
  }

  /// The overall estimate by what both sides of a comparison allow.
  func estimate(as basis: SpeedBasis) -> SpeedEstimate {
    basis == estimate.basis ? estimate : SpeedEstimate(pairs, as: basis, effect)
  }

  /// Decode time per token after the prefill's.
  var millisecondsPerToken: Double {
    let tokens = pairs.reduce(0) { $0 + $1.decodeTokens }
    return Double(pairs.reduce(0) { $0 + $1.decodeNanoseconds }) / Double(max(tokens, 1)) / 1e6
  }
}

/// One side of a comparison, read from its database.
struct SideMetrics {
  let title: String
  /// The decoder that was named.
  let chosen: DecoderTimes?
  /// Every decoder but vanilla.
  let contestants: [DecoderTimes]
  /// Under what the run was measured.
  let conditions: RunConditions

  /// Whether nothing was measured in the run.
  let isEmpty: Bool

  init(_ side: ComparisonSide) throws {
    title = side.title
    isEmpty = try side.store.recordedGenerations(run: side.run).isEmpty
    conditions = try RunConditions(side.store, run: side.run)
    let times = try RunTimes(store: side.store, run: side.run)
    let metrics = try RunMetrics(store: side.store, run: side.store.run(side.run), times: times)
    let losslessness = try side.store.losslessness(of: side.run)
    let decoders = try side.store.decoders(of: side.run)
    let all = decoders.map { decoder in
      let own = times.pairs[decoder.id] ?? []
      let checks = losslessness.first { $0.decoderID == decoder.id }
      return DecoderTimes(
        name: decoder.name,
        spec: decoder.spec,
        pairs: own,
        estimate: times.estimate(of: decoder.id, in: .overall) ?? SpeedEstimate(own, nil),
        effect: times.effects[.overall],
        addedParameters: decoder.addedParameters,
        meanAcceptedTokens: metrics[decoder.id, .overall].accepted?.meanAcceptedTokens,
        checked: checks?.checked ?? 0,
        mismatches: checks?.mismatches ?? 0
      )
    }
    contestants = zip(decoders, all).filter { !$0.0.isVanilla }.map(\.1)
    chosen = try side.decoder.map { name throws(ComparisonError) in
      guard let found = all.first(where: { $0.name == name }) else {
        throw .noSuchDecoder(name: name, side: "\(side.store.path), run \(side.run)", known: all.map(\.name))
      }
      return found
    }
  }
}
