import SpecStatistics
import SpecStore

/// A decoder's times, as a comparison needs them.
struct DecoderTimes {
  let name: String
  let spec: String
  let pairs: [GenerationPair]
  let estimate: SpeedEstimate
  /// How far the passes of the run's decoders differ.
  let effect: PassEffect?
  let checked: Int
  let mismatches: Int

  /// Decode time per token after the first.
  var millisecondsPerToken: Double {
    let tokens = pairs.reduce(0) { $0 + $1.outputTokens - 1 }
    return Double(pairs.reduce(0) { $0 + $1.decodeNanoseconds }) / Double(max(tokens, 1)) / 1e6
  }
}

/// One side of a comparison, read from its database.
struct SideFigures {
  let title: String
  /// The decoder that was named.
  let chosen: DecoderTimes?
  /// Every decoder but vanilla.
  let contestants: [DecoderTimes]
  private let run: RunRecord
  private let environment: EnvironmentRecord
  /// What was asked, by question and turn.
  private let prompts: [String: String]

  init(_ side: ComparisonSide) throws {
    title = side.title
    run = try side.store.run(side.run).record
    environment = try side.store.environment(of: side.run).record
    prompts = Dictionary(
      try side.store.prompts(of: side.run).map { ("\($0.questionID).\($0.turn)", $0.idsHash) },
      uniquingKeysWith: { first, _ in first }
    )
    let estimates = try SpeedEstimates(store: side.store, run: side.run)
    let losslessness = try side.store.losslessness(of: side.run)
    let decoders = try side.store.decoders(of: side.run)
    let all = decoders.map { decoder in
      let own = estimates.pairs[decoder.id] ?? []
      let checks = losslessness.first { $0.decoderID == decoder.id }
      return DecoderTimes(
        name: decoder.name,
        spec: decoder.spec,
        pairs: own,
        estimate: estimates[decoder.id, .overall] ?? SpeedEstimate(own, PairedTimes(decodeTimesOf: own), nil),
        effect: estimates.effect,
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

  /// What differs from another run although it should not, one phrase each.
  func differences(from other: SideFigures) -> [String] {
    var found: [String] = []
    func check(_ name: String, _ mine: String, _ theirs: String) {
      if mine != theirs { found.append("\(name) \(mine) and \(theirs)") }
    }
    check("hosts", environment.hostName, other.environment.hostName)
    check("processors", environment.cpuModel, other.environment.cpuModel)
    check("checkpoints", String(run.modelHash.prefix(12)), String(other.run.modelHash.prefix(12)))
    check("weight types", run.weightType, other.run.weightType)
    check("most new tokens", String(run.maxNewTokens), String(other.run.maxNewTokens))
    let keys = Set(prompts.keys).union(other.prompts.keys)
    let different = keys.filter { prompts[$0] != other.prompts[$0] }
    if !different.isEmpty { found.append("\(different.count) of \(keys.count) prompts differ") }
    return found
  }
}
