import SpecMetrics
import SpecStatistics
import SpecStore

/// A decoder, as a comparison needs it.
struct DecoderTimes {
  let name: String
  let spec: String
  let times: MeasuredTimes
  let addedParameters: Int
  /// Accept length per cycle, over all generations; nil without cycles.
  let meanAcceptedTokens: Double?
  let checked: Int
  let mismatches: Int

  /// The turns of questions that were measured at least once.
  var places: Set<PromptPlace> {
    Set(times.pairs.map { PromptPlace(question: $0.questionID, turn: $0.turn) })
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
      let checks = losslessness.first { $0.decoderID == decoder.id }
      return DecoderTimes(
        name: decoder.name,
        spec: decoder.spec,
        times: MeasuredTimes(times, decoder.id, in: .overall),
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
